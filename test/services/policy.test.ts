// POL-001 to POL-004, POL-020 to POL-023: the policy document, and whom it lets in.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { firstPolicy } from '../../src/core/policy.ts';
import type { NodeName, Policy } from '../../src/generated/api.ts';
import { admin, changed, type OperatorFixture, operatorFixture, other, peer } from './policy-fixture.ts';

async function start(t: TestContext, first?: Policy): Promise<OperatorFixture> {
  const fixture = await operatorFixture(first);
  t.after(() => fixture.end());
  return fixture;
}

/** Puts a policy in force that differs in some members. */
async function put({ policy }: OperatorFixture, federation: Partial<Policy['federation']>): Promise<void> {
  await policy.replace(admin, { replaces: policy.version, policy: changed(policy.current(), federation) });
}

async function isAllowed({ policy }: OperatorFixture, node: NodeName): Promise<boolean> {
  return policy.checkPeer(node).then(
    () => true,
    (error: Error & { errcode?: string }) => {
      assert.equal(error.errcode, 'ECCP_POLICY_DENIED', error.message);
      return false;
    },
  );
}

test('the first boot makes version 0 from the configuration, and records it', async (t) => {
  const first = firstPolicy('allow_list', [peer]);
  const { policy, records } = await start(t, first);
  assert.deepEqual([policy.version, policy.current()], [0, first]);
  assert.deepEqual(first.federation.limit, { per_second: 50, burst: 200 });
  const [record, ...more] = await records();
  assert.deepEqual(
    [record?.kind, record?.actor, record?.detail],
    ['policy.changed', 'node', { version: 0, policy: first }],
  );
  assert.deepEqual(more, []);
});

test('a later boot takes the stored policy, whatever the configuration says', async (t) => {
  const fixture = await start(t);
  await put(fixture, { mode: 'moderated' });
  const before = fixture.policy.current();
  await fixture.restart(firstPolicy('allow_list', [peer]));
  assert.deepEqual([fixture.policy.version, fixture.policy.current()], [1, before]);
  assert.equal((await fixture.records()).length, 2);
});

test('before it was loaded, the policy lets nobody decide anything', async (t) => {
  const { PolicyService } = await import('../../src/services/policy.ts');
  const { store, audit } = await start(t);
  const environment = { now: () => 0, elapsed: () => 0, random: () => new Uint8Array() };
  const unloaded = new PolicyService(store, audit, environment, firstPolicy('open', []));
  await assert.rejects(unloaded.checkPeer(peer), /not loaded/);
  assert.throws(() => unloaded.current(), /not loaded/);
});

test('a change names the version that it replaces, and is recorded with what differs', async (t) => {
  const { policy, records } = await start(t);
  const next = changed(policy.current(), {
    mode: 'allow_list',
    allow: [peer, other],
    limits: { [peer]: { per_second: 1, burst: 2 } },
  });
  assert.deepEqual(await policy.replace(admin, { replaces: 0, policy: next }, 'request1'), {
    version: 1,
    policy: next,
  });
  assert.deepEqual([policy.version, policy.current()], [1, next]);
  const again = { replaces: 0, policy: firstPolicy('open', []) };
  await assert.rejects(policy.replace(admin, again), { errcode: 'ECCP_STATE_CONFLICT', details: {} });
  assert.deepEqual([policy.version, policy.current()], [1, next]);
  const last = changed(next, { allow: [other], limits: {} });
  await policy.replace(admin, {
    replaces: 1,
    policy: { ...last, client: { quota: { per_second: 7, burst: 10_000 } } },
  });
  const [, second, third, ...more] = await records();
  assert.deepEqual([second?.kind, second?.actor, second?.request_id], ['policy.changed', admin, 'request1']);
  assert.deepEqual(second?.detail, {
    version: 1,
    changes: {
      federation: {
        mode: 'allow_list',
        allow: { added: [peer, other], removed: [] },
        limits: { [peer]: { per_second: 1, burst: 2 } },
      },
    },
  });
  assert.deepEqual(third?.detail, {
    version: 2,
    changes: {
      client: { quota: { per_second: 7 } },
      federation: { allow: { added: [], removed: [peer] }, limits: { [peer]: null } },
    },
  });
  assert.deepEqual(more, []);
});

test('of two changes of one version at the same time exactly one is made', async (t) => {
  const { policy, records } = await start(t);
  const change = (mode: 'moderated' | 'allow_list') => ({ replaces: 0, policy: changed(policy.current(), { mode }) });
  const results = await Promise.allSettled([
    policy.replace(admin, change('moderated')),
    policy.replace(admin, change('allow_list')),
  ]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal(policy.version, 1);
  assert.equal((await records()).length, 2);
});

test('open lets everybody in but those that are blocked', async (t) => {
  const fixture = await start(t);
  assert.ok(await isAllowed(fixture, peer));
  await put(fixture, { block: [peer] });
  assert.ok(!(await isAllowed(fixture, peer)));
  assert.ok(await isAllowed(fixture, other));
});

test('allow_list lets those on the list in, unless they are blocked', async (t) => {
  const fixture = await start(t, firstPolicy('allow_list', [peer, other]));
  await put(fixture, { block: [other] });
  assert.ok(await isAllowed(fixture, peer));
  assert.ok(!(await isAllowed(fixture, other)));
  assert.ok(!(await isAllowed(fixture, 'stranger.test' as NodeName)));
  assert.deepEqual(
    (await fixture.peers.list()).map(({ node, decision }) => [node, decision]),
    [
      [other, 'blocked'],
      [peer, 'allowed'],
    ],
  );
});

test('moderated lets a node in once it is approved, also after a restart, and notes who asked', async (t) => {
  const fixture = await start(t, firstPolicy('moderated', [other]));
  assert.ok(!(await isAllowed(fixture, peer)));
  assert.ok(!(await isAllowed(fixture, other)), 'the list is for allow_list');
  assert.deepEqual(
    (await fixture.peers.list()).map(({ node, decision }) => [node, decision]),
    [
      [other, 'waiting'],
      [peer, 'waiting'],
    ],
  );
  await fixture.peers.decide(admin, peer, { action: 'approve' });
  assert.ok(await isAllowed(fixture, peer));
  await fixture.restart();
  assert.ok(await isAllowed(fixture, peer));
  assert.ok(!(await isAllowed(fixture, other)));
  await put(fixture, { block: [peer] });
  assert.ok(!(await isAllowed(fixture, peer)), 'blocked although approved');
});

test('made-up names fill no more than a thousand rows, and a restart does not give them more', async (t) => {
  const fixture = await start(t, firstPolicy('moderated', []));
  const ask = (from: number, to: number) =>
    Promise.all(Array.from({ length: to - from }, (_, i) => isAllowed(fixture, `n${from + i}.test` as NodeName)));
  await ask(0, 1100);
  assert.equal((await fixture.peers.list()).length, 1000);
  await fixture.restart();
  await ask(1100, 1110);
  assert.equal((await fixture.peers.list()).length, 1000);
  await fixture.peers.decide(admin, 'n0.test' as NodeName, { action: 'approve' });
  await ask(1110, 1120);
  assert.equal((await fixture.peers.list()).length, 1001, 'a decision makes room for one');
});

test('a node that waits and cannot be noted is refused all the same', async (t) => {
  const fixture = await start(t, firstPolicy('moderated', []));
  await fixture.store.close();
  assert.ok(!(await isAllowed(fixture, peer)));
  await fixture.restart();
});

test('listeners are told when a version is in force', async (t) => {
  const fixture = await start(t);
  const seen: number[] = [];
  fixture.policy.onChanged(() => seen.push(fixture.policy.version));
  await put(fixture, { mode: 'moderated' });
  await fixture.peers.decide(admin, peer, { action: 'block' });
  await fixture.peers.decide(admin, peer, { action: 'block' });
  assert.deepEqual(seen, [1, 2]);
});
