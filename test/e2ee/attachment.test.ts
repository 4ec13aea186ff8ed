import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decryptAttachment, encryptAttachment } from '../../src/e2ee/attachment.ts';
import { type Attachment, paddedSize } from '../../src/e2ee/attachment-form.ts';
import { E2eeError } from '../../src/e2ee/error.ts';

const node = 'example.org';

async function encrypted(file: Uint8Array[]) {
  const parts = encryptAttachment(file, node);
  const segments: Uint8Array[] = [];
  let next = await parts.next();
  for (; !next.done; next = await parts.next()) segments.push(next.value);
  return { blob: Buffer.concat(segments), attachment: next.value };
}

/** What was given out, and how it ended. */
async function decrypted(blob: Uint8Array, attachment: Attachment): Promise<{ file: Buffer; verdict: string }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of decryptAttachment([blob], attachment)) parts.push(part);
  } catch (error) {
    if (!(error instanceof E2eeError)) throw error;
    return { file: Buffer.concat(parts), verdict: error.code };
  }
  return { file: Buffer.concat(parts), verdict: 'ok' };
}

describe('an attachment', () => {
  test('has a fresh secret each time, and so another blob', async () => {
    const file = [Buffer.from('the same')];
    const [one, two] = [await encrypted(file), await encrypted(file)];
    assert.notEqual(one.attachment.key, two.attachment.key);
    assert.notEqual(one.attachment.media_id, two.attachment.media_id);
    assert.ok(!one.blob.equals(two.blob));
  });

  test('comes back whole, however its bytes were cut up', async () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (sizes) => {
        const file = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
        const { blob, attachment } = await encrypted(file);
        const back = await decrypted(blob, attachment);
        assert.equal(back.verdict, 'ok');
        assert.ok(back.file.equals(Buffer.concat(file)));
      }),
      { numRuns: 40 },
    );
  });

  test('gives out nothing but its beginning, and never its end, when a bit was flipped or the end is missing', async () => {
    const file = Buffer.alloc(140_000, 'abcdefg');
    const { blob, attachment } = await encrypted([file]);
    const change = fc.record({ at: fc.nat({ max: blob.length - 1 }), bit: fc.nat({ max: 7 }), isCut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, bit, isCut }) => {
        const altered = isCut ? blob.subarray(0, at) : Buffer.from(blob);
        if (!isCut) altered[at] = (altered[at] ?? 0) ^ (1 << bit);
        const back = await decrypted(altered, attachment);
        assert.equal(back.verdict, 'bad_ciphertext');
        assert.ok(back.file.length < file.length && back.file.equals(file.subarray(0, back.file.length)));
      }),
      { numRuns: 60 },
    );
  });

  test('has the media id of its blob, with the SHA-256 of Node and without it', async () => {
    const { getBuiltinModule } = process;
    const inNode = await encrypted([new Uint8Array(100_000)]);
    let elsewhere: Awaited<ReturnType<typeof encrypted>> | undefined;
    try {
      Object.assign(process, { getBuiltinModule: undefined });
      elsewhere = await encrypted([new Uint8Array(100_000)]);
    } finally {
      Object.assign(process, { getBuiltinModule });
    }
    for (const { blob, attachment } of [inNode, elsewhere]) {
      const hash = createHash('sha256').update('eccp.media.v1\0').update(blob).digest('base64url');
      assert.equal(attachment.media_id, hash);
      assert.equal((await decrypted(blob, attachment)).verdict, 'ok');
    }
  });

  test('passes on what goes wrong with its source', async () => {
    async function* broken() {
      yield new Uint8Array(200_000);
      throw new Error('the disk is gone');
    }
    const parts = encryptAttachment(broken(), node);
    await assert.rejects(async () => {
      for await (const _ of parts);
    }, /the disk is gone/);
  });

  test('has at most 12 % of padding from 1024 bytes on, and sizes that look alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 2 ** 40 }), (size) => {
        const padded = paddedSize(size);
        assert.ok(padded >= size && padded <= size * 1.12, `${size}: ${padded}`);
        assert.equal(paddedSize(padded), padded);
      }),
    );
    assert.equal(new Set(Array.from({ length: 1025 }, (_, size) => paddedSize(size))).size, 1);
  });
});
