import { sha256 } from '@noble/hashes/sha2.js';

/** A SHA-256 over bytes that come one part after the other, which WebCrypto does not have. */
export interface RunningHash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** By node:crypto where the program runs in Node, several times as fast as JavaScript; there is nothing to import elsewhere. */
export function newSha256(): RunningHash {
  const native = globalThis.process?.getBuiltinModule?.('node:crypto');
  return native ? native.createHash('sha256') : sha256.create();
}
