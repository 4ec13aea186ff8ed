import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Bundle, lock, spell, unlock, unspell } from '../../../conformance/e2ee/recovery.ts';
import { openRecovery, type Recovery, type RecoveryBundle, sealRecovery } from '../../../src/e2ee/recovery.ts';
import { readRecoveryKey, writeRecoveryKey } from '../../../src/e2ee/recovery-key.ts';
import { load } from '../load.ts';
import { resultOf } from './steps.ts';

interface Vector {
  text?: string;
  written?: string;
  key: string;
  user: string;
  known: number;
  bundle: RecoveryBundle;
  recovery: Recovery;
  expected: string;
}

const { vectors } = load<Vector>('recovery.json');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));

for (const [who, { read, write, open, seal }] of Object.entries({
  'by the library': {
    read: readRecoveryKey,
    write: writeRecoveryKey,
    open: openRecovery,
    seal: (key: Uint8Array, user: string, version: number, recovery: Recovery, salt: Uint8Array) =>
      sealRecovery(key, user, version, recovery, () => salt),
  },
  'by the suite': {
    read: unspell,
    write: spell,
    open: (key: Uint8Array, user: string, known: number, bundle: RecoveryBundle) =>
      unlock(key, user, known, bundle as Bundle),
    seal: lock,
  },
})) {
  describe(who, () => {
    for (const { name, text, written, key, user, known, bundle, recovery, expected } of vectors) {
      test(name, () => {
        if (text !== undefined) {
          const { verdict, value } = resultOf(() => read(text));
          assert.equal(verdict, expected);
          if (value === undefined) return;
          assert.deepEqual(value, bytes(key));
          assert.equal(write(value), written);
          return;
        }
        const { verdict, value } = resultOf(() => open(bytes(key), user, known, bundle));
        assert.equal(verdict, expected);
        if (verdict !== 'ok') return;
        assert.deepEqual(value, recovery);
        assert.deepEqual(seal(bytes(key), user, bundle.version, recovery, bytes(bundle.salt)), bundle);
      });
    }
  });
}
