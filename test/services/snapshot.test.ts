// Section 18.4
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import { entryHash, eventId } from '../../src/core/event.ts';
import { nodeOf } from '../../src/core/ids.ts';
import { RoomState, type StateEntry } from '../../src/core/room-state.ts';
import { hash } from '../../src/core/signing.ts';
import { Backfill } from '../../src/federation/backfill.ts';
import { systemTimers } from '../../src/federation/pause.ts';
import { Pull } from '../../src/federation/pull.ts';
import { SnapshotStart } from '../../src/federation/snapshot-start.ts';
import type { EventId, EventType, NodeName, RoomId, SequencedEvent, Snapshot } from '../../src/generated/api.ts';
import type { Session } from '../../src/services/sessions.ts';
import { type Network, type NetworkNode, network } from './network.ts';

const message = 'eccp.room.message' as EventType;
const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

/** What a node gives in place of what it has. */
type Bend = (what: string, answer: Json) => Json;

/** Lets a node fetch logs as one in operation does, in a network without HTTP. */
function fetching(nodes: readonly NetworkNode[], node: NetworkNode) {
  const asked: string[] = [];
  const bend: { answer: Bend } = { answer: (_, answer) => answer };
  const client = {
    signed: async (name: NodeName, _method: 'GET', path: string): Promise<Json> => {
      const from = nodes.find((other) => other.name === name);
      if (from === undefined || from.away) throw new EccpError('ECCP_UNREACHABLE', 'away');
      const { pathname, searchParams } = new URL(path, 'http://node.test');
      const [, , , , , room = '', what = ''] = pathname.split('/');
      const roomId = decodeURIComponent(room) as RoomId;
      const { logServing, snapshots } = from.services;
      asked.push(what);
      const start = Number(searchParams.get('from'));
      const answer =
        what === 'head'
          ? await logServing.head(node.name, roomId)
          : what === 'snapshot'
            ? await snapshots.of(node.name, roomId)
            : await logServing.log(node.name, roomId, start, Number(searchParams.get('limit')));
      return bend.answer(what, JSON.parse(JSON.stringify(answer)) as Json);
    },
  };
  const { ingest, snapshotJoin: joins, logVerification: verification } = node.services;
  const report = (error: unknown) => assert.fail(error as Error);
  const backfill = new Backfill({ client, verification, timers: systemTimers, random: () => 0, report });
  /** What is to be verified, once a test lets it. */
  const waiting: RoomId[] = [];
  const snapshots = new SnapshotStart({ client, joins, backfill: { add: (roomId) => waiting.push(roomId) } });
  const pulls = new Pull({ client, ingest, snapshots });
  node.pull = (roomId, from) => pulls.pull(roomId, from.name);
  ends.push(async () => {
    await backfill.stop();
    await pulls.stop();
  });
  /** Until the log is verified, or the room frozen. */
  const verified = async (): Promise<void> => {
    for (const roomId of waiting.splice(0)) backfill.add(roomId);
    while ((await verification.pending()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await backfill.stop();
  };
  return { asked, bend, verified, verification, client };
}

function newNetwork(): Network {
  const net = network();
  ends.push(() => net.end());
  return net;
}

/** A room of Alice's with a long log, and Bob of another node who is about to join it. */
async function long(length = 1200) {
  const net = newNetwork();
  const [a, b] = [await net.node('a.test'), await net.node('b.test')];
  const [alice, bob, carol] = [await a.user('alice'), await b.user('bob'), await a.user('carol')];
  const fetched = fetching([a, b], b);
  const { roomId } = await a.services.rooms.create(alice.userId, {
    visibility: 'public',
    name: 'Pumps',
    requireVerified: false,
  });
  await setHistory(a, alice, roomId);
  await a.services.memberships.join(carol.userId, roomId, undefined);
  const sent = await Promise.all(Array.from({ length }, (_, i) => send(a, alice, roomId, `message ${i}`)));
  const join = () => net.during(b.services.memberships.join(bob.userId, roomId, undefined));
  return { net, a, b, alice, bob, roomId, sent, join, ...fetched };
}

async function setHistory(node: NetworkNode, session: Session, roomId: RoomId): Promise<void> {
  const type = 'eccp.room.history_visibility' as EventType;
  await node.services.state.put(session, roomId, type, '', { history_visibility: 'shared' }, undefined);
}

const send = (node: NetworkNode, session: Session, roomId: RoomId, body: string) =>
  node.services.messages.send(session, roomId, message, { body }, undefined);

/** The whole log as a user reads it, from the end back. */
async function read(node: NetworkNode, session: Session, roomId: RoomId): Promise<SequencedEvent[]> {
  const { events } = await node.services.messages.list(session, roomId, { dir: 'b', limit: 10_000 });
  return events.reverse();
}

/** What stands in for a log where two are compared: a thousand entries would tell nothing. */
function digest(events: readonly SequencedEvent[]): string {
  const lines = events.map(({ event_id, entry, entry_signature, signature, content, redacted_by }) =>
    JSON.stringify([entry.seq, event_id, signature, entry_signature, content, redacted_by]),
  );
  return `${events.length} from ${events[0]?.entry.seq}: ${hash('eccp.content.v1', lines.join('\n'))}`;
}

/** What Bob may read of what Alice reads: history became open to those who join at entry 6. */
function shared(log: readonly SequencedEvent[]): readonly SequencedEvent[] {
  return log.slice(7);
}

async function refusal(act: Promise<unknown>): Promise<string> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EccpError, `not refused: ${error}`);
  return error.errcode;
}

const syncOf = (node: NetworkNode, session: Session, since?: string) =>
  node.services.sync.sync(
    session,
    { ...(since !== undefined && { since }), timeout: 0, limit: 20 },
    new AbortController().signal,
  );

test('a long log is joined through a snapshot: its end is there at once, the rest once it is verified', async () => {
  const { a, b, net, alice, bob, roomId, sent, join, asked, verified } = await long();
  assert.equal((await join()).status, 'sequenced');
  assert.deepEqual(asked.slice(0, 2), ['head', 'snapshot']);
  await net.deliver();
  const whole = await read(a, alice, roomId);
  const end = await read(b, bob, roomId);
  assert.equal(end.length, 1000);
  assert.equal(digest(end), digest(whole.slice(-1000)));
  const states = async (node: NetworkNode, session: Session) =>
    (await node.services.state.list(session, roomId)).map(({ event_id }) => event_id);
  assert.deepEqual(await states(b, bob), await states(a, alice));
  const shown = await syncOf(b, bob);
  assert.equal(shown.rooms.joined[roomId]?.timeline.events.length, 20);
  assert.ok(shown.rooms.joined[roomId]?.state.some(({ event }) => event.type === 'eccp.room.create'));

  // What comes meanwhile is taken, and what it says of the part that is not there yet is kept in mind.
  const first = sent[0]?.event_id;
  assert.ok(first);
  await a.services.messages.redact(alice, roomId, first, undefined, undefined);
  assert.equal((await net.during(send(b, bob, roomId, 'hello'))).status, 'sequenced');
  await net.deliver();
  const next = await syncOf(b, bob, shown.next_batch);
  assert.deepEqual(
    next.rooms.joined[roomId]?.timeline.events.map(({ event }) => event.type),
    ['eccp.room.redaction', message],
  );
  assert.equal(await refusal(b.services.messages.get(bob, roomId, first)), 'ECCP_NOT_FOUND');
  for (const ask of [
    b.services.logServing.log(a.name, roomId, 0, 10),
    b.services.logServing.event(a.name, roomId, first),
    b.services.snapshots.of(a.name, roomId),
  ]) {
    assert.equal(await refusal(ask), 'ECCP_UNAVAILABLE');
  }
  const from = end[10]?.entry.seq ?? 0;
  assert.equal((await b.services.logServing.log(a.name, roomId, from, 5)).entries[0]?.entry.seq, from);

  await verified();
  assert.equal(digest(await read(b, bob, roomId)), digest(shared(await read(a, alice, roomId))));
  assert.equal((await b.services.messages.get(bob, roomId, first)).content, undefined);
  assert.deepEqual((await syncOf(b, bob, next.next_batch)).rooms.joined, {}, 'no news');
  assert.equal((await b.services.logServing.log(a.name, roomId, 0, 10)).entries.length, 10);
  const [given, held] = [await a.services.snapshots.of(b.name, roomId), await b.services.snapshots.of(a.name, roomId)];
  assert.deepEqual(held.head, given.head);
  assert.deepEqual(
    held.state.map(({ event_id }) => event_id),
    given.state.map(({ event_id }) => event_id),
  );
  await net.during(b.services.memberships.leave(bob.userId, roomId, undefined));
  assert.deepEqual(b.audited, []);
});

test('what a restart interrupts is taken up where it was', async () => {
  const { net, a, b, alice, bob, roomId, join, asked, verification, client } = await long(1900);
  await join();
  const levels = 'eccp.room.power_levels' as EventType;
  const { event_id } = await a.services.state.get(alice, roomId, levels, '');
  const users = { [alice.userId]: 100, [bob.userId]: 100 };
  await a.services.state.put(alice, roomId, levels, '', { users }, event_id);
  await net.deliver();
  assert.equal(await refusal(b.services.transfers.consent(a.name, roomId)), 'ECCP_UNAVAILABLE', 'a host has all');
  const check = await verification.begin(roomId);
  assert.ok(check);
  assert.ok(check.first > 500);
  const page = (await client.signed(a.name, 'GET', `/_eccp/federation/v1/rooms/${roomId}/log?from=0&limit=300`)) as {
    entries: Json[];
  };
  await check.take(page.entries);
  const again = await verification.begin(roomId);
  assert.equal(again?.next, 300);
  asked.length = 0;
  const backfill = new Backfill({
    client,
    verification,
    timers: systemTimers,
    random: () => 0,
    report: (error) => assert.fail(error as Error),
  });
  await backfill.start();
  while ((await verification.pending()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await backfill.stop();
  assert.equal((await b.services.transfers.consent(a.name, roomId)).consent.node, b.name);
  assert.equal(asked.length, Math.ceil((check.first - 300) / 500));
  assert.equal(digest(await read(b, bob, roomId)), digest(shared(await read(a, alice, roomId))));
});

test('a crash while the older part is being shown leaves no hole and no wrong order', async () => {
  const { a, b, alice, bob, roomId, sent, join, verification, client, net } = await long(1900);
  await join();
  const check = await verification.begin(roomId);
  assert.ok(check);
  const path = `/_eccp/federation/v1/rooms/${roomId}/log`;
  while (check.next < check.first) {
    const limit = Math.min(500, check.first - check.next);
    const { entries } = (await client.signed(a.name, 'GET', `${path}?from=${check.next}&limit=${limit}`)) as {
      entries: Json[];
    };
    await check.take(entries);
  }
  const { store } = b.services;
  const { write } = store;
  let writes = 0;
  store.write = (work) => {
    if (++writes === 3) throw new Error('a crash');
    return write.call(store, work) as ReturnType<typeof work>;
  };
  await assert.rejects(check.finish(), /a crash/);
  store.write = write;
  const shown = (await read(b, bob, roomId))[0]?.entry.seq ?? 0;
  assert.equal(shown, check.first - 400, 'two slices');
  const whole = await read(a, alice, roomId);
  assert.equal(digest(await read(b, bob, roomId)), digest(whole.slice(shown)));
  await a.services.messages.redact(alice, roomId, sent[5]?.event_id as EventId, undefined, undefined);
  await net.deliver();

  const again = await verification.begin(roomId);
  await again?.finish();
  assert.deepEqual(await verification.pending(), []);
  assert.equal(digest(await read(b, bob, roomId)), digest(shared(await read(a, alice, roomId))));
});

test('nobody reads more while there is a hole than before and after', async () => {
  const net = newNetwork();
  const [a, b, c] = [await net.node('a.test'), await net.node('b.test'), await net.node('c.test')];
  const [alice, bob, eve] = [await a.user('alice'), await b.user('bob'), await c.user('eve')];
  const { verified } = fetching([a, b, c], b);
  fetching([a, b, c], c);
  const room = { visibility: 'public', historyVisibility: 'invited' } as const;
  const { roomId } = await a.services.rooms.create(alice.userId, { ...room, invite: [bob.userId] });
  // Eve brings her node's keys into the room, so that this join of hers stays in its state; that she leaves is in the hole.
  await net.during(c.services.memberships.join(eve.userId, roomId, undefined));
  await net.during(c.services.memberships.leave(eve.userId, roomId, undefined));
  await net.deliver();
  const messages = Array.from({ length: 1200 }, (_, i) => send(a, alice, roomId, `not for Eve ${i}`));
  const { seq = 0 } = (await Promise.all(messages)).at(-100) ?? {};
  await net.during(c.services.memberships.join(eve.userId, roomId, undefined));
  await net.during(b.services.memberships.join(bob.userId, roomId, undefined));
  await net.deliver();
  const forEve = async (): Promise<string> => {
    const { entries } = await b.services.logServing.log(c.name, roomId, seq, 150);
    const isOpen = entries.map(({ content }) => content !== undefined);
    return `${isOpen.filter((open) => !open).length} withheld, ${isOpen.filter((open) => open).length} open`;
  };
  assert.equal(await forEve(), '100 withheld, 2 open');
  await verified();
  assert.equal(await forEve(), '100 withheld, 2 open');
});

test('a log that is short, and a snapshot that is refused, are joined by the log', async () => {
  const { b, bob, roomId, join, asked } = await long(50);
  await join();
  assert.deepEqual(asked, ['head', 'log']);
  assert.equal((await read(b, bob, roomId))[0]?.entry.seq, 7);
});

/** Faults of a snapshot. `host` signs anew what it changes. */
const faults: { [name: string]: [code: string, bend: (snapshot: Snapshot, host: NetworkNode) => void] } = {
  'another state event': [
    'ECCP_BAD_EVENT',
    ({ state }) => {
      const levels = state.find(({ event }) => event.type === 'eccp.room.power_levels');
      Object.assign(levels?.content ?? {}, { users: { '@mallory:a.test': 100 } });
    },
  ],
  'a state event that is none of the room’s': [
    'ECCP_STATE_ROOT',
    ({ state }) => {
      const levels = state.find(({ event }) => event.type === 'eccp.room.name') as SequencedEvent;
      levels.event.origin_ts++;
      levels.event_id = levels.entry.event_id = eventId(levels.event) as typeof levels.event_id;
    },
  ],
  'a state event less': ['ECCP_STATE_ROOT', ({ state }) => void state.splice(3, 1)],
  'a state event more': [
    'ECCP_BAD_EVENT',
    ({ state }) => {
      const [create, join] = state as [SequencedEvent, SequencedEvent];
      state.splice(2, 0, { ...join, entry: { ...join.entry, seq: 2 } });
      assert.ok(create);
    },
  ],
  'a forged root': [
    'ECCP_STATE_ROOT',
    (snapshot, host) => {
      const last = snapshot.recent.at(-1) as SequencedEvent;
      last.entry.state_root = last.event.content_hash;
      resign(snapshot, host);
    },
  ],
  'a head that is not the last of recent': [
    'ECCP_BAD_EVENT',
    ({ head, recent }) =>
      Object.assign(head, { entry: recent.at(-2)?.entry, entry_signature: recent.at(-2)?.entry_signature }),
  ],
  'a head that its host did not sign': [
    'ECCP_BAD_SIGNATURE',
    ({ head }) => {
      head.entry_signature = flipped(head.entry_signature) as typeof head.entry_signature;
    },
  ],
  'a hole in recent': ['ECCP_GAP', ({ recent }) => void recent.splice(500, 1)],
  'less of recent than there has to be': ['ECCP_GAP', ({ recent }) => void recent.splice(0, 1)],
  'recent entries that do not follow on one another': [
    'ECCP_CHAIN_FORK',
    ({ recent }, host) => {
      const entry = recent[500]?.entry as SequencedEvent['entry'];
      entry.state_root = recent[0]?.event.content_hash as typeof entry.state_root;
      sign(recent[500] as SequencedEvent, host);
    },
  ],
  'an entry that its host did not sign': [
    'ECCP_BAD_SIGNATURE',
    ({ recent }) => {
      const sequenced = recent[500] as SequencedEvent;
      sequenced.entry_signature = flipped(sequenced.entry_signature) as typeof sequenced.entry_signature;
    },
  ],
  'an event that its sender’s node did not sign': [
    'ECCP_BAD_SIGNATURE',
    ({ recent }) => {
      const sequenced = recent[500] as SequencedEvent;
      sequenced.signature = flipped(sequenced.signature) as typeof sequenced.signature;
    },
  ],
  'content of another hash': [
    'ECCP_BAD_EVENT',
    ({ recent }) => Object.assign(recent[500] as object, { content: { body: 'x' } }),
  ],
  'nothing in it': ['ECCP_BAD_EVENT', (snapshot) => Object.assign(snapshot, { state: [], recent: [] })],
};

/** The root of the pairs that the events of a state make. */
function rootOf({ state }: Snapshot): string {
  const pairs = new Map<string, StateEntry>();
  const put = (entry: StateEntry) => pairs.set(`${entry.type} ${entry.state_key}`, entry);
  for (const { event, event_id, content } of state) {
    const { type, sender, state_key = '' } = event;
    put({ type, state_key, event_id, sender });
    if (content?.node_keys !== undefined) put({ type: 'eccp.node.keys', state_key: nodeOf(sender), event_id, sender });
  }
  return RoomState.restore('', pairs.values(), RoomState.empty.head).stateRoot;
}

function flipped(signature: string): string {
  return signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
}

function sign(sequenced: SequencedEvent, host: NetworkNode): void {
  const signature = host.identity.key.sign('eccp.entry-sig.v1', sequenced.entry);
  sequenced.entry_signature = signature as typeof sequenced.entry_signature;
}

/** The host signs the last entry again, wherever it stands. */
function resign(snapshot: Snapshot, host: NetworkNode): void {
  const last = snapshot.recent.at(-1) as SequencedEvent;
  sign(last, host);
  const { entry, entry_signature } = last;
  snapshot.head = { entry, entry_signature };
  for (const named of snapshot.state)
    if (named.event_id === last.event_id) Object.assign(named, { entry, entry_signature });
}

test('what is wrong with a snapshot is found before anything of it is taken; the log is read in its place', async (t) => {
  const { a, b, alice, bob, roomId, join, bend, asked } = await long(1001);
  let received: Json = null;
  bend.answer = (what, answer) => {
    if (what !== 'snapshot') return answer;
    received = answer;
    return { ...(answer as JsonObject), state: [] };
  };
  await join();
  assert.deepEqual(asked.slice(0, 3), ['head', 'snapshot', 'log']);
  assert.deepEqual(
    b.audited.map(({ kind, subject, errcode }) => ({ kind, subject, errcode })),
    [{ kind: 'room.snapshot_refused', subject: roomId, errcode: 'ECCP_BAD_EVENT' }],
  );
  assert.equal(digest(await read(b, bob, roomId)), digest(shared(await read(a, alice, roomId))));

  const { snapshotJoin } = b.services;
  for (const [name, [code, spoil]] of Object.entries(faults)) {
    await t.test(name, async () => {
      const snapshot = structuredClone(received) as unknown as Snapshot;
      spoil(snapshot, a);
      assert.equal(await refusal(snapshotJoin.take(roomId, a.name, snapshot as unknown as Json)), code);
    });
  }
  await t.test('good, but from another node than the host', async () => {
    assert.equal(await refusal(snapshotJoin.take(roomId, b.name, received)), 'ECCP_NOT_HOST');
  });
  await t.test('another room’s', async () => {
    const other = (await a.services.rooms.create(alice.userId, { visibility: 'public' })).roomId;
    assert.equal(await refusal(snapshotJoin.take(other, a.name, received)), 'ECCP_ROOM_MISMATCH');
  });
});

test('a snapshot with a state that the log does not lead to freezes the room, once the log is read', async () => {
  const { a, b, bob, roomId, join, bend, verified } = await long();
  bend.answer = (what, answer) => {
    if (what !== 'snapshot') return answer;
    const snapshot = answer as unknown as Snapshot;
    const name = snapshot.state.find(({ event }) => event.type === 'eccp.room.name') as SequencedEvent;
    name.event.origin_ts++; // another event altogether, rightly signed, and a root to match
    name.event_id = name.entry.event_id = eventId(name.event) as typeof name.event_id;
    const last = snapshot.recent.at(-1) as SequencedEvent;
    last.entry.state_root = rootOf(snapshot) as typeof last.entry.state_root;
    resign(snapshot, a);
    return snapshot as unknown as Json;
  };
  assert.equal((await join()).status, 'sequenced');
  await verified();
  assert.deepEqual(
    b.audited.map(({ kind, subject, errcode }) => ({ kind, subject, errcode })),
    [{ kind: 'room.frozen', subject: roomId, errcode: 'ECCP_STATE_ROOT' }],
  );
  assert.equal(await refusal(send(b, bob, roomId, 'anybody?')), 'ECCP_ROOM_FROZEN');
  assert.equal((await read(b, bob, roomId)).length, 1000, 'what is held stays readable');
});

test('a snapshot of another branch than the log freezes the room', async () => {
  const { a, b, roomId, join, bend, verified } = await long();
  bend.answer = (what, answer) => {
    if (what !== 'snapshot') return answer;
    const snapshot = answer as unknown as Snapshot;
    let prev = snapshot.recent[0]?.event.content_hash as string; // the hash of no entry of the log
    for (const sequenced of snapshot.recent) {
      sequenced.entry.prev = prev as typeof sequenced.entry.prev;
      sign(sequenced, a);
      prev = entryHash(sequenced.entry);
      const named = snapshot.state.find(({ event_id }) => event_id === sequenced.event_id);
      if (named !== undefined) named.entry = sequenced.entry;
    }
    resign(snapshot, a);
    return snapshot as unknown as Json;
  };
  await join();
  await verified();
  assert.deepEqual(
    b.audited.map(({ kind, subject, errcode }) => ({ kind, subject, errcode })),
    [{ kind: 'room.frozen', subject: roomId, errcode: 'ECCP_CHAIN_FORK' }],
  );
});

test('a state event that the snapshot puts elsewhere in the log freezes the room', async () => {
  const { b, roomId, join, bend, verified } = await long();
  bend.answer = (what, answer) => {
    if (what !== 'snapshot') return answer;
    const snapshot = answer as unknown as Snapshot;
    const index = snapshot.state.findIndex(({ event }) => event.type === 'eccp.room.history_visibility');
    const moved = snapshot.state[index] as SequencedEvent;
    moved.entry.host_ts++;
    return snapshot as unknown as Json;
  };
  await join();
  await verified();
  assert.deepEqual(
    b.audited.map(({ kind, subject, errcode }) => ({ kind, subject, errcode })),
    [{ kind: 'room.frozen', subject: roomId, errcode: 'ECCP_CHAIN_FORK' }],
  );
});
