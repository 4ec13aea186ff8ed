import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trusted, trustedRevocations } from '../../../conformance/e2ee/devices.ts';
import { type Manifest, type SignedManifest, verifyManifest } from '../../../src/e2ee/manifest.ts';
import { type Revocations, type SignedRevocations, verifyRevocations } from '../../../src/e2ee/revocations.ts';
import { load } from '../load.ts';
import { resultOf } from './steps.ts';

interface Vector {
  manifest?: SignedManifest;
  list?: SignedRevocations;
  held?: Manifest & Revocations;
  revocations?: Revocations;
  expected: string;
}

const { user, device, account_key, vectors } = load<Vector, { user: string; device: string; account_key: string }>(
  'manifests.json',
);

describe('by the library', () => {
  for (const { name, manifest, list, held, revocations, expected } of vectors) {
    test(name, () => {
      const known = { user, accountKey: account_key, ...(held ? { held } : {}) };
      const { verdict, value } = resultOf(() => {
        if (manifest) return verifyManifest(manifest, { ...known, device, ...(revocations ? { revocations } : {}) });
        return verifyRevocations(list ?? assert.fail(), known);
      });
      assert.equal(verdict, expected);
      if (verdict === 'ok') assert.deepEqual(value, manifest?.manifest ?? list?.revocations);
    });
  }
});

describe('by the suite', () => {
  for (const { name, manifest, list, held, revocations, expected } of vectors) {
    test(name, () => {
      const known = { ...(held ? { held } : {}), ...(revocations ? { revocations } : {}) };
      const { verdict, value } = resultOf(() => {
        if (manifest) return trusted(manifest, user, device, account_key, known);
        return trustedRevocations(list ?? assert.fail(), user, account_key, held);
      });
      assert.equal(verdict, expected);
      if (verdict === 'ok') assert.deepEqual(value, manifest?.manifest ?? list?.revocations);
    });
  }
});
