// eccp.attachment.v1: padding, segments and the descriptor (section 26.1).
import { concat, fromBase64url } from './bytes.ts';
import { constant, id, key, object, requireThat } from './form.ts';
import { derive, zeros } from './schedule.ts';

/** Bytes of plaintext in a segment; the last one may have fewer. */
export const segmentSize = 65_536;
export const tagSize = 16;
/** The largest file, in bytes: its segments' numbers fit 4 bytes many times over. */
export const maxFileSize = 2 ** 40;
const smallest = 1024;

/** What it takes to fetch and decrypt a file. */
export type Attachment = {
  algorithm: 'eccp.attachment.v1';
  /** The node that keeps the blob. */
  node: string;
  media_id: string;
  key: string;
  size: number;
};

export const checkAttachment = object({
  algorithm: constant('eccp.attachment.v1'),
  node: id,
  media_id: key,
  key,
  size: (value, name) =>
    requireThat(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maxFileSize, name),
});

/** What is hashed before the blob: the domain of media ids. */
export const mediaDomain = 'eccp.media.v1\0';

/** How many bytes a file has with its padding (Padmé). */
export function paddedSize(size: number): number {
  if (size <= smallest) return smallest;
  const highest = bitLength(size) - 1;
  const unit = 2 ** (highest - bitLength(highest));
  return Math.ceil(size / unit) * unit;
}

function bitLength(number: number): number {
  let bits = 0;
  while (2 ** bits <= number) bits++;
  return bits;
}

/** How many segments a file has, padding included. */
export function segmentCount(size: number): number {
  return Math.ceil(paddedSize(size) / segmentSize);
}

/** The key of a blob, and what its segments' nonces begin with (ATT-002). */
export function segmentKeys(secret: string): { key: Uint8Array<ArrayBuffer>; prefix: Uint8Array } {
  const material = derive(zeros, fromBase64url(secret, 32), 'eccp.attachment.v1', 39);
  return { key: concat(material.subarray(0, 32)), prefix: material.subarray(32) };
}

/** The nonce of segment `i`. */
export function segmentNonce(prefix: Uint8Array, i: number, isLast: boolean): Uint8Array<ArrayBuffer> {
  const place = new DataView(new ArrayBuffer(5));
  place.setUint32(0, i);
  place.setUint8(4, isLast ? 1 : 0);
  return concat(prefix, new Uint8Array(place.buffer));
}
