// The key schedule: every key that chapters 23 to 27 derive comes from one of these functions.
import { gcm } from '@noble/ciphers/aes.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64url, littleEndian, toBase64url, utf8 } from './bytes.ts';
import { E2eeError } from './error.ts';
import type { KeyPair } from './signature.ts';

const prime = 2n ** 255n - 19n;

/** 32 zero bytes: the salt where there is none. */
export const zeros = new Uint8Array(32);

/** `HKDF(salt, ikm, info, length)`; a text as info stands for its ASCII bytes. */
export function derive(salt: Uint8Array, secret: Uint8Array, info: Uint8Array | string, length: number): Uint8Array {
  return hkdf(sha256, secret, salt, typeof info === 'string' ? utf8(info) : info, length);
}

/** The chain step of chapters 24 and 25: the key of one message, and the chain key for the next. */
export function chainStep(chain: Uint8Array): { messageKey: Uint8Array; next: Uint8Array } {
  return { messageKey: hmac(sha256, chain, Uint8Array.of(1)), next: hmac(sha256, chain, Uint8Array.of(2)) };
}

/** @param secret 32 random bytes. */
export function agreementPair(secret: Uint8Array): KeyPair {
  return { secret: toBase64url(secret), public: toBase64url(x25519.getPublicKey(secret)) };
}

/** Any private key will do: clamping makes each a multiple of the cofactor, with which a point of small order gives zero. */
const probe = toBase64url(new Uint8Array(32).fill(9));

/**
 * Refuses a public key before anything is agreed with it.
 *
 * @throws E2eeError bad_key (HAND-001)
 */
export function requireAgreementKey(publicKey: string): void {
  agree(probe, publicKey);
}

/**
 * `X25519(a, B)`.
 *
 * @param secret,publicKey 32 bytes in base64url.
 * @throws E2eeError bad_key for a public key that HAND-001 refuses.
 */
export function agree(secret: string, publicKey: string): Uint8Array {
  const [own, theirs] = [fromBase64url(secret, 32), fromBase64url(publicKey, 32)];
  if (littleEndian(theirs) >= prime) throw new E2eeError('bad_key', 'the public key has another encoding');
  let shared: Uint8Array;
  try {
    shared = x25519.getSharedSecret(own, theirs);
  } catch (cause) {
    throw new E2eeError('bad_key', 'there is no secret with this public key', { cause });
  }
  if (shared.every((byte) => byte === 0)) throw new E2eeError('bad_key', 'there is no secret with this public key');
  return shared;
}

/**
 * A message under a key that encrypts nothing else.
 *
 * @param secret what cipher key and nonce are derived from.
 * @param info the name of the use.
 * @param ad the associated data.
 * @returns the ciphertext with its tag, base64url.
 */
export function seal(secret: Uint8Array, info: string, plaintext: Uint8Array, ad: Uint8Array): string {
  return toBase64url(cipher(secret, zeros, info, ad).encrypt(plaintext));
}

/**
 * The plaintext of what `seal` made.
 *
 * @throws E2eeError bad_ciphertext
 */
export function open(secret: Uint8Array, info: string, ciphertext: string, ad: Uint8Array): Uint8Array {
  return decrypted(cipher(secret, zeros, info, ad), fromBase64url(ciphertext));
}

/** AES-256-GCM with key and nonce from `HKDF(salt, secret, info, 44)`. */
export function cipher(secret: Uint8Array, salt: Uint8Array, info: string, ad: Uint8Array): ReturnType<typeof gcm> {
  const material = derive(salt, secret, info, 44);
  return gcm(material.subarray(0, 32), material.subarray(32), ad);
}

/** @throws E2eeError bad_ciphertext */
export function decrypted(by: ReturnType<typeof gcm>, ciphertext: Uint8Array): Uint8Array {
  try {
    return by.decrypt(ciphertext);
  } catch (cause) {
    throw new E2eeError('bad_ciphertext', 'it does not decrypt', { cause });
  }
}
