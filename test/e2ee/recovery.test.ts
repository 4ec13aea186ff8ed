import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { openRecovery, type Recovery, type RecoveryBundle, sealRecovery } from '../../src/e2ee/recovery.ts';
import { newRecoveryKey, readRecoveryKey, writeRecoveryKey } from '../../src/e2ee/recovery-key.ts';
import { flipBit } from './flip.ts';
import { codeOf } from './people.ts';

const user = '@alice:example.org';
const recovery: Recovery = { v: 1, account_key: { version: 1, seed: 'A'.repeat(43) }, pins: {} };

describe('recovery', () => {
  test('has a fresh key and a fresh salt each time', () => {
    assert.notDeepEqual(newRecoveryKey(), newRecoveryKey());
    const key = newRecoveryKey();
    const [one, two] = [1, 1].map((version) => sealRecovery(key, user, version, recovery));
    assert.notEqual(one?.salt, two?.salt);
    assert.notEqual(one?.ciphertext, two?.ciphertext);
  });

  test('reads every key as it was written, and finds one wrong character', () => {
    const keys = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(
        keys,
        fc.nat({ max: 38 }),
        fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'),
        (key, at, other) => {
          const text = writeRecoveryKey(key);
          assert.match(text, /^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
          assert.deepEqual(readRecoveryKey(text), key);
          if (text[at] === '-' || text[at] === other) return;
          assert.equal(
            codeOf(() => readRecoveryKey(text.slice(0, at) + other + text.slice(at + 1))),
            'malformed',
          );
        },
      ),
    );
  });

  test('opens no bundle in which a bit was flipped', () => {
    const key = newRecoveryKey();
    const bundle = sealRecovery(key, user, 3, recovery);
    fc.assert(
      fc.property(fc.nat(), (bit) => {
        const altered = flipBit(bundle, bit) as RecoveryBundle | undefined;
        if (altered !== undefined)
          assert.notEqual(
            codeOf(() => openRecovery(key, user, 0, altered)),
            'ok',
          );
      }),
      { numRuns: 400 },
    );
    assert.deepEqual(openRecovery(key, user, 3, bundle), recovery);
  });
});
