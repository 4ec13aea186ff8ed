import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashJson } from '../../conformance/wire/hash.ts';
import type { Json } from '../../conformance/wire/json.ts';
import { chainProblems, keyIn } from '../../conformance/wire/key-document.ts';
import { verifyJson } from '../../conformance/wire/signature.ts';
import type { SignedKeyDocument } from '../../conformance/wire/types.ts';
import { EccpError } from '../../src/core/errors.ts';
import { takeAnswer } from '../../src/federation/key-answer.ts';
import { load } from './load.ts';
import { matches } from './schemas.ts';

interface Statement {
  freshness: { node: string; version: number; document_hash: string; valid_from: number; valid_until: number };
  key: string;
  signature: string;
}

interface Vector {
  statement: Statement;
  documents?: SignedKeyDocument[];
  expected: string;
}

const { node, now, held, vectors } = load<Vector, { node: string; now: number; held: SignedKeyDocument[] }>(
  'freshness.json',
);

describe('by the suite', () => {
  /** Section 13.3, with what is held. */
  function verdictOn({ statement, documents = [] }: Vector): string {
    const chain = [...held, ...documents];
    assert.deepEqual(chainProblems(chain, node), []);
    if (!matches('SignedFreshness', statement) || statement.freshness.node !== node) return 'ECCP_KEY_CONTINUITY';
    const { version, document_hash, valid_from, valid_until } = statement.freshness;
    const isLong = valid_until - valid_from > 604_800_000;
    if (isLong || valid_until <= now || valid_from > now + 60_000) return 'ECCP_KEY_ROLLBACK';
    if (version < (held.at(-1)?.document.version ?? 0)) return 'ECCP_KEY_ROLLBACK';
    const newest = chain.at(-1)?.document;
    if (newest?.version !== version || hashJson('eccp.key-document.v1', newest) !== document_hash) {
      return 'ECCP_KEY_CONTINUITY';
    }
    const key = keyIn(newest, statement.key);
    const signed = statement.freshness as Json;
    const good = key !== undefined && verifyJson(key, 'eccp.freshness-sig.v1', signed, statement.signature);
    return good ? 'ok' : 'ECCP_BAD_SIGNATURE';
  }

  for (const vector of vectors) test(vector.name, () => assert.equal(verdictOn(vector), vector.expected));
});

describe('by the node, as an answer of getKeys', () => {
  for (const { name, statement, documents = [], expected } of vectors) {
    test(name, async () => {
      const taken = await takeAnswer(node, held, { documents, freshness: { ...statement } }, now).then(
        ({ chain, freshness }) => {
          assert.deepEqual(chain, [...held, ...documents]);
          assert.deepEqual(freshness, statement);
          return 'ok';
        },
        (error: unknown) => {
          if (error instanceof EccpError) return error.errcode;
          throw error;
        },
      );
      assert.equal(taken, expected);
    });
  }
});
