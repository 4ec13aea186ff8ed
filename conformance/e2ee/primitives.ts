// The cryptography of section 23.1, by node:crypto.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
} from 'node:crypto';
import { canonical } from '../wire/canonical.ts';
import { separated } from '../wire/hash.ts';
import type { Json } from '../wire/json.ts';
import { verifyJson } from '../wire/signature.ts';
import { bytes } from './forms.ts';
import { Refusal } from './refusal.ts';

export const none = new Uint8Array(32);

export function hkdf(salt: Uint8Array, secret: Uint8Array, info: Uint8Array | string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, length));
}

/** A chain step: the message key, and the next chain key. */
export function advance(chain: Uint8Array): [Uint8Array, Uint8Array] {
  const hmac = (byte: number) => new Uint8Array(createHmac('sha256', chain).update(Uint8Array.of(byte)).digest());
  return [hmac(1), hmac(2)];
}

const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** The public key of an X25519 private key. */
export function publicOf(secret: Uint8Array): string {
  const { x } = createPublicKey(privateKey(secret)).export({ format: 'jwk' });
  return x ?? '';
}

function privateKey(secret: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([pkcs8, secret]), format: 'der', type: 'pkcs8' });
}

/** @throws Refusal bad_key */
export function x25519(secret: Uint8Array, publicKey: string): Uint8Array {
  // 2^255 − 19 in little-endian order: all FF but the first byte and the last.
  const encoded = bytes(publicKey);
  const value = BigInt(`0x${Buffer.from(encoded).reverse().toString('hex')}`);
  if (encoded.length !== 32 || value >= 2n ** 255n - 19n) throw new Refusal('bad_key', 'not below the prime');
  const theirs = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: publicKey }, format: 'jwk' });
  try {
    const shared = diffieHellman({ privateKey: privateKey(secret), publicKey: theirs });
    if (shared.every((byte) => byte === 0)) throw new Error('all zero');
    return new Uint8Array(shared);
  } catch (error) {
    throw new Refusal('bad_key', String(error));
  }
}

/** Refuses a key before anything is agreed with it: clamped, every private key gives zero with a point of small order. @throws Refusal bad_key */
export function requireAgreementKey(publicKey: string): void {
  x25519(Buffer.alloc(32, 1), publicKey);
}

/** AES-256-GCM under `HKDF(salt, secret, info, 44)`, the tag at the end. */
export function seal(
  secret: Uint8Array,
  salt: Uint8Array,
  info: string,
  plain: Uint8Array,
  ad: Uint8Array,
): Uint8Array {
  const material = hkdf(salt, secret, info, 44);
  return gcmSeal(material.subarray(0, 32), material.subarray(32), plain, ad);
}

export function gcmSeal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, ad: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(ad);
  return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

/** @throws Refusal bad_ciphertext */
export function open(
  secret: Uint8Array,
  salt: Uint8Array,
  info: string,
  sealed: Uint8Array,
  ad: Uint8Array,
): Uint8Array {
  const material = hkdf(salt, secret, info, 44);
  return gcmOpen(material.subarray(0, 32), material.subarray(32), sealed, ad);
}

/** @throws Refusal bad_ciphertext */
export function gcmOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, ad: Uint8Array): Uint8Array {
  if (sealed.length < 16) throw new Refusal('bad_ciphertext', 'shorter than a tag');
  const cipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(ad).setAuthTag(sealed.subarray(-16));
  const plain = cipher.update(sealed.subarray(0, -16));
  try {
    return new Uint8Array(Buffer.concat([plain, cipher.final()]));
  } catch (error) {
    throw new Refusal('bad_ciphertext', String(error));
  }
}

/** `bound(domain, object)` of section 23.1. */
export function bound(domain: string, object: Json): Uint8Array {
  return separated(domain, canonical(object));
}

/** @throws Refusal bad_signature */
export function requireSigned(publicKey: string, domain: string, object: Json, signature: string): void {
  let good = false;
  try {
    good = verifyJson(publicKey, domain, object, signature);
  } catch {} // a key that section 3.9 refuses
  if (!good) throw new Refusal('bad_signature', `in ${domain}`);
}

/** The public key of an Ed25519 seed. */
export function publicSigningKey(seed: Uint8Array): string {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'jwk' }).x ?? '';
}
