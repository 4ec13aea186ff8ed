// What waits for a node that does not come back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { EventType, RoomId } from '../../src/generated/api.ts';
import type { Session } from '../../src/services/sessions.ts';
import { type Network, type NetworkNode, network } from './network.ts';

const fortnight = 14 * 24 * 60 * 60_000;
const message = 'eccp.room.message' as EventType;

let net: Network;
let host: NetworkNode;
let other: NetworkNode;
let alice: Session;
let bob: Session;
let roomId: RoomId;

before(async () => {
  net = network();
  [host, other] = [await net.node('a.test'), await net.node('b.test')];
  [alice, bob] = [await host.user('alice'), await other.user('bob')];
  ({ roomId } = await host.services.rooms.create(alice.userId, { encrypted: false, invite: [bob.userId] }));
  await net.deliver();
  await net.during(other.services.memberships.join(bob.userId, roomId, undefined));
  await net.deliver();
});
after(() => net.end());

const waiting = async (from: NetworkNode, to: NetworkNode) =>
  (await from.services.outbox.next(to.name, 50, 1_000_000)).map(({ eventId }) => eventId);

const rejected = async () => {
  const answer = await other.services.sync.sync(bob, { timeout: 0, limit: 10 }, new AbortController().signal);
  return answer.rejected.map(({ event_id, errcode }) => [event_id, errcode]);
};

test('a send waits for its host for 14 days, to the millisecond, and is then rejected (FED-030, HOST-059)', async () => {
  host.away = true;
  const { event_id, status } = await other.services.messages.send(bob, roomId, message, { body: 'late' }, undefined);
  assert.equal(status, 'queued');
  net.pass(fortnight - 1);
  assert.deepEqual(await waiting(other, host), [event_id]);
  assert.deepEqual(await rejected(), []);
  net.pass(1);
  assert.deepEqual(await waiting(other, host), []);
  assert.equal(await other.services.outbox.count(host.name), 0);
  assert.deepEqual(await rejected(), [[event_id, 'ECCP_UNREACHABLE']]);
  host.away = false;
  await net.deliver();
  const { events } = await host.services.messages.list(alice, roomId, { dir: 'b', limit: 10 });
  assert.ok(!events.some((event) => event.event_id === event_id), 'the host never got it');
});

test('so does an entry for a participant, which pulls it once it is back (FED-030)', async () => {
  other.away = true;
  const lost = await host.services.messages.send(alice, roomId, message, { body: 'nobody there?' }, undefined);
  net.pass(fortnight - 1);
  const next = await host.services.messages.send(alice, roomId, message, { body: 'hello?' }, undefined);
  assert.deepEqual(await waiting(host, other), [lost.event_id, next.event_id]);
  net.pass(1);
  assert.deepEqual(await waiting(host, other), [next.event_id]);
  other.away = false;
  await other.pull(roomId, host);
  await net.deliver();
  const { events } = await other.services.messages.list(bob, roomId, { dir: 'b', limit: 2 });
  assert.deepEqual(
    events.map((event) => event.event_id),
    [next.event_id, lost.event_id],
  );
});
