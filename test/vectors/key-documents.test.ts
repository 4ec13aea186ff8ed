import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashJson } from '../../conformance/wire/hash.ts';
import { carriedProblems, chainProblems } from '../../conformance/wire/key-document.ts';
import { keyId, loadKey } from '../../conformance/wire/signature.ts';
import type { KeyDocument, SignedKeyDocument } from '../../conformance/wire/types.ts';
import { documentHash, extendChain, verifyChain, verifyCheckpoint } from '../../src/core/key-document.ts';
import { load, verdictOf } from './load.ts';
import { matches } from './schemas.ts';

interface Vector {
  held?: SignedKeyDocument[];
  in_force?: SignedKeyDocument | null;
  documents: SignedKeyDocument[];
  expected: string;
  holds?: string[];
}

const { node, vectors } = load<Vector, { node: string }>('key-documents.json');

describe('by the suite', () => {
  const hash = (document: KeyDocument) => hashJson('eccp.key-document.v1', document);
  /** What the suite says of a document, by the code that it amounts to. */
  const kinds: [errcode: string, problem: RegExp][] = [
    ['ECCP_KEY_CONTINUITY', /belongs to another node|follows version|prev_hash|no longer revokes|the newest alone/],
    ['ECCP_BAD_KEY', /lists no key|revokes its own key/],
    ['ECCP_BAD_SIGNATURE', /is not signed by|gives up the recovery key|does not count/],
  ];

  /** The code of the first kind of problem that there is: documents are looked at for their place first, then for keys, then for signatures. */
  function verdictOn(problems: string[], documents: SignedKeyDocument[]): string {
    const found = kinds.find(([, kind]) => problems.some((problem) => kind.test(problem)))?.[0] ?? 'ok';
    const keys = documents.flatMap(({ document: { keys, recovery_key } }) => [
      ...keys,
      ...(recovery_key ? [recovery_key] : []),
    ]);
    const badKey = keys.some((key) => {
      try {
        loadKey(key);
        return false;
      } catch {
        return true;
      }
    });
    return badKey && found !== 'ECCP_KEY_CONTINUITY' ? 'ECCP_BAD_KEY' : found;
  }

  /** Section 13.4: each document continues the newest held or, signed by a recovery key, any that is held. */
  function take({ held = [], documents }: Vector): { verdict: string; holds: string[] } {
    let chain = held;
    for (const signed of documents) {
      const at = chain.findIndex(({ document }) => hash(document) === signed.document.prev_hash);
      const base = chain[at]?.document;
      const newest = chain.at(-1)?.document.version ?? 0;
      const recovery = base?.recovery_key !== undefined && Object.hasOwn(signed.signatures, keyId(base.recovery_key));
      const leads = at === chain.length - 1 || (recovery && signed.document.version > newest);
      const verdict = base && leads ? verdictOn(chainProblems([signed], node, base), [signed]) : 'ECCP_KEY_CONTINUITY';
      if (verdict !== 'ok') return { verdict, holds: [] };
      chain = [...chain.slice(0, at + 1), signed];
    }
    return { verdict: 'ok', holds: chain.map(({ document }) => hash(document)) };
  }

  for (const vector of vectors) {
    test(vector.name, () => {
      const { rule, documents, held, in_force, expected } = vector;
      if (held !== undefined) {
        assert.deepEqual(chainProblems(held, node), []);
        assert.deepEqual(take(vector), { verdict: expected, holds: vector.holds ?? [] });
        return;
      }
      if (rule === 'ID-080') {
        assert.equal(expected, 'ECCP_KEY_CONTINUITY');
        const [document] = documents;
        assert.ok(!matches('SignedKeyDocument', document) || document?.document.node !== node);
        return;
      }
      if (documents.length === 0) return assert.equal(expected, 'ECCP_KEY_CONTINUITY');
      const problems =
        in_force === undefined
          ? chainProblems(documents, node)
          : carriedProblems(documents, node, in_force?.document ?? undefined);
      assert.equal(verdictOn(problems, documents), expected, problems.join('\n'));
    });
  }

  test('what is good matches the schema', () => {
    const good = vectors.filter(({ expected }) => expected === 'ok').flatMap(({ documents }) => documents);
    assert.ok(good.length > 30 && good.every((signed) => matches('SignedKeyDocument', signed)));
  });
});

describe('by the node', () => {
  for (const { name, documents, held, in_force, expected, holds } of vectors) {
    test(name, () => {
      let chain = held ?? [];
      const verdict = verdictOf(() => {
        if (in_force === null) verifyCheckpoint(documents, node);
        else if (held === undefined) verifyChain(documents, node, in_force?.document);
        else for (const signed of documents) ({ chain } = extendChain(chain, signed, node));
      });
      assert.equal(verdict, expected);
      if (holds !== undefined)
        assert.deepEqual(
          chain.map(({ document }) => documentHash(document)),
          holds,
        );
    });
  }
});
