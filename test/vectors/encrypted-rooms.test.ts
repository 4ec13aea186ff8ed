import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { replayLog } from '../../conformance/wire/room-log.ts';
import { verifyJson } from '../../conformance/wire/signature.ts';
import type { SequencedEvent } from '../../conformance/wire/types.ts';
import { applyEntry } from '../../src/core/room-log.ts';
import { replay } from '../core/room.ts';
import { load, verdictOf } from './load.ts';
import { matches } from './schemas.ts';

interface Vector {
  after: number;
  item: SequencedEvent;
  expected: string;
}

const { log, vectors } = load<Vector, { log: SequencedEvent[] }>('encrypted-rooms.json');

describe('by the suite', () => {
  test('the log is good, and so is each entry but for the rule that it breaks', () => {
    assert.deepEqual(replayLog(log).problems, []);
    for (const { item, name } of vectors) assert.deepEqual(replayLog([...log, item]).problems, [], name);
  });

  test('the keys are what the names say', () => {
    const [bob] = Object.keys(keysIn('power 50 with keys'));
    for (const { name, rule, expected } of vectors.filter((vector) => vector.rule === 'ENC-023')) {
      const keys = keysIn(name)[bob ?? ''];
      const form = matches('VerifiedUser', keys) && keys?.account_key.account_key.user === bob;
      const crossed = keys?.manifest.cross_signature !== undefined;
      assert.equal(form && crossed, expected !== 'ECCP_BAD_EVENT', `${rule} ${name}`);
      if (expected === 'ECCP_BAD_SIGNATURE') assert.equal(holds(keys), false, name);
    }
    assert.ok(holds(keysIn('power 50 with keys')[bob ?? '']));
  });
});

describe('by the node', () => {
  for (const vector of vectors) {
    test(vector.name, () => {
      const { state, recent } = replay(log.slice(0, vector.after));
      assert.equal(
        verdictOf(() => applyEntry(state, vector.item, recent)),
        vector.expected,
      );
    });
  }
});

// biome-ignore lint/suspicious/noExplicitAny: what is looked into here is malformed in every way
type Keys = any;

function keysIn(name: string): { [user: string]: Keys } {
  const content = vectors.find((vector) => vector.name === name)?.item.content;
  return (content?.verified ?? {}) as { [user: string]: Keys };
}

/** Whether all three signatures hold. */
function holds({ account_key: account, manifest: said }: Keys): boolean {
  const key = account.account_key.ed25519;
  return (
    verifyJson(key, 'eccp.account-key-sig.v1', account.account_key, account.signature) &&
    verifyJson(said.manifest.ed25519, 'eccp.manifest-sig.v1', said.manifest, said.signature) &&
    verifyJson(key, 'eccp.cross-sig.v1', said.manifest, said.cross_signature)
  );
}
