// Signatures that careless libraries accept, and public keys that they load (section 3.9).
import { Point, utils } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { canonical } from '../wire/canonical.ts';
import { fromBase64url, separated, toBase64url } from '../wire/hash.ts';
import type { Json } from '../wire/json.ts';
import type { PeerKey } from './identity.ts';

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
/** A point of order 8. */
const TORSION = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa');

/** The signature with S + L in place of S: the same for whoever does not compare with L (ID-072). */
export function beyondL(signature: string): string {
  const bytes = Buffer.from(fromBase64url(signature));
  const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + L;
  Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse().copy(bytes, 32);
  return toBase64url(bytes);
}

/**
 * A signature for which only `[8][S]B = [8]R + [8][k]A` holds, R having a part of small order: those who verify with the cofactor
 * take it, those who compare R refuse it (ID-073).
 */
export function cofactored(value: Json, { seed, publicKey }: PeerKey, domain = 'eccp.http.v1'): string {
  const message = separated(domain, canonical(value));
  const r = modL(sha512(new Uint8Array(Buffer.concat([seed, message]))));
  const encodedR = Point.BASE.multiply(r, false).add(TORSION).toBytes();
  const k = modL(sha512(new Uint8Array(Buffer.concat([encodedR, fromBase64url(publicKey), message]))));
  const s = (r + k * utils.getExtendedPublicKey(seed).scalar) % L;
  return toBase64url(Buffer.concat([encodedR, littleEndian(s)]));
}

/** A signature that holds by every equation, and whose R is the neutral element: it is as if r were 0 (ID-076). */
export function neutralR(value: Json, { seed, publicKey }: PeerKey, domain = 'eccp.http.v1'): string {
  const r = Point.ZERO.toBytes();
  const message = separated(domain, canonical(value));
  const k = modL(sha512(new Uint8Array(Buffer.concat([r, fromBase64url(publicKey), message]))));
  const s = (k * utils.getExtendedPublicKey(seed).scalar) % L;
  return toBase64url(Buffer.concat([r, littleEndian(s)]));
}

/** The public keys that no node may take, by the words in which scenarios ask for them (ID-074, ID-075). */
export const BAD_KEYS: Readonly<Record<string, (key: PeerKey) => string>> = {
  'of small order': () => toBase64url(TORSION.toBytes()),
  'that is the neutral element': () => toBase64url(Point.ZERO.toBytes()),
  'with a part of small order': ({ publicKey }) =>
    toBase64url(Point.fromBytes(fromBase64url(publicKey)).add(TORSION).toBytes()),
  'whose y is not below 2^255 − 19': () => toBase64url(Buffer.from(`ee${'ff'.repeat(30)}7f`, 'hex')),
  'with a sign bit where x is 0': () => toBase64url(Buffer.from(`01${'00'.repeat(30)}80`, 'hex')),
  'that is no point': () => toBase64url(Buffer.from(`02${'00'.repeat(31)}`, 'hex')),
};

function modL(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) % L;
}

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
}
