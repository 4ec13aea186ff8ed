import type { Page } from 'playwright-core';

/** The least contrast of text that may be of any size (WCAG 2.2, 1.4.3). */
const LEAST = 4.5;

/** For the page, which knows a document: a browser's types are none of this repository's. */
const LOOK = `
const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const rgba = (color) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const luminance = (color) => {
  const [r, g, b] = rgba(color).map((byte) => byte / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  const color = element ? getComputedStyle(element).backgroundColor : 'white';
  return rgba(color)[3] === 0 ? behind(element.parentElement) : color;
};
const low = [];
let checked = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const element = node.parentElement;
  if (!element.checkVisibility() || element.closest('script, style') || !node.textContent.trim()) continue;
  const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  checked++;
  if (contrast < ${LEAST}) low.push(contrast.toFixed(2) + ' ' + node.textContent.trim().slice(0, 40));
}
({ checked, low })`;

/** Texts of a page whose contrast to what lies behind them is too low, and how many were looked at. */
export async function lowContrasts(page: Page): Promise<{ checked: number; low: string[] }> {
  return await page.evaluate<{ checked: number; low: string[] }>(LOOK);
}
