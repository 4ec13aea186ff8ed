import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Json } from '../../src/core/canonical-json.ts';
import { verifyEquivocation } from '../../src/core/equivocation.ts';
import { EccpError } from '../../src/core/errors.ts';
import type { Equivocation, EventType, LogHead, RoomId, SequencedEvent } from '../../src/generated/api.ts';
import type { Session } from '../../src/services/sessions.ts';
import { type Network, type NetworkNode, network } from './network.ts';

const message = 'eccp.room.message' as EventType;
const networks: Network[] = [];
after(async () => {
  for (const each of networks) await each.end();
});

async function three() {
  const net = network();
  networks.push(net);
  const [a, b, c] = [await net.node('a.test'), await net.node('b.test'), await net.node('c.test')];
  const [alice, bob, carol] = [await a.user('alice'), await b.user('bob'), await c.user('carol')];
  return { net, a, b, c, alice, bob, carol };
}

/** A room of Alice's on a, which Bob of b and Carol of c have joined. */
async function shared() {
  const all = await three();
  const { net, a, b, c, alice, bob, carol } = all;
  const { roomId } = await a.services.rooms.create(alice.userId, {
    encrypted: false,
    requireVerified: false,
    invite: [bob.userId, carol.userId],
  });
  await net.deliver();
  assert.equal((await net.during(b.services.memberships.join(bob.userId, roomId, undefined))).status, 'sequenced');
  assert.equal((await net.during(c.services.memberships.join(carol.userId, roomId, undefined))).status, 'sequenced');
  await net.deliver();
  return { ...all, roomId };
}

const send = (node: NetworkNode, session: Session, roomId: RoomId, body: string) =>
  node.services.messages.send(session, roomId, message, { body }, undefined);

/** The entries of a room as a user of a node reads them. */
async function log(node: NetworkNode, session: Session, roomId: RoomId): Promise<string[]> {
  const { events } = await node.services.messages.list(session, roomId, { dir: 'f', limit: 1000 });
  return events.map((event) => `${event.entry.seq} ${event.event_id} ${event.entry_signature}`);
}

async function refusal(act: Promise<unknown>): Promise<string> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EccpError, `not refused: ${error}`);
  return error.errcode;
}

test('three nodes share a room: one order everywhere', async () => {
  const { net, a, b, c, alice, bob, carol, roomId } = await shared();
  for (const [i, [node, user]] of (
    [
      [a, alice],
      [b, bob],
      [c, carol],
      [b, bob],
    ] as const
  ).entries()) {
    const sent = await net.during(send(node, user, roomId, `message ${i}`));
    assert.equal(sent.status, 'sequenced');
  }
  await net.deliver();
  const whole = await log(a, alice, roomId);
  assert.ok(whole.length > 10);
  // Bob and Carol were invited, and joined later: what they read is the end of what Alice reads.
  for (const [node, user] of [
    [b, bob],
    [c, carol],
  ] as const) {
    const theirs = await log(node, user, roomId);
    assert.ok(theirs.length >= 5);
    assert.deepEqual(theirs, whole.slice(-theirs.length));
  }
  const heads = await Promise.all(
    (
      [
        [a, alice],
        [b, bob],
        [c, carol],
      ] as const
    ).map(async ([node, user]) => (await node.services.rooms.describe(user.userId, roomId)).head),
  );
  assert.deepEqual(heads[1], heads[0]);
  assert.deepEqual(heads[2], heads[0]);
});

test('sends of many nodes at once come into one order, each once', async () => {
  const { net, a, b, c, alice, bob, carol, roomId } = await shared();
  const sends = [];
  for (let i = 0; i < 20; i++) {
    for (const [node, user] of [
      [a, alice],
      [b, bob],
      [c, carol],
    ] as const) {
      sends.push(send(node, user, roomId, `${user.userId} ${i}`));
    }
  }
  const results = await net.during(Promise.all(sends));
  await net.deliver();
  assert.equal(new Set(results.map((r) => r.event_id)).size, 60);
  const whole = await log(a, alice, roomId);
  for (const { event_id } of results) assert.equal(whole.filter((line) => line.includes(event_id)).length, 1);
  const bobs = await log(b, bob, roomId);
  const carols = await log(c, carol, roomId);
  assert.deepEqual(bobs, whole.slice(-bobs.length));
  assert.deepEqual(carols, whole.slice(-carols.length));
});

test('a send whose host is away is queued, and comes into the log when it is back', async () => {
  const { net, a, b, alice, bob, roomId } = await shared();
  a.away = true;
  const sent = await send(b, bob, roomId, 'while you were away');
  assert.equal(sent.status, 'queued');
  await net.deliver();
  a.away = false;
  await net.deliver();
  assert.ok((await log(a, alice, roomId)).some((line) => line.includes(sent.event_id)));
  assert.ok((await log(b, bob, roomId)).some((line) => line.includes(sent.event_id)));
});

test('other acts do not wait for a host that is away', async () => {
  const { net, a, b, alice, bob, carol, roomId } = await shared();
  await net.during(
    a.services.state.put(
      alice,
      roomId,
      'eccp.room.power_levels' as EventType,
      '',
      { users: { [alice.userId]: 100, [bob.userId]: 50 } },
      await inForce(a, alice, roomId, 'eccp.room.power_levels'),
    ),
  );
  await net.deliver();
  a.away = true;
  assert.equal(
    await refusal(net.during(b.services.memberships.kick(bob.userId, roomId, carol.userId, undefined))),
    'ECCP_UNREACHABLE',
  );
  a.away = false;
  net.pass(60_000);
  await net.deliver();
  assert.equal((await a.services.memberships.list(alice.userId, roomId, 'join')).length, 3);
});

test('bans, kicks, redactions and leaves of users of other nodes', async () => {
  const { net, a, b, c, alice, bob, carol, roomId } = await shared();
  const sent = await net.during(send(b, bob, roomId, 'a slip'));
  await net.deliver();
  await net.during(b.services.messages.redact(bob, roomId, sent.event_id, undefined, undefined));
  await net.deliver();
  for (const [node, user] of [
    [a, alice],
    [c, carol],
  ] as const) {
    const seen = await node.services.messages.get(user, roomId, sent.event_id);
    assert.equal(seen.content, undefined);
    assert.notEqual(seen.redacted_by, undefined);
  }
  assert.equal(
    await refusal(net.during(b.services.memberships.ban(bob.userId, roomId, carol.userId, undefined))),
    'ECCP_FORBIDDEN',
  );
  await net.during(a.services.memberships.ban(alice.userId, roomId, carol.userId, undefined));
  await net.deliver();
  assert.equal(await refusal(send(c, carol, roomId, 'still here?')), 'ECCP_FORBIDDEN');
  assert.equal(
    await refusal(net.during(c.services.memberships.join(carol.userId, roomId, undefined))),
    'ECCP_FORBIDDEN',
  );
  await net.during(b.services.memberships.leave(bob.userId, roomId, undefined));
  await net.deliver();
  assert.deepEqual(
    (await a.services.memberships.list(alice.userId, roomId, 'join')).map((member) => member.user_id),
    [alice.userId],
  );
});

test('a leave acts at once, though the host is away', async () => {
  const { net, a, b, alice, bob, roomId } = await shared();
  a.away = true;
  assert.equal((await net.during(b.services.memberships.leave(bob.userId, roomId, undefined))).status, 'queued');
  assert.equal(await refusal(send(b, bob, roomId, 'one more thing')), 'ECCP_FORBIDDEN');
  const { rooms } = await b.services.sync.sync(bob, { timeout: 0, limit: 10 }, new AbortController().signal);
  assert.deepEqual(rooms.joined, {});
  a.away = false;
  await net.deliver();
  const members = await a.services.memberships.list(alice.userId, roomId, 'join');
  assert.equal(
    members.some((member) => member.user_id === bob.userId),
    false,
  );
});

test('who leaves while the host is away, and comes back, is in the room', async () => {
  const { net, a, b, alice, bob } = await shared();
  const { roomId } = await a.services.rooms.create(alice.userId, { visibility: 'public' });
  await net.during(b.services.memberships.join(bob.userId, roomId, undefined));
  await net.deliver();
  a.away = true;
  assert.equal((await net.during(b.services.memberships.leave(bob.userId, roomId, undefined))).status, 'queued');
  assert.equal(
    await refusal(net.during(b.services.memberships.join(bob.userId, roomId, undefined))),
    'ECCP_UNREACHABLE',
  );
  a.away = false;
  const back = await net.during(b.services.memberships.join(bob.userId, roomId, undefined));
  assert.equal(back.status, 'sequenced');
  await net.deliver();
  assert.equal((await net.during(send(b, bob, roomId, 'here again'))).status, 'sequenced');
});

test('so is who comes back before the entry of the leave has', async () => {
  const { net, a, b, alice, bob } = await shared();
  const { roomId } = await a.services.rooms.create(alice.userId, { visibility: 'public' });
  await net.during(b.services.memberships.join(bob.userId, roomId, undefined));
  await net.deliver();
  a.away = true;
  await net.during(b.services.memberships.leave(bob.userId, roomId, undefined));
  const [leave] = await b.services.outbox.next(a.name, 1, 1_000_000);
  assert.ok(leave);
  await b.services.submissions.settle(a.name, await a.services.hosting.submit(b.name, [leave.body]));
  await b.services.outbox.done(a.name, [leave.position]);
  assert.equal(
    await refusal(net.during(b.services.memberships.join(bob.userId, roomId, undefined))),
    'ECCP_UNREACHABLE',
  );
  a.away = false;
  const back = net.during(b.services.memberships.join(bob.userId, roomId, undefined));
  assert.equal((await back).status, 'sequenced');
  await net.deliver();
  assert.equal((await net.during(send(b, bob, roomId, 'here again'))).status, 'sequenced');
});

test('who has left while the host is away cannot leave again', async () => {
  const { net, a, b, bob, roomId } = await shared();
  a.away = true;
  await net.during(b.services.memberships.leave(bob.userId, roomId, undefined));
  assert.equal(await refusal(b.services.memberships.leave(bob.userId, roomId, undefined)), 'ECCP_FORBIDDEN');
});

test('a leave that was queued and is refused is told', async () => {
  const { net, a, b, alice, bob, roomId } = await shared();
  a.away = true;
  const left = await net.during(b.services.memberships.leave(bob.userId, roomId, undefined, bob.deviceId));
  await a.services.memberships.kick(alice.userId, roomId, bob.userId, undefined);
  a.away = false;
  await net.deliver();
  const { rejected } = await b.services.sync.sync(bob, { timeout: 0, limit: 10 }, new AbortController().signal);
  assert.deepEqual(
    rejected.map(({ event_id, errcode }) => [event_id, errcode]),
    [[left.event_id, 'ECCP_STATE_CONFLICT']],
  );
});

test('one who left comes back: the log between is pulled', async () => {
  const { net, a, b, alice, bob, roomId } = await shared();
  await net.during(b.services.memberships.leave(bob.userId, roomId, undefined));
  await net.deliver();
  for (let i = 0; i < 5; i++) await send(a, alice, roomId, `without Bob ${i}`);
  await a.services.memberships.invite(alice.userId, roomId, bob.userId, undefined);
  await net.deliver();
  await net.during(b.services.memberships.join(bob.userId, roomId, undefined));
  await net.deliver();
  const [whole, bobs] = [await log(a, alice, roomId), await log(b, bob, roomId)];
  assert.equal(bobs.at(-1), whole.at(-1));
  assert.equal(whole.length - bobs.length >= 5, true); // he does not read what was said without him
});

test('one who was kicked comes back by an invitation that is the next entry', async () => {
  const { net, a, b, alice, bob, roomId } = await shared();
  await a.services.memberships.kick(alice.userId, roomId, bob.userId, undefined);
  await net.deliver();
  await a.services.memberships.invite(alice.userId, roomId, bob.userId, undefined);
  await net.deliver();
  assert.equal((await net.during(b.services.memberships.join(bob.userId, roomId, undefined))).status, 'sequenced');
  assert.equal((await log(b, bob, roomId)).at(-1), (await log(a, alice, roomId)).at(-1));
});

test('an invitation is shown, can be declined, and the host learns of it', async () => {
  const { net, a, b, alice, bob } = await three();
  const { roomId } = await a.services.rooms.create(alice.userId, {
    encrypted: false,
    requireVerified: false,
    name: 'Pumps',
    invite: [bob.userId],
  });
  await net.deliver();
  const shown = await b.services.sync.sync(bob, { timeout: 0, limit: 10 }, new AbortController().signal);
  assert.equal(shown.rooms.invited[roomId]?.preview?.name, 'Pumps');
  await net.during(b.services.memberships.leave(bob.userId, roomId, undefined));
  const after = await b.services.sync.sync(
    bob,
    { since: shown.next_batch, timeout: 0, limit: 10 },
    new AbortController().signal,
  );
  assert.deepEqual(Object.keys(after.rooms.left), [roomId]);
  await net.deliver();
  assert.deepEqual(await a.services.memberships.list(alice.userId, roomId, 'invite'), []);
});

test('a withdrawn invitation goes away', async () => {
  const { net, a, b, alice, bob } = await three();
  const { roomId } = await a.services.rooms.create(alice.userId, {
    encrypted: false,
    requireVerified: false,
    invite: [bob.userId],
  });
  await net.deliver();
  await a.services.memberships.kick(alice.userId, roomId, bob.userId, undefined);
  await net.deliver();
  const shown = await b.services.sync.sync(bob, { timeout: 0, limit: 10 }, new AbortController().signal);
  assert.deepEqual(shown.rooms.invited, {});
});

test('public rooms of other nodes are joined by their id, private ones look as if they did not exist', async () => {
  const { net, a, b, alice, bob } = await three();
  const open = await a.services.rooms.create(alice.userId, { visibility: 'public' });
  const closed = await a.services.rooms.create(alice.userId, {});
  assert.equal((await net.during(b.services.memberships.join(bob.userId, open.roomId, undefined))).status, 'sequenced');
  assert.equal(
    await refusal(net.during(b.services.memberships.join(bob.userId, closed.roomId, undefined))),
    'ECCP_NOT_FOUND',
  );
});

test('a state event that collides is written anew; power levels are not', async () => {
  const { net, a, b, alice, bob, roomId } = await shared();
  const levels = { users: { [alice.userId]: 100, [bob.userId]: 100 } };
  await a.services.state.put(
    alice,
    roomId,
    'eccp.room.power_levels' as EventType,
    '',
    levels,
    await inForce(a, alice, roomId, 'eccp.room.power_levels'),
  );
  await net.deliver();
  const name = 'eccp.room.name' as EventType;
  await a.services.state.put(alice, roomId, name, '', { name: 'by Alice' }, undefined);
  // b does not know of it yet: its event names what it replaces by an older state.
  const renamed = await net.during(b.services.state.put(bob, roomId, name, '', { name: 'by Bob' }, undefined));
  assert.equal(renamed.status, 'sequenced');
  const held = await inForce(b, bob, roomId, 'eccp.room.power_levels');
  await a.services.state.put(
    alice,
    roomId,
    'eccp.room.power_levels' as EventType,
    '',
    { ...levels, invite: 50 },
    await inForce(a, alice, roomId, 'eccp.room.power_levels'),
  );
  assert.equal(
    await refusal(
      net.during(
        b.services.state.put(bob, roomId, 'eccp.room.power_levels' as EventType, '', { ...levels, ban: 60 }, held),
      ),
    ),
    'ECCP_STATE_CONFLICT',
  );
});

async function inForce(node: NetworkNode, session: Session, roomId: RoomId, type: string) {
  return (await node.services.state.get(session, roomId, type as EventType, '')).event_id;
}

/** The last entry of a room, changed and signed by its host again. */
async function forged(host: NetworkNode, session: Session, roomId: RoomId, change: object): Promise<LogHead> {
  const { events } = await host.services.messages.list(session, roomId, { dir: 'b', limit: 1 });
  const entry = { ...events[0]?.entry, ...change } as LogHead['entry'];
  return { entry, entry_signature: host.identity.key.sign('eccp.entry-sig.v1', entry) } as LogHead;
}

test('two entries for one place freeze the room, and are kept', async () => {
  const { net, a, b, c, alice, bob, roomId } = await shared();
  await net.during(send(b, bob, roomId, 'one'));
  await net.deliver();
  const other = await forged(a, alice, roomId, { host_ts: 1_767_225_700_000 });
  await b.services.heads.receive(c.name, {
    [roomId]: {
      ...other,
      entry_signature: other.entry_signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    },
  });
  assert.deepEqual(await b.services.evidence.list(roomId), [], 'a bad signature proves nothing');
  await b.services.heads.receive(c.name, { [roomId]: other });
  const [evidence] = await b.services.evidence.list(roomId);
  assert.equal(evidence?.node, a.name);
  verifyEquivocation(evidence as unknown as Json);
  assert.deepEqual(
    b.audited.map(({ kind, subject }) => ({ kind, subject })),
    [{ kind: 'room.equivocation', subject: roomId }],
  );
  assert.equal(await refusal(send(b, bob, roomId, 'two')), 'ECCP_ROOM_FROZEN');
  assert.ok((await log(b, bob, roomId)).length > 0, 'what is held stays readable');
  await c.services.heads.receiveEvidence(b.name, [evidence as Equivocation]);
  assert.equal((await c.services.evidence.list(roomId)).length, 1);
});

test('a room moves to another host, and goes on there', async () => {
  const { net, a, b, c, alice, bob, carol, roomId } = await shared();
  const powers = 'eccp.room.power_levels';
  assert.equal(
    await refusal(net.during(a.services.transfers.transfer(alice.userId, roomId, b.name))),
    'ECCP_FORBIDDEN',
  ); // Bob is nobody there
  const levels = { users: { [alice.userId]: 100, [bob.userId]: 100 } };
  await a.services.state.put(alice, roomId, powers as EventType, '', levels, await inForce(a, alice, roomId, powers));
  await net.deliver();
  assert.equal(await refusal(c.services.transfers.transfer(carol.userId, roomId, b.name)), 'ECCP_FORBIDDEN');
  // What Carol says on the way to the old host still comes in.
  a.away = true;
  const late = await net.during(send(c, carol, roomId, 'on its way'));
  a.away = false;
  assert.equal((await net.during(a.services.transfers.transfer(alice.userId, roomId, b.name))).status, 'sequenced');
  await net.deliver();
  for (const [node, user] of [
    [a, alice],
    [b, bob],
    [c, carol],
  ] as const) {
    assert.equal((await node.services.rooms.describe(user.userId, roomId)).host, b.name);
    assert.equal((await net.during(send(node, user, roomId, `after the move, ${user.userId}`))).status, 'sequenced');
  }
  await net.deliver();
  const [alices, bobs, carols] = [await log(a, alice, roomId), await log(b, bob, roomId), await log(c, carol, roomId)];
  assert.deepEqual(bobs, alices.slice(-bobs.length));
  assert.deepEqual(carols, alices.slice(-carols.length));
  const { event_id } = late;
  assert.ok(alices.some((line) => line.includes(event_id)));
  const dave = await c.user('dave');
  await net.during(b.services.memberships.invite(bob.userId, roomId, dave.userId, undefined));
  await net.deliver();
  assert.equal((await net.during(c.services.memberships.join(dave.userId, roomId, undefined))).status, 'sequenced');
  const d = await net.node('d.test');
  const erin = await d.user('erin');
  await net.during(b.services.memberships.invite(bob.userId, roomId, erin.userId, undefined));
  await net.deliver();
  assert.equal((await net.during(d.services.memberships.join(erin.userId, roomId, undefined))).status, 'sequenced');
});

test('a frozen room goes on in a successor: its members are invited', async () => {
  const { net, a, b, c, alice, bob, carol, roomId } = await shared();
  const levels = { users: { [alice.userId]: 100, [bob.userId]: 100 } };
  const powers = 'eccp.room.power_levels';
  await a.services.state.put(alice, roomId, powers as EventType, '', levels, await inForce(a, alice, roomId, powers));
  await net.deliver();
  await b.services.heads.receive(c.name, { [roomId]: await forged(a, alice, roomId, { host_ts: 1_767_225_700_000 }) });
  assert.equal(await refusal(c.services.rooms.create(carol.userId, { predecessor: roomId })), 'ECCP_FORBIDDEN');
  const { head } = await b.services.rooms.describe(bob.userId, roomId);
  const next = await b.services.rooms.create(bob.userId, { predecessor: roomId });
  await net.deliver();
  const create = await b.services.state.get(bob, next.roomId, 'eccp.room.create' as EventType, '');
  assert.deepEqual(create.content?.predecessor, { room_id: roomId, ...head });
  for (const [node, user] of [
    [a, alice],
    [c, carol],
  ] as const) {
    assert.equal((await node.services.rooms.describe(user.userId, next.roomId)).membership, 'invite');
    assert.equal(
      (await net.during(node.services.memberships.join(user.userId, next.roomId, undefined))).status,
      'sequenced',
    );
  }
});

test('an entry of the host that cannot be right ends the log; one that another node spoilt does not', async () => {
  const { net, a, b, c, alice, bob, roomId } = await shared();
  b.away = true;
  await send(a, alice, roomId, 'the next one');
  await net.deliver();
  const { events } = await a.services.messages.list(alice, roomId, { dir: 'b', limit: 1 });
  const [next] = events as [SequencedEvent];
  const spoilt = { ...next, content: { body: 'something else' } } as unknown as Json;
  assert.equal(await refusal(b.services.ingest.apply(roomId, [spoilt], c.name)), 'ECCP_BAD_EVENT');
  assert.equal(await refusal(b.services.ingest.apply(roomId, [spoilt], a.name)), 'ECCP_BAD_EVENT');
  assert.deepEqual(b.audited, []);
  const wrong = {
    ...next,
    ...(await forged(a, alice, roomId, { state_root: next.event.content_hash })),
  } as unknown as Json;
  assert.equal(await refusal(b.services.ingest.apply(roomId, [wrong], c.name)), 'ECCP_STATE_ROOT');
  assert.deepEqual(b.audited, [], 'only the host itself is taken at its word');
  assert.equal(await refusal(b.services.ingest.apply(roomId, [wrong], a.name)), 'ECCP_STATE_ROOT');
  assert.deepEqual(
    b.audited.map(({ kind, errcode }) => ({ kind, errcode })),
    [{ kind: 'room.frozen', errcode: 'ECCP_STATE_ROOT' }],
  );
  assert.equal(await refusal(b.services.ingest.apply(roomId, [next as unknown as Json], a.name)), 'ECCP_ROOM_FROZEN');
  assert.equal(await refusal(send(b, bob, roomId, 'anybody?')), 'ECCP_ROOM_FROZEN');
});
