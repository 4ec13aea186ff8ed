// POL-030 to POL-039: what is known of other nodes, and what the operator decides of them.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EccpError } from '../../src/core/errors.ts';
import { newDocument } from '../../src/core/key-document.ts';
import { firstPolicy } from '../../src/core/policy.ts';
import { generateSigningKey } from '../../src/core/signing.ts';
import type { EventId, NodeName, Peer, PeerDecision, Policy, RoomId } from '../../src/generated/api.ts';
import { admin, nodeName, type OperatorFixture, operatorFixture, other, peer } from './policy-fixture.ts';

const commonLimit = { per_second: 50, burst: 200 };

async function start(t: TestContext, first?: Policy): Promise<OperatorFixture> {
  const fixture = await operatorFixture(first);
  t.after(() => fixture.end());
  return fixture;
}

function decide({ peers }: OperatorFixture, action: PeerDecision['action'], node = peer): Promise<Peer> {
  return peers.decide(admin, node, { action });
}

async function kinds({ records }: OperatorFixture): Promise<unknown[]> {
  return (await records()).slice(1).map(({ kind, actor, subject, detail }) => [kind, actor, subject, detail]);
}

/** What list() says of a node once its last contact has been written. */
async function contactOf(
  { peers, store }: OperatorFixture,
  node = peer,
): Promise<Pick<Peer, 'last_success_ts' | 'last_failure'>> {
  for (let i = 0; i < 5; i++) await setImmediate();
  await store.read(async () => {});
  const [found] = (await peers.list()).filter((listed) => listed.node === node);
  const { last_success_ts, last_failure } = found ?? assert.fail(`no ${node}`);
  return { ...(last_success_ts && { last_success_ts }), ...(last_failure && { last_failure }) };
}

test('a fresh node knows nobody', async (t) => {
  assert.deepEqual(await (await start(t)).peers.list(), []);
});

test('approve makes a row for a node that was never heard of, and in open changes no policy', async (t) => {
  const fixture = await start(t);
  const expected = { node: peer, decision: 'allowed', approved: true, queued: 0, limit: commonLimit };
  assert.deepEqual(await decide(fixture, 'approve'), expected);
  assert.deepEqual(await fixture.peers.list(), [expected]);
  assert.equal(fixture.policy.version, 0);
  assert.deepEqual(await kinds(fixture), [['peer.approved', admin, peer, {}]]);
});

test('approve in allow_list puts the node on the list, once', async (t) => {
  const fixture = await start(t, firstPolicy('allow_list', []));
  assert.equal((await decide(fixture, 'approve')).decision, 'allowed');
  assert.equal((await decide(fixture, 'approve')).decision, 'allowed');
  assert.deepEqual([fixture.policy.version, fixture.policy.current().federation.allow], [1, [peer]]);
  const changes = { federation: { allow: { added: [peer], removed: [] } } };
  assert.deepEqual(await kinds(fixture), [
    ['peer.approved', admin, peer, {}],
    ['policy.changed', admin, undefined, { version: 1, changes }],
    ['peer.approved', admin, peer, {}],
  ]);
});

test('block and unblock change the policy, and an approved node stays approved', async (t) => {
  const fixture = await start(t, firstPolicy('moderated', []));
  await decide(fixture, 'approve');
  const blocked = await decide(fixture, 'block');
  assert.deepEqual([blocked.decision, blocked.approved, fixture.policy.version], ['blocked', true, 1]);
  assert.equal((await decide(fixture, 'approve')).decision, 'blocked', 'approving does not unblock');
  assert.equal((await decide(fixture, 'unblock')).decision, 'allowed');
  assert.equal((await decide(fixture, 'unblock')).decision, 'allowed');
  assert.deepEqual([fixture.policy.version, fixture.policy.current().federation.block], [2, []]);
  const made = (await kinds(fixture)) as unknown[][];
  assert.deepEqual(
    made.map(([kind]) => kind),
    [
      'peer.approved',
      'peer.blocked',
      'policy.changed',
      'peer.approved',
      'peer.unblocked',
      'policy.changed',
      'peer.unblocked',
    ],
  );
});

test('limit gives a node a limit of its own, and without one the common limit again', async (t) => {
  const fixture = await start(t);
  const limit = { per_second: 1, burst: 3 };
  assert.deepEqual((await fixture.peers.decide(admin, peer, { action: 'limit', limit })).limit, limit);
  assert.deepEqual((await decide(fixture, 'approve', other)).limit, commonLimit);
  assert.deepEqual((await decide(fixture, 'limit')).limit, commonLimit);
  assert.deepEqual([fixture.policy.version, fixture.policy.current().federation.limits], [2, {}]);
  assert.deepEqual(((await kinds(fixture)) as unknown[][])[0], ['peer.limited', admin, peer, { limit }]);
});

test('lift_quarantine forgets the keys of a node in quarantine, tells those who keep them, and is refused for others', async (t) => {
  const fixture = await start(t);
  const lifted: unknown[] = [];
  fixture.peers.onDecided((node, action) => lifted.push([node, action]));
  const documents = JSON.stringify([newDocument(peer, [generateSigningKey()])]);
  const row = { node: peer, approved: 0, key_documents: documents, freshness: '{}', quarantined: 'two versions 1' };
  await fixture.store.write((trx) => trx.insertInto('peers').values(row).execute());
  const [before] = await fixture.peers.list();
  assert.deepEqual([before?.quarantined, before?.key_version], ['two versions 1', 1]);
  const after = await decide(fixture, 'lift_quarantine');
  assert.deepEqual([after.quarantined, after.key_version], [undefined, undefined]);
  const stored = await fixture.store.read((db) => db.selectFrom('peers').selectAll().executeTakeFirstOrThrow());
  assert.deepEqual([stored.quarantined, stored.key_documents, stored.freshness], [null, null, null]);
  for (const node of [peer, other]) {
    await assert.rejects(decide(fixture, 'lift_quarantine', node), { errcode: 'ECCP_NOT_FOUND' });
  }
  assert.deepEqual(lifted, [[peer, 'lift_quarantine']]);
  assert.equal((await fixture.peers.list()).length, 1, 'a refused decision makes no row');
  assert.deepEqual(await kinds(fixture), [['peer.quarantine_lifted', admin, peer, {}]]);
});

test('nothing is decided about the node itself, nor beyond what a list can hold', async (t) => {
  const block = Array.from({ length: 10_000 }, (_, i) => `n${i}.test` as NodeName);
  const first = firstPolicy('open', []);
  const fixture = await start(t, { ...first, federation: { ...first.federation, block } });
  await assert.rejects(decide(fixture, 'block', nodeName as NodeName), {
    errcode: 'ECCP_BAD_PARAM',
    details: { path: 'node' },
  });
  await assert.rejects(decide(fixture, 'block'), { errcode: 'ECCP_BAD_PARAM', details: { path: 'node' } });
  assert.equal((await decide(fixture, 'block', 'n5.test' as NodeName)).decision, 'blocked');
  assert.equal(fixture.policy.version, 0);
});

test('decisions at the same time are all taken', async (t) => {
  const fixture = await start(t);
  const nodes = Array.from({ length: 20 }, (_, i) => `n${i}.test` as NodeName);
  await Promise.all(nodes.map((node) => decide(fixture, 'block', node)));
  assert.equal(fixture.policy.version, 20);
  assert.deepEqual([...fixture.policy.current().federation.block].sort(), [...nodes].sort());
  await fixture.records();
});

test('those that something is queued for are listed with how much', async (t) => {
  const fixture = await start(t);
  const row = {
    destination: peer,
    kind: 'entry' as const,
    room_id: '!r' as RoomId,
    event_id: '$e' as EventId,
    created_ts: 0,
    expires_ts: 1,
  };
  await fixture.store.write(async (trx) => {
    for (const position of [1, 2, 3])
      await trx
        .insertInto('outbox')
        .values({ ...row, position })
        .execute();
    await trx
      .insertInto('outbox')
      .values({ ...row, destination: other, position: 4 })
      .execute();
  });
  assert.deepEqual(
    (await fixture.peers.list()).map(({ node, queued }) => [node, queued]),
    [
      [other, 1],
      [peer, 3],
    ],
  );
  assert.equal((await decide(fixture, 'approve')).queued, 3);
});

test('the last contact is told: a success ends a failure, and both outlast a restart', async (t) => {
  const fixture = await start(t);
  const { peers, pass } = fixture;
  peers.failed(peer, new EccpError('ECCP_UNREACHABLE', 'nobody answers'));
  assert.deepEqual(await contactOf(fixture), { last_failure: 'ECCP_UNREACHABLE: nobody answers' });
  peers.succeeded(peer);
  const since = { last_success_ts: 1_767_225_600_000 };
  assert.deepEqual(await contactOf(fixture), since);
  pass(5);
  peers.failed(peer, new Error('x'.repeat(1000)));
  assert.deepEqual(await contactOf(fixture), { ...since, last_failure: 'x'.repeat(300) });
  await fixture.restart();
  assert.deepEqual(await contactOf(fixture), { ...since, last_failure: 'x'.repeat(300) });
  fixture.peers.failed(peer, new Error('again'));
  assert.deepEqual(await contactOf(fixture), { ...since, last_failure: 'again' });
  fixture.peers.succeeded(peer);
  await contactOf(fixture);
  await fixture.restart();
  assert.deepEqual(await contactOf(fixture), { last_success_ts: 1_767_225_600_005 });
});

test('many exchanges in a minute cost one write', async (t) => {
  const fixture = await start(t);
  const { store, peers } = fixture;
  let writes = 0;
  const write = store.write.bind(store);
  store.write = (fn) => {
    writes++;
    return write(fn);
  };
  for (let i = 0; i < 59; i++) {
    peers.succeeded(peer);
    fixture.pass(1000);
  }
  await contactOf(fixture);
  assert.equal(writes, 1);
  fixture.pass(1000);
  peers.succeeded(peer);
  assert.equal(writes, 2);
  assert.deepEqual(await contactOf(fixture), { last_success_ts: 1_767_225_660_000 });
});
