import { createCipheriv, createHash } from 'node:crypto';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import { encryptAttachment } from '../../src/e2ee/attachment.ts';
import { type Attachment, segmentKeys, segmentNonce } from '../../src/e2ee/attachment-form.ts';
import { hashBytes } from '../../src/e2ee/json.ts';
import { bytesOf } from './devices.ts';

const node = 'example.org';
const key = bytesOf(7);
const bytesWithZero = Uint8Array.from({ length: 32 }, (_, i) => (i === 16 ? 0 : 7));
const segment = 65_536;
const sealed = segment + 16;
/** Three segments, the last of which is shorter. */
const large = 150_000;

/** Files and their blobs (spec/26-attachments.md). */
export async function attachments(): Promise<JsonObject> {
  const good = [];
  for (const size of [0, 1, 1024, 1025, 33_000, 65_535, 65_536, 65_537, 131_072, 131_073, large, 1_000_000]) {
    good.push(await whole(size));
  }
  good.push({ ...(await whole(1, bytesWithZero)), name: 'a secret with a zero byte in it' });
  return {
    about: 'Files, the blobs that they are encrypted to, and blobs that were altered, cut or put together anew.',
    vectors: [...good, ...(await bad())],
  };
}

/** Byte i of a file of the vectors is i mod 251. */
export function fileOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => i % 251);
}

async function encrypted(
  size: number,
  secret = new Uint8Array(32).fill(7),
): Promise<{ blob: Buffer; attachment: Attachment }> {
  const parts = encryptAttachment([fileOf(size)], node, () => secret);
  const segments: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await parts.next();
    if (done) return { blob: Buffer.concat(segments), attachment: value };
    segments.push(value);
  }
}

async function whole(size: number, secret?: Uint8Array<ArrayBuffer>): Promise<JsonObject> {
  const { blob, attachment } = await encrypted(size, secret);
  const shown = blob.length < 2000 ? { blob: blob.toString('base64url') } : {};
  const rule = size < 1024 ? 'ATT-002' : size < segment ? 'ATT-003' : size === large ? 'ATT-005' : 'ATT-004';
  const name = `${size} byte${size === 1 ? '' : 's'}`;
  return { name, rule, size, key: attachment.key, ...shown, attachment, expected: 'ok' };
}

async function bad(): Promise<JsonObject[]> {
  const { blob, attachment } = await encrypted(large);
  /** Pieces of the good blob, put together, under a descriptor that has their hash. */
  const put = (rule: string, name: string, pieces: [number, number][], changes: JsonObject = {}, flip?: number) => {
    const altered = Buffer.concat(pieces.map(([from, to]) => blob.subarray(from, to)));
    if (flip !== undefined) altered[flip] = (altered[flip] ?? 0) ^ 1;
    const described = { ...attachment, media_id: mediaId(altered), ...changes };
    return {
      name,
      rule,
      size: large,
      key,
      pieces,
      ...(flip === undefined ? {} : { flip }),
      attachment: described,
      expected: 'bad_ciphertext',
    };
  };
  const [a, b, end] = [sealed, 2 * sealed, blob.length];
  const all: [number, number] = [0, end];
  const small = await encrypted(100);
  const made = (rule: string, name: string, altered: Buffer, expected: string, changes: JsonObject = {}) => ({
    name,
    rule,
    size: 100,
    key,
    blob: altered.toString('base64url'),
    attachment: { ...small.attachment, media_id: mediaId(altered), ...changes },
    expected,
  });
  const flippedSmall = Buffer.from(small.blob);
  flippedSmall[1039] = (flippedSmall[1039] ?? 0) ^ 1;
  return [
    put('ATT-010', 'a bit of the first segment flipped', [all], {}, 0),
    put('ATT-010', 'a bit of the last tag flipped', [all], {}, end - 1),
    put('ATT-010', 'the first two segments exchanged', [
      [a, b],
      [0, a],
      [b, end],
    ]),
    put('ATT-010', 'the first segment twice', [
      [0, a],
      [0, a],
      [b, end],
    ]),
    put('ATT-010', 'without the last segment', [[0, b]]),
    put('ATT-010', 'without the last segment, of the size that is left', [[0, b]], { size: 2 * segment }),
    put('ATT-010', 'without the first segment', [[a, end]]),
    put('ATT-010', 'without the first segment, of the size that is left', [[a, end]], { size: large - segment }),
    put('ATT-010', 'without the last byte', [[0, end - 1]]),
    put('ATT-010', 'nothing', []),
    put('ATT-010', 'a byte more', [all, [0, 1]]),
    put('ATT-010', 'a segment more', [all, [b, end]]),
    put('ATT-010', 'a larger size', [all], { size: 160_000 }),
    put('ATT-002', 'another key', [all], { key: bytesOf(8) }),
    made('ATT-010', 'a bit of a small blob flipped', flippedSmall, 'bad_ciphertext'),
    made('ATT-011', 'a padding of one byte 1, and zero bytes', withPadding(1), 'bad_ciphertext'),
    made('ATT-011', 'a size below that of the file', small.blob, 'bad_ciphertext', { size: 99 }),
    made('ATT-012', 'the hash of something else', small.blob, 'mismatch', { media_id: mediaId(Buffer.alloc(1)) }),
    made('ATT-012', 'the hash without its domain', small.blob, 'mismatch', { media_id: plainHash(small.blob) }),
    made('HAND-004', 'a negative size', small.blob, 'malformed', { size: -1 }),
    made('HAND-004', 'a size of more than 2^40', small.blob, 'malformed', { size: 2 ** 40 + 1 }),
    made('HAND-004', 'an unknown member', small.blob, 'malformed', { note: 'x' }),
    made('HAND-004', 'another algorithm', small.blob, 'malformed', { algorithm: 'eccp.attachment.v2' }),
  ];
}

/** The file of 100 bytes, encrypted with a padding that is not zero. */
function withPadding(byte: number): Buffer {
  const { key: cipherKey, prefix } = segmentKeys(key);
  const plain = Buffer.alloc(1024);
  plain.set(fileOf(100));
  plain[100] = byte;
  const cipher = createCipheriv('aes-256-gcm', cipherKey, segmentNonce(prefix, 0, true));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function mediaId(blob: Uint8Array): string {
  return Buffer.from(hashBytes('eccp.media.v1', blob)).toString('base64url');
}

function plainHash(blob: Uint8Array): string {
  return createHash('sha256').update(blob).digest('base64url');
}
