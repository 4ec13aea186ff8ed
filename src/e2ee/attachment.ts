// eccp.attachment.v1: files as streams (chapter 26). The bulk goes through WebCrypto, which browsers and Node both have.
import {
  type Attachment,
  checkAttachment,
  maxFileSize,
  mediaDomain,
  paddedSize,
  segmentCount,
  segmentKeys,
  segmentNonce,
  segmentSize,
  tagSize,
} from './attachment-form.ts';
import { type Random, systemRandom, toBase64url, utf8 } from './bytes.ts';
import { E2eeError } from './error.ts';
import { newSha256, type RunningHash } from './running-hash.ts';
import { type Bytes, inOrder, piecesOf } from './segments.ts';

/** So many segments are encrypted or decrypted at a time: enough to keep WebCrypto's threads busy. */
const atOnce = 8;

type Segment = { i: number; bytes: Uint8Array<ArrayBuffer>; isLast: boolean };

/**
 * Encrypts a file. It yields the blob, and returns the descriptor when all of it was taken.
 *
 * @param node the one that will keep the blob.
 * @throws E2eeError malformed for a file of more than 2^40 bytes; whatever reading the source throws
 */
export async function* encryptAttachment(
  source: Bytes,
  node: string,
  random: Random = systemRandom,
): AsyncGenerator<Uint8Array, Attachment> {
  const secret = toBase64url(random(32));
  const { key, prefix } = segmentKeys(secret);
  const cipher = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  const hasher = newSha256();
  hasher.update(utf8(mediaDomain));
  const counted = { size: 0 };
  const blob = inOrder(numbered(piecesOf(padded(source, counted), segmentSize)), atOnce, async (segment) => {
    const iv = segmentNonce(prefix, segment.i, segment.isLast);
    return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, cipher, segment.bytes));
  });
  for await (const segment of blob) {
    hasher.update(segment);
    yield segment;
  }
  const media_id = toBase64url(hasher.digest());
  return { algorithm: 'eccp.attachment.v1', node, media_id, key: secret, size: counted.size };
}

/**
 * Decrypts a blob. It yields the file in segments as they are good; the file is whole only when it ends without an error.
 *
 * @throws E2eeError malformed for a descriptor that is none, bad_ciphertext, mismatch; whatever reading the source throws
 */
export async function* decryptAttachment(source: Bytes, attachment: Attachment): AsyncGenerator<Uint8Array> {
  checkAttachment(attachment, 'attachment');
  const { key, prefix } = segmentKeys(attachment.key);
  const cipher = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  const hasher = newSha256();
  hasher.update(utf8(mediaDomain));
  const segments = inOrder(expected(source, attachment.size, hasher), atOnce, async ({ i, bytes, isLast }) => {
    const iv = segmentNonce(prefix, i, isLast);
    const plaintext = crypto.subtle.decrypt({ name: 'AES-GCM', iv }, cipher, bytes);
    return { i, isLast, bytes: new Uint8Array(await plaintext.catch(refuse)) };
  });
  for await (const { i, bytes, isLast } of segments) {
    // The last segment was read when the blob had ended, so that the hash is complete (ATT-012, ATT-013).
    if (isLast && toBase64url(hasher.digest()) !== attachment.media_id) {
      throw new E2eeError('mismatch', 'the blob has another hash');
    }
    const content = bytes.subarray(0, Math.max(0, attachment.size - i * segmentSize));
    if (bytes.subarray(content.length).some((byte) => byte !== 0)) refuse('the padding is not zero'); // ATT-011
    if (content.length > 0) yield content;
  }
}

/** The file and its padding (ATT-003). @param counted gets the file's size. */
async function* padded(source: Bytes, counted: { size: number }): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    counted.size += chunk.length;
    if (counted.size > maxFileSize) throw new E2eeError('malformed', 'the file is too large');
    yield chunk;
  }
  const zeros = new Uint8Array(segmentSize);
  for (let left = paddedSize(counted.size) - counted.size; left > 0; left -= segmentSize) yield zeros.subarray(0, left);
}

/** The pieces with their numbers; a piece is known to be the last once nothing comes after it. */
async function* numbered(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<Segment> {
  let before: Segment | undefined;
  for await (const bytes of pieces) {
    if (before) yield before;
    before = { i: before === undefined ? 0 : before.i + 1, bytes, isLast: false };
  }
  if (before) yield { ...before, isLast: true };
}

/** The segments of a blob as its size says they have to be (ATT-010). */
async function* expected(source: Bytes, size: number, hasher: RunningHash): AsyncGenerator<Segment> {
  const count = segmentCount(size);
  const lastSize = paddedSize(size) - (count - 1) * segmentSize + tagSize;
  let held: Segment | undefined;
  for await (const bytes of piecesOf(source, segmentSize + tagSize)) {
    hasher.update(bytes);
    if (held) yield held;
    held = { i: held === undefined ? 0 : held.i + 1, bytes, isLast: false };
    if (held.i >= count) refuse('the blob is longer than its size says');
  }
  if (held?.i !== count - 1 || held.bytes.length !== lastSize) return refuse('the blob is shorter than its size says');
  yield { ...held, isLast: true };
}

function refuse(cause: unknown): never {
  throw new E2eeError('bad_ciphertext', 'the blob was altered, cut or put together anew', { cause });
}
