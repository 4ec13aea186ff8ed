import { ed25519 } from '@noble/curves/ed25519.js';
import { getPublicKey, hashes, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { canonical } from './canonical.ts';
import { fromBase64url, hashBytes, separated, toBase64url } from './hash.ts';
import type { Json } from './json.ts';

type Point = InstanceType<typeof ed25519.Point>;

const { Point } = ed25519;
hashes.sha512 = sha512;

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const MOST_VERIFIED = 10_000;
/** After so many signatures a table of the key's multiples, which takes as long to make as five of them, has paid for itself. */
const WORTH_A_TABLE = 6;
const TABLE_WINDOW = 5;
/** What verifyJson found, or signJson made: logs are replayed again and again, and a signature costs a millisecond. */
const verified = new Map<string, boolean>();
const keys = new Map<string, { point: Point; uses: number }>(); // the check for small-order parts costs a millisecond: once for each key
const publicKeys = new Map<string, string>();

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
  if (known) {
    if (++known.uses === WORTH_A_TABLE) known.point.precompute(TABLE_WINDOW, false);
    return known.point;
  }
  const point = Point.fromBytes(fromBase64url(publicKey), false);
  if (point.is0() || !point.isTorsionFree()) throw new Error(`public key has a small-order part: ${publicKey}`);
  keys.set(publicKey, { point, uses: 1 });
  return point;
}

/** Signs a value's canonical form under a domain with a 32-byte seed; the signature in base64url. */
export function signJson(seed: Uint8Array, domain: string, value: Json): string {
  const message = separated(domain, canonical(value));
  const signature = toBase64url(sign(message, seed));
  remember(claimOf(publicKeyOf(seed), message, signature), true);
  return signature;
}

/**
 * Ed25519 by RFC 8032, strict and cofactorless: S < L, and the recomputed R equals the given one, which is not the neutral element, byte for byte.
 * @throws Error when the key itself is unacceptable or the signature is not base64url.
 */
export function verifyJson(publicKey: string, domain: string, value: Json, signature: string): boolean {
  const message = separated(domain, canonical(value));
  const claim = claimOf(publicKey, message, signature);
  return verified.get(claim) ?? remember(claim, verifyBytes(publicKey, message, fromBase64url(signature)));
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
  const expected = Point.BASE.multiplyUnsafe(s).add(point.multiplyUnsafe(k).negate());
  return Buffer.compare(expected.toBytes(), r) === 0;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function claimOf(publicKey: string, message: Uint8Array, signature: string): string {
  return `${publicKey} ${signature} ${hashBytes('claim', message)}`;
}

function remember(claim: string, holds: boolean): boolean {
  if (verified.size >= MOST_VERIFIED) verified.clear();
  verified.set(claim, holds);
  return holds;
}

function publicKeyOf(seed: Uint8Array): string {
  const text = toBase64url(seed);
  const known = publicKeys.get(text) ?? toBase64url(getPublicKey(seed));
  publicKeys.set(text, known);
  return known;
}
