// AUD-001 to AUD-012: the audit log as the node writes it.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { documentHash, signDocument } from '../../src/core/key-document.ts';
import { generateSigningKey } from '../../src/core/signing.ts';
import { type OperatorFixture, operatorFixture, peer } from './policy-fixture.ts';

async function start(t: TestContext): Promise<OperatorFixture> {
  const fixture = await operatorFixture();
  t.after(() => fixture.end());
  return fixture;
}

const refused = { kind: 'federation.refused', actor: peer, subject: '/x', errcode: 'ECCP_REPLAY' };

test('records made at the same time form one chain without holes', async (t) => {
  const { audit, store, records } = await start(t);
  await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      i % 2 === 0
        ? audit.record({ kind: 'test.alone', actor: 'node', detail: { i } })
        : store.write((trx) => audit.append(trx, { kind: 'test.within', actor: 'node', detail: { i } })),
    ),
  );
  const made = await records(); // verifies the chain
  assert.deepEqual(
    made.map(({ seq }) => seq),
    Array.from({ length: 201 }, (_, i) => i),
  );
  assert.equal(new Set(made.map(({ detail }) => detail.i)).size, 201);
});

test('a record in a transaction that fails is not made, and leaves no hole', async (t) => {
  const { audit, store, records } = await start(t);
  const failing = store.write(async (trx) => {
    await audit.append(trx, { kind: 'test.failed', actor: 'node' });
    throw new Error('no');
  });
  await assert.rejects(failing, /^Error: no$/);
  await audit.record({ kind: 'test.after', actor: 'node' });
  assert.deepEqual(
    (await records()).map(({ seq, kind }) => [seq, kind]),
    [
      [0, 'policy.changed'],
      [1, 'test.after'],
    ],
  );
});

test('the chain goes on after a restart, and after the node has another key', async (t) => {
  const fixture = await start(t);
  await fixture.audit.record({ kind: 'test.before', actor: 'node' });
  const before = await fixture.records();
  await fixture.restart();
  const { identity } = fixture;
  const [first] = identity.chain;
  assert.ok(first);
  const key = generateSigningKey();
  const next = { ...first.document, version: 2, prev_hash: documentHash(first.document), keys: [key.publicKey] };
  identity.chain = [first, signDocument({ ...next, revoked: [identity.key.keyId] }, [identity.key, key])];
  identity.key = key;
  await fixture.audit.record({ kind: 'test.after', actor: 'node' });
  const after = await fixture.records();
  assert.deepEqual(after.slice(0, 2), before);
  assert.equal(after.length, 3);
  const { records } = await fixture.audit.page(2, 1);
  assert.equal(records[0]?.key, key.keyId);
});

test('a page starts where it was asked to, and tells exactly where there is more', async (t) => {
  const { audit } = await start(t);
  for (let i = 1; i < 5; i++) await audit.record({ kind: 'test.one', actor: 'node' });
  const seqs = async (from: number, limit: number) => {
    const { records, next } = await audit.page(from, limit);
    return [records.map(({ record }) => record.seq), next];
  };
  assert.deepEqual(await seqs(0, 2), [[0, 1], 2]);
  assert.deepEqual(await seqs(2, 2), [[2, 3], 4]);
  assert.deepEqual(await seqs(3, 2), [[3, 4], undefined]);
  assert.deepEqual(await seqs(4, 10), [[4], undefined]);
  assert.deepEqual(await seqs(5, 10), [[], undefined]);
  assert.equal((await audit.page(5, 1)).documents.length, 1);
});

test('everything that was said stands in the record; what was not said does not', async (t) => {
  const { audit, records } = await start(t);
  await audit.record({ ...refused, request_id: 'abcdefgh', detail: { why: 'seen' } });
  await audit.record({ kind: 'test.bare', actor: 'node', subject: undefined });
  const [, whole, bare] = await records();
  const { prev: _, ...rest } = whole ?? assert.fail();
  const said = { ...refused, request_id: 'abcdefgh', detail: { why: 'seen' } };
  assert.deepEqual(rest, { v: 1, node: 'node.test', seq: 1, ts: 1_767_225_600_000, ...said });
  assert.deepEqual(Object.keys(bare ?? {}), ['actor', 'detail', 'kind', 'node', 'prev', 'seq', 'ts', 'v']);
});

test('a subject of any length and content fits the form of a record', async (t) => {
  const { audit, records } = await start(t);
  await audit.record({ ...refused, subject: '/'.padEnd(400, 'x') });
  await audit.record({ ...refused, subject: `${'/'.padEnd(254, 'x')}\u{1F600}` });
  assert.deepEqual(
    (await records()).slice(1).map(({ subject }) => subject?.length),
    [255, 255],
  );
});

test('AUD-011: of a flood of refusals the first thousand are recorded, and the next one tells of those left out', async (t) => {
  const { audit, pass } = await start(t);
  await Promise.all(Array.from({ length: 1500 }, () => audit.record(refused)));
  await audit.record({ kind: 'room.frozen', actor: 'node', subject: 'another kind' });
  assert.equal((await audit.page(1001, 10)).records.length, 1, 'the record of another kind alone');
  pass(999);
  await audit.record(refused);
  assert.equal((await audit.page(1002, 10)).records.length, 0);
  pass(1);
  await audit.record({ ...refused, detail: { why: 'late' } });
  await audit.record(refused);
  pass(2000);
  await audit.record(refused);
  await audit.record(refused);
  const { records } = await audit.page(1002, 10);
  assert.deepEqual(
    records.map(({ record }) => record.detail),
    [{ unrecorded: 501, why: 'late' }, { unrecorded: 1 }, {}],
  );
});
