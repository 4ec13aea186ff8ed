import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concat, fromBase64url, littleEndian, toBase64url } from './bytes.ts';
import { E2eeError } from './error.ts';
import { bound, type JsonObject } from './json.ts';

const { Point } = ed25519;
const order = Point.Fn.ORDER;

/** An Ed25519 or X25519 pair, base64url. The private part of an Ed25519 pair is its seed. */
export type KeyPair = { secret: string; public: string };

/** @param seed 32 random bytes. */
export function signingPair(seed: Uint8Array): KeyPair {
  return { secret: toBase64url(seed), public: toBase64url(ed25519.getPublicKey(seed)) };
}

/** The signature of section 3.9 over an object, base64url. */
export function signObject(secret: string, domain: string, object: JsonObject): string {
  return toBase64url(ed25519.sign(bound(domain, object), fromBase64url(secret, 32)));
}

/**
 * Refuses a signature over an object that section 3.9 refuses.
 *
 * @throws E2eeError bad_signature (HAND-002)
 */
export function requireSignature(publicKey: string, domain: string, object: JsonObject, signature: string): void {
  if (!verifies(fromBase64url(publicKey, 32), bound(domain, object), fromBase64url(signature, 64))) {
    throw new E2eeError('bad_signature', `the signature in ${domain} does not verify`);
  }
}

/**
 * Whether section 3.9 takes both the key and the signature. The library's own verification multiplies by the cofactor, so the
 * equation is computed here: R = [S]B − [k]A, byte for byte (ID-072 to ID-076).
 */
export function verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const [R, s] = [signature.subarray(0, 32), littleEndian(signature.subarray(32))];
  if (signature.length !== 64 || s >= order || isNeutral(R)) return false;
  const key = pointOf(publicKey);
  if (key === undefined) return false;
  const k = littleEndian(sha512(concat(R, publicKey, message))) % order;
  // Everything here is public, so the faster multiplication, which takes other times for other numbers, gives nothing away.
  const recomputed = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k)).toBytes();
  return recomputed.every((byte, i) => byte === R[i]);
}

function isNeutral(encoded: Uint8Array): boolean {
  return encoded.every((byte, i) => byte === (i === 0 ? 1 : 0));
}

// To check a key costs as much as to verify with it, and a chain's messages all have the same one. Oldest first out.
const maxPoints = 256;
const points = new Map<string, InstanceType<typeof Point>>();

/** The point of a public key, or undefined for one that ID-074 or ID-075 refuses. */
function pointOf(publicKey: Uint8Array): InstanceType<typeof Point> | undefined {
  if (publicKey.length !== 32) return undefined;
  const name = toBase64url(publicKey);
  const known = points.get(name);
  if (known !== undefined) return known;
  try {
    const point = Point.fromBytes(publicKey, false);
    if (point.isSmallOrder() || !point.isTorsionFree()) return undefined;
    if (points.size >= maxPoints) points.delete(points.keys().next().value ?? '');
    points.set(name, point);
    return point;
  } catch {
    return undefined;
  }
}
