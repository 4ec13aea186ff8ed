import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalize, type Json, type JsonObject } from '../../src/core/canonical-json.ts';
import { EntryWindow } from '../../src/core/entry-window.ts';
import { contentHash, entryHash, eventId, type SequencedEvent } from '../../src/core/event.ts';
import { signConsent } from '../../src/core/host-transfer.ts';
import { documentHash, newDocument, signDocument } from '../../src/core/key-document.ts';
import { applyEntry, buildEvent, type Draft, sequence } from '../../src/core/room-log.ts';
import { RoomState } from '../../src/core/room-state.ts';
import { hash, verify } from '../../src/core/signing.ts';
import {
  alice,
  bob,
  carol,
  home,
  homeChain,
  homeKey,
  keyOf,
  memberDraft,
  Room,
  remote,
  remoteChain,
  remoteKey,
  replay,
  resign,
  rita,
  startTime,
} from './room.ts';

const nonce = Buffer.alloc(16, 9).toString('base64url');
const otherHash = hash('eccp.entry.v1', 'something else');

/** A room with history in which bob is joined and a message waits to be applied to what comes before it. */
function scene() {
  const room = Room.create();
  room.set(alice, 'eccp.room.visibility', { visibility: 'public' });
  room.member(bob, bob, 'join');
  room.set(alice, 'eccp.room.name', { name: 'Lobby' });
  const { state, recent } = replay(room.log);
  return { room, state, recent };
}

/** Applies `sequenced` after a change; throws what applyEntry throws. */
function applyChanged(
  { state, recent }: { state: RoomState; recent: EntryWindow },
  sequenced: SequencedEvent,
  change: (copy: SequencedEvent) => Json | undefined,
) {
  const copy = structuredClone(sequenced);
  return applyEntry(state, change(copy) ?? copy, recent);
}

test('every entry of a log follows from the one before', () => {
  const { room } = scene();
  room.say(bob);
  let prev: string | null = null;
  for (const [seq, { event_id, event, entry, content, nonce: own, signature, entry_signature }] of room.log.entries()) {
    assert.equal(entry.seq, seq);
    assert.equal(entry.epoch, 0);
    assert.equal(entry.prev, prev);
    assert.equal(entry.event_id, event_id);
    assert.equal(event_id, eventId(event));
    assert.ok(content && own);
    assert.equal(event.content_hash, contentHash(content, own));
    assert.ok(verify(homeKey.publicKey, 'eccp.event-sig.v1', event, signature));
    assert.ok(verify(homeKey.publicKey, 'eccp.entry-sig.v1', entry, entry_signature));
    assert.equal(entry.room_id, room.state.roomId);
    assert.equal(event.room_id, seq === 0 ? undefined : room.state.roomId);
    const selfMembership = event.state_key === event.sender;
    assert.deepEqual(event.anchor, seq === 0 || selfMembership ? undefined : { seq: seq - 1, hash: prev });
    prev = entryHash(entry);
  }
  assert.equal(room.state.head.hash, prev);
});

test('a replayed log gives the state of the log that was written, and so do its rows', () => {
  const { room } = scene();
  const name = room.set(bob.replace('bob', 'alice'), 'eccp.room.name', { name: 'Again' });
  room.redact(alice, name);
  const { state } = replay(room.log);
  assert.deepEqual(state.entries(), room.state.entries());
  assert.deepEqual(state.head, room.state.head);
  const restored = RoomState.restore(state.roomId, state.entries().reverse(), state.head);
  assert.equal(restored.stateRoot, state.stateRoot);
  assert.deepEqual(restored.entries(), state.entries());
});

test('the state root is the hash of the sorted pairs', () => {
  const { room } = scene();
  const pairs = room.state.entries().map((entry) => [entry.type, entry.state_key, entry.event_id]);
  const sorted = pairs.toSorted((a, b) => (a.slice(0, 2).join('\0') < b.slice(0, 2).join('\0') ? -1 : 1));
  assert.deepEqual(pairs, sorted);
  assert.equal(room.log.at(-1)?.entry.state_root, hash('eccp.state.v1', canonicalize(sorted)));
  const before = room.state.stateRoot;
  room.say(alice);
  assert.equal(room.state.stateRoot, before);
});

test('a redacted log still verifies, and the redacted state event stays in the state', () => {
  const { room } = scene();
  const name = room.log.at(-1);
  assert.ok(name);
  const message = room.say(bob);
  room.redact(alice, message);
  room.redact(alice, name);
  assert.equal(room.state.get('eccp.room.name')?.event_id, name.event_id);
  assert.equal(room.state.get('eccp.room.name')?.content, undefined);
  const served = room.log.map((sequenced) => {
    if (sequenced !== message && sequenced !== name) return sequenced;
    const { content: _, nonce: __, ...rest } = sequenced;
    return { ...rest, redacted_by: name.event_id };
  });
  assert.deepEqual(replay(served).state.entries(), room.state.entries());
});

test('a redaction that names the wrong sender leaves the state alone', () => {
  const { room } = scene();
  const name = room.log.at(-1);
  assert.ok(name);
  room.redact(bob, name, bob);
  assert.deepEqual(room.state.get('eccp.room.name')?.content, { name: 'Lobby' });
});

test('redacting an event that carries keys leaves the keys in force', () => {
  const { room } = scene();
  const join = room.member(rita, rita, 'join');
  room.redact(alice, join);
  assert.equal(room.state.keyDocument(remote)?.version, 1);
  assert.deepEqual(replay(room.log).state.entries(), room.state.entries());
});

test('host_ts never goes back', () => {
  const { room } = scene();
  const signed = buildEvent(room.state, { sender: bob, type: 'org.example.x', content: {} }, homeKey, nonce, 5);
  const { sequenced } = sequence(room.state, signed, homeKey, 5);
  assert.equal(sequenced.event.origin_ts, 5);
  assert.equal(sequenced.entry.host_ts, room.state.head.host_ts);
});

/** The refusal is an errcode and, where it has one, the path that it names. */
const changedMessages: [what: string, refusal: string, change: (copy: SequencedEvent) => Json | undefined][] = [
  ['not an object', 'ECCP_BAD_EVENT .', () => 'entry'],
  ['without signature', 'ECCP_BAD_EVENT /signature', ({ signature: _, ...rest }) => rest],
  ['event an array', 'ECCP_BAD_EVENT /event', (copy) => ({ ...copy, event: [] })],
  [
    'an unknown member of the event',
    'ECCP_BAD_EVENT /event/extra',
    (copy) => edit(copy, () => Object.assign(copy.event, { extra: 1 })),
  ],
  [
    'an unknown member of the entry',
    'ECCP_BAD_EVENT /entry/extra',
    (copy) => edit(copy, () => Object.assign(copy.entry, { extra: 1 })),
  ],
  ['an event of form 2', 'ECCP_BAD_EVENT /event/v', (copy) => edit(copy, () => Object.assign(copy.event, { v: 2 }))],
  ['a time before 1970', 'ECCP_BAD_EVENT /event/origin_ts', (copy) => edit(copy, () => (copy.event.origin_ts = -1))],
  ['a type without a dot', 'ECCP_BAD_EVENT /event/type', (copy) => edit(copy, () => (copy.event.type = 'poll'))],
  [
    'a type of a later version',
    'ECCP_BAD_EVENT /event/type',
    (copy) => edit(copy, () => (copy.event.type = 'eccp.room.later')),
  ],
  [
    'a state key on a message',
    'ECCP_BAD_EVENT /event/state_key',
    (copy) => edit(copy, () => Object.assign(copy.event, { state_key: '', replaces: null })),
  ],
  [
    'a state type without state key',
    'ECCP_BAD_EVENT /event/state_key',
    (copy) => edit(copy, () => (copy.event.type = 'eccp.room.name')),
  ],
  ['replaces on a message', 'ECCP_BAD_EVENT /event/replaces', (copy) => edit(copy, () => (copy.event.replaces = null))],
  ['no anchor', 'ECCP_BAD_EVENT /event/anchor', (copy) => edit(copy, () => delete copy.event.anchor)],
  [
    'an anchor with a third member',
    'ECCP_BAD_EVENT /event/anchor',
    (copy) => edit(copy, () => Object.assign(copy.event.anchor ?? {}, { x: 1 })),
  ],
  ['no room id', 'ECCP_BAD_EVENT /event/room_id', (copy) => edit(copy, () => delete copy.event.room_id)],
  [
    'an event of another room',
    'ECCP_ROOM_MISMATCH',
    (copy) => edit(copy, () => (copy.event.room_id = `!${otherHash}:${home}`)),
  ],
  [
    'an entry of another room',
    'ECCP_ROOM_MISMATCH',
    (copy) => edit(copy, () => (copy.entry.room_id = `!${otherHash}:${home}`)),
  ],
  [
    'another event id',
    'ECCP_BAD_EVENT /event_id',
    (copy) => {
      resign(copy);
      copy.event_id = copy.entry.event_id = `$${otherHash}`;
      copy.entry_signature = homeKey.sign('eccp.entry-sig.v1', copy.entry);
      return copy;
    },
  ],
  [
    'an entry for another event',
    'ECCP_BAD_EVENT /entry/event_id',
    (copy) => {
      copy.entry.event_id = `$${otherHash}`;
      copy.entry_signature = homeKey.sign('eccp.entry-sig.v1', copy.entry);
      return copy;
    },
  ],
  ['another content', 'ECCP_BAD_EVENT /event/content_hash', (copy) => ({ ...copy, content: { body: 'else' } })],
  [
    'another nonce',
    'ECCP_BAD_EVENT /event/content_hash',
    (copy) => ({ ...copy, nonce: Buffer.alloc(16, 7).toString('base64url') }),
  ],
  ['a short nonce', 'ECCP_BAD_EVENT /nonce', (copy) => edit(copy, () => (copy.nonce = 'AAAA'))],
  ['content without nonce', 'ECCP_BAD_EVENT /nonce', ({ nonce: _, ...rest }) => rest],
  ['nonce without content', 'ECCP_BAD_EVENT /nonce', ({ content: _, ...rest }) => rest],
  ['a content that is too deep', 'ECCP_BAD_EVENT /content', (copy) => edit(copy, () => (copy.content = nested(25)))],
  ['an event that is too large', 'ECCP_TOO_LARGE', (copy) => edit(copy, () => fill(copy, 61_441))],
  ['a forged event signature', 'ECCP_BAD_SIGNATURE', (copy) => ({ ...copy, signature: flip(copy.signature) })],
  ['a malformed event signature', 'ECCP_BAD_SIGNATURE', (copy) => ({ ...copy, signature: 'AA==' })],
  [
    'the event signed as an entry',
    'ECCP_BAD_SIGNATURE',
    (copy) => ({ ...copy, signature: homeKey.sign('eccp.entry-sig.v1', copy.event) }),
  ],
  [
    'a forged entry signature',
    'ECCP_BAD_SIGNATURE',
    (copy) => ({ ...copy, entry_signature: flip(copy.entry_signature) }),
  ],
  [
    'an origin key of another node',
    'ECCP_SENDER_MISMATCH',
    (copy) => edit(copy, () => (copy.event.origin_key = remoteKey.keyId), remoteKey),
  ],
  ['a sender on a node without keys', 'ECCP_FORBIDDEN', (copy) => edit(copy, () => (copy.event.sender = rita))],
  [
    'a host key that is not the host’s',
    'ECCP_BAD_SIGNATURE',
    (copy) => edit(copy, () => (copy.entry.host_key = remoteKey.keyId), homeKey, remoteKey),
  ],
  ['a seq too far', 'ECCP_GAP', (copy) => edit(copy, () => copy.entry.seq++)],
  ['a seq that is taken', 'ECCP_CHAIN_FORK', (copy) => edit(copy, () => copy.entry.seq--)],
  ['another prev', 'ECCP_CHAIN_FORK', (copy) => edit(copy, () => (copy.entry.prev = otherHash))],
  ['no prev', 'ECCP_CHAIN_FORK', (copy) => edit(copy, () => (copy.entry.prev = null))],
  ['an epoch that nothing began', 'ECCP_BAD_EVENT /entry/epoch', (copy) => edit(copy, () => copy.entry.epoch++)],
  [
    'a time before the last entry’s',
    'ECCP_BAD_EVENT /entry/host_ts',
    (copy) => edit(copy, () => (copy.entry.host_ts = startTime)),
  ],
  ['another state root', 'ECCP_STATE_ROOT', (copy) => edit(copy, () => (copy.entry.state_root = otherHash))],
  [
    'an anchor on another branch',
    'ECCP_CHAIN_FORK',
    (copy) => edit(copy, () => Object.assign(copy.event.anchor ?? {}, { hash: otherHash })),
  ],
  [
    'an anchor to an older entry with this hash',
    'ECCP_CHAIN_FORK',
    (copy) => edit(copy, () => Object.assign(copy.event.anchor ?? {}, { seq: 1 })),
  ],
  [
    'an anchor to itself',
    'ECCP_CHAIN_FORK',
    (copy) => edit(copy, () => Object.assign(copy.event.anchor ?? {}, { seq: copy.entry.seq })),
  ],
  ['a sender who is not joined', 'ECCP_FORBIDDEN', (copy) => edit(copy, () => (copy.event.sender = carol))],
];

function edit(copy: SequencedEvent, change: () => unknown, originKey = homeKey, hostKey = homeKey): SequencedEvent {
  change();
  return resign(copy, originKey, hostKey);
}

function flip(signature: string): string {
  return (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
}

function nested(depth: number): JsonObject {
  return depth === 1 ? {} : { inner: nested(depth - 1) };
}

/** Gives a message so long a body that event and content come to so many bytes. */
function fill(copy: SequencedEvent, bytes: number): void {
  copy.content = { body: '' };
  const rest =
    canonicalize(copy.event).length + canonicalize({ content: copy.content, nonce: copy.nonce ?? '' }).length;
  copy.content = { body: 'x'.repeat(bytes - rest) };
}

for (const [what, refusal, change] of changedMessages) {
  test(`refused: ${what}`, () => {
    const before = scene();
    const message = before.room.say(bob);
    assert.equal(applyEntry(before.state, message, before.recent).state.head.hash, before.room.state.head.hash);
    const [errcode, path] = refusal.split(' ');
    const details = path === undefined ? {} : { details: { path: path === '.' ? '' : path } };
    assert.throws(() => applyChanged(before, message, change), { errcode, ...details });
  });
}

test('refused: every required member left out', () => {
  const before = scene();
  const message = before.room.say(bob);
  const required = {
    event: ['v', 'type', 'sender', 'origin_key', 'origin_ts', 'content_hash'],
    entry: Object.keys(message.entry),
  };
  for (const part of ['event', 'entry'] as const) {
    for (const name of required[part]) {
      const { [name]: _, ...rest }: JsonObject = message[part];
      const path = `/${part}/${name}`;
      assert.throws(() => applyEntry(before.state, { ...message, [part]: rest }, before.recent), {
        errcode: 'ECCP_BAD_EVENT',
        details: { path },
      });
    }
  }
});

test('accepted: unknown members beside event and entry, the deepest content, the largest event, no content', () => {
  const before = scene();
  const message = before.room.say(bob);
  const changes: ((copy: SequencedEvent) => Json)[] = [
    (copy) => ({ ...copy, note: 'later version' }),
    (copy) => edit(copy, () => (copy.content = nested(24))),
    (copy) => edit(copy, () => fill(copy, 61_440)),
    ({ content: _, nonce: __, ...rest }) => rest,
    (copy) => edit(copy, () => (copy.content = { body: 5 })), // only the node that signs looks at a message's content
  ];
  for (const change of changes) assert.equal(applyChanged(before, message, change).state.head.seq, message.entry.seq);
});

test('the signing node refuses content that its type does not allow', () => {
  const { room } = scene();
  assert.throws(() => room.send(bob, 'eccp.room.message', { body: 5 }), { errcode: 'ECCP_BAD_EVENT' });
  assert.throws(() => room.send(bob, 'eccp.room.message', {}), { errcode: 'ECCP_BAD_EVENT' });
  assert.throws(() => room.send(bob, 'org.example.x', { x: 0.5 }), { errcode: 'ECCP_BAD_JSON' });
  assert.throws(() => room.send(bob, 'org.example.x', nested(25)), { errcode: 'ECCP_BAD_EVENT' });
  assert.throws(() => room.send(bob, 'org.example.x', { text: 'x'.repeat(61_440) }), { errcode: 'ECCP_TOO_LARGE' });
  room.send(bob, 'org.example.x', nested(24));
});

test('refused: auth content missing or out of form', () => {
  const before = scene();
  const levels = before.room.set(alice, 'eccp.room.power_levels', { users: { [alice]: 100, [bob]: 50 } });
  const { content: _, nonce: __, ...stripped } = levels;
  assert.throws(() => applyEntry(before.state, stripped, before.recent), { errcode: 'ECCP_BAD_EVENT' });
  const change = (copy: SequencedEvent) => edit(copy, () => (copy.content = { kick: '50' }));
  assert.throws(() => applyChanged(before, levels, change), {
    errcode: 'ECCP_BAD_EVENT',
    details: { path: '/content/kick' },
  });
});

test('refused: state events without replaces, or with another than is in force', () => {
  const before = scene();
  const current = before.state.get('eccp.room.name')?.event_id;
  const name = before.room.set(alice, 'eccp.room.name', { name: 'New' });
  assert.equal(name.event.replaces, current);
  const none = (copy: SequencedEvent) => edit(copy, () => delete copy.event.replaces);
  assert.throws(() => applyChanged(before, name, none), { errcode: 'ECCP_BAD_EVENT' });
  for (const wrong of [null, before.room.log[0]?.event_id ?? null]) {
    const change = (copy: SequencedEvent) => edit(copy, () => (copy.event.replaces = wrong));
    assert.throws(() => applyChanged(before, name, change), { errcode: 'ECCP_STATE_CONFLICT', details: { current } });
  }
  const first = {
    sender: alice,
    type: 'eccp.room.topic',
    stateKey: '',
    content: { topic: 'x' },
    replaces: name.event_id,
  };
  assert.throws(() => before.room.add(first), { errcode: 'ECCP_STATE_CONFLICT', details: { current: null } });
});

test('kicks and bans hold whatever they replace; an unban does not', () => {
  const { room } = scene();
  room.member(carol, carol, 'join');
  const stale = room.log[0]?.event_id ?? null;
  room.add({ ...memberDraft(room.state, alice, carol, 'leave'), replaces: stale });
  assert.equal(room.state.membership(carol), 'leave');
  room.add({ ...memberDraft(room.state, alice, carol, 'ban'), replaces: null });
  assert.equal(room.state.membership(carol), 'ban');
  const unban = { ...memberDraft(room.state, alice, carol, 'leave'), replaces: stale };
  assert.throws(() => room.add(unban), { errcode: 'ECCP_STATE_CONFLICT' });
  room.member(alice, carol, 'leave');
  assert.equal(room.state.membership(carol), 'leave');
});

test('refused: a self-membership event or a create event with an anchor', () => {
  const before = scene();
  const join = before.room.member(carol, carol, 'join');
  const anchored = (copy: SequencedEvent) => edit(copy, () => (copy.event.anchor = { seq: 0, hash: otherHash }));
  assert.throws(() => applyChanged(before, join, anchored), { errcode: 'ECCP_BAD_EVENT' });
  const create = before.room.log[0];
  assert.ok(create);
  const empty = { state: RoomState.empty, recent: new EntryWindow() };
  assert.throws(() => applyChanged(empty, create, anchored), { errcode: 'ECCP_BAD_EVENT' });
});

test('create events: room version, room id, keys', () => {
  const create = Room.create().log[0];
  assert.ok(create);
  const empty = { state: RoomState.empty, recent: new EntryWindow() };
  const refused: [string, (copy: SequencedEvent) => Json][] = [
    [
      'ECCP_UNSUPPORTED_VERSION',
      (copy) => edit(copy, () => (copy.content = { room_version: '2', node_keys: homeChain })),
    ],
    [
      'ECCP_ROOM_MISMATCH',
      (copy) => edit(copy, () => (copy.content = { room_version: '1', node_keys: homeChain, direct: true })),
    ],
    ['ECCP_KEY_CONTINUITY', (copy) => edit(copy, () => (copy.content = { room_version: '1', node_keys: remoteChain }))],
    ['ECCP_BAD_EVENT', (copy) => edit(copy, () => (copy.event.room_id = copy.entry.room_id))],
  ];
  for (const [errcode, change] of refused) assert.throws(() => applyChanged(empty, create, change), { errcode });
  const { room, state, recent } = scene();
  const other = sequence(
    RoomState.empty,
    buildEvent(
      RoomState.empty,
      { sender: alice, type: 'eccp.room.create', stateKey: '', content: { room_version: '1', node_keys: homeChain } },
      homeKey,
      nonce,
      1,
    ),
    homeKey,
    1,
  );
  assert.throws(() => applyEntry(state, other.sequenced, recent), { errcode: 'ECCP_CHAIN_FORK' });
  assert.throws(() => room.set(alice, 'eccp.room.create', { room_version: '1', node_keys: homeChain }), {
    errcode: 'ECCP_FORBIDDEN',
  });
});

test('an entry that is held already', () => {
  const { room, state, recent } = scene();
  const last = room.log.at(-1);
  assert.ok(last);
  assert.throws(() => applyEntry(state, last, recent), { errcode: 'ECCP_DUPLICATE_EVENT' });
});

test('a transfer is the old host’s last entry, and begins an epoch', () => {
  const room = Room.create();
  const chain = { node_keys: remoteChain };
  room.set(alice, 'eccp.room.visibility', { visibility: 'public' });
  room.add({ sender: rita, type: 'eccp.room.member', stateKey: rita, content: { membership: 'join', ...chain } });
  const recent = new EntryWindow();
  for (const { entry, event_id } of room.log) recent.push(entry.seq, entryHash(entry), event_id);
  const consent = { room_id: room.state.roomId, epoch: 1, node: remote };
  const transfer = (content: JsonObject): Draft => ({ sender: alice, type: 'eccp.room.host', stateKey: '', content });
  const good = { node: remote, consent: signConsent(consent, remoteKey) };
  for (const [name, errcode, content] of [
    ['signed by another node', 'ECCP_BAD_SIGNATURE', { node: remote, consent: signConsent(consent, homeKey) }],
    [
      'for another epoch',
      'ECCP_BAD_EVENT',
      { node: remote, consent: signConsent({ ...consent, epoch: 2 }, remoteKey) },
    ],
    ['of another node', 'ECCP_BAD_EVENT', { ...good, node: home }],
    ['to the host', 'ECCP_FORBIDDEN', { node: home, consent: signConsent({ ...consent, node: home }, homeKey) }],
    ['to nobody', 'ECCP_FORBIDDEN', { node: 'x.test', consent: signConsent({ ...consent, node: 'x.test' }, homeKey) }],
    ['without a consent', 'ECCP_BAD_EVENT', { node: remote, consent: {} }],
  ] as const) {
    assert.throws(() => room.attempt(transfer(content)), { errcode }, name);
  }
  assert.throws(() => room.attempt({ ...transfer(good), sender: rita }), { errcode: 'ECCP_FORBIDDEN' });
  const { sequenced, state } = room.attempt(transfer(good));
  assert.equal(sequenced.entry.epoch, 0);
  assert.equal(applyEntry(room.state, sequenced, recent).state.stateRoot, state.stateRoot);
  assert.deepEqual([state.host, state.nextEpoch], [remote, 1]);
  const message = { sender: rita, type: 'eccp.room.message', content: { body: 'mine now' } };
  const signed = buildEvent(state, message, remoteKey, nonce, startTime);
  const next = sequence(state, signed, remoteKey, startTime);
  assert.equal(next.sequenced.entry.epoch, 1);
  assert.equal(applyEntry(state, next.sequenced, recent).state.head.epoch, 1);
  assert.throws(() => sequence(state, signed, homeKey, startTime), { errcode: 'ECCP_NOT_HOST' });
  const old = { ...next.sequenced.entry, epoch: 0, host_key: homeKey.keyId };
  const late = { ...next.sequenced, entry: old, entry_signature: homeKey.sign('eccp.entry-sig.v1', old) };
  assert.throws(() => applyEntry(state, late, recent), { errcode: 'ECCP_EPOCH_SUPERSEDED' });
});

test('an event is taken once, and its anchor may lie 1000 entries back', () => {
  const { room, state, recent } = scene();
  const { seq, hash: anchorHash } = state.head;
  const early = buildEvent(state, { sender: bob, type: 'org.example.late', content: {} }, homeKey, nonce, startTime);
  const anchored = { seq, hash: anchorHash };
  assert.deepEqual(early.event.anchor, anchored);
  let now = state;
  for (let i = 0; i < 999; i++) {
    const filler = buildEvent(now, { sender: alice, type: 'org.example.x', content: { i } }, homeKey, nonce, startTime);
    now = sequence(now, filler, homeKey, startTime).state;
    recent.push(now.head.seq, now.head.hash ?? '', filler.event_id);
  }
  const inTime = sequence(now, early, homeKey, startTime, recent);
  assert.equal(inTime.state.head.seq - seq, 1000);
  recent.push(inTime.state.head.seq, inTime.state.head.hash ?? '', early.event_id);
  assert.throws(() => sequence(inTime.state, early, homeKey, startTime, recent), { errcode: 'ECCP_DUPLICATE_EVENT' });
  const unseen = { hashAt: () => undefined, holds: () => false };
  assert.throws(() => sequence(now, early, homeKey, startTime, unseen), { errcode: 'ECCP_GAP' });
  assert.throws(() => sequence(inTime.state, early, homeKey, startTime, unseen), { errcode: 'ECCP_STALE_ANCHOR' });
  assert.equal(recent.hashAt(inTime.state.head.seq - 1000), undefined);
  assert.ok(!recent.holds(room.log.at(-1)?.event_id ?? ''));
  assert.equal(room.state.head.seq, seq);
});

test('an event of another node is verified in full when it is submitted', () => {
  const { room } = scene();
  room.member(rita, rita, 'join');
  const signed = buildEvent(
    room.state,
    { sender: rita, type: 'eccp.room.message', content: { body: 'hi' } },
    remoteKey,
    nonce,
    1,
  );
  const recent = replay(room.log).recent;
  assert.equal(sequence(room.state, signed, homeKey, startTime, recent).sequenced.event_id, signed.event_id);
  const forged = { ...signed, signature: homeKey.sign('eccp.event-sig.v1', signed.event) };
  assert.throws(() => sequence(room.state, forged, homeKey, startTime, recent), { errcode: 'ECCP_BAD_SIGNATURE' });
  const altered = { ...signed, content: { body: 'ho' } };
  assert.throws(() => sequence(room.state, altered, homeKey, startTime, recent), { errcode: 'ECCP_BAD_EVENT' });
  assert.throws(() => sequence(room.state, signed, remoteKey, startTime, recent), { errcode: 'ECCP_NOT_HOST' });
});

test('key documents: the first join of a node carries its chain, a later one only what is newer', () => {
  const { room } = scene();
  assert.equal(room.state.get('eccp.node.keys', home)?.event_id, room.log[0]?.event_id);
  assert.equal(room.log[1]?.content?.node_keys, undefined);
  const bare = { sender: rita, type: 'eccp.room.member', stateKey: rita, content: { membership: 'join' } };
  assert.throws(() => room.add(bare), { errcode: 'ECCP_SENDER_MISMATCH' });
  const wrong = { ...bare, content: { membership: 'join', node_keys: homeChain } };
  assert.throws(() => room.add(wrong), { errcode: 'ECCP_KEY_CONTINUITY' });
  const join = room.member(rita, rita, 'join');
  assert.equal(room.state.get('eccp.node.keys', remote)?.event_id, join.event_id);
  assert.equal(room.member(rita, rita, 'leave').content?.node_keys, undefined);
  assert.equal(room.state.get('eccp.node.keys', remote)?.event_id, join.event_id);
  const again = { ...bare, content: { membership: 'join', node_keys: remoteChain } };
  assert.throws(() => room.add(again), { errcode: 'ECCP_KEY_CONTINUITY' });
  const invite = {
    ...memberDraft(room.state, alice, rita, 'invite'),
    content: { membership: 'invite', node_keys: remoteChain },
  };
  assert.throws(() => room.add(invite), { errcode: 'ECCP_BAD_EVENT' });
  assert.deepEqual(replay(room.log).state.entries(), room.state.entries());
});

test('key documents: a newer one judges its own carrier and all that follows', () => {
  const { room } = scene();
  const [first] = homeChain;
  assert.ok(first);
  const newKey = keyOf(3);
  const second = signDocument(
    {
      node: home,
      version: 2,
      prev_hash: documentHash(first.document),
      keys: [newKey.publicKey],
      revoked: [homeKey.keyId],
    },
    [newKey, homeKey],
  );
  const draft = {
    sender: alice,
    type: 'eccp.room.member',
    stateKey: alice,
    content: { membership: 'join', node_keys: [second] },
  };
  const under = (key: typeof homeKey) => sequence(room.state, buildEvent(room.state, draft, key, nonce, 1), newKey, 1);
  assert.throws(() => under(homeKey), { errcode: 'ECCP_KEY_REVOKED' });
  const { sequenced, state } = under(newKey);
  assert.equal(state.keyDocument(home)?.version, 2);
  const { state: before, recent } = replay(room.log);
  assert.equal(applyEntry(before, sequenced, recent).state.head.hash, state.head.hash);

  const byOldHost = structuredClone(sequenced);
  byOldHost.entry.host_key = homeKey.keyId;
  byOldHost.entry_signature = homeKey.sign('eccp.entry-sig.v1', byOldHost.entry);
  assert.throws(() => applyEntry(before, byOldHost, recent), { errcode: 'ECCP_KEY_REVOKED' });

  const message = { sender: bob, type: 'eccp.room.message', content: { body: 'hi' } };
  assert.throws(() => sequence(state, buildEvent(state, message, homeKey, nonce, 1), newKey, 1), {
    errcode: 'ECCP_KEY_REVOKED',
  });
  assert.throws(() => sequence(state, buildEvent(state, message, newKey, nonce, 1), homeKey, 1), {
    errcode: 'ECCP_KEY_REVOKED',
  });
  assert.equal(
    sequence(state, buildEvent(state, message, newKey, nonce, 1), newKey, 1).state.head.seq,
    state.head.seq + 1,
  );
});

test('a document that lists a second key serves events under either', () => {
  const second = keyOf(4);
  const chain = [newDocument(home, [homeKey, second])];
  const draft = {
    sender: alice,
    type: 'eccp.room.create',
    stateKey: '',
    content: { room_version: '1', node_keys: chain },
  };
  const { state } = sequence(RoomState.empty, buildEvent(RoomState.empty, draft, second, nonce, 1), homeKey, 1);
  const join = memberDraft(state, alice, alice, 'join');
  assert.equal(sequence(state, buildEvent(state, join, homeKey, nonce, 1), second, 1).state.membership(alice), 'join');
});
