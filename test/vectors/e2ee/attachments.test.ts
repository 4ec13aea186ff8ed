import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decryptFile, encryptFile } from '../../../conformance/e2ee/file.ts';
import { decryptAttachment, encryptAttachment } from '../../../src/e2ee/attachment.ts';
import type { Attachment } from '../../../src/e2ee/attachment-form.ts';
import { load } from '../load.ts';
import { resultOf } from './steps.ts';

interface Vector {
  size: number;
  key: string;
  blob?: string;
  pieces?: [number, number][];
  flip?: number;
  attachment: Attachment;
  expected: string;
}

const { vectors } = load<Vector>('attachments.json');
const fileOf = (size: number) => Uint8Array.from({ length: size }, (_, i) => i % 251);
const node = 'example.org';

/** What is decrypted: the blob of the vector, or the good blob's pieces. */
function given({ blob, pieces, flip }: Vector, good: Uint8Array): Uint8Array {
  if (blob !== undefined) return Buffer.from(blob, 'base64url');
  const put = pieces ? Buffer.concat(pieces.map(([from, to]) => good.subarray(from, to))) : good;
  if (flip !== undefined) put[flip] = (put[flip] ?? 0) ^ 1;
  return put;
}

describe('by the library', () => {
  for (const vector of vectors) {
    test(vector.name, async () => {
      const { size, key, attachment, expected } = vector;
      const parts = encryptAttachment(chunks(fileOf(size), 10_007), node, () => Buffer.from(key, 'base64url'));
      const segments: Uint8Array[] = [];
      let next = await parts.next();
      for (; !next.done; next = await parts.next()) segments.push(next.value);
      const good = Buffer.concat(segments);
      const blob = given(vector, Buffer.from(good));
      if (expected === 'ok') {
        assert.deepEqual(next.value, attachment);
        assert.ok(good.equals(blob));
      }
      const file: Uint8Array[] = [];
      let verdict = 'ok';
      try {
        for await (const part of decryptAttachment(chunks(blob, 30_011), attachment)) file.push(part);
      } catch (error) {
        verdict = resultOf(() => {
          throw error;
        }).verdict;
      }
      assert.equal(verdict, expected);
      const given_out = Buffer.concat(file);
      if (expected === 'ok') assert.ok(given_out.equals(fileOf(size)));
      else assert.ok(given_out.length === 0 || given_out.length < attachment.size, 'the end was given out'); // ATT-013
      assert.ok(given_out.equals(fileOf(size).subarray(0, given_out.length)), 'something else than the beginning');
    });
  }
});

describe('by the suite', () => {
  for (const vector of vectors) {
    test(vector.name, () => {
      const { size, key, attachment, expected } = vector;
      const made = encryptFile(fileOf(size), node, Buffer.from(key, 'base64url'));
      const blob = given(vector, Buffer.from(made.blob));
      if (expected === 'ok') assert.deepEqual(made.attachment, attachment);
      const { verdict, value } = resultOf(() => decryptFile(blob, attachment));
      assert.equal(verdict, expected);
      if (value) assert.deepEqual(Buffer.from(value), Buffer.from(fileOf(size)));
    });
  }
});

function* chunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
