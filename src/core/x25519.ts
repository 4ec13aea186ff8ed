import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { fromBase64url } from './encoding.ts';
import { EccpError } from './errors.ts';

/** Any private key will do: clamping makes each a multiple of the cofactor, so that a point of small order gives zero with all of them. */
const probe = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), Buffer.alloc(32, 9)]),
  format: 'der',
  type: 'pkcs8',
});
const p = 2n ** 255n - 19n;

/**
 * Refuses an X25519 public key with which every agreement gives zero (RFC 7748 section 6.1), and one that is not the only spelling of its
 * value. That it is 32 bytes in base64url is its form, which is checked before.
 *
 * @throws EccpError ECCP_BAD_KEY
 */
export function checkAgreementKey(publicKey: string): void {
  const value = BigInt(`0x${Buffer.from(fromBase64url(publicKey, 32)).reverse().toString('hex')}`);
  if (value >= p) throw new EccpError('ECCP_BAD_KEY', 'not the canonical encoding of an X25519 key'); // MAN-017
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: publicKey }, format: 'jwk' });
    diffieHellman({ privateKey: probe, publicKey: key });
  } catch (cause) {
    throw new EccpError('ECCP_BAD_KEY', 'an X25519 key of small order', {}, { cause }); // MAN-017
  }
}
