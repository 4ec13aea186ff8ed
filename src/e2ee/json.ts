import { sha256 } from '@noble/hashes/sha2.js';
import { canonicalize, type Json, type JsonObject, parseStrict } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { concat, toBase64url, utf8 } from './bytes.ts';
import { E2eeError } from './error.ts';

export type { Json, JsonObject };

/**
 * `bound(domain, object)` of section 23.1: what is signed, hashed, or associated data.
 *
 * @throws E2eeError malformed when the object has no canonical form.
 */
export function bound(domain: string, object: JsonObject): Uint8Array<ArrayBuffer> {
  return utf8(`${domain}\0${canonicalText(object)}`);
}

/**
 * The canonical form of a value.
 *
 * @throws E2eeError malformed
 */
export function canonicalText(value: Json): string {
  return refusing(() => canonicalize(value));
}

/**
 * Reads bytes strictly (section 2.1).
 *
 * @throws E2eeError malformed
 */
export function parseText(bytes: Uint8Array): Json {
  return refusing(() => parseStrict(bytes));
}

/** `H(domain, bytes)` of section 3.8 as bytes. */
export function hashBytes(domain: string, bytes: Uint8Array): Uint8Array {
  return sha256(concat(utf8(`${domain}\0`), bytes));
}

/** `H(domain, canonical object)` in base64url. */
export function hashObject(domain: string, object: JsonObject): string {
  return toBase64url(sha256(bound(domain, object)));
}

function refusing<T>(action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof EccpError) throw new E2eeError('malformed', cause.message, { cause });
    throw cause;
  }
}
