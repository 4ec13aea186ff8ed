import { hashes, Point, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { canonical } from './canonical.ts';
import { fromBase64url, hashBytes, separated, toBase64url } from './hash.ts';
import type { Json } from './json.ts';

hashes.sha512 = sha512;

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const MOST_VERIFIED = 10_000;
/** What verifyJson found: logs are replayed again and again, and a signature costs a millisecond and more. */
const verified = new Map<string, boolean>();
const keys = new Map<string, Point>(); // the check for small-order parts costs a millisecond: once for each key

/** The key id of a raw public key given in base64url. */
export function keyId(publicKey: string): string {
  return `ed25519:${hashBytes('eccp.key.v1', fromBase64url(publicKey))}`;
}

/**
 * A public key as a curve point.
 * @throws Error when it is not canonical, not on the curve, or has a small-order part.
 */
export function loadKey(publicKey: string): Point {
  const known = keys.get(publicKey);
  if (known) return known;
  const point = Point.fromBytes(fromBase64url(publicKey), false);
  if (point.is0() || !point.isTorsionFree()) throw new Error(`public key has a small-order part: ${publicKey}`);
  keys.set(publicKey, point);
  return point;
}

/** Signs a value's canonical form under a domain with a 32-byte seed; the signature in base64url. */
export function signJson(seed: Uint8Array, domain: string, value: Json): string {
  return toBase64url(sign(separated(domain, canonical(value)), seed));
}

/**
 * Ed25519 by RFC 8032, strict and cofactorless: S < L, and the recomputed R equals the given one, which is not the neutral element, byte for byte.
 * @throws Error when the key itself is unacceptable or the signature is not base64url.
 */
export function verifyJson(publicKey: string, domain: string, value: Json, signature: string): boolean {
  const message = separated(domain, canonical(value));
  const claim = `${publicKey} ${signature} ${hashBytes('claim', message)}`;
  const known = verified.get(claim);
  if (known !== undefined) return known;
  const holds = verifyBytes(publicKey, message, fromBase64url(signature));
  if (verified.size >= MOST_VERIFIED) verified.clear();
  verified.set(claim, holds);
  return holds;
}

/** As verifyJson, over raw bytes. */
export function verifyBytes(publicKey: string, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= L || Buffer.compare(Point.ZERO.toBytes(), r) === 0) return false;
  const point = loadKey(publicKey);
  const digest = sha512(new Uint8Array(Buffer.concat([r, fromBase64url(publicKey), message])));
  const k = littleEndian(digest) % L;
  const expected = Point.BASE.multiply(s, false).add(point.multiply(k, false).negate());
  return Buffer.compare(expected.toBytes(), r) === 0;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
