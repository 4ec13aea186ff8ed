import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountKeyIs } from '../../../conformance/e2ee/account-keys.ts';
import {
  type AccountKey,
  compareAccountKey,
  type Pin,
  type SignedAccountKey,
  verifyAccountKey,
} from '../../../src/e2ee/account.ts';
import { load } from '../load.ts';
import { resultOf } from './steps.ts';

interface Vector {
  account_key: SignedAccountKey;
  pinned?: AccountKey | Pin;
  expected: string;
  is?: string;
}

const { user, vectors } = load<Vector, { user: string }>('account-keys.json');

/** On first contact there is nothing to compare with. */
function byLibrary(signed: SignedAccountKey, of: string, pinned: AccountKey | Pin | undefined): string {
  if (pinned) return compareAccountKey(signed, of, pinned);
  assert.deepEqual(verifyAccountKey(signed, of), signed.account_key);
  return 'first';
}

for (const [who, what] of [
  ['by the library', byLibrary],
  ['by the suite', accountKeyIs],
] as const) {
  describe(who, () => {
    for (const { name, account_key, pinned, expected, is } of vectors) {
      test(name, () => {
        const { verdict, value } = resultOf(() => what(account_key, user, pinned));
        assert.equal(verdict, expected);
        assert.equal(value, is);
      });
    }
  });
}
