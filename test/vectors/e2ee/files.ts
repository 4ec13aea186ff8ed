// What the library makes of a vector of attachments.json.
import assert from 'node:assert/strict';
import { decryptAttachment, encryptAttachment } from '../../../src/e2ee/attachment.ts';
import type { Attachment } from '../../../src/e2ee/attachment-form.ts';
import { resultOf } from './steps.ts';

export interface FileVector {
  size: number;
  key: string;
  blob?: string;
  pieces?: [number, number][];
  flip?: number;
  /** Absent where it has to be found out. */
  attachment?: Attachment;
}

/** Byte i of every file is i mod 251. */
export const fileOf = (size: number) => Uint8Array.from({ length: size }, (_, i) => i % 251);
export const node = 'example.org';

/** What is decrypted: the blob of the vector, or the good blob's pieces. */
export function blobOf({ blob, pieces, flip }: FileVector, good: Uint8Array): Uint8Array {
  if (blob !== undefined) return Buffer.from(blob, 'base64url');
  const put = pieces ? Buffer.concat(pieces.map(([from, to]) => good.subarray(from, to))) : Buffer.from(good);
  if (flip !== undefined) put[flip] = (put[flip] ?? 0) ^ 1;
  return put;
}

/**
 * Encrypts the file, and decrypts what the vector has.
 *
 * @returns the verdict on that, and the descriptor of the good blob
 */
export async function answerOnFile(vector: FileVector): Promise<{ expected: string; attachment: Attachment }> {
  const { size, key } = vector;
  const parts = encryptAttachment(chunks(fileOf(size), 10_007), node, () => Buffer.from(key, 'base64url'));
  const segments: Uint8Array[] = [];
  let next = await parts.next();
  for (; !next.done; next = await parts.next()) segments.push(next.value);
  const attachment = vector.attachment ?? next.value;
  const came: Uint8Array[] = [];
  let verdict = 'ok';
  try {
    const blob = blobOf(vector, Buffer.concat(segments));
    for await (const part of decryptAttachment(chunks(blob, 30_011), attachment)) came.push(part);
  } catch (error) {
    verdict = resultOf(() => {
      throw error;
    }).verdict;
  }
  const out = Buffer.concat(came);
  if (verdict === 'ok') assert.ok(out.equals(fileOf(size)), 'another file came out');
  else assert.ok(out.length === 0 || out.length < attachment.size, 'the end was given out'); // ATT-013
  assert.ok(out.equals(fileOf(size).subarray(0, out.length)), 'something else than the beginning was given out');
  return { expected: verdict, attachment: next.value };
}

function* chunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
