import { toBase64url } from '../../src/core/encoding.ts';
import { loadSigningKey, type SigningKey } from '../../src/core/signing.ts';

// What would be random or a clock in a node is fixed here, so that the vectors come out the same in every run.

/** The time at which everything in the vectors starts, in milliseconds since 1970. */
export const startTime = 1_775_001_600_000;

/** A hash and a key id of nothing that exists. */
export const otherHash = 'exC55bjTACLQwBhq_HUwgl3u2sQ5TVnFx2M2EFGajlE';

/** The key that an Ed25519 seed of 32 bytes makes. */
export function keyFrom(seed: Uint8Array): SigningKey {
  const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return loadSigningKey(Buffer.concat([pkcs8Prefix, seed]));
}

/** The key whose seed is 32 times the same byte. */
export function keyOf(byte: number): SigningKey {
  return keyFrom(Buffer.alloc(32, byte));
}

/** The nonce of 16 times the same byte. */
export function nonceOf(byte: number): string {
  return toBase64url(Buffer.alloc(16, byte));
}
