// POL-010 to POL-014, AUD-010: how much peers and clients may ask, and what a flood leaves in the audit log.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EccpError } from '../../src/core/errors.ts';
import { firstPolicy } from '../../src/core/policy.ts';
import type { NodeName, Policy } from '../../src/generated/api.ts';
import { admin, changed, type OperatorFixture, operatorFixture, other, peer } from './policy-fixture.ts';

const here = '127.0.0.1';
const small = { per_second: 10, burst: 5 };
const wide = { per_second: 1000, burst: 100 };
const first = firstPolicy('open', []);
const policy: Policy = {
  ...changed(first, { limit: small, quota: wide }),
  client: { quota: { per_second: 4, burst: 2 } },
};

async function start(t: TestContext, initial = policy): Promise<OperatorFixture> {
  const fixture = await operatorFixture(initial);
  t.after(() => fixture.end());
  return fixture;
}

/** 0 when it is let through, otherwise how long to wait. */
function ask(request: () => void): number {
  try {
    request();
    return 0;
  } catch (error) {
    assert.ok(error instanceof EccpError && error.errcode === 'ECCP_LIMIT_EXCEEDED', String(error));
    assert.ok((error.details.retry_after_ms ?? 0) >= 1, 'says when to try again');
    return error.details.retry_after_ms ?? 0;
  }
}

function asks(count: number, request: () => void): number[] {
  return Array.from({ length: count }, () => ask(request));
}

test('a peer gets its burst, then its rate, and is told when to ask again', async (t) => {
  const { limits, pass } = await start(t);
  assert.deepEqual(
    asks(7, () => limits.peer(peer, here)),
    [0, 0, 0, 0, 0, 100, 100],
  );
  pass(99);
  assert.equal(
    ask(() => limits.peer(peer, here)),
    1,
  );
  pass(1);
  assert.deepEqual(
    asks(2, () => limits.peer(peer, here)),
    [0, 100],
  );
  pass(10_000);
  assert.deepEqual(
    asks(6, () => limits.peer(peer, here)),
    [0, 0, 0, 0, 0, 100],
  );
});

test('each peer has a bucket of its own, by the limit that the policy gives it', async (t) => {
  const { limits, peers } = await start(t);
  asks(6, () => limits.peer(peer, here));
  assert.equal(
    ask(() => limits.peer(other, here)),
    0,
  );
  await peers.decide(admin, other, { action: 'limit', limit: { per_second: 1, burst: 1 } });
  assert.equal(
    ask(() => limits.peer(other, here)),
    0,
    'what is above the new burst is lost',
  );
  assert.equal(
    ask(() => limits.peer(other, here)),
    1000,
  );
  await peers.decide(admin, peer, { action: 'limit', limit: { per_second: 1000, burst: 1000 } });
  assert.equal(
    ask(() => limits.peer(peer, here)),
    1,
    'a wider limit fills from where it was',
  );
});

test('all peers together have a quota, which a refused peer does not use up', async (t) => {
  const { limits, pass } = await start(t, changed(policy, { quota: { per_second: 1, burst: 6 } }));
  asks(50, () => limits.peer(peer, here)); // five are let through
  assert.equal(
    ask(() => limits.peer(other, here)),
    0,
  );
  assert.equal(
    ask(() => limits.peer('third.test' as NodeName, here)),
    1000,
  );
  pass(1000);
  assert.equal(
    ask(() => limits.peer('third.test' as NodeName, here)),
    0,
  );
  assert.equal(
    ask(() => limits.peer(other, here)),
    1000,
  );
  pass(1000);
  const before = ask(() => limits.peer(other, here));
  assert.equal(before, 0, 'the refusal by the quota took nothing out of its own bucket either');
});

test('clients have a quota that peers do not touch, and the other way round', async (t) => {
  const { limits, pass } = await start(t);
  assert.deepEqual(
    asks(4, () => limits.client()),
    [0, 0, 250, 250],
  );
  assert.deepEqual(
    asks(6, () => limits.peer(peer, here)),
    [0, 0, 0, 0, 0, 100],
  );
  pass(250);
  assert.deepEqual(
    asks(2, () => limits.client()),
    [0, 250],
  );
});

test('made-up names cannot grow what is remembered without end, and a flooding peer among them stays limited', async (t) => {
  const { limits } = await start(
    t,
    changed(policy, { limit: { per_second: 1, burst: 1 }, quota: { per_second: 1, burst: 100_000 } }),
  );
  for (let i = 0; i < 30_000; i++) {
    if (i % 5000 === 0)
      assert.equal(
        ask(() => limits.peer(peer, here)),
        i === 0 ? 0 : 1000,
      );
    limits.peer(`n${i}.test` as NodeName, here);
  }
  assert.equal(
    ask(() => limits.peer('n29999.test' as NodeName, here)),
    1000,
    'the latest are remembered',
  );
  assert.equal(
    ask(() => limits.peer('n0.test' as NodeName, here)),
    0,
    'the oldest are not',
  );
});

/** The records that limits made, once they are written. */
async function limited({ records }: OperatorFixture): Promise<unknown[]> {
  for (let i = 0; i < 5; i++) await setImmediate();
  const made = (await records()).filter(({ kind }) => /limit/.test(kind) && kind !== 'peer.limited');
  return made.map(({ kind, actor, subject, errcode, detail }) => [kind, actor, subject, errcode, detail]);
}

test('a flood leaves one record when it begins, and one with its size when it is over', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const fixture = await start(t);
  const { limits, pass } = fixture;
  const began = ['federation.limited', peer, peer, 'ECCP_LIMIT_EXCEEDED', { limit: 'peer' }];
  let refused = 0;
  for (let second = 0; second < 25; second++) {
    refused += asks(50, () => limits.peer(peer, here)).filter((wait) => wait > 0).length;
    assert.ok(refused > 0);
    pass(1000);
    t.mock.timers.tick(1000);
  }
  assert.deepEqual(await limited(fixture), [began]);
  t.mock.timers.tick(20_000);
  const ended = ['federation.limit_ended', peer, peer, undefined, { limit: 'peer', refused }];
  assert.deepEqual(await limited(fixture), [began, ended]);
  asks(7, () => limits.peer(peer, here));
  assert.deepEqual(await limited(fixture), [began, ended, began]);
});

test('quotas are recorded once for all, and a stop records what still is limited', async (t) => {
  const fixture = await start(t, changed(policy, { quota: { per_second: 1, burst: 1 } }));
  asks(3, () => fixture.limits.peer(peer, here));
  asks(3, () => fixture.limits.peer(other, here));
  asks(5, () => fixture.limits.client());
  await fixture.limits.stop();
  const code = 'ECCP_LIMIT_EXCEEDED';
  assert.deepEqual(await limited(fixture), [
    ['federation.limited', peer, peer, code, { limit: 'peers' }],
    ['client.limited', 'node', undefined, code, { limit: 'client' }],
    ['federation.limit_ended', peer, peer, undefined, { limit: 'peers', refused: 5 }],
    ['client.limit_ended', 'node', undefined, undefined, { limit: 'client', refused: 3 }],
  ]);
});

test('a record that the disk refuses changes nothing about the refusal', async (t) => {
  const fixture = await start(t);
  await fixture.store.close();
  assert.deepEqual(
    asks(6, () => fixture.limits.peer(peer, here)),
    [0, 0, 0, 0, 0, 100],
  );
  await fixture.limits.stop();
  await fixture.restart();
  assert.deepEqual(await limited(fixture), []);
});
