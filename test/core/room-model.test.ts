// Random members do random things. What may succeed is decided by a model written from the words of chapter 9 alone: it knows nothing
// of rows or of compared levels, but asks for every user and type of a small world what they could do before and after.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import type { Draft } from '../../src/core/room-log.ts';
import { RoomState } from '../../src/core/room-state.ts';
import { alice, bob, carol, dave, memberDraft, Room, replay, rita } from './room.ts';

const users = [alice, bob, carol, dave, rita];
/** Nobody ever names this user or this type, so they stand for all that a content leaves out. */
const nobody = dave.replace('dave', 'nobody');
const anything = 'org.example.anything';
const types = [
  'eccp.room.power_levels',
  'eccp.room.visibility',
  'eccp.room.history_visibility',
  'eccp.room.name',
  'eccp.room.message',
  'org.example.poll',
];

type Levels = {
  users?: { [user: string]: number };
  events?: { [type: string]: number };
  users_default?: number;
  events_default?: number;
  state_default?: number;
  invite?: number;
  kick?: number;
  ban?: number;
  redact?: number;
};

type Action =
  | { do: 'member'; sender: string; target: string; membership: string }
  | { do: 'levels'; sender: string; levels: Levels }
  | { do: 'visibility'; sender: string; visibility: string }
  | { do: 'state'; sender: string; type: string; key: string }
  | { do: 'message'; sender: string; type: string }
  | { do: 'redact'; sender: string; author: string };

interface World {
  members: Map<string, string>;
  levels: Levels | undefined;
  visibility: string;
}

function powerOf(world: World, user: string, levels = world.levels): number {
  if (levels === undefined) return user === alice ? 100 : 0;
  return levels.users?.[user] ?? levels.users_default ?? 0;
}

function typeLevel(levels: Levels | undefined, type: string, kind: 'state' | 'message'): number {
  const named = levels?.events?.[type];
  if (named !== undefined) return named;
  if (kind === 'message') return levels?.events_default ?? 0;
  return /power_levels|visibility/.test(type) ? 100 : (levels?.state_default ?? 50);
}

function inviteLevel(world: World, levels: Levels | undefined): number {
  return levels?.invite ?? (world.visibility === 'invite_only' ? 50 : 0);
}

function mayMember(world: World, sender: string, target: string, membership: string): boolean {
  const was = world.members.get(target) ?? 'none';
  const self = sender === target;
  const joined = world.members.get(sender) === 'join';
  const power = powerOf(world, sender);
  const stronger = power > powerOf(world, target);
  const inside = ['join', 'invite', 'knock'].includes(was);
  switch (membership) {
    case 'invite':
      return joined && !['join', 'ban'].includes(was) && power >= inviteLevel(world, world.levels);
    case 'join':
      if (!self || was === 'ban') return false;
      return was === 'join' || world.visibility === 'public' || (was === 'invite' && world.visibility !== 'shadow');
    case 'knock':
      return self && world.visibility === 'invite_only' && ['none', 'leave'].includes(was);
    case 'ban':
      return joined && stronger && power >= (world.levels?.ban ?? 50);
    default:
      if (self) return inside;
      if (was === 'ban') return joined && stronger && power >= (world.levels?.ban ?? 50);
      return joined && inside && stronger && power >= (world.levels?.kick ?? 50);
  }
}

/** All that a member's power could be measured against. */
function thresholds(world: World, levels: Levels | undefined): number[] {
  const all = [...types, anything];
  return [
    inviteLevel(world, levels),
    levels?.kick ?? 50,
    levels?.ban ?? 50,
    levels?.redact ?? 50,
    ...all.map((type) => typeLevel(levels, type, 'state')),
    ...all.map((type) => typeLevel(levels, type, 'message')),
  ];
}

function mayChangeLevels(world: World, sender: string, next: Levels): boolean {
  const own = powerOf(world, sender);
  for (const user of [...users, nobody]) {
    const [was, becomes] = [powerOf(world, user), powerOf(world, user, next)];
    if (was !== becomes && becomes > own) return false;
    if (was !== becomes && user !== sender && was >= own) return false;
  }
  const after = thresholds(world, next);
  return thresholds(world, world.levels).every((was, i) => was === after[i] || (was <= own && (after[i] ?? 0) <= own));
}

function may(world: World, action: Action): boolean {
  const { sender } = action;
  if (action.do === 'member') return mayMember(world, sender, action.target, action.membership);
  if (world.members.get(sender) !== 'join') return false;
  const power = powerOf(world, sender);
  switch (action.do) {
    case 'levels':
      return (
        power >= typeLevel(world.levels, 'eccp.room.power_levels', 'state') &&
        mayChangeLevels(world, sender, action.levels)
      );
    case 'visibility':
      return power >= typeLevel(world.levels, 'eccp.room.visibility', 'state');
    case 'state':
      return (
        power >= typeLevel(world.levels, action.type, 'state') && (!action.key.startsWith('@') || action.key === sender)
      );
    case 'message':
      return power >= typeLevel(world.levels, action.type, 'message');
    case 'redact':
      return (
        action.author === sender || (power >= (world.levels?.redact ?? 50) && power > powerOf(world, action.author))
      );
  }
}

function happen(world: World, action: Action): void {
  if (action.do === 'member') world.members.set(action.target, action.membership);
  if (action.do === 'levels') world.levels = action.levels;
  if (action.do === 'visibility') world.visibility = action.visibility;
}

function draftOf(room: Room, action: Action): Draft {
  const { sender } = action;
  switch (action.do) {
    case 'member':
      return memberDraft(room.state, sender, action.target, action.membership);
    case 'levels':
      return { sender, type: 'eccp.room.power_levels', stateKey: '', content: action.levels as JsonObject };
    case 'visibility':
      return { sender, type: 'eccp.room.visibility', stateKey: '', content: { visibility: action.visibility } };
    case 'state':
      return { sender, type: action.type, stateKey: action.key, content: { name: 'x' } };
    case 'message':
      return { sender, type: action.type, content: { body: 'x' } };
    case 'redact':
      return {
        sender,
        type: 'eccp.room.redaction',
        content: { redacts: { event_id: room.log.at(-1)?.event_id ?? '', sender: action.author } },
      };
  }
}

const user = fc.constantFrom(...users);
const level = fc.constantFrom(0, 25, 50, 75, 100);
const requiredLevels = fc.record({
  users: fc.dictionary(user, level, { maxKeys: 5, noNullPrototype: true }),
  events: fc.dictionary(fc.constantFrom(...types), level, { maxKeys: 2, noNullPrototype: true }),
});
const optionalLevels = fc.record(
  {
    users_default: level,
    events_default: level,
    state_default: level,
    invite: level,
    kick: level,
    ban: level,
    redact: level,
  },
  { requiredKeys: [] },
);
/** Most contents keep alice at the top, or there would soon be nobody left who may do anything. */
const levels = fc
  .tuple(
    requiredLevels,
    fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: optionalLevels }),
    fc.integer({ min: 0, max: 5 }),
  )
  .map(([named, rest, lot]): Levels => {
    const users = lot === 0 ? named.users : { ...named.users, [alice]: 100 };
    return { ...rest, users, ...(lot < 3 ? { events: named.events } : {}) };
  });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('member' as const),
      sender: user,
      target: user,
      membership: fc.constantFrom('invite', 'join', 'knock', 'leave', 'ban'),
    }),
  },
  {
    weight: 3,
    arbitrary: user.chain((self) =>
      fc.record({
        do: fc.constant('member' as const),
        sender: fc.constant(self),
        target: fc.constant(self),
        membership: fc.constantFrom('join', 'knock', 'leave'),
      }),
    ),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('levels' as const), sender: user, levels }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('visibility' as const),
      sender: user,
      visibility: fc.constantFrom('public', 'private', 'invite_only', 'shadow'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('state' as const),
      sender: user,
      type: fc.constant('org.example.poll'),
      key: fc.constantFrom('', 'x', ...users),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('state' as const),
      sender: user,
      type: fc.constant('eccp.room.name'),
      key: fc.constant(''),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('message' as const),
      sender: user,
      type: fc.constantFrom('eccp.room.message', 'org.example.poll'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redact' as const), sender: user, author: user }) },
);

test('a room takes exactly what the rules allow, and its log replays to its state', () => {
  const tally = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(action, { minLength: 20, maxLength: 80 }), fc.boolean(), (actions, withLevels) => {
      const room = Room.create(withLevels ? { users: { [alice]: 100, [bob]: 50 } } : null);
      const world: World = {
        members: new Map([[alice, 'join']]),
        levels: withLevels ? { users: { [alice]: 100, [bob]: 50 } } : undefined,
        visibility: 'private',
      };
      // Start where everybody can come in; otherwise most runs would be spent at the door.
      room.set(alice, 'eccp.room.visibility', { visibility: 'public' });
      world.visibility = 'public';
      for (const action of actions) {
        const expected = may(world, action);
        const draft = draftOf(room, action);
        let happened = true;
        try {
          room.add(draft);
        } catch (error) {
          if (!(error instanceof EccpError)) throw error;
          // No other refusal is possible: everything but the rules is in order.
          assert.equal(error.errcode, 'ECCP_FORBIDDEN');
          happened = false;
        }
        assert.equal(happened, expected, JSON.stringify(action));
        tally.set(`${action.do} ${happened}`, (tally.get(`${action.do} ${happened}`) ?? 0) + 1);
        if (!happened) continue;
        happen(world, action);
        for (const user of users) {
          assert.equal(room.state.power(user), powerOf(world, user));
          assert.equal(room.state.membership(user), world.members.get(user));
        }
      }
      const { state } = replay(room.log);
      assert.deepEqual(state.entries(), room.state.entries());
      assert.deepEqual(state.head, room.state.head);
      assert.equal(RoomState.restore(state.roomId, state.entries().reverse(), state.head).stateRoot, state.stateRoot);
    }),
    { numRuns: 150 },
  );
  // Were one of these never reached, the property would say nothing about it.
  for (const kind of ['member', 'levels', 'visibility', 'state', 'message', 'redact']) {
    for (const outcome of [true, false])
      assert.ok((tally.get(`${kind} ${outcome}`) ?? 0) > 20, `${kind} ${outcome}: ${tally.get(`${kind} ${outcome}`)}`);
  }
});
