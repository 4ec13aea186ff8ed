// Chapter 16.2: what a node sends, when, and when it gives up on an item.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EccpError } from '../../src/core/errors.ts';
import type { NodeName } from '../../src/generated/api.ts';
import type { Errcode } from '../../src/generated/errors.ts';
import { accepted, answerOf, itemsOf, OutboundWorld, peer, unreachable } from './outbound-world.ts';

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

const down = async () => {
  throw unreachable();
};
const refusing = (errcode: Errcode, retryAfterMs?: number) => async () => {
  throw new EccpError(errcode, 'No.', retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs });
};

async function started(seed?: number): Promise<OutboundWorld> {
  const world = new OutboundWorld(seed);
  await world.outbound.start();
  return world;
}

test('a peer that is down for a day with 10,000 items waiting costs few requests, and gets everything in order on its return', async () => {
  const world = new OutboundWorld();
  world.answer = down;
  for (let i = 0; i < 10_000; i++) world.queue(`room${i % 20}`);
  const all = world.waiting();
  await world.outbound.start();
  world.queue('late');
  all.push(...world.waiting().slice(-1));
  await world.time.pass(day);
  const tries = world.sent.length;
  assert.ok(tries > 12 && tries < 120, `${tries} requests in a day`);
  assert.deepEqual(world.waiting(), all);

  world.answer = async (transaction) => {
    await world.time.sleep(20);
    return accepted(transaction);
  };
  world.outbound.wake(peer);
  const took = await world.time.pass(day, () => world.waiting().length === 0);
  assert.ok(took < 10 * second, `caught up after ${took} ms`);
  assert.equal(world.sent.length - tries, 201, 'transactions of 50');
  assert.deepEqual(
    world.sent.slice(tries).flatMap((sent) => sent.eventIds),
    all,
  );
});

test('neither new items nor requests of a peer that cannot be reached itself lead to more than a request a minute', async () => {
  const world = await started();
  world.answer = down;
  for (let at = 0; at < day; at += 10 * second) {
    if (at < 60 * minute) world.queue('a');
    world.outbound.wake(peer);
    await world.time.pass(10 * second);
  }
  assert.ok(world.sent.length <= day / minute + 60, `${world.sent.length} requests in a day`);
});

test('the first request of a peer that was down ends the wait, and so does the first new item (FED-028)', async () => {
  for (const news of [
    (world: OutboundWorld) => world.outbound.wake(peer),
    (world: OutboundWorld) => world.queue('b'),
  ]) {
    const world = await started();
    world.answer = down;
    world.queue('a');
    await world.time.pass(day);
    world.answer = async (transaction) => accepted(transaction);
    news(world);
    const took = await world.time.pass(day, () => world.waiting().length === 0);
    assert.ok(took <= second, `${took} ms`);
  }
});

test('it does so although new items led to tries in vain all the while', async () => {
  const world = await started();
  world.answer = down;
  for (let at = 0; at < 5 * minute; at += second) {
    world.queue('a');
    await world.time.pass(second);
  }
  world.answer = async (transaction) => accepted(transaction);
  world.outbound.wake(peer);
  const took = await world.time.pass(day, () => world.waiting().length === 0);
  assert.ok(took <= second, `${took} ms`);
});

test('after a while a sign of life counts as one again, though the last one led to nothing', async () => {
  const world = await started();
  world.answer = down;
  world.queue('a');
  await world.time.pass(day);
  world.outbound.wake(peer);
  await world.time.pass(day);
  const before = world.sent.length;
  await world.time.pass(day, () => world.sent.length > before);
  world.outbound.wake(peer);
  world.answer = async (transaction) => accepted(transaction);
  const took = await world.time.pass(day, () => world.waiting().length === 0);
  assert.ok(took <= 2 * second, `${took} ms`);
});

test('once something got through, waits are short again, and signs of life count again', async () => {
  const world = new OutboundWorld();
  for (let i = 0; i < 60; i++) world.queue('a');
  world.answer = down;
  await world.outbound.start();
  for (let i = 0; i < 12; i++) {
    world.outbound.wake(peer);
    await world.time.pass(20 * minute);
  }
  world.answer = async (transaction) => {
    world.answer = down;
    return accepted(transaction);
  };
  await world.time.pass(day, () => world.waiting().length === 10 && world.sent.at(-1)?.eventIds.length === 10);
  const nextTry = async () => {
    const tries = world.sent.length;
    return world.time.pass(day, () => world.sent.length > tries);
  };
  assert.ok((await nextTry()) <= second);
  await world.time.pass(6 * 60 * minute);
  await nextTry();
  world.outbound.wake(peer);
  assert.ok((await nextTry()) <= second);
});

test('what comes while a try is under way counts as news', async () => {
  const world = await started();
  world.answer = down;
  world.queue('a');
  await world.time.pass(day);
  world.answer = async () => {
    await world.time.sleep(30 * second);
    throw unreachable();
  };
  const before = world.sent.length;
  await world.time.pass(day, () => world.sent.length > before);
  world.outbound.wake(peer);
  world.answer = async (transaction) => accepted(transaction);
  assert.ok((await world.time.pass(day, () => world.waiting().length === 0)) <= 31 * second);
});

test('after a refusal a minute passes, whatever is new; then the peer may have changed its mind (FED-025)', async () => {
  for (const errcode of ['ECCP_POLICY_DENIED', 'ECCP_QUARANTINED', 'ECCP_BAD_AUTH', 'ECCP_NOT_FOUND'] as const) {
    const world = await started();
    world.answer = refusing(errcode);
    const eventId = world.queue('a');
    await world.time.pass(0);
    world.answer = async (transaction) => accepted(transaction);
    world.outbound.wake(peer);
    await world.time.pass(minute - 1);
    assert.equal(world.sent.length, 1);
    await world.time.pass(1);
    assert.deepEqual(world.sent[1]?.eventIds, [eventId]);
    assert.deepEqual(world.waiting(), []);
    assert.deepEqual(world.contacts, [errcode, 'succeeded']);
  }
});

test('an operator’s decision ends every wait', async () => {
  const world = await started();
  world.answer = refusing('ECCP_POLICY_DENIED');
  world.queue('a');
  await world.time.pass(30 * second);
  world.answer = async (transaction) => answerOf(transaction, () => ({ errcode: 'ECCP_UNAVAILABLE', error: 'Later.' }));
  world.outbound.retry(peer);
  await world.time.pass(0);
  assert.equal(world.sent.length, 2, 'a back-off');
  world.outbound.retry('other.test' as NodeName);
  await world.time.pass(0);
  assert.equal(world.sent.length, 2, 'not of another node');
  world.outbound.retry();
  await world.time.pass(0);
  assert.equal(world.sent.length, 3, 'a room that was held');
});

test('a peer’s retry_after_ms is kept to, whatever is new (FED-027)', async () => {
  const world = await started();
  world.answer = refusing('ECCP_LIMIT_EXCEEDED', 20 * minute);
  world.queue('a');
  await world.time.pass(0);
  world.outbound.wake(peer);
  world.queue('a');
  await world.time.pass(20 * minute - 1);
  assert.equal(world.sent.length, 1);
  await world.time.pass(1);
  assert.equal(world.sent.length, 2);
});

test('what came meanwhile goes in the same transaction (FED-032)', async () => {
  const world = await started();
  world.answer = async (transaction) => {
    await world.time.sleep(100);
    return accepted(transaction);
  };
  const first = world.queue('a');
  await world.time.pass(10);
  const meanwhile = Array.from({ length: 60 }, () => world.queue('a'));
  await world.time.pass(second);
  assert.deepEqual(
    world.sent.map((sent) => sent.eventIds),
    [[first], meanwhile.slice(0, 50), meanwhile.slice(50)],
  );
});

test('items of one room and two kinds keep their order: they go one transaction after another', async () => {
  const world = new OutboundWorld();
  const [leave, invite, other, join] = [
    world.queue('a', 'entry'),
    world.queue('b', 'entry'),
    world.queue('a', 'invite'),
    world.queue('a', 'entry'),
  ];
  await world.outbound.start();
  await world.time.pass(0);
  assert.deepEqual(
    world.sent.map((sent) => sent.eventIds),
    [[leave, invite], [other], [join]],
  );
  assert.deepEqual(Object.keys(world.sent[1]?.transaction ?? {}), ['invites']);
});

test('a destination that does not answer does not hold up others (FED-031)', async () => {
  const world = await started();
  world.answer = (transaction, to) => (to === peer ? new Promise(() => {}) : Promise.resolve(accepted(transaction)));
  world.queue('a');
  for (let i = 0; i < 20; i++) world.queue('a', 'entry', `node${i}.test` as NodeName);
  await world.time.pass(0);
  assert.equal(world.sent.length, 21);
  assert.equal(world.waiting().length, 1);
});

test('only what is refused for now is sent again; it holds up its room, and no other (FED-021, FED-023, FED-024)', async () => {
  for (const errcode of ['ECCP_GAP', 'ECCP_UNAVAILABLE', 'ECCP_UNREACHABLE', 'ECCP_LIMIT_EXCEEDED']) {
    const world = new OutboundWorld();
    const [a1, a2, b1, b2] = [
      world.queue('a'),
      world.queue('a'),
      world.queue('b', 'submission'),
      world.queue('b', 'submission'),
    ];
    let later = errcode;
    world.answer = async (transaction) =>
      answerOf(transaction, (item) => {
        if (item.event_id === a1 && later !== '') return { errcode: later, error: 'Later.' };
        return item.event_id === b2 ? { errcode: 'ECCP_FORBIDDEN', error: 'Never.' } : { status: 'sequenced', seq: 7 };
      });
    await world.outbound.start();
    await world.time.pass(0);
    const a3 = world.queue('a');
    const b3 = world.queue('b', 'submission');
    await world.time.pass(0);
    assert.deepEqual(
      world.sent.map((sent) => sent.eventIds),
      [[a1, a2, b1, b2], [b3]],
    );
    assert.deepEqual(world.waiting(), [a1, a3]);
    assert.deepEqual(world.settled, [
      { event_id: b1, status: 'sequenced', seq: 7 },
      { event_id: b2, errcode: 'ECCP_FORBIDDEN', error: 'Never.' },
      { event_id: b3, status: 'sequenced', seq: 7 },
    ]);
    later = '';
    await world.time.pass(2 * second);
    assert.deepEqual(world.sent.at(-1)?.eventIds, [a1, a3]);
    assert.deepEqual(world.waiting(), []);
    assert.ok(!world.sent.slice(1).some((sent) => sent.eventIds.includes(a2)), 'what was accepted is not repeated');
  }
});

test('rooms that are refused for now over and over are tried ever more rarely, all together', async () => {
  for (const skipsHeld of [true, false]) {
    const world = new OutboundWorld();
    world.skipsHeld = skipsHeld;
    for (let i = 0; i < 40; i++) world.queue(`room${i}`);
    world.answer = async (transaction) => answerOf(transaction, () => ({ errcode: 'ECCP_GAP', error: 'A hole.' }));
    await world.outbound.start();
    await world.time.pass(day);
    assert.ok(world.sent.length > 12 && world.sent.length < 120, `${world.sent.length} requests in a day`);
    assert.ok(world.sent.every((sent) => sent.eventIds.length === 40));
    world.answer = async (transaction) => accepted(transaction);
    await world.time.pass(60 * minute);
    assert.deepEqual(world.waiting(), []);
    world.answer = async (transaction) => answerOf(transaction, () => ({ errcode: 'ECCP_GAP', error: 'A hole.' }));
    world.queue('a');
    await world.time.pass(0);
    const tries = world.sent.length;
    await world.time.pass(second);
    assert.ok(world.sent.length > tries, 'after a success, waits are short again');
  }
});

test('an item refused for good, by a code known or not, is over, and the ones after it are not', async () => {
  const world = new OutboundWorld();
  const ids = ['ECCP_BAD_SIGNATURE', 'ECCP_ROOM_FROZEN', 'ECCP_NOVEL'].map((errcode) => ({
    id: world.queue('a'),
    errcode,
  }));
  world.queue('a');
  world.answer = async (transaction) =>
    answerOf(transaction, (item) => {
      const refused = ids.find(({ id }) => id === item.event_id);
      return refused ? { errcode: refused.errcode, error: 'Never.' } : { status: 'applied' };
    });
  await world.outbound.start();
  await world.time.pass(day);
  assert.equal(world.sent.length, 1);
  assert.deepEqual(world.waiting(), []);
});

test('an answer to something else is none: nothing is over, and the next try waits', async (t) => {
  const result = (event_id: string) => ({ event_id, status: 'applied' });
  const answers: { [what: string]: (first: string, second: string) => unknown } = {
    'no object': () => [],
    'a list is missing': (a, b) => ({ entries: [result(a), result(b)], invites: [] }),
    'a list is none': (a, b) => ({ submissions: {}, entries: [result(a), result(b)], invites: [] }),
    'too few results': (a) => ({ submissions: [], entries: [result(a)], invites: [] }),
    'too many results': (a, b) => ({ submissions: [], entries: [result(a), result(b), result(b)], invites: [] }),
    'results in another section': (a, b) => ({ submissions: [], entries: [result(a)], invites: [result(b)] }),
    'another order': (a, b) => ({ submissions: [], entries: [result(b), result(a)], invites: [] }),
    'another event': (a) => ({ submissions: [], entries: [result(a), result(a)], invites: [] }),
    'no object as result': (a) => ({ submissions: [], entries: [result(a), null], invites: [] }),
    'neither status nor errcode': (a, b) => ({ submissions: [], entries: [result(a), { event_id: b }], invites: [] }),
    'both status and errcode': (a, b) => ({
      submissions: [],
      entries: [result(a), { ...result(b), errcode: 'ECCP_FORBIDDEN' }],
      invites: [],
    }),
    'an unknown status': (a, b) => ({
      submissions: [],
      entries: [result(a), { event_id: b, status: 'done' }],
      invites: [],
    }),
    'no errcode': (a, b) => ({ submissions: [], entries: [result(a), { event_id: b, errcode: 'no' }], invites: [] }),
  };
  for (const [what, answer] of Object.entries(answers)) {
    await t.test(what, async () => {
      const world = new OutboundWorld();
      const [first, last] = [world.queue('a'), world.queue('a')];
      world.answer = async () => JSON.parse(JSON.stringify(answer(first, last)));
      await world.outbound.start();
      await world.time.pass(0);
      assert.equal(world.sent.length, 1);
      assert.deepEqual(world.waiting(), [first, last]);
      assert.deepEqual(world.contacts, ['ECCP_UNREACHABLE']);
      world.answer = async (transaction) => accepted(transaction);
      await world.time.pass(second);
      assert.deepEqual(world.waiting(), []);
    });
  }
});

test('of a result only what belongs to it is passed on, and a refusal always has a sentence', async () => {
  const world = new OutboundWorld();
  const [a, b, c] = [world.queue('a', 'submission'), world.queue('a', 'submission'), world.queue('a', 'submission')];
  const current = a;
  world.answer = async () => ({
    submissions: [
      { event_id: a, errcode: 'ECCP_STATE_CONFLICT', error: 'x'.repeat(2000), current, version: 'new', more: 1 },
      { event_id: b, errcode: 'ECCP_KEY_CONTINUITY', error: 'Keys.', current: 'none', version: 3, seq: 4 },
      { event_id: c, errcode: 'ECCP_FORBIDDEN', error: '', current: null },
    ],
    entries: [],
    invites: [],
  });
  await world.outbound.start();
  await world.time.pass(0);
  assert.deepEqual(world.settled, [
    { event_id: a, errcode: 'ECCP_STATE_CONFLICT', error: 'No reason was given.', current },
    { event_id: b, errcode: 'ECCP_KEY_CONTINUITY', error: 'Keys.', version: 3 },
    { event_id: c, errcode: 'ECCP_FORBIDDEN', error: 'No reason was given.', current: null },
  ]);
});

test('a transaction refused for what it carries is halved, and the one item at fault dropped, with a record (FED-025)', async () => {
  for (const errcode of ['ECCP_TOO_LARGE', 'ECCP_BAD_JSON', 'ECCP_BAD_PARAM'] as const) {
    const world = new OutboundWorld();
    const ids = Array.from({ length: 120 }, () => world.queue('a', 'submission'));
    const bad = ids[70];
    const taken: string[] = [];
    world.answer = async (transaction) => {
      const eventIds = itemsOf(transaction).map((item) => item.event_id);
      if (bad !== undefined && eventIds.includes(bad)) throw new EccpError(errcode, 'Not this.');
      taken.push(...eventIds);
      return accepted(transaction);
    };
    await world.outbound.start();
    await world.time.pass(minute);
    assert.deepEqual(
      taken,
      ids.filter((id) => id !== bad),
    );
    assert.deepEqual(world.waiting(), []);
    assert.deepEqual(world.audited, [
      {
        kind: 'federation.item_dropped',
        actor: 'node',
        subject: bad,
        errcode,
        detail: { destination: peer, room_id: '!a:host.test', section: 'submission' },
      },
    ]);
    const dropped = world.settled.filter((result) => result.errcode !== undefined);
    assert.deepEqual(dropped, [{ event_id: bad, errcode, error: 'Not this.' }], 'whoever sent it is told');
    const sizes = world.sent.map((sent) => sent.eventIds.length);
    assert.deepEqual(sizes.slice(0, 12), [50, 50, 25, 12, 17, 8, 13, 6, 3, 1, 0, 1]);
    assert.deepEqual(
      world.sent
        .filter(({ eventIds }) => eventIds.length === 1)
        .slice(0, 2)
        .flatMap(({ eventIds }) => eventIds),
      [bad, bad],
    );
    assert.ok(sizes.length < 30, `${sizes.length} requests`);
  }
});

test('an item whose refusal was an accident on the way is not dropped', async () => {
  const world = new OutboundWorld();
  const eventId = world.queue('a', 'submission');
  world.answer = async () => {
    world.answer = async (transaction) => accepted(transaction);
    throw new EccpError('ECCP_BAD_PARAM', 'The request was not complete in time.');
  };
  await world.outbound.start();
  await world.time.pass(minute);
  assert.deepEqual(
    world.sent.map((sent) => sent.eventIds),
    [[eventId], [], [eventId]],
  );
  assert.deepEqual([world.waiting(), world.audited], [[], []]);
});

test('nothing is dropped where an empty transaction is refused as well: then it is not about the item', async () => {
  const world = new OutboundWorld();
  for (let i = 0; i < 60; i++) world.queue('a');
  const all = world.waiting();
  world.answer = refusing('ECCP_BAD_JSON');
  await world.outbound.start();
  await world.time.pass(day);
  assert.deepEqual(world.waiting(), all);
  assert.deepEqual(world.audited, []);
  assert.ok(world.sent.length < 200, `${world.sent.length} requests in a day`);
  world.answer = async (transaction) => accepted(transaction);
  await world.time.pass(60 * minute);
  assert.deepEqual(world.waiting(), []);
});

test('a peer that takes nothing but empty transactions does not empty the queue at once', async () => {
  const world = new OutboundWorld();
  for (let i = 0; i < 1_000; i++) world.queue('a');
  world.answer = async (transaction) => {
    if (itemsOf(transaction).length > 0) throw new EccpError('ECCP_BAD_PARAM', 'Entries?');
    return accepted(transaction);
  };
  await world.outbound.start();
  await world.time.pass(60 * minute);
  assert.ok(world.waiting().length > 950, `${world.waiting().length} are left`);
  assert.equal(world.audited.length, 1_000 - world.waiting().length);
});

test('when the store refuses, the items stay, and are not sent over and over', async () => {
  const world = new OutboundWorld();
  const eventId = world.queue('a', 'submission');
  world.storeFault = new Error('The disk is full.');
  await world.outbound.start();
  await world.time.pass(60 * minute);
  assert.ok(world.sent.length > 5 && world.sent.length < 30, `${world.sent.length} requests in an hour`);
  assert.deepEqual(world.waiting(), [eventId]);
  assert.deepEqual(new Set(world.reported), new Set([world.storeFault]));
  assert.ok(
    world.contacts.every((contact) => contact === 'succeeded'),
    'it is not the peer that fails',
  );
  world.storeFault = undefined;
  await world.time.pass(2 * 60 * minute);
  assert.deepEqual(world.waiting(), []);
  assert.deepEqual(world.settled, [{ event_id: eventId, status: 'applied' }]);
});

test('with metadata_padding, every body is a power of two long (FED-033)', async () => {
  const world = await started();
  world.padding = true;
  for (let i = 0; i < 70; i++) world.queue('a');
  await world.time.pass(0);
  world.padding = false;
  world.queue('a');
  await world.time.pass(0);
  const lengths = world.sent.map((sent) => Buffer.byteLength(JSON.stringify(sent.transaction)));
  const [last = 0, ...padded] = lengths.reverse();
  assert.ok(padded.length >= 2 && padded.every((length) => length >= 1024 && Number.isInteger(Math.log2(length))));
  assert.ok(last < 1024);
});

test('stop gives up what is on its way, and nothing touches the store afterwards', async () => {
  const world = await started();
  const { promise, resolve } = Promise.withResolvers<void>();
  world.answer = async (transaction) => {
    await promise;
    return accepted(transaction);
  };
  const eventId = world.queue('a', 'submission');
  await world.time.pass(0);
  await world.outbound.stop();
  resolve();
  await world.time.pass(0);
  assert.deepEqual([world.waiting(), world.settled, world.contacts], [[eventId], [], []]);
  world.queue('a');
  await world.time.pass(day);
  assert.equal(world.sent.length, 1);
  assert.deepEqual(world.reported, []);
});

test('stop ends waits, too', async () => {
  const world = await started();
  world.answer = (transaction, to) =>
    to === peer ? down() : Promise.resolve(answerOf(transaction, () => ({ errcode: 'ECCP_GAP', error: 'A hole.' })));
  world.queue('a');
  world.queue('a', 'entry', 'other.test' as NodeName);
  await world.time.pass(0);
  assert.equal(world.timers, 2);
  await world.outbound.stop();
  assert.equal(world.timers, 0);
});

test('stop waits for what is being written', async () => {
  const world = await started();
  const { promise, resolve } = Promise.withResolvers<void>();
  world.storeBusy = promise;
  world.queue('a');
  await world.time.pass(0);
  let isStopped = false;
  const stop = world.outbound.stop().then(() => {
    isStopped = true;
  });
  await world.time.pass(minute);
  assert.equal(isStopped, false);
  resolve();
  await stop;
  assert.deepEqual(world.waiting(), []);
});

test('what is queued while the queue is read, and another room is held, is sent at once', async () => {
  const world = await started(3);
  world.answer = async (transaction) =>
    answerOf(transaction, ({ room_id }) =>
      room_id.startsWith('!a:') ? { errcode: 'ECCP_GAP', error: 'A hole.' } : { status: 'applied' },
    );
  const held = world.queue('a');
  await world.time.pass(60 * minute);
  const { promise, resolve } = Promise.withResolvers<void>();
  world.readBusy = promise;
  const tries = world.sent.length;
  world.queue('a');
  await world.time.pass(0);
  const other = world.queue('b');
  resolve();
  await world.time.pass(0);
  assert.deepEqual(world.sent[tries]?.eventIds, [other]);
  assert.equal(world.waiting()[0], held);
});

test('what is queued at whatever moment is sent', async () => {
  for (let ticks = 0; ticks < 40; ticks++) {
    const world = await started();
    world.queue('a');
    for (let i = 0; i < ticks; i++) await undefined;
    world.queue('b');
    await world.time.pass(0);
    assert.deepEqual(world.waiting(), [], `after ${ticks} ticks`);
  }
});
