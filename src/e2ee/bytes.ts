import { randomBytes } from '@noble/hashes/utils.js';
import { E2eeError } from './error.ts';

/** Gives so many random bytes; tests and vectors pass one that is not random. */
export type Random = (length: number) => Uint8Array;

/** The system's generator. */
export const systemRandom: Random = (length) => randomBytes(length);

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const values = new Map([...alphabet].map((character, value) => [character.charCodeAt(0), value]));

/** Bytes as base64url without padding (JSON-030). Browsers have no such function yet that Node 24 has too. */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const characters = Math.min(bytes.length - at, 3) + 1;
    for (let i = 0; i < characters; i++) text += alphabet[(group >> (18 - 6 * i)) & 63];
  }
  return text;
}

/**
 * The bytes that a base64url text stands for (JSON-031).
 *
 * @param length how many bytes it must be, when that is known.
 * @throws E2eeError malformed
 */
export function fromBase64url(text: string, length?: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  if (length !== undefined && bytes.length !== length) throw new E2eeError('malformed', `not ${length} bytes`);
  let [bits, held, at] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const value = values.get(text.charCodeAt(i));
    if (value === undefined) throw new E2eeError('malformed', 'not base64url without padding');
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = bits >> held;
    }
  }
  const spare = bits & ((1 << held) - 1);
  if (held === 6 || spare !== 0) throw new E2eeError('malformed', 'not base64url without padding');
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

export function littleEndian(bytes: Uint8Array): bigint {
  let number = 0n;
  for (const byte of bytes.toReversed()) number = (number << 8n) | BigInt(byte);
  return number;
}
