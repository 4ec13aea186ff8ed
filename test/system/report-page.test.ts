// The HTML report in a browser: by eye at two widths and in two colours, by keyboard, by screen reader, on paper.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Report } from '../../conformance/report/envelope.ts';
import { htmlReport } from '../../conformance/report/html.ts';
import { reportOf, temporaryFolder } from '../conformance/report-fixture.ts';
import { startStub } from '../conformance/stub-node.ts';
import { CHROMIUM } from './chromium.ts';
import { lowContrasts } from './contrast.ts';

const LOOKS = [
  { width: 1280, height: 900, colorScheme: 'light' },
  { width: 1280, height: 900, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const;

const OPEN = "for (const details of document.querySelectorAll('details')) details.open = true";

describe('the HTML report', () => {
  const folder = temporaryFolder();
  const url = pathToFileURL(join(folder, 'report.html')).href;
  let browser: Browser;
  let complaints: string[] = [];
  let report: Report;

  before(async () => {
    const stub = await startStub();
    report = await reportOf(folder, stub.url);
    await stub.stop();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterEach(() => {
    const found = complaints;
    complaints = [];
    assert.deepEqual(found, []);
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** A page that fails the test on whatever the browser complains about, and on each request but the first. */
  async function open(address: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage(options);
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => request.url() === address.replace(/#.*/, '') || complaints.push(request.url()));
    await page.goto(address);
    return page;
  }

  for (const { width, height, colorScheme } of LOOKS) {
    test(`can be read at ${width} pixels in ${colorScheme} colours`, async () => {
      const page = await open(url, { viewport: { width, height }, colorScheme });
      await page.getByRole('button', { name: 'Open all' }).click();
      await page.evaluate(OPEN);
      assert.equal(
        await page.evaluate('document.documentElement.scrollWidth'),
        width,
        'nothing stands out at the side',
      );
      const { checked, low } = await lowContrasts(page);
      assert.ok(checked > 100, `${checked} texts`);
      assert.deepEqual(low, []);
      await page.close();
    });
  }

  test('leads from what is not met to why: the rule, what was expected, what came, the exchange, the command', async () => {
    const page = await open(url);
    await page.getByRole('region', { name: 'What is not met' }).getByRole('link', { name: 'STUB-003' }).click();
    const block = page.locator('#STUB-003');
    await block.getByText('Then the request is refused with ECCP_FORBIDDEN or ECCP_LIMIT_EXCEEDED ← here').waitFor();
    for (const text of [
      /refused with 403 ECCP_FORBIDDEN, or 429/,
      /^404 \{"errcode":"ECCP_NOT_FOUND"/,
      /verdicts\.feature:16$/,
    ])
      assert.ok(await block.getByText(text).first().isVisible(), String(text));
    await block.getByText('HTTP trace').click();
    await block.getByText('getAccountData · Alice').click();
    assert.ok(await block.getByText('authorization: [redacted]').isVisible());
    await page.close();
  });

  test('is filtered by keyboard alone, and says how much is left', async () => {
    const page = await open(url);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the requirements');
    await page.keyboard.press('Enter');
    const search = page.getByRole('searchbox', { name: /Search/ });
    const count = page.locator('output[aria-live=polite]');
    await search.press('Tab');
    await search.focus();
    await page.keyboard.type('stub-01 sentence');
    assert.equal(await count.textContent(), '5 of 14 requirements'); // 10 to 14
    await page.getByRole('button', { name: 'fail', exact: true }).press('Enter');
    assert.equal(await count.textContent(), '2 of 14 requirements');
    assert.ok(!(await page.locator('#STUB-001').isVisible()));
    await page.getByLabel('Level').selectOption('SHOULD');
    assert.equal(await count.textContent(), '0 of 14 requirements');
    await page.getByRole('button', { name: 'Clear' }).press('Enter');
    assert.equal(await count.textContent(), '14 of 14 requirements');
    await page.locator('#STUB-001 > summary').press('Enter');
    assert.ok(await page.getByText('Proven by a stub without accounts').isVisible());
    await page.close();
  });

  test('is named and ordered for a screen reader', async () => {
    const page = await open(url);
    const tree = await page.locator('body').ariaSnapshot();
    for (const line of [
      '- banner:',
      '- main:',
      '- contentinfo:',
      '- heading "What is not met" [level=2]',
      '- region "Chapters"',
    ])
      assert.ok(tree.includes(line), line);
    assert.doesNotMatch(tree, /- (?:button|searchbox|combobox|link)(?:$|:| \[)/m); // each of them has a name
    const levels = await page
      .locator('h1, h2, h3, h4')
      .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
    assert.ok(
      levels.every((level, index) => level <= (levels[index - 1] ?? 0) + 1),
      `no level is left out: ${levels}`,
    );
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.close();
  });

  test('prints what is not met with its reasons, and no tools', async () => {
    const page = await open(url, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    assert.ok(!(await page.getByRole('searchbox').isVisible()));
    assert.ok(await page.locator('#STUB-003').getByText('Expected').first().isVisible());
    assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
    assert.ok((await page.pdf()).length > 10_000);
    await page.close();
  });

  test('runs nothing of what nodes sent', async () => {
    const copy = structuredClone(report);
    const attack = '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1"><b>"\'&';
    copy.target.software.name = attack;
    for (const scenario of copy.scenarios) {
      if (scenario.explanation) scenario.explanation.actual = attack;
      for (const exchange of scenario.exchanges) Object.assign(exchange, { path: attack, responseBody: attack });
    }
    writeFileSync(join(folder, 'attack.html'), htmlReport(copy));
    const page = await open(pathToFileURL(join(folder, 'attack.html')).href);
    await page.evaluate(OPEN);
    assert.equal(await page.evaluate("'hacked' in window || document.images.length > 0"), false);
    assert.ok((await page.getByText(attack).count()) > 10, 'it stands there as text');
    await page.close();
  });
});
