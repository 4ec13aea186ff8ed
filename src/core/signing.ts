import {
  createPrivateKey,
  createPublicKey,
  hash as digest,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify as verifyRaw,
} from 'node:crypto';
import { Point } from '@noble/ed25519';
import { canonicalize, type JsonObject } from './canonical-json.ts';
import { fromBase64url, toBase64url } from './encoding.ts';
import { EccpError } from './errors.ts';

export type HashDomain =
  | 'eccp.event.v1'
  | 'eccp.entry.v1'
  | 'eccp.content.v1'
  | 'eccp.state.v1'
  | 'eccp.key.v1'
  | 'eccp.key-document.v1'
  | 'eccp.audit.v1'
  | 'eccp.account-key.v1';
export type SignatureDomain =
  | 'eccp.event-sig.v1'
  | 'eccp.entry-sig.v1'
  | 'eccp.key-document-sig.v1'
  | 'eccp.host-consent-sig.v1'
  | 'eccp.freshness-sig.v1'
  | 'eccp.http.v1'
  | 'eccp.audit-sig.v1'
  | 'eccp.account-key-sig.v1'
  | 'eccp.manifest-sig.v1'
  | 'eccp.cross-sig.v1'
  | 'eccp.revocations-sig.v1'
  | 'eccp.prekey-sig.v1';

/** A node's private key, with what others need to know about it. */
export interface SigningKey {
  readonly keyId: string;
  /** The raw public key in base64url. */
  readonly publicKey: string;
  /** Signs `domain ‖ 0x00 ‖ canonical(object)`; the signature is base64url. */
  sign(domain: SignatureDomain, object: JsonObject): string;
  /** The private key as PKCS#8 PEM, the form that loadSigningKey reads. */
  toPem(): string;
}

/** `H(domain, bytes)`: SHA-256 over `domain ‖ 0x00 ‖ bytes`, in base64url. A string stands for its UTF-8 bytes. */
export function hash(domain: HashDomain, bytes: Uint8Array | string): string {
  const input = typeof bytes === 'string' ? `${domain}\0${bytes}` : Buffer.concat([Buffer.from(`${domain}\0`), bytes]);
  return digest('sha256', input, 'base64url');
}

/**
 * The key id of a public key (ID-070).
 *
 * @throws EccpError ECCP_BAD_ENCODING unless it is 32 bytes in base64url.
 */
export function keyId(publicKey: string): string {
  return `ed25519:${hash('eccp.key.v1', fromBase64url(publicKey, 32))}`;
}

export function generateSigningKey(): SigningKey {
  return signingKey(generateKeyPairSync('ed25519').privateKey);
}

/**
 * @param pkcs8 the private key, as PEM text or DER bytes.
 * @throws EccpError ECCP_BAD_KEY unless it holds an Ed25519 private key.
 */
export function loadSigningKey(pkcs8: string | Uint8Array): SigningKey {
  let key: KeyObject;
  try {
    key =
      typeof pkcs8 === 'string'
        ? createPrivateKey(pkcs8)
        : createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new EccpError('ECCP_BAD_KEY', 'not a PKCS#8 private key', {}, { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new EccpError('ECCP_BAD_KEY', 'not an Ed25519 private key');
  return signingKey(key);
}

/**
 * Refuses a public key that not every implementation would treat alike: one that is not 32 bytes, not the canonical encoding
 * of a point on the curve, or has a small-order part.
 *
 * @throws EccpError ECCP_BAD_KEY
 */
export function checkPublicKey(publicKey: string): void {
  importPublicKey(publicKey);
}

/** The encoding of the neutral element. */
const neutral = Buffer.from([1, ...new Array<number>(31).fill(0)]);

/**
 * Whether a signature over `domain ‖ 0x00 ‖ canonical(object)` is good by RFC 8032, strict and without the cofactor: OpenSSL
 * refuses S ≥ L (ID-072) and compares the recomputed R byte for byte (ID-073), but takes keys that are refused here first.
 * False as well for a key or signature that is malformed.
 */
export function verify(publicKey: string, domain: SignatureDomain, object: JsonObject, signature: string): boolean {
  const message = signedBytes(domain, object);
  try {
    const bytes = fromBase64url(signature, 64);
    if (neutral.equals(bytes.subarray(0, 32))) return false; // ID-076: OpenSSL takes it or not, by its version
    return verifyRaw(null, message, importPublicKey(publicKey), bytes);
  } catch (error) {
    if (error instanceof EccpError) return false;
    throw error;
  }
}

function signingKey(privateKey: KeyObject): SigningKey {
  const { x: publicKey } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (publicKey === undefined) throw new EccpError('ECCP_BAD_KEY', 'a private key without a public one');
  return {
    keyId: keyId(publicKey),
    publicKey,
    sign: (domain, object) => toBase64url(sign(null, signedBytes(domain, object), privateKey)),
    toPem: () => privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function signedBytes(domain: SignatureDomain, object: JsonObject): Buffer {
  return Buffer.from(`${domain}\0${canonicalize(object)}`);
}

// The check costs a scalar multiplication, so good keys are remembered. Oldest first out, so that a flood of keys cannot grow it.
const maxImported = 1000;
const imported = new Map<string, KeyObject>();

function importPublicKey(publicKey: string): KeyObject {
  const known = imported.get(publicKey);
  if (known !== undefined) return known;
  let point: Point;
  try {
    point = Point.fromBytes(fromBase64url(publicKey, 32)); // ID-074: refuses y ≥ p, and the sign bit where x = 0
  } catch (cause) {
    throw new EccpError('ECCP_BAD_KEY', 'not the canonical encoding of an Ed25519 point', {}, { cause });
  }
  if (point.isSmallOrder() || !point.isTorsionFree())
    throw new EccpError('ECCP_BAD_KEY', 'the key has a small-order part'); // ID-075
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  if (imported.size >= maxImported) {
    const [oldest = ''] = imported.keys();
    imported.delete(oldest);
  }
  imported.set(publicKey, key);
  return key;
}
