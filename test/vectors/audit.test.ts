import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashJson } from '../../conformance/wire/hash.ts';
import type { Json, JsonObject } from '../../conformance/wire/json.ts';
import { chainProblems } from '../../conformance/wire/key-document.ts';
import { keyId, verifyJson } from '../../conformance/wire/signature.ts';
import type { SignedKeyDocument } from '../../conformance/wire/types.ts';
import { AuditVerifier } from '../../src/core/audit-verifier.ts';
import { EccpError } from '../../src/core/errors.ts';
import { load } from './load.ts';
import { matches } from './schemas.ts';

type Signed = { record: JsonObject & { node: string; seq: number; prev: string | null } } & {
  hash: string;
  key: string;
  signature: string;
};

interface Vector {
  records: Signed[];
  expected: string;
  at?: number;
}

interface File {
  node: string;
  documents: SignedKeyDocument[];
}

const { node, documents, vectors } = load<Vector, File>('audit.json');

describe('by the suite', () => {
  const keys = new Map(documents.flatMap(({ document }) => document.keys).map((key) => [keyId(key), key]));

  /** Section 19.6: whether a record is good after another. */
  function isGood({ record, hash, key, signature }: Signed, before: Signed | undefined): boolean {
    const publicKey = keys.get(key);
    const place = before
      ? record.seq === before.record.seq + 1 && record.prev === before.hash
      : (record.seq === 0) === (record.prev === null);
    return (
      matches('SignedAuditRecord', { record, hash, key, signature }) &&
      place &&
      record.node === node &&
      hash === hashJson('eccp.audit.v1', record as Json) &&
      publicKey !== undefined &&
      verifyJson(publicKey, 'eccp.audit-sig.v1', record as Json, signature)
    );
  }

  test('the key documents are good', () => assert.deepEqual(chainProblems(documents, node), []));

  for (const { name, records, expected, at } of vectors) {
    test(name, () => {
      const bad = records.findIndex((record, i) => !isGood(record, records[i - 1]));
      assert.deepEqual(bad === -1 ? { expected: 'ok', at: undefined } : { expected: 'refused', at: bad }, {
        expected,
        at,
      });
    });
  }
});

describe('by the node', () => {
  for (const { name, records, expected, at } of vectors) {
    test(name, () => {
      const verifier = new AuditVerifier();
      verifier.learn(documents);
      const good = at ?? records.length;
      for (const record of records.slice(0, good)) verifier.take(record as Json);
      assert.equal(verifier.verified.count, good);
      assert.equal(expected, at === undefined ? 'ok' : 'refused');
      if (at !== undefined) assert.throws(() => verifier.take(records[at] as Json), EccpError);
    });
  }
});
