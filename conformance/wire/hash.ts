import { sha256 } from '@noble/hashes/sha2.js';
import { canonical } from './canonical.ts';
import type { Json } from './json.ts';

/** Bytes as base64url without padding. */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/**
 * Decodes base64url.
 * @throws Error unless encoding the result gives the input back.
 */
export function fromBase64url(text: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (toBase64url(bytes) !== text) throw new Error(`not base64url without padding: ${JSON.stringify(text)}`);
  return bytes;
}

/** `domain ‖ 0x00 ‖ payload`: what every hash and every signature covers. */
export function separated(domain: string, payload: Uint8Array | string): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(`${domain}\0`), Buffer.from(payload)]));
}

/** The domain-separated SHA-256 of raw bytes, base64url. */
export function hashBytes(domain: string, payload: Uint8Array): string {
  return toBase64url(sha256(separated(domain, payload)));
}

/** The domain-separated SHA-256 of a value's canonical form, base64url. */
export function hashJson(domain: string, value: Json): string {
  return toBase64url(sha256(separated(domain, canonical(value))));
}
