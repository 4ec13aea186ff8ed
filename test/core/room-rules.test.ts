import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import type { SequencedEvent } from '../../src/core/event.ts';
import { documentHash, type SignedKeyDocument, signDocument } from '../../src/core/key-document.ts';
import { appliesRedaction, roomVersion1, rowOf } from '../../src/core/room-rules.ts';
import { RoomState } from '../../src/core/room-state.ts';
import { alice, bob, carol, dave, homeChain, homeKey, keyOf, Room, remoteChain, remoteKey, rita } from './room.ts';

const erin = dave.replace('dave', 'erin');

/** alice has 100, bob 50, carol and dave 0; alice, bob and carol are joined. `power` completes the power levels. */
function roomOf(visibility: string | null, power: JsonObject = {}): Room {
  const room = Room.create({ users: { [alice]: 100, [bob]: 50 } });
  room.set(alice, 'eccp.room.visibility', { visibility: 'public' });
  for (const user of [bob, carol]) room.member(user, user, 'join');
  if (visibility !== null) room.set(alice, 'eccp.room.visibility', { visibility });
  if (Object.keys(power).length > 0) levels(alice, power)(room);
  return room;
}

type Step = (room: Room) => SequencedEvent;
const is =
  (sender: string, target: string, membership: string): Step =>
  (room) =>
    room.member(sender, target, membership);
const join = (user: string) => is(user, user, 'join');
const leave = (user: string) => is(user, user, 'leave');
const knock = (user: string) => is(user, user, 'knock');
const invite = (sender: string, target: string) => is(sender, target, 'invite');
/** A leave that brings the next key document of its sender's node. */
const bring =
  (user: string, [first]: readonly SignedKeyDocument[] = homeChain, key = homeKey): Step =>
  (room) => {
    assert.ok(first);
    const { document } = first;
    const next = {
      ...document,
      version: 2,
      prev_hash: documentHash(document),
      keys: [...document.keys, keyOf(9).publicKey],
    };
    const content = { membership: 'leave', node_keys: [signDocument(next, [key, keyOf(9)])] };
    return room.add({ sender: user, type: 'eccp.room.member', stateKey: user, content });
  };
/** The form of an encrypted message, with nothing in it. */
const secret = {
  algorithm: 'eccp.room.v1',
  sender_device: 'SOMEPHONE',
  chain_id: 'A'.repeat(43),
  index: 0,
  ciphertext: 'A'.repeat(22),
  signature: 'A'.repeat(86),
};
const kick = (sender: string, target: string) => is(sender, target, 'leave');
const ban = (sender: string, target: string) => is(sender, target, 'ban');
const send =
  (sender: string, type = 'eccp.room.message'): Step =>
  (room) =>
    room.send(sender, type, type === 'eccp.room.encrypted' ? secret : { body: 'x' });
const set =
  (sender: string, type: string, content: JsonObject = { any: 1 }, key = ''): Step =>
  (room) =>
    room.set(sender, type, content, key);
const visible = (sender: string, visibility: string) => set(sender, 'eccp.room.visibility', { visibility });
const name = (sender: string) => set(sender, 'eccp.room.name', { name: 'x' });
/** Power levels that keep alice at 100 and bob at 50 unless `content` says otherwise. */
const levels = (sender: string, content: JsonObject): Step =>
  set(sender, 'eccp.room.power_levels', { users: { [alice]: 100, [bob]: 50 }, ...content });
const encrypt = (sender: string) => set(sender, 'eccp.room.encryption', { algorithm: 'eccp.room.v1' });
const redact =
  (sender: string, author: string): Step =>
  (room) =>
    room.redact(sender, room.log[0] as SequencedEvent, author);

interface Case {
  /** The requirement and what it is about. */
  what: string;
  visibility?: string;
  power?: JsonObject;
  before?: Step[];
  act: Step;
}

const allowed: Case[] = [
  { what: 'ENC-001 an encrypted message', before: [encrypt(alice)], act: send(carol, 'eccp.room.encrypted') },
  { what: 'ENC-001 in a room that is not encrypted', act: send(carol, 'eccp.room.encrypted') },
  { what: 'ENC-003 a level of its own', power: { events: { 'eccp.room.encryption': 50 } }, act: encrypt(bob) },
  { what: 'ENC-004 state in an encrypted room', before: [encrypt(alice)], act: name(bob) },
  { what: 'ENC-004 a membership in an encrypted room', before: [encrypt(alice)], act: leave(carol) },
  { what: 'ENC-009 a redaction in an encrypted room', before: [encrypt(alice)], act: redact(bob, carol) },
  { what: 'RULE-017 join a public room', visibility: 'public', act: join(dave) },
  {
    what: 'RULE-017 join a public room again',
    visibility: 'public',
    before: [join(dave), leave(dave)],
    act: join(dave),
  },
  {
    what: 'RULE-017 join a public room after a knock',
    visibility: 'invite_only',
    before: [knock(dave), visible(alice, 'public')],
    act: join(dave),
  },
  {
    what: 'RULE-017 join a public room after an unban',
    visibility: 'public',
    before: [ban(bob, dave), kick(bob, dave)],
    act: join(dave),
  },
  ...['public', 'private', 'invite_only'].flatMap((visibility) => [
    {
      what: `RULE-018 join a ${visibility} room when invited`,
      visibility,
      before: [invite(bob, dave)],
      act: join(dave),
    },
  ]),
  ...['public', 'private', 'invite_only', 'shadow'].map((visibility) => ({
    what: `RULE-021 repeat the join in a ${visibility} room`,
    visibility,
    act: join(carol),
  })),
  { what: 'RULE-010 a member invites to a private room', visibility: 'private', act: invite(carol, dave) },
  { what: 'RULE-010 a member invites to a public room', visibility: 'public', act: invite(carol, dave) },
  { what: 'RULE-010 a member invites to a shadow room', visibility: 'shadow', act: invite(carol, dave) },
  { what: 'RULE-011 a moderator invites to an invite_only room', visibility: 'invite_only', act: invite(bob, dave) },
  {
    what: 'RULE-023 the level of invite from the content',
    visibility: 'invite_only',
    power: { invite: 0 },
    act: invite(carol, dave),
  },
  { what: 'RULE-023 invite who left', before: [leave(carol)], act: invite(bob, carol) },
  { what: 'RULE-027 invite who knocks', visibility: 'invite_only', before: [knock(dave)], act: invite(bob, dave) },
  {
    what: 'RULE-027 who knocked and was invited joins',
    visibility: 'invite_only',
    before: [knock(dave), invite(bob, dave)],
    act: join(dave),
  },
  { what: 'RULE-028 invite who is invited', before: [invite(bob, dave)], act: invite(carol, dave) },
  { what: 'RULE-029 knock', visibility: 'invite_only', act: knock(dave) },
  { what: 'RULE-029 knock after leaving', visibility: 'invite_only', before: [leave(carol)], act: knock(carol) },
  {
    what: 'RULE-029 knock after a knock was turned down',
    visibility: 'invite_only',
    before: [knock(dave), kick(bob, dave)],
    act: knock(dave),
  },
  { what: 'RULE-032 leave when joined', act: leave(carol) },
  { what: 'RULE-032 decline an invite', before: [invite(bob, dave)], act: leave(dave) },
  { what: 'RULE-032 take a knock back', visibility: 'invite_only', before: [knock(dave)], act: leave(dave) },
  { what: 'RULE-055 bring keys after leaving', before: [leave(carol)], act: bring(carol) },
  {
    what: 'RULE-055 bring keys into a room that everybody left',
    before: [bob, carol, alice].map(leave),
    act: bring(alice),
  },
  { what: 'RULE-034 the last administrator leaves', act: leave(alice) },
  { what: 'RULE-035 kick who is joined', act: kick(bob, carol) },
  { what: 'RULE-035 kick who is invited', before: [invite(bob, dave)], act: kick(bob, dave) },
  { what: 'RULE-035 kick who knocks', visibility: 'invite_only', before: [knock(dave)], act: kick(bob, dave) },
  {
    what: 'RULE-012 the level of kick from the content',
    power: { kick: 1, users: { [alice]: 100, [carol]: 1 } },
    act: kick(carol, bob),
  },
  { what: 'RULE-038 ban who is joined', act: ban(bob, carol) },
  { what: 'RULE-038 ban who was never there', act: ban(bob, dave) },
  { what: 'RULE-038 ban who is invited', before: [invite(bob, dave)], act: ban(bob, dave) },
  { what: 'RULE-038 ban who is banned', before: [ban(bob, dave)], act: ban(alice, dave) },
  {
    what: 'RULE-013 the level of ban from the content',
    power: { ban: 1, users: { [alice]: 100, [carol]: 1 } },
    act: ban(carol, bob),
  },
  { what: 'RULE-040 lift a ban', before: [ban(alice, carol)], act: kick(bob, carol) },
  {
    what: 'RULE-040 lift a ban where kicks are out of reach',
    power: { kick: 90 },
    before: [ban(alice, carol)],
    act: kick(bob, carol),
  },
  { what: 'RULE-007 a message', act: send(carol) },
  { what: 'RULE-007 a message of a type of one’s own', act: send(carol, 'org.example.poll') },
  { what: 'RULE-007 a message at events_default', power: { events_default: 50 }, act: send(bob) },
  {
    what: 'RULE-007 a message at its own level',
    power: { events_default: 50, events: { 'eccp.room.message': 0 } },
    act: send(carol),
  },
  { what: 'RULE-008 state at 50', act: name(bob) },
  { what: 'RULE-008 state at state_default', power: { state_default: 0 }, act: name(carol) },
  { what: 'RULE-008 state at its own level', power: { events: { 'eccp.room.name': 0 } }, act: name(carol) },
  {
    what: 'RULE-009 a guarded type that events names',
    power: { events: { 'eccp.room.visibility': 50 } },
    act: visible(bob, 'public'),
  },
  { what: 'RULE-049 a state key that is the sender', act: set(bob, 'org.example.status', {}, bob) },
  { what: 'RULE-049 a state key that is no user', act: set(bob, 'org.example.status', {}, 'bob@') },
  { what: 'RULE-050 redact one’s own', power: { events_default: 100, redact: 100 }, act: redact(carol, carol) },
  {
    what: 'RULE-050 a level for redactions has no effect',
    power: { events: { 'eccp.room.redaction': 100 } },
    act: redact(carol, carol),
  },
  {
    what: 'RULE-043 a level for memberships has no effect',
    power: { events: { 'eccp.room.member': 100 } },
    act: invite(carol, dave),
  },
  { what: 'RULE-051 redact a member’s', act: redact(bob, carol) },
  { what: 'RULE-051 redact an absent user’s', act: redact(bob, dave) },
  {
    what: 'RULE-014 the level of redact from the content',
    power: { redact: 1, users: { [alice]: 100, [carol]: 1 } },
    act: redact(carol, bob),
  },
  {
    what: 'RULE-053 invitations outlast the visibility',
    visibility: 'invite_only',
    before: [invite(bob, dave), visible(alice, 'private')],
    act: join(dave),
  },
  {
    what: 'RULE-053 knocks outlast the visibility',
    visibility: 'invite_only',
    before: [knock(dave), visible(alice, 'private')],
    act: invite(carol, dave),
  },
  { what: 'RULE-053 members outlast the visibility', visibility: 'private', act: send(carol) },
  { what: 'RULE-054 state that repeats itself', before: [name(bob)], act: name(bob) },
  {
    what: 'RULE-044 give less than one’s own',
    act: levels(alice, { users: { [alice]: 100, [bob]: 100, [carol]: 100 } }),
  },
  {
    what: 'RULE-045 repeat an equal’s power',
    power: { users: { [alice]: 100, [bob]: 100 } },
    act: levels(bob, { users: { [alice]: 100, [bob]: 100, [carol]: 7 } }),
  },
  { what: 'RULE-048 lower one’s own power', act: levels(alice, { users: { [alice]: 10, [bob]: 50 } }) },
  { what: 'RULE-048 lower one’s own power, below another’s', act: levels(alice, { users: { [bob]: 50 } }) },
  { what: 'RULE-042 leave out what had its default', power: { kick: 50, users_default: 0 }, act: levels(alice, {}) },
  {
    what: 'RULE-044 a moderator who may, below 50',
    power: { events: { 'eccp.room.power_levels': 50 } },
    act: levels(bob, {
      events: { 'eccp.room.power_levels': 50 },
      users: { [alice]: 100, [bob]: 50, [carol]: 50 },
      kick: 10,
    }),
  },
  { what: 'RULE-047 users_default up to one’s own', act: levels(alice, { users_default: 100 }) },
  {
    what: 'RULE-046 a level up to one’s own',
    act: levels(alice, { events: { 'org.example.x': 100 }, ban: 100, events_default: 100 }),
  },
];

const delegated = { events: { 'eccp.room.power_levels': 50 } };
const refused: Case[] = [
  { what: 'ENC-001 a readable message', before: [encrypt(alice)], act: send(alice) },
  { what: 'ENC-001 one of a type of its own', before: [encrypt(alice)], act: send(alice, 'org.example.poll') },
  { what: 'ENC-002 encrypted once more', before: [encrypt(alice)], act: encrypt(alice) },
  { what: 'ENC-003 without the power', power: { state_default: 0 }, act: encrypt(bob) },
  {
    what: 'RULE-015 a second create',
    act: set(alice, 'eccp.room.create', { room_version: '1', node_keys: homeChain }),
  },
  { what: 'RULE-002 a message from an outsider', act: send(dave) },
  { what: 'RULE-002 a message from who is invited', before: [invite(bob, dave)], act: send(dave) },
  { what: 'RULE-002 a message from who left', before: [leave(alice)], act: send(alice) },
  { what: 'RULE-002 state from who left', before: [leave(alice)], act: name(alice) },
  { what: 'RULE-002 a kick from who left', before: [leave(alice)], act: kick(alice, carol) },
  { what: 'RULE-002 an invite from who left', before: [leave(alice)], act: invite(alice, dave) },
  { what: 'RULE-002 power levels from who left', before: [leave(alice)], act: levels(alice, {}) },
  { what: 'RULE-002 a redaction from who left', before: [leave(carol)], act: redact(carol, carol) },
  { what: 'RULE-016 a join for another', visibility: 'public', act: is(alice, dave, 'join') },
  { what: 'RULE-016 a knock for another', visibility: 'invite_only', act: is(alice, dave, 'knock') },
  ...['private', 'invite_only', 'shadow'].map((visibility) => ({
    what: `RULE-019 join a ${visibility} room uninvited`,
    visibility,
    act: join(dave),
  })),
  { what: 'RULE-019 join with a knock', visibility: 'invite_only', before: [knock(dave)], act: join(dave) },
  {
    what: 'RULE-019 the creator is no exception later',
    visibility: 'private',
    before: [leave(alice)],
    act: join(alice),
  },
  { what: 'RULE-020 join a public room when banned', visibility: 'public', before: [ban(bob, dave)], act: join(dave) },
  { what: 'RULE-020 join when invited, then banned', before: [invite(bob, dave), ban(bob, dave)], act: join(dave) },
  {
    what: 'RULE-022 join a shadow room when invited',
    visibility: 'shadow',
    before: [invite(bob, dave)],
    act: join(dave),
  },
  { what: 'RULE-024 invite who is joined', act: invite(alice, carol) },
  { what: 'RULE-024 invite oneself', act: invite(alice, alice) },
  { what: 'RULE-025 invite who is banned', before: [ban(bob, dave)], act: invite(alice, dave) },
  { what: 'RULE-026 a member invites to an invite_only room', visibility: 'invite_only', act: invite(carol, dave) },
  { what: 'RULE-026 the level of invite from the content', power: { invite: 51 }, act: invite(bob, dave) },
  ...['public', 'private', 'shadow'].map((visibility) => ({
    what: `RULE-030 knock at a ${visibility} room`,
    visibility,
    act: knock(dave),
  })),
  { what: 'RULE-031 knock when joined', visibility: 'invite_only', act: knock(carol) },
  { what: 'RULE-031 knock when invited', visibility: 'invite_only', before: [invite(bob, dave)], act: knock(dave) },
  { what: 'RULE-031 knock when banned', visibility: 'invite_only', before: [ban(bob, dave)], act: knock(dave) },
  { what: 'RULE-031 knock twice', visibility: 'invite_only', before: [knock(dave)], act: knock(dave) },
  { what: 'RULE-033 leave without a membership', act: leave(dave) },
  { what: 'RULE-033 leave twice', before: [leave(carol)], act: leave(carol) },
  { what: 'RULE-033 leave when banned', before: [ban(bob, carol)], act: leave(carol) },
  { what: 'RULE-033 bring keys without a membership', act: bring(dave) },
  { what: 'RULE-033 bring keys when banned', before: [ban(bob, carol)], act: bring(carol) },
  {
    what: 'RULE-033 bring keys of another node after leaving',
    visibility: 'public',
    before: [join(rita), leave(rita)],
    act: bring(rita, remoteChain, remoteKey),
  },
  { what: 'RULE-036 kick below the level', act: kick(carol, bob) },
  {
    what: 'RULE-036 kick below the level, with more power',
    power: { users: { [alice]: 100, [bob]: 49 } },
    act: kick(bob, carol),
  },
  { what: 'RULE-036 kick an equal', power: { users: { [alice]: 100, [bob]: 50, [carol]: 50 } }, act: kick(bob, carol) },
  { what: 'RULE-036 kick who has more', act: kick(bob, alice) },
  { what: 'RULE-037 kick who was never there', act: kick(alice, dave) },
  { what: 'RULE-037 kick who left', before: [leave(carol)], act: kick(alice, carol) },
  { what: 'RULE-039 ban below the level', power: { users: { [alice]: 100, [bob]: 49 } }, act: ban(bob, carol) },
  { what: 'RULE-039 ban an equal', power: { users: { [alice]: 100, [bob]: 50, [carol]: 50 } }, act: ban(bob, carol) },
  {
    what: 'RULE-039 ban an absent equal',
    power: { users: { [alice]: 100, [bob]: 50, [dave]: 50 } },
    act: ban(bob, dave),
  },
  { what: 'RULE-039 ban oneself', act: ban(alice, alice) },
  { what: 'RULE-040 lift a ban below the level', before: [ban(alice, dave)], act: kick(carol, dave) },
  {
    what: 'RULE-040 lift a ban at the level of kick',
    power: { ban: 60 },
    before: [ban(alice, dave)],
    act: kick(bob, dave),
  },
  {
    what: 'RULE-040 lift an equal’s ban',
    power: { users: { [alice]: 100, [bob]: 50, [dave]: 50 } },
    before: [ban(alice, dave)],
    act: kick(bob, dave),
  },
  { what: 'RULE-007 a message below events_default', power: { events_default: 51 }, act: send(bob) },
  { what: 'RULE-007 a message below its own level', power: { events: { 'eccp.room.message': 51 } }, act: send(bob) },
  { what: 'RULE-008 state below 50', act: name(carol) },
  { what: 'RULE-008 state below state_default', power: { state_default: 51 }, act: name(bob) },
  {
    what: 'RULE-008 state below its own level',
    power: { state_default: 0, events: { 'eccp.room.name': 51 } },
    act: name(bob),
  },
  { what: 'RULE-009 power levels below 100', power: { state_default: 0 }, act: levels(bob, { state_default: 0 }) },
  {
    what: 'RULE-009 visibility below 100',
    power: { state_default: 0, users: { [alice]: 100, [bob]: 99 } },
    act: visible(bob, 'public'),
  },
  {
    what: 'RULE-009 history visibility below 100',
    power: { state_default: 0 },
    act: set(bob, 'eccp.room.history_visibility', { history_visibility: 'shared' }),
  },
  { what: 'RULE-049 a state key of another user', act: set(alice, 'org.example.status', {}, bob) },
  { what: 'RULE-049 a state key of one’s own below the level', act: set(carol, 'org.example.status', {}, carol) },
  { what: 'RULE-052 redact another’s below the level', act: redact(carol, dave) },
  { what: 'RULE-052 redact another’s at 49', power: { users: { [alice]: 100, [bob]: 49 } }, act: redact(bob, carol) },
  {
    what: 'RULE-052 redact an equal’s',
    power: { users: { [alice]: 100, [bob]: 50, [carol]: 50 } },
    act: redact(bob, carol),
  },
  { what: 'RULE-006 the creator without a place in users', power: { users: { [bob]: 100 } }, act: name(alice) },
  {
    what: 'RULE-044 give more than one’s own',
    power: delegated,
    act: levels(bob, { ...delegated, users: { [alice]: 100, [bob]: 50, [carol]: 51 } }),
  },
  {
    what: 'RULE-044 raise oneself',
    power: delegated,
    act: levels(bob, { ...delegated, users: { [alice]: 100, [bob]: 51 } }),
  },
  {
    what: 'RULE-045 lower an equal',
    power: { users: { [alice]: 100, [bob]: 100 } },
    act: levels(bob, { users: { [alice]: 99, [bob]: 100 } }),
  },
  {
    what: 'RULE-045 leave an equal out',
    power: { users: { [alice]: 100, [bob]: 100 } },
    act: levels(bob, { users: { [bob]: 100 } }),
  },
  {
    what: 'RULE-045 lower who has more',
    power: delegated,
    act: levels(bob, { ...delegated, users: { [alice]: 50, [bob]: 50 } }),
  },
  { what: 'RULE-046 set a level above one’s own', power: delegated, act: levels(bob, { ...delegated, kick: 51 }) },
  {
    what: 'RULE-046 lower a level above one’s own',
    power: { ...delegated, kick: 51 },
    act: levels(bob, { ...delegated, kick: 10 }),
  },
  {
    what: 'RULE-042 leave out a level above one’s own',
    power: { ...delegated, kick: 51 },
    act: levels(bob, delegated),
  },
  {
    what: 'RULE-046 a guarded type’s default is above one’s own',
    power: delegated,
    act: levels(bob, { events: { ...delegated.events, 'eccp.room.visibility': 0 } }),
  },
  { what: 'RULE-042 leave out what lowered a guarded type', power: delegated, act: levels(bob, {}) },
  {
    what: 'RULE-046 name a type whose state level is above one’s own',
    power: { ...delegated, state_default: 51 },
    act: levels(bob, { events: { ...delegated.events, 'org.example.x': 0 }, state_default: 51 }),
  },
  {
    what: 'RULE-046 events_default above one’s own',
    power: delegated,
    act: levels(bob, { ...delegated, events_default: 51 }),
  },
  {
    what: 'RULE-046 state_default from above one’s own',
    power: { ...delegated, state_default: 51 },
    act: levels(bob, { ...delegated, state_default: 50 }),
  },
  {
    what: 'RULE-047 users_default above one’s own',
    power: delegated,
    act: levels(bob, { ...delegated, users_default: 51 }),
  },
  {
    what: 'RULE-047 users_default from one’s own',
    power: { ...delegated, users_default: 50 },
    act: levels(bob, { ...delegated, users_default: 0 }),
  },
];

function play({ visibility = 'private', power = {}, before = [] }: Case): Room {
  const room = roomOf(visibility, power);
  for (const step of before) step(room);
  return room;
}

for (const row of allowed) {
  test(`allowed: ${row.what}`, () => {
    const room = play(row);
    const { entry } = row.act(room);
    assert.equal(room.state.head.seq, entry.seq);
  });
}

for (const row of refused) {
  test(`refused: ${row.what}`, () => {
    const room = play(row);
    const head = room.state.head;
    assert.throws(() => row.act(room), { errcode: 'ECCP_FORBIDDEN' });
    assert.equal(room.state.head, head); // RULE-001
  });
}

test('every row of the table is reached', () => {
  const act = (type: string, stateKey: string | undefined, sender: string, membership?: string) =>
    rowOf(room.state, { type, stateKey, sender, content: membership === undefined ? {} : { membership } });
  const room = roomOf('private');
  room.member(bob, dave, 'ban');
  const rows = [
    act('eccp.room.create', '', alice),
    ...['invite', 'join', 'knock', 'ban', 'leave'].map((membership) =>
      act('eccp.room.member', carol, carol, membership),
    ),
    act('eccp.room.member', carol, alice, 'leave'),
    act('eccp.room.member', dave, alice, 'leave'),
    act('eccp.room.power_levels', '', alice),
    act('eccp.room.redaction', undefined, alice),
    act('eccp.room.host', '', alice),
    act('eccp.room.encryption', '', alice),
    act('org.example.x', '', alice),
    act('org.example.x', undefined, alice),
  ];
  assert.deepEqual(rows.toSorted(), Object.keys(roomVersion1).toSorted());
});

test('RULE-005: without power levels the creator has 100 and the levels their defaults', () => {
  const room = Room.create(null);
  assert.equal(room.state.power(alice), 100);
  assert.equal(room.state.power(bob), 0);
  room.set(alice, 'eccp.room.visibility', { visibility: 'public' });
  room.member(bob, bob, 'join');
  assert.throws(() => name(bob)(room), { errcode: 'ECCP_FORBIDDEN' });
  room.say(bob);
  assert.throws(() => room.set(bob, 'eccp.room.power_levels', {}), { errcode: 'ECCP_FORBIDDEN' });
  room.set(alice, 'eccp.room.power_levels', {});
  assert.equal(room.state.power(alice), 0); // RULE-006
});

test('RULE-003, RULE-004: powers', () => {
  const { state } = roomOf('private', { users: { [alice]: 100, [bob]: 7 }, users_default: 3 });
  assert.deepEqual(
    [alice, bob, carol, dave].map((user) => state.power(user)),
    [100, 7, 3, 3],
  );
  assert.deepEqual(
    [alice, bob, carol, erin].map((user) => roomOf('private').state.power(user)),
    [100, 50, 0, 0],
  );
});

test('RULE-015: nothing comes before the create event', () => {
  const { roomId } = roomOf(null).state;
  for (const act of [join(alice), leave(alice), knock(alice)]) {
    const room = new Room();
    room.state = RoomState.empty.with(roomId, [{ type: 'org.example.x', state_key: '', event_id: '', sender: alice }]);
    assert.throws(() => act(room), { errcode: 'ECCP_FORBIDDEN' });
  }
  for (const act of [send(alice), name(alice), invite(alice, bob)]) {
    assert.throws(
      () => act(new Room()),
      { errcode: 'ECCP_BAD_EVENT' },
      'without an entry there is nothing to anchor to',
    );
  }
});

test('RULE-019: only the creator joins at entry 1', () => {
  const room = new Room();
  room.set(alice, 'eccp.room.create', { room_version: '1', node_keys: homeChain });
  assert.throws(() => room.member(bob, bob, 'join'), { errcode: 'ECCP_FORBIDDEN' });
  room.member(alice, alice, 'join');
});

test('LOG-056: to what a redaction applies', () => {
  const room = roomOf('private');
  const message = room.say(carol);
  const redaction = room.redact(bob, message);
  const misnamed = room.redact(bob, message, bob);
  const state = room.set(bob, 'eccp.room.name', { name: 'x' });
  const later = room.say(carol);
  assert.ok(appliesRedaction(message, redaction));
  assert.ok(!appliesRedaction(message, misnamed));
  assert.ok(!appliesRedaction(later, redaction));
  assert.ok(!appliesRedaction(message, later));
  assert.ok(appliesRedaction(state, room.redact(alice, state)));
  const auth = room.log.filter((item) => item.event.type !== 'eccp.room.message' && item !== state);
  for (const target of auth) assert.ok(!appliesRedaction(target, room.redact(alice, target)), target.event.type);
  const earlier = { ...redaction, entry: { ...redaction.entry, seq: message.entry.seq } };
  assert.ok(!appliesRedaction(message, earlier));
});
