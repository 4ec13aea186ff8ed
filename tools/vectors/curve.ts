import { createHash } from 'node:crypto';
import { Point } from '@noble/ed25519';

// What it takes to make the signatures and keys that no signer makes: the arithmetic below RFC 8032, on bigints.

/** The order of the base point, and the prime of the field. */
export const { n: order, p: prime } = Point.CURVE();

/** A key pair as RFC 8032 section 5.1.5 derives it. */
export interface Pair {
  scalar: bigint;
  point: Point;
}

export function pairOf(seed: Uint8Array): Pair {
  const half = createHash('sha512').update(seed).digest().subarray(0, 32);
  half[0] = (half[0] ?? 0) & 0xf8;
  half[31] = ((half[31] ?? 0) & 0x7f) | 0x40;
  const scalar = toNumber(half) % order;
  return { scalar, point: Point.BASE.multiply(scalar) };
}

/** The eight points of small order: `torsion[i]` is i times a generator, so that its order is 8 / gcd(i, 8). */
export const torsion: readonly Point[] = [...Array(8).keys()].map((i) => {
  const generator = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
  return generator.multiply(BigInt(i), false);
});

/** The order of `torsion[i]`. */
export function orderOf(i: number): number {
  return [1, 8, 4, 8, 2, 8, 4, 8][i] ?? Number.NaN;
}

/** The encoding with this y and sign bit, canonical or not. */
export function encoding(y: bigint, sign = 0n): Uint8Array {
  return toBytes(y + (sign << 255n));
}

/** The k of RFC 8032 section 5.1.7: the hash of R, key and message, reduced. */
export function challenge(R: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return toNumber(createHash('sha512').update(R).update(key).update(message).digest()) % order;
}

/** 32 bytes, the least significant first. */
export function toBytes(number: bigint): Uint8Array {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse();
}

export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
