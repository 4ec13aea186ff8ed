// HOST-093 to HOST-095: what a host does between its start and the answers of those who take part in its rooms.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import type { Json } from '../../src/core/canonical-json.ts';
import { toBase64url } from '../../src/core/encoding.ts';
import { EccpError } from '../../src/core/errors.ts';
import { buildEvent, sequence } from '../../src/core/room-log.ts';
import type { EventType, RoomId } from '../../src/generated/api.ts';
import { Rooms } from '../../src/storage/rooms.ts';
import { type Network, type NetworkNode, network } from './network.ts';

const message = 'eccp.room.message' as EventType;
const networks: Network[] = [];
after(async () => {
  for (const each of networks) await each.end();
});

/** A room of Alice's on a, which Bob of b has joined; a has started again, and asked nobody yet. */
async function started() {
  const net = network();
  networks.push(net);
  const [a, b] = [await net.node('a.test'), await net.node('b.test')];
  const [alice, bob] = [await a.user('alice'), await b.user('bob')];
  const { roomId } = await a.services.rooms.create(alice.userId, { encrypted: false, invite: [bob.userId] });
  await net.deliver();
  await net.during(b.services.memberships.join(bob.userId, roomId, undefined));
  await net.deliver();
  const { roomId: alone } = await a.services.rooms.create(alice.userId, { encrypted: false });
  assert.deepEqual(await a.services.hostStart.begin(false), [roomId]);
  return { net, a, b, alice, bob, roomId, alone };
}

/** The entry that the host signed next, and has lost. */
async function lost({ services, identity }: NetworkNode, roomId: RoomId): Promise<Json> {
  const state = await services.store.read((db) => new Rooms().load(db, roomId));
  assert.ok(state);
  const content = { body: 'lost' };
  const draft = { sender: `@alice:${identity.name}`, type: message, content };
  const signed = buildEvent(state, draft, identity.key, toBase64url(randomBytes(16)), 1_767_225_600_000);
  return sequence(state, signed, identity.key, 1_767_225_600_000).sequenced as unknown as Json;
}

test('only rooms with other nodes wait', async () => {
  const { a, alice, roomId, alone } = await started();
  assert.equal((await a.services.messages.send(alice, alone, message, { body: 'hm' }, undefined)).status, 'sequenced');
  assert.equal(a.services.hostStart.isWaiting(roomId), true);
  assert.deepEqual(await a.services.hostStart.missing(roomId), ['b.test']);
});

test('acts wait, and come into the log in their order', async () => {
  const { net, a, b, alice, bob, roomId } = await started();
  const { hostStart, messages, state, sync } = a.services;
  const first = messages.send(alice, roomId, message, { body: 'first' }, { id: 'one', place: 'txnId' });
  const second = messages.send(alice, roomId, message, { body: 'second' }, undefined);
  const topic = state.put(alice, roomId, 'eccp.room.topic' as EventType, '', { topic: 'too early' }, undefined);
  const [result] = await b.services.outbox.next(a.name, 1, 1_000_000);
  assert.equal(result, undefined);
  const sent = b.services.messages.send(bob, roomId, message, { body: 'from Bob' }, undefined);
  const [item] = await settledItem(b, a);
  assert.equal((await a.services.hosting.submit(b.name, [item]))[0]?.errcode, 'ECCP_UNAVAILABLE');
  await assert.rejects(topic, (error) => error instanceof EccpError && error.errcode === 'ECCP_UNAVAILABLE');
  assert.deepEqual(
    (await Promise.all([first, second])).map(({ status }) => status),
    ['queued', 'queued'],
  );
  const again = await messages.send(alice, roomId, message, { body: 'first' }, { id: 'one', place: 'txnId' });
  assert.equal(again.event_id, (await first).event_id);
  await hostStart.resume(roomId);
  await net.deliver();
  await sent;
  const { events } = await messages.list(alice, roomId, { dir: 'b', limit: 3 });
  assert.deepEqual(
    events.map(({ content }) => content?.body),
    ['from Bob', 'second', 'first'],
  );
  assert.equal(events[2]?.txn_id, 'one');
  const { rejected } = await sync.sync(alice, { timeout: 0, limit: 10 }, new AbortController().signal);
  assert.deepEqual(rejected, [], 'what was refused was told at once');
});

test('a head of its own beyond the last entry holds the room back until the entry is there', async () => {
  const { a, b, roomId } = await started();
  const { hostStart, ingest } = a.services;
  const entry = await lost(a, roomId);
  assert.equal(await hostStart.look(roomId, entry), true);
  hostStart.answered(roomId, b.name);
  assert.equal(await hostStart.isSettled(roomId, true), false);
  await ingest.apply(roomId, [entry], b.name);
  assert.equal(await hostStart.isSettled(roomId, false), true);
  assert.deepEqual(a.audited.at(-1)?.kind, 'room.entries_adopted');
});

test('a head that contradicts the last entry is evidence against itself, and the room does not wait on', async () => {
  const { a, b, alice, roomId } = await started();
  const { hostStart, messages } = a.services;
  const entry = await lost(a, roomId);
  await hostStart.resume(roomId);
  await messages.send(alice, roomId, message, { body: 'another' }, undefined);
  await hostStart.begin(false);
  assert.equal(await hostStart.look(roomId, entry), false);
  assert.deepEqual(a.audited.at(-1)?.kind, 'room.equivocation');
  hostStart.answered(roomId, b.name);
  assert.equal(await hostStart.isSettled(roomId, false), true);
});

test('a restored room waits until all have told, however late it is', async () => {
  const { a, b, roomId } = await started();
  const { hostStart } = a.services;
  await hostStart.resume(roomId);
  await hostStart.begin(true);
  assert.equal(await hostStart.isSettled(roomId, true), false);
  assert.equal(hostStart.isAnswer(roomId, true, 'ECCP_POLICY_DENIED'), false);
  assert.equal(hostStart.isAnswer(roomId, true, 'ECCP_NOT_FOUND'), true);
  hostStart.answered(roomId, b.name);
  assert.equal(await hostStart.isSettled(roomId, false), true);
  await hostStart.resume(roomId);
  await hostStart.begin(false);
  assert.equal(await hostStart.isSettled(roomId, true), true, 'the restore is over');
});

/** What waits at one node for another, once it does. */
async function settledItem(from: NetworkNode, to: NetworkNode) {
  for (;;) {
    const items = await from.services.outbox.next(to.name, 1, 1_000_000);
    if (items.length > 0) return items.map(({ body }) => body) as [(typeof items)[number]['body']];
    await new Promise((resolve) => setImmediate(resolve));
  }
}
