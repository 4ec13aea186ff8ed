// The suite's own encryption of files (chapter 26), a whole file at a time.
import { hashBytes } from '../wire/hash.ts';
import { bytes, requireForm } from './forms.ts';
import { gcmOpen, gcmSeal, hkdf, none } from './primitives.ts';
import { Refusal } from './refusal.ts';

export type Attachment = { algorithm: string; node: string; media_id: string; key: string; size: number };

const SEGMENT = 65_536;
const nothing = new Uint8Array(0);

/** @param secret 32 bytes, fresh but for vectors. */
export function encryptFile(
  file: Uint8Array,
  node: string,
  secret: Uint8Array,
): { blob: Uint8Array; attachment: Attachment } {
  const plain = Buffer.alloc(padded(file.length));
  plain.set(file);
  const segments = places(plain.length).map(({ from, to, nonce }) => {
    return gcmSeal(keyOf(secret), nonceOf(secret, nonce), plain.subarray(from, to), nothing);
  });
  const blob = new Uint8Array(Buffer.concat(segments));
  const key = Buffer.from(secret).toString('base64url');
  const media_id = hashBytes('eccp.media.v1', blob);
  return { blob, attachment: { algorithm: 'eccp.attachment.v1', node, media_id, key, size: file.length } };
}

/** @throws Refusal */
export function decryptFile(blob: Uint8Array, attachment: Attachment): Uint8Array {
  requireForm('Attachment', attachment);
  const { size } = attachment;
  const secret = bytes(attachment.key);
  const segments = places(padded(size));
  if (blob.length !== padded(size) + 16 * segments.length) throw new Refusal('bad_ciphertext', 'another length');
  const plain = Buffer.concat(
    segments.map(({ from, to, nonce }, i) => {
      const sealed = blob.subarray(from + 16 * i, to + 16 * (i + 1));
      return gcmOpen(keyOf(secret), nonceOf(secret, nonce), sealed, nothing);
    }),
  );
  if (hashBytes('eccp.media.v1', blob) !== attachment.media_id) throw new Refusal('mismatch', 'another hash');
  if (plain.subarray(size).some((byte) => byte !== 0)) throw new Refusal('bad_ciphertext', 'the padding is not zero');
  return new Uint8Array(plain.subarray(0, size));
}

/** By the words of section 26.1, on the digits of the binary number. */
function padded(size: number): number {
  if (size <= 1024) return 1024;
  const e = size.toString(2).length - 1;
  const unit = 2 ** (e - e.toString(2).length);
  return size % unit === 0 ? size : size - (size % unit) + unit;
}

/** Where the segments of so much plaintext lie, and what their nonces end with. */
function places(length: number): { from: number; to: number; nonce: Uint8Array }[] {
  const count = Math.ceil(length / SEGMENT);
  return Array.from({ length: count }, (_, i) => {
    const nonce = Buffer.alloc(5);
    nonce.writeUInt32BE(i);
    nonce[4] = i === count - 1 ? 1 : 0;
    return { from: i * SEGMENT, to: Math.min(length, (i + 1) * SEGMENT), nonce };
  });
}

function keyOf(secret: Uint8Array): Uint8Array {
  return hkdf(none, secret, 'eccp.attachment.v1', 39).subarray(0, 32);
}

function nonceOf(secret: Uint8Array, end: Uint8Array): Uint8Array {
  return Buffer.concat([hkdf(none, secret, 'eccp.attachment.v1', 39).subarray(32), end]);
}
