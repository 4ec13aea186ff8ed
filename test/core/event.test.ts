import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { canonicalize, type JsonObject } from '../../src/core/canonical-json.ts';
import { contentHash, entryHash, eventId, foundedRoomId, type SequencedEvent } from '../../src/core/event.ts';
import { checkContent, checkType, isAuthType } from '../../src/core/event-types.ts';
import { hash, verify } from '../../src/core/signing.ts';
import { alice, bob, homeChain, Room, replay } from './room.ts';

interface Vector {
  room_id: string;
  public_key: string;
  entries: {
    sequenced: SequencedEvent;
    canonical_content: string;
    canonical_event: string;
    canonical_state: string;
    canonical_entry: string;
    entry_hash: string;
  }[];
}

const root = new URL('../../', import.meta.url);
const vector: Vector = JSON.parse(readFileSync(new URL('spec/vectors/room-log.json', root), 'utf8'));
const ajv = new Ajv2020({ strict: true, validateFormats: false, keywords: ['x-brand'] });
for (const name of readdirSync(new URL('schemas/', root))) {
  ajv.addSchema(JSON.parse(readFileSync(new URL(`schemas/${name}`, root), 'utf8')));
}

function matches(schema: string, value: unknown): boolean {
  return ajv.validate(`https://eccp.dev/schemas/${schema}.json`, value) === true;
}

test('the published log is what the code computes', () => {
  for (const { sequenced, ...texts } of vector.entries) {
    const { event, entry, content, nonce, event_id, signature, entry_signature } = sequenced;
    assert.ok(content !== undefined && nonce !== undefined);
    assert.equal(canonicalize({ content, nonce }), texts.canonical_content);
    assert.equal(contentHash(content, nonce), event.content_hash);
    assert.equal(canonicalize(event), texts.canonical_event);
    assert.equal(eventId(event), event_id);
    assert.equal(hash('eccp.state.v1', texts.canonical_state), entry.state_root);
    assert.equal(canonicalize(entry), texts.canonical_entry);
    assert.equal(entryHash(entry), texts.entry_hash);
    assert.ok(verify(vector.public_key, 'eccp.event-sig.v1', event, signature));
    assert.ok(verify(vector.public_key, 'eccp.entry-sig.v1', entry, entry_signature));
  }
  const first = vector.entries[0]?.sequenced.event;
  assert.ok(first);
  assert.equal(foundedRoomId(first), vector.room_id);
  const { state } = replay(vector.entries.map((entry) => entry.sequenced));
  assert.equal(state.head.hash, vector.entries.at(-1)?.entry_hash);
});

test('the example of chapter 7 is the last entry of the published log', () => {
  const chapter = readFileSync(new URL('spec/07-log.md', root), 'utf8');
  const last = vector.entries.at(-1);
  assert.ok(last);
  const { sequenced, ...texts } = last;
  const values = [sequenced.event.content_hash, sequenced.event_id, sequenced.entry.state_root, sequenced.signature];
  for (const text of [...Object.values(texts), ...values, sequenced.entry_signature]) {
    assert.ok(chapter.includes(text), `the chapter lacks ${text}`);
  }
});

test('sequenced events match their schema, and Event and Entry are closed', () => {
  const room = Room.create();
  room.say(alice);
  for (const sequenced of room.log) assert.ok(matches('SequencedEvent', sequenced), JSON.stringify(ajv.errors));
  const message = room.say(alice);
  const { nonce: _, ...withoutNonce } = message;
  for (const broken of [
    { ...message, event: { ...message.event, extra: 1 } },
    { ...message, entry: { ...message.entry, extra: 1 } },
    withoutNonce,
  ]) {
    assert.ok(!matches('SequencedEvent', broken));
  }
});

const contents: [type: string, schema: string, good: JsonObject[], bad: JsonObject[]][] = [
  [
    'eccp.room.create',
    'CreateContent',
    [
      { room_version: '1', node_keys: homeChain },
      { room_version: '1', node_keys: homeChain, direct: true, note: 1 },
      {
        room_version: '1',
        node_keys: homeChain,
        predecessor: { room_id: vector.room_id, seq: 3, hash: eventId(vectorEvent()).slice(1) },
      },
    ],
    [
      {},
      { room_version: '1' },
      { room_version: '1', node_keys: [] },
      { room_version: 1, node_keys: homeChain },
      { room_version: '1', node_keys: homeChain, direct: false },
      { room_version: '1', node_keys: homeChain, predecessor: { room_id: vector.room_id, seq: 3 } },
      {
        room_version: '1',
        node_keys: homeChain,
        predecessor: { room_id: vector.room_id, seq: -1, hash: eventId(vectorEvent()).slice(1) },
      },
    ],
  ],
  [
    'eccp.room.member',
    'MemberContent',
    [{ membership: 'invite' }, { membership: 'join', node_keys: homeChain }, { membership: 'ban', reason: '' }],
    [
      {},
      { membership: 'owner' },
      { membership: null },
      { membership: 'join', node_keys: [] },
      { membership: 'ban', reason: 1 },
    ],
  ],
  [
    'eccp.room.power_levels',
    'PowerLevelsContent',
    [
      {},
      { users: { [alice]: 0 }, events: { 'org.example.poll': 100 }, kick: 1, ban: 2, redact: 3, invite: 4 },
      { users_default: 100 },
    ],
    [
      { users: { [alice]: 101 } },
      { users: { alice: 1 } },
      { users: [] },
      { users: { [alice]: '50' } },
      { events: { poll: 1 } },
      { events: { 'org.example.poll': -1 } },
      ...['users_default', 'events_default', 'state_default', 'invite', 'kick', 'ban', 'redact'].flatMap((name) => [
        { [name]: 101 },
        { [name]: -1 },
        { [name]: null },
        { [name]: true },
      ]),
    ],
  ],
  [
    'eccp.room.visibility',
    'VisibilityContent',
    [{ visibility: 'shadow' }, { visibility: 'public' }],
    [{}, { visibility: 'open' }],
  ],
  [
    'eccp.room.history_visibility',
    'HistoryVisibilityContent',
    [{ history_visibility: 'shared' }],
    [{}, { history_visibility: 'world' }, { history_visibility: ['shared'] }],
  ],
  [
    'eccp.room.name',
    'NameContent',
    [{ name: '' }, { name: '😀'.repeat(255) }],
    [{}, { name: null }, { name: 'x'.repeat(256) }],
  ],
  [
    'eccp.room.topic',
    'TopicContent',
    [{ topic: '' }, { topic: 'x'.repeat(2000) }],
    [{}, { topic: 5 }, { topic: 'x'.repeat(2001) }],
  ],
  [
    'eccp.room.redaction',
    'RedactionContent',
    [{ redacts: { event_id: eventId(vectorEvent()), sender: alice }, reason: 'spam' }],
    [
      {},
      { redacts: eventId(vectorEvent()) },
      { redacts: { event_id: eventId(vectorEvent()) } },
      { redacts: { event_id: '$x', sender: bob } },
    ],
  ],
  [
    'eccp.room.message',
    'MessageContent',
    [{ body: '' }, { body: 'hi', format: { bold: true } }],
    [{}, { body: null }, { text: 'hi' }],
  ],
];

for (const [type, schema, good, bad] of contents) {
  test(`${type}: code and schema agree on contents`, () => {
    for (const content of good) {
      assert.ok(matches(schema, content), `schema refuses ${JSON.stringify(content)}`);
      checkContent(type, content);
    }
    for (const content of bad) {
      assert.ok(!matches(schema, content), `schema takes ${JSON.stringify(content)}`);
      assert.throws(() => checkContent(type, content), { errcode: 'ECCP_BAD_EVENT' }, JSON.stringify(content));
    }
  });
}

test('another room version is refused by its own code', () => {
  const content = { room_version: '2', node_keys: homeChain };
  assert.throws(() => checkContent('eccp.room.create', content), { errcode: 'ECCP_UNSUPPORTED_VERSION' });
});

test('types and their state keys', () => {
  const empty = ['create', 'power_levels', 'visibility', 'history_visibility', 'name', 'topic'];
  for (const name of empty) {
    checkType(`eccp.room.${name}`, '');
    assert.throws(() => checkType(`eccp.room.${name}`, undefined), { errcode: 'ECCP_BAD_EVENT' });
    assert.throws(() => checkType(`eccp.room.${name}`, 'x'), { errcode: 'ECCP_BAD_EVENT' });
  }
  for (const name of ['message', 'redaction']) {
    checkType(`eccp.room.${name}`, undefined);
    assert.throws(() => checkType(`eccp.room.${name}`, ''), { errcode: 'ECCP_BAD_EVENT' });
  }
  checkType('eccp.room.member', alice);
  for (const key of [undefined, '', 'alice']) {
    assert.throws(() => checkType('eccp.room.member', key), { errcode: 'ECCP_BAD_EVENT' });
  }
  for (const key of [undefined, '', 'any']) {
    checkType('org.example.poll', key);
    assert.throws(() => checkType('eccp.node.keys', key), { errcode: 'ECCP_BAD_EVENT' });
    assert.throws(() => checkType('eccp.room.unheard_of', key), { errcode: 'ECCP_BAD_EVENT' });
  }
});

test('which contents the fold reads', () => {
  const auth = ['create', 'member', 'power_levels', 'visibility', 'history_visibility', 'redaction'];
  for (const name of auth) assert.ok(isAuthType(`eccp.room.${name}`));
  for (const name of ['name', 'topic', 'message']) assert.ok(!isAuthType(`eccp.room.${name}`));
  assert.ok(!isAuthType('org.example.poll'));
});

function vectorEvent() {
  const event = vector.entries[0]?.sequenced.event;
  assert.ok(event);
  return event;
}
