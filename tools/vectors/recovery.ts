import type { JsonObject } from '../../src/core/canonical-json.ts';
import { fromBase64url, toBase64url, utf8 } from '../../src/e2ee/bytes.ts';
import { bound, canonicalText, hashBytes } from '../../src/e2ee/json.ts';
import { type Recovery, type RecoveryBundle, sealRecovery } from '../../src/e2ee/recovery.ts';
import { writeRecoveryKey } from '../../src/e2ee/recovery-key.ts';
import { cipher } from '../../src/e2ee/schedule.ts';
import { bytesOf, counting } from './devices.ts';
import { flipped } from './spoilt.ts';

const user = '@alice:example.org';
const key = Uint8Array.from({ length: 16 }, (_, i) => 17 * i);
const content: Recovery = {
  v: 1,
  account_key: { version: 2, seed: bytesOf(1) },
  pins: { '@bob:remote.example': { version: 1, ed25519: bytesOf(2) } },
};

/** Recovery keys as they are written down, and bundles (spec/27-recovery.md). */
export function recovery(): JsonObject {
  return {
    about: 'Recovery keys as people write and type them, and recovery bundles.',
    vectors: [...keys(), ...bundles()],
  };
}

function keys(): JsonObject[] {
  const written = writeRecoveryKey(key);
  const [zero, ones] = [new Uint8Array(16), new Uint8Array(16).fill(255)];
  const withV = new Uint8Array(16).fill(0xdb);
  const read = (rule: string, name: string, text: string, of: Uint8Array = key) => {
    return { name, rule, text, key: toBase64url(of), written: writeRecoveryKey(of), expected: 'ok' };
  };
  const refused = (name: string, text: string) => ({ name, rule: 'REC-003', text, expected: 'malformed' });
  return [
    read('REC-001', 'a recovery key', written),
    read('REC-001', 'zero bytes', writeRecoveryKey(zero), zero),
    read('REC-001', 'bytes FF', writeRecoveryKey(ones), ones),
    read('REC-001', 'a check that begins with a zero byte', writeRecoveryKey(zeroCheck()), zeroCheck()),
    read('REC-002', 'in lower case, without hyphens', written.toLowerCase().replaceAll('-', '')),
    read('REC-002', 'with spaces and a line break', ` ${written.replace('-', '\n').replaceAll('-', ' ')} `),
    read('REC-002', 'O, I and L for 0 and 1', writeRecoveryKey(zero).replaceAll('0', 'o').replace('1', 'L'), zero),
    read('REC-002', 'i for 1', writeRecoveryKey(zero).replaceAll('0', 'O').replace('1', 'i'), zero),
    refused('a character too few', written.slice(0, -1)),
    refused('a character too many', `${written}0`),
    refused('nothing', ''),
    refused('the letter U', written.replace(/[1-9]/, 'U')),
    refused('the letter U for Z', written.replace('Z', 'U')),
    refused('the letter U for V', writeRecoveryKey(withV).replace('V', 'U')),
    refused('a letter that is a capital I in Turkish', writeRecoveryKey(zero).replace('1', 'ı')),
    refused('another character', `${written[0] === '2' ? '3' : '2'}${written.slice(1)}`),
    refused('two characters exchanged', `${written.slice(0, 5)}${written[6]}${written[5]}${written.slice(7)}`),
  ];
}

/** The first of the keys 1, 2, … in big-endian order of which that is so. */
function zeroCheck(): Uint8Array {
  for (let number = 1; ; number++) {
    const key = new Uint8Array(16);
    new DataView(key.buffer).setUint32(12, number);
    if (hashBytes('eccp.recovery-key.v1', key)[0] === 0) return key;
  }
}

function bundles(): JsonObject[] {
  const good = sealRecovery(key, user, 3, content, counting(5));
  const none = sealRecovery(key, user, 1, { ...content, pins: {} }, counting(6));
  const withZero = sealRecovery(key, user, 3, content, (length) => Uint8Array.from({ length }, (_, i) => i % 2));
  const opened = (rule: string, name: string, bundle: RecoveryBundle, of: Recovery, known: number) => {
    return { name, rule, key: toBase64url(key), user, known, bundle, recovery: of, expected: 'ok' };
  };
  const refused = (rule: string, name: string, expected: string, bundle: JsonObject, changes: JsonObject = {}) => {
    return { name, rule, key: toBase64url(key), user, known: 3, bundle, expected, ...changes };
  };
  const { pins: _, ...unpinned } = content;
  return [
    opened('REC-010', 'a bundle', good, content, 3),
    opened('REC-010', 'a salt with a zero byte in it', withZero, content, 3),
    opened('REC-015', 'a version above the one known', good, content, 2),
    opened('REC-012', 'a bundle without pins', none, { ...content, pins: {} }, 0),
    refused(
      'REC-014',
      'the bundle of another user',
      'mismatch',
      sealRecovery(key, '@bob:remote.example', 3, content, counting(5)),
    ),
    refused('REC-015', 'a version below the one known', 'replayed', good, { known: 4 }),
    refused('REC-011', 'another version', 'bad_ciphertext', { ...good, version: 4 }),
    refused(
      'REC-011',
      'another user',
      'bad_ciphertext',
      { ...good, user: '@bob:remote.example' },
      { user: '@bob:remote.example' },
    ),
    refused('REC-016', 'another recovery key', 'bad_ciphertext', good, { key: bytesOf(1, 16) }),
    refused('REC-016', 'another salt', 'bad_ciphertext', { ...good, salt: bytesOf(1) }),
    refused('REC-016', 'a ciphertext that was altered', 'bad_ciphertext', {
      ...good,
      ciphertext: flipped(good.ciphertext),
    }),
    refused('REC-016', 'a plaintext without pins', 'malformed', sealed(canonicalText(unpinned))),
    refused(
      'REC-016',
      'a plaintext that is not in canonical form',
      'malformed',
      sealed(JSON.stringify({ ...unpinned, pins: {} })),
    ),
    refused(
      'REC-016',
      'a plaintext with an unknown member',
      'malformed',
      sealed(canonicalText({ ...content, note: 1 })),
    ),
    refused('HAND-004', 'a bundle with an unknown member', 'malformed', { ...good, note: 'x' }),
    refused('HAND-004', 'the version 0', 'malformed', { ...good, version: 0 }),
    refused('HAND-004', 'a salt of 31 bytes', 'malformed', { ...good, salt: bytesOf(1, 31) }),
  ];
}

/** A bundle of whatever text. */
function sealed(text: string): JsonObject {
  const salt = bytesOf(5);
  const header = { algorithm: 'eccp.recovery.v1', user, version: 3, salt };
  const by = cipher(key, fromBase64url(salt), 'eccp.recovery.v1', bound('eccp.recovery-ad.v1', header));
  return { ...header, ciphertext: toBase64url(by.encrypt(utf8(text))) };
}
