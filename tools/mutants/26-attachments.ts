// Mutants of chapter 26: client libraries.
import type { Mutant } from './mutant.ts';

const ATTACHMENT = 'src/e2ee/attachment.ts';
const FORM = 'src/e2ee/attachment-form.ts';
const DECRYPT = "const plaintext = crypto.subtle.decrypt({ name: 'AES-GCM', iv }, cipher, bytes);";
const SHORT = 'if (held?.i !== count - 1 || held.bytes.length !== lastSize)';

/** Decrypts a segment that does not stand in its place, where that works. */
function alsoAt(nonce: string): string {
  return `const plaintext = crypto.subtle
      .decrypt({ name: 'AES-GCM', iv }, cipher, bytes)
      .catch(async () => await crypto.subtle.decrypt({ name: 'AES-GCM', iv: ${nonce} }, cipher, bytes));`;
}

export const mutants: readonly Mutant[] = [
  {
    requirement: 'ATT-002',
    breaks: 'derives key and prefix from the secret up to its first zero byte',
    file: FORM,
    find: "derive(zeros, fromBase64url(secret, 32), 'eccp.attachment.v1', 39)",
    put: "derive(zeros, fromBase64url(secret, 32).subarray(0, (fromBase64url(secret, 32).indexOf(0) + 33) % 33 || 32), 'eccp.attachment.v1', 39)",
  },
  {
    requirement: 'ATT-003',
    breaks: 'pads files below 64 KiB in finer steps than are due',
    file: FORM,
    find: 'const unit = 2 ** (highest - bitLength(highest));',
    put: 'const unit = 2 ** (highest - bitLength(highest + 1));',
  },
  {
    requirement: 'ATT-003',
    breaks: 'pads files of up to 2 KiB to a whole KiB',
    file: FORM,
    find: 'if (size <= smallest) return smallest;',
    put: 'if (size <= smallest) return smallest; if (size <= 2 * smallest) return 2 * smallest;',
  },
  {
    requirement: 'ATT-003',
    breaks: 'pads a file of 1024 bytes with another KiB',
    file: FORM,
    find: 'if (size <= smallest) return smallest;',
    put: 'if (size < smallest) return smallest; if (size === smallest) return 2 * smallest;',
  },
  {
    requirement: 'ATT-004',
    breaks: 'writes the number of a segment the least significant byte first',
    file: FORM,
    find: 'place.setUint32(0, i);',
    put: 'place.setUint32(0, i, true);',
  },
  {
    requirement: 'ATT-004',
    breaks: 'marks no segment as the last where there are several',
    file: FORM,
    find: 'place.setUint8(4, isLast ? 1 : 0);',
    put: 'place.setUint8(4, isLast && i === 0 ? 1 : 0);',
  },
  {
    requirement: 'ATT-005',
    breaks: 'hashes the first 140000 bytes of the blob alone',
    file: ATTACHMENT,
    find: 'for await (const segment of blob) { hasher.update(segment);',
    put: 'let hashed = 0; for await (const segment of blob) { hasher.update(segment.subarray(0, Math.max(0, 140_000 - hashed))); hashed += segment.length;',
  },
  {
    requirement: 'ATT-010',
    breaks: 'does not see that the end of a blob is cut off',
    file: ATTACHMENT,
    find: DECRYPT,
    put: alsoAt('segmentNonce(prefix, i, !isLast)'),
  },
  {
    requirement: 'ATT-010',
    breaks: 'does not see that the beginning of a blob is cut off',
    file: ATTACHMENT,
    find: DECRYPT,
    put: alsoAt('segmentNonce(prefix, i + 1, isLast)'),
  },
  {
    requirement: 'ATT-010',
    breaks: 'puts segments out that were exchanged',
    file: ATTACHMENT,
    find: DECRYPT,
    put: alsoAt('segmentNonce(prefix, 1 - i, isLast)'),
  },
  {
    requirement: 'ATT-010',
    breaks: 'leaves what follows a blob alone',
    file: ATTACHMENT,
    find: "if (held.i >= count) refuse('the blob is longer than its size says');",
    put: '',
    more: [
      {
        file: ATTACHMENT,
        find: 'hasher.update(bytes); if (held) yield held;',
        put: 'hasher.update(bytes); if (held?.i === count - 1) continue; if (held) yield held;',
      },
      { file: ATTACHMENT, find: SHORT, put: 'held?.bytes; if (held === undefined)' },
      {
        file: ATTACHMENT,
        find: 'yield { ...held, isLast: true }; } function refuse',
        put: 'yield { ...held, bytes: held.bytes.subarray(0, lastSize), isLast: true }; } function refuse',
      },
    ],
  },
  {
    requirement: 'ATT-010',
    breaks: 'says of a blob of another length that its hash is another',
    file: ATTACHMENT,
    find: "return refuse('the blob is shorter than its size says');",
    put: "throw new E2eeError('mismatch', 'the blob is shorter than its size says');",
  },
  {
    requirement: 'ATT-010',
    breaks: 'says of a segment that does not decrypt that it is malformed',
    file: ATTACHMENT,
    find: 'await plaintext.catch(refuse)',
    put: "await plaintext.catch(() => { throw new E2eeError('malformed', 'it does not decrypt'); })",
  },
  {
    requirement: 'ATT-011',
    breaks: 'does not look at the padding',
    file: ATTACHMENT,
    find: "if (bytes.subarray(content.length).some((byte) => byte !== 0)) refuse('the padding is not zero');",
    put: '',
  },
  {
    requirement: 'ATT-011',
    breaks: 'looks at the last byte of the padding alone',
    file: ATTACHMENT,
    find: 'bytes.subarray(content.length).some((byte) => byte !== 0)',
    put: 'content.length < bytes.length && bytes.at(-1) !== 0',
  },
  {
    requirement: 'ATT-012',
    breaks: 'does not look at the hash',
    file: ATTACHMENT,
    find: 'if (isLast && toBase64url(hasher.digest()) !== attachment.media_id)',
    put: 'if (false)',
  },
  {
    requirement: 'ATT-012',
    breaks: 'says of a blob with another hash that it does not decrypt',
    file: ATTACHMENT,
    find: "throw new E2eeError('mismatch', 'the blob has another hash');",
    put: "throw new E2eeError('bad_ciphertext', 'the blob has another hash');",
  },
];
