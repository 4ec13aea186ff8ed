// Chapter 16.1, and 17.3 for entries
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import { Inbound, type InboundOptions } from '../../src/federation/inbound.ts';
import type { EventId, ItemResult, NodeName, RoomId, Transaction } from '../../src/generated/api.ts';

const origin = 'origin.test' as NodeName;
const hash = (name: string) => name.padEnd(42, '0').concat('A');
const roomId = (name: string) => `!${hash(name)}:host.test` as RoomId;
const a = roomId('a');
const b = roomId('b');

type EntryItem = { event_id: string; entry: { room_id: string; seq: number }; fault?: string };

let ids = 0;
const id = () => `$${hash(String(++ids))}`;
const entry = (room: string, seq: number, fault?: string): EntryItem => ({
  event_id: `$${hash(`${room.slice(1, 3)}${seq}`)}`,
  entry: { room_id: room, seq },
  ...(fault === undefined ? {} : { fault }),
});
const item = (room: string): { event_id: string; room_id: string } => ({ event_id: id(), room_id: room });

/** A node whose logs are numbers: the place after the last entry of each room. */
class Node {
  readonly logs = new Map<string, number>();
  /** What the peer has of each, for a pull; absent: the peer refuses. */
  readonly remote = new Map<string, number>();
  readonly did: string[] = [];
  readonly pulls: string[] = [];
  readonly audited: JsonObject[] = [];
  readonly reported: unknown[] = [];
  submit: (item: JsonObject) => Promise<ItemResult> = async ({ event_id }) => ({
    event_id: event_id as EventId,
    status: 'sequenced',
    seq: 1,
  });
  receive: (item: JsonObject) => Promise<ItemResult> = async ({ event_id }) => ({
    event_id: event_id as EventId,
    status: 'applied',
  });
  extra: Partial<InboundOptions> = {};

  exchange(transaction: { [section: string]: unknown }) {
    const inbound = new Inbound({
      ingest: { apply: (room, entries, from) => this.#apply(room, entries, from) },
      pulls: { pull: (room, peer) => this.#pull(room, peer) },
      invitations: {
        receive: async (from, given) => {
          assert.equal(from, origin);
          this.did.push(`invite ${given.event_id}`);
          return this.receive(given);
        },
      },
      hosting: {
        submit: async (from, given) => {
          assert.equal(from, origin);
          for (const one of given) this.did.push(`submission ${one.event_id}`);
          return Promise.all(given.map((one) => this.submit(one)));
        },
      },
      deviceChanges: { receive: async (_, { id }) => void this.did.push(`device change ${id}`) },
      toDevice: { receive: async (_, { id }) => void this.did.push(`to device ${id}`) },
      audit: { record: async (record) => void this.audited.push(record as unknown as JsonObject) },
      report: (error, from) => {
        assert.equal(from, origin);
        this.reported.push(error);
      },
      ...this.extra,
    });
    return inbound.exchange(origin, transaction as Transaction, 'request-1');
  }

  async #apply(room: RoomId, entries: readonly Json[], from: NodeName): Promise<void> {
    assert.equal(from, origin);
    for (const given of entries as EntryItem[]) {
      const next = this.logs.get(room);
      const { seq } = given.entry;
      if (next === undefined) throw new EccpError('ECCP_NOT_FOUND', 'There is no such room.');
      if (seq > next) throw new EccpError('ECCP_GAP', 'A hole.');
      if (given.fault === 'crash') throw new TypeError('a defect');
      if (given.fault !== undefined) throw new EccpError('ECCP_BAD_SIGNATURE', 'Forged.');
      if (seq < next) continue;
      this.did.push(`entry ${given.event_id}`);
      this.logs.set(room, seq + 1);
    }
  }

  async #pull(room: RoomId, peer: NodeName): Promise<void> {
    assert.equal(peer, origin);
    this.pulls.push(room);
    await new Promise((resolve) => setImmediate(resolve));
    const length = this.remote.get(room);
    if (length === undefined) throw new EccpError('ECCP_UNREACHABLE', 'Nobody is there.');
    this.logs.set(room, Math.max(length, this.logs.get(room) ?? 0));
  }
}

const applied = ({ event_id }: { event_id: string }) => ({ event_id, status: 'applied' });
const codes = (results: readonly ItemResult[]) => results.map(({ status, errcode }) => status ?? errcode);

test('an empty transaction is answered with empty lists (FED-008)', async () => {
  const none = { invites: [], entries: [], submissions: [], device_changes: [], to_device: [] };
  assert.deepEqual(await new Node().exchange({}), none);
  assert.deepEqual(await new Node().exchange({ padding: 'AAAA', 'org.example': [1] }), none);
});

test('items for devices have results by their ids, and one that is refused does not hold up the others (MAN-043)', async () => {
  const node = new Node();
  node.extra = {
    toDevice: {
      receive: async (_, { id }) => {
        if (id === 'bad') throw new EccpError('ECCP_BAD_EVENT', 'out of form');
        if (id === 'odd') throw new Error('unforeseen');
        node.did.push(`to device ${id}`);
      },
    },
  };
  const items = ['one', 'bad', 'odd', 'two'].map((id) => ({ id }));
  const { device_changes, to_device } = await node.exchange({ device_changes: [{ id: 'three' }], to_device: items });
  assert.deepEqual(device_changes, [{ id: 'three', status: 'applied' }]);
  assert.deepEqual(
    to_device?.map(({ id, status, errcode }) => [id, status ?? errcode]),
    [
      ['one', 'applied'],
      ['bad', 'ECCP_BAD_EVENT'],
      ['odd', 'ECCP_UNAVAILABLE'],
      ['two', 'applied'],
    ],
  );
  assert.deepEqual(node.did, ['device change three', 'to device one', 'to device two']);
  assert.equal(node.reported.length, 1);
  assert.deepEqual(
    node.audited.map(({ subject, errcode }) => [subject, errcode]),
    [
      ['bad', 'ECCP_BAD_EVENT'],
      ['odd', 'ECCP_UNAVAILABLE'],
    ],
  );
});

test('more than 50 items are refused, and none is taken (FED-006, FED-007)', async () => {
  const node = new Node();
  node.logs.set(a, 0);
  const transaction = {
    invites: Array.from({ length: 10 }, () => item(a)),
    entries: Array.from({ length: 20 }, (_, seq) => entry(a, seq)),
    submissions: Array.from({ length: 21 }, () => item(b)),
  };
  await assert.rejects(
    node.exchange(transaction),
    (error) => error instanceof EccpError && error.errcode === 'ECCP_TOO_LARGE',
  );
  assert.deepEqual(node.did, []);
  transaction.submissions.pop();
  const results = await node.exchange(transaction);
  assert.deepEqual([results.invites.length, results.entries.length, results.submissions.length], [10, 20, 20]);
  assert.equal(node.did.length, 50);
});

test('the sections are taken in their order: invites, entries, submissions (FED-005)', async () => {
  const node = new Node();
  node.logs.set(a, 7);
  const [submission, invite] = [item(a), item(b)];
  await node.exchange({ submissions: [submission], entries: [entry(a, 7)], invites: [invite] });
  assert.deepEqual(node.did, [
    `invite ${invite.event_id}`,
    `entry ${entry(a, 7).event_id}`,
    `submission ${submission.event_id}`,
  ]);
});

test('each item has its result in its place, however the rooms are mixed, and each room’s items are taken in order (FED-001)', async () => {
  const rooms = ['a', 'b', 'c'].map(roomId);
  const mixed = fc.array(fc.constantFrom(...rooms), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(mixed, mixed, mixed, async (invited, sequenced, submitted) => {
      const node = new Node();
      for (const room of rooms) node.logs.set(room, 0);
      const places = new Map<string, number>();
      const entries = sequenced.map((room) => {
        const seq = places.get(room) ?? 0;
        places.set(room, seq + 1);
        return entry(room, seq);
      });
      const transaction = { invites: invited.map(item), entries, submissions: submitted.map(item) };
      if (invited.length + entries.length + submitted.length > 50) return;
      const delays = new Map(rooms.map((room, i) => [room as string, i]));
      node.submit = async ({ event_id, room_id }) => {
        for (let i = 0; i < (delays.get(String(room_id)) ?? 0); i++) await undefined;
        return { event_id: event_id as EventId, status: 'sequenced', seq: 1 };
      };
      const results = await node.exchange(transaction);
      assert.deepEqual(results, {
        invites: transaction.invites.map(applied),
        entries: entries.map(applied),
        submissions: transaction.submissions.map(({ event_id }) => ({ event_id, status: 'sequenced', seq: 1 })),
        device_changes: [],
        to_device: [],
      });
      for (const room of rooms) {
        const [ofRoom, all] = [transaction.submissions.filter((s) => s.room_id === room), node.did];
        const order = all.filter((act) => ofRoom.some((s) => act === `submission ${s.event_id}`));
        assert.deepEqual(
          order,
          ofRoom.map((s) => `submission ${s.event_id}`),
        );
      }
    }),
  );
});

test('a refused item does not keep those after it from being taken, and leaves a record (FED-003, FED-004, AUD-007)', async () => {
  const node = new Node();
  node.logs.set(a, 5);
  const [first, second] = [item(a), item(a)];
  node.submit = async ({ event_id }) =>
    event_id === first.event_id
      ? { event_id: event_id as EventId, errcode: 'ECCP_STATE_CONFLICT', error: 'Changed.', current: null }
      : { event_id: event_id as EventId, status: 'sequenced', seq: 9 };
  const results = await node.exchange({
    entries: [entry(a, 3), entry(a, 5, 'forged'), entry(a, 5), entry(a, 6)],
    submissions: [first, second],
  });
  assert.deepEqual(results.entries, [
    applied(entry(a, 3)),
    { event_id: entry(a, 5).event_id, errcode: 'ECCP_BAD_SIGNATURE', error: 'Forged.' },
    applied(entry(a, 5)),
    applied(entry(a, 6)),
  ]);
  assert.deepEqual(results.submissions, [
    { event_id: first.event_id, errcode: 'ECCP_STATE_CONFLICT', error: 'Changed.', current: null },
    { event_id: second.event_id, status: 'sequenced', seq: 9 },
  ]);
  const record = (section: string, subject: string, errcode: string) => ({
    kind: 'federation.item_refused',
    actor: origin,
    subject,
    errcode,
    request_id: 'request-1',
    detail: { section },
  });
  assert.deepEqual(node.audited, [
    record('entries', entry(a, 5).event_id, 'ECCP_BAD_SIGNATURE'),
    record('submissions', first.event_id, 'ECCP_STATE_CONFLICT'),
  ]);
  assert.deepEqual(node.reported, []);
  assert.deepEqual(node.pulls, []);
});

test('a hole is pulled from the sender before the answer, once for a room (HOST-033)', async () => {
  const node = new Node();
  node.logs.set(a, 5).set(b, 2);
  node.remote.set(a, 20).set(b, 4);
  const { entries } = await node.exchange({
    entries: [entry(a, 18), entry(b, 3), entry(a, 19), entry(b, 4), entry(a, 20)],
  });
  assert.deepEqual(codes(entries), ['applied', 'applied', 'applied', 'applied', 'applied']);
  assert.deepEqual(node.pulls.sort(), [a, b].sort());
  assert.deepEqual(
    [...node.logs],
    [
      [a, 21],
      [b, 5],
    ],
  );
  assert.deepEqual(node.audited, []);
});

test('a hole that stays is ECCP_GAP for what lies behind it, not for what lies before (HOST-033)', async () => {
  for (const reach of [undefined, 7]) {
    const node = new Node();
    node.logs.set(a, 5);
    if (reach !== undefined) node.remote.set(a, reach);
    const { entries } = await node.exchange({ entries: [entry(a, 18), entry(a, reach ?? 5), entry(a, 19)] });
    assert.deepEqual(codes(entries), ['ECCP_GAP', 'applied', 'ECCP_GAP']);
    assert.deepEqual(node.pulls, [a], 'one pull');
    assert.equal(node.audited.length, 2);
  }
});

test('a hole behind a refused entry is pulled, too', async () => {
  const node = new Node();
  node.logs.set(a, 5);
  node.remote.set(a, 6);
  const { entries } = await node.exchange({ entries: [entry(a, 5, 'forged'), entry(a, 6)] });
  assert.deepEqual(codes(entries), ['ECCP_BAD_SIGNATURE', 'applied']);
});

test('a room that is awaited is pulled from its start', async () => {
  const node = new Node();
  node.logs.set(a, 0);
  node.remote.set(a, 31);
  assert.deepEqual(codes((await node.exchange({ entries: [entry(a, 30)] })).entries), ['applied']);
});

test('entries of a room that is neither held nor awaited are refused without a pull (HOST-032)', async () => {
  const node = new Node();
  const { entries } = await node.exchange({ entries: [entry(a, 3), entry(a, 4)] });
  assert.deepEqual(codes(entries), ['ECCP_NOT_FOUND', 'ECCP_NOT_FOUND']);
  assert.deepEqual(node.pulls, []);
});

test('an entry that does not say of which room it is, is malformed (FED-010)', async () => {
  const node = new Node();
  node.logs.set(a, 0);
  const { entries } = await node.exchange({
    entries: [
      { event_id: id() },
      { event_id: id(), entry: 'x' },
      { event_id: id(), entry: { room_id: 'a' } },
      entry(a, 0),
    ],
  });
  assert.deepEqual(codes(entries), ['ECCP_BAD_EVENT', 'ECCP_BAD_EVENT', 'ECCP_BAD_EVENT', 'applied']);
});

test('items without a room are for others to refuse', async () => {
  const node = new Node();
  node.submit = node.receive = async ({ event_id }) => ({
    event_id: event_id as EventId,
    errcode: 'ECCP_BAD_EVENT',
    error: 'x',
  });
  const { invites, submissions } = await node.exchange({
    invites: [{ event_id: id() }],
    submissions: [{ event_id: id(), room_id: {} }],
  });
  assert.deepEqual([...codes(invites), ...codes(submissions)], ['ECCP_BAD_EVENT', 'ECCP_BAD_EVENT']);
});

test('what nobody foresaw is told to the log, not to the peer, and may do later', async () => {
  const node = new Node();
  node.logs.set(a, 0).set(b, 0);
  node.receive = node.submit = async () => {
    throw new Error('secret');
  };
  const results = await node.exchange({
    invites: [item(a)],
    entries: [entry(a, 0, 'crash'), entry(b, 0)],
    submissions: [item(a)],
  });
  for (const result of [results.invites[0], results.entries[0], results.submissions[0]]) {
    assert.equal(result?.errcode, 'ECCP_UNAVAILABLE');
    assert.ok(!result.error?.includes('secret'));
  }
  assert.deepEqual(codes(results.entries), ['ECCP_UNAVAILABLE', 'applied']);
  assert.equal(node.reported.length, 3);
  assert.equal(node.audited.length, 3);
});

test('a service that throws its refusal has it in the result', async () => {
  const node = new Node();
  node.submit = async () => {
    throw new EccpError('ECCP_KEY_CONTINUITY', 'Keys.', { version: 3 });
  };
  const submission = item(a);
  assert.deepEqual((await node.exchange({ submissions: [submission] })).submissions, [
    { event_id: submission.event_id, errcode: 'ECCP_KEY_CONTINUITY', error: 'Keys.', version: 3 },
  ]);
  assert.deepEqual(node.reported, []);
});

test('the sections without results come last, to whoever takes them, and what goes wrong there stays there', async () => {
  const node = new Node();
  const got: unknown[] = [];
  const take = async (from: NodeName, items: unknown) => {
    got.push([from, items]);
    assert.equal(node.did.length, 1, 'after the items');
  };
  const transaction = {
    submissions: [item(a)],
    ephemeral: [{ kind: 'typing' }],
    heads: { [a]: { entry: {} } },
    evidence: [{ room_id: a }],
  };
  node.extra = { ephemeral: { receive: take }, heads: { receive: take }, evidence: { receive: take } };
  await node.exchange(transaction);
  assert.deepEqual(got, [
    [origin, transaction.ephemeral],
    [origin, transaction.heads],
    [origin, transaction.evidence],
  ]);

  node.did.length = 0;
  got.length = 0;
  const fault = new Error('a defect');
  node.extra = {
    ephemeral: {
      receive: async () => {
        throw new EccpError('ECCP_FORBIDDEN', 'Not joined.');
      },
    },
    heads: {
      receive: async () => {
        throw fault;
      },
    },
    evidence: { receive: take },
  };
  assert.deepEqual(codes((await node.exchange(transaction)).submissions), ['sequenced']);
  assert.deepEqual(got, [[origin, transaction.evidence]]);
  assert.deepEqual(node.reported, [fault]);

  node.extra = {};
  assert.deepEqual(codes((await node.exchange(transaction)).submissions), ['sequenced'], 'nobody need take them');
});

test('a record that cannot be written is not passed over', async () => {
  const node = new Node();
  const fault = new Error('The disk is full.');
  node.extra = {
    audit: {
      record: async () => {
        throw fault;
      },
    },
  };
  await assert.rejects(node.exchange({ entries: [entry(a, 0)] }), (error) => error === fault);
});
