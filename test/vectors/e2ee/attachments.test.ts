import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decryptFile, encryptFile } from '../../../conformance/e2ee/file.ts';
import type { Attachment } from '../../../src/e2ee/attachment-form.ts';
import { load } from '../load.ts';
import { answerOnFile, blobOf, type FileVector, fileOf, node } from './files.ts';
import { resultOf } from './steps.ts';

const { vectors } = load<FileVector & { attachment: Attachment; expected: string }>('attachments.json');

describe('by the library', () => {
  for (const vector of vectors) {
    test(vector.name, async () => {
      const { expected, attachment } = await answerOnFile(vector);
      assert.equal(expected, vector.expected);
      if (expected !== 'ok') return;
      assert.deepEqual(attachment, vector.attachment);
      const { blob: _, ...unknown } = vector;
      assert.equal((await answerOnFile(unknown)).expected, 'ok', 'the blob that it makes is another');
    });
  }
});

describe('by the suite', () => {
  for (const vector of vectors) {
    test(vector.name, () => {
      const { size, key, attachment, expected } = vector;
      const made = encryptFile(fileOf(size), node, Buffer.from(key, 'base64url'));
      const blob = blobOf(vector, made.blob);
      if (expected === 'ok') assert.deepEqual(made.attachment, attachment);
      const { verdict, value } = resultOf(() => decryptFile(blob, attachment));
      assert.equal(verdict, expected);
      if (value) assert.deepEqual(Buffer.from(value), Buffer.from(fileOf(size)));
    });
  }
});
