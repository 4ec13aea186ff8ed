import { type DataTable, Given, Then, When } from '@cucumber/cucumber';
import { fill, fillJson } from '../fill.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import { isObject, type Json, type JsonObject, show } from '../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { refused } from './base/answers.ts';
import { readLog, sendEvent } from './base/messages.ts';
import { getState, putState } from './base/state.ts';

const POWER_LEVELS = 'eccp.room.power_levels';

/** A room as somebody saw it: what an act is later compared with. */
interface Snapshot {
  who: string;
  log: SequencedEvent[];
  state: SequencedEvent[];
}

const remembered = new WeakMap<EccpWorld, Map<string, Snapshot>>();

// Given the power levels of the room are:   (doc string: the whole content, filled; by the room's owner)
Given('the power levels of {room} are:', async function (this: EccpWorld, alias: string, content: string) {
  await putLevels(this, this.room(alias).owner, alias, await fillJson(this, content));
});

// When Bob sets the power levels of the room to:   (doc string: the whole content)
When(
  '{actor} sets the power levels of {room} to:',
  async function (this: EccpWorld, who: string, alias: string, content: string) {
    await putLevels(this, who, alias, await fillJson(this, content));
  },
);

// Given the power level "kick" of the room is 40   (by the room's owner; "default" leaves it out)
//   "users Bob" is Bob's power, "events org.example.x" the level of a type
Given(
  'the power level {string} of {room} is {word}',
  async function (this: EccpWorld, member: string, alias: string, value: string) {
    await changeLevels(this, this.room(alias).owner, alias, [[member, value]]);
  },
);

// Given the room has the power levels:   (table: member, value; by the room's owner, all others stay)
Given('{room} has the power levels:', async function (this: EccpWorld, alias: string, table: DataTable) {
  await changeLevels(this, this.room(alias).owner, alias, table.raw());
});

// When Bob changes the power level "kick" of the room to 40   (or to "default": leaves it out)
When(
  '{actor} changes the power level {string} of {room} to {word}',
  async function (this: EccpWorld, who: string, member: string, alias: string, value: string) {
    await changeLevels(this, who, alias, [[member, value]]);
  },
);

// When Bob sends an "org.example.poll" event to the room   (its content is one that the type allows; the type names the event)
When(
  '{actor} sends a(n) {string} event to {room}',
  async function (this: EccpWorld, who: string, type: string, alias: string) {
    await sendEvent(this, who, alias, type, type === 'eccp.room.message' ? { body: type } : {}, type);
  },
);

// When Bob sets the "eccp.room.name" state of the room   (to a content that the type allows) · … with the key "k"   (filled)
When(
  '{actor} sets the {string} state of {room}',
  async function (this: EccpWorld, who: string, type: string, alias: string) {
    await setState(this, who, alias, type, '');
  },
);
When(
  '{actor} sets the {string} state of {room} with the key {string}',
  async function (this: EccpWorld, who: string, type: string, alias: string, key: string) {
    await setState(this, who, alias, type, await fill(this, key));
  },
);

// Given the room is turned invite-only   (by its owner) · When Alice turns the room public
Given('{room} is turned {visibility}', async function (this: EccpWorld, alias: string, visibility: string) {
  await putState(this, this.room(alias).owner, alias, 'eccp.room.visibility', '', { content: { visibility } });
});
When(
  '{actor} turns {room} {visibility}',
  async function (this: EccpWorld, who: string, alias: string, visibility: string) {
    await putState(this, who, alias, 'eccp.room.visibility', '', { content: { visibility } });
  },
);

// Given Alice remembers the room   (its log and its state; Alice stays joined as far as the scenario looks)
Given('{actor} remembers {room}', async function (this: EccpWorld, who: string, alias: string) {
  const rooms = remembered.get(this) ?? new Map<string, Snapshot>();
  remembered.set(this, rooms.set(alias, await snapshot(this, who, alias)));
});

// Then the room takes it   (the last When succeeded, and the log of what Alice remembers has grown by its event alone)
Then('{room} takes it', async function (this: EccpWorld, alias: string) {
  await grown(this, alias);
});

// Then the room takes it, and Bob is "join"   (the new entry is Bob's membership)
Then(
  '{room} takes it, and {actor} is {string}',
  async function (this: EccpWorld, alias: string, whom: string, membership: string) {
    const { event, content } = await grown(this, alias);
    expectEqual(event.type, 'eccp.room.member', 'the type of the new entry');
    expectEqual(event.state_key, await this.userId(whom), 'the state key of the new entry');
    expectEqual(content?.membership, membership, 'the membership in the new entry');
    const inForce = this.succeeded(
      await getState(this, remembering(this, alias).who, alias, event.type, event.state_key),
    );
    expectEqual(inForce.body.event_id, this.answer.body.event_id, 'the membership in force');
  },
);

// Then the room refuses it with ECCP_FORBIDDEN   (log and state are what Alice remembers, byte for byte)
Then('{room} refuses it with {errcodes}', async function (this: EccpWorld, alias: string, allowed: string[]) {
  refused(this, this.answer, allowed);
  await unchanged(this, alias);
});

// Then the room refuses all of it with ECCP_FORBIDDEN   (every When)
Then('{room} refuses all of it with {errcodes}', async function (this: EccpWorld, alias: string, allowed: string[]) {
  for (const answer of this.answers) refused(this, answer, allowed);
  await unchanged(this, alias);
});

// Then the room is as it was   (as Alice remembers it; says nothing about answers)
Then('{room} is as it was', async function (this: EccpWorld, alias: string) {
  await unchanged(this, alias);
});

async function putLevels(world: EccpWorld, who: string, alias: string, content: Json): Promise<void> {
  const { event_id } = await levelsInForce(world, alias);
  await putState(world, who, alias, POWER_LEVELS, '', { content, replaces: event_id ?? null });
}

async function changeLevels(world: EccpWorld, who: string, alias: string, changes: string[][]): Promise<void> {
  const { event_id, content } = await levelsInForce(world, alias);
  const next: JsonObject = isObject(content) ? structuredClone(content) : {};
  for (const [member = '', value = ''] of changes) {
    const [name = '', key] = member.split(' ');
    if (key === undefined) set(next, name, value);
    else {
      const map = isObject(next[name]) ? next[name] : {};
      next[name] = map;
      set(map, name === 'users' ? await world.userId(key) : key, value);
    }
  }
  await putState(world, who, alias, POWER_LEVELS, '', { content: next, replaces: event_id ?? null });
}

function set(target: JsonObject, member: string, value: string): void {
  if (value === 'default') delete target[member];
  else target[member] = JSON.parse(value) as Json;
}

/** The power levels in force, as the room's owner sees them. */
async function levelsInForce(world: EccpWorld, alias: string): Promise<JsonObject> {
  return world.succeeded(await getState(world, world.room(alias).owner, alias, POWER_LEVELS)).body;
}

/** Contents that the types of room version "1" allow; other types take any. */
async function setState(world: EccpWorld, who: string, alias: string, type: string, key: string): Promise<void> {
  const samples: Record<string, JsonObject> = {
    'eccp.room.name': { name: 'a new name' },
    'eccp.room.topic': { topic: 'a new topic' },
    'eccp.room.visibility': { visibility: world.room(alias).visibility },
    'eccp.room.history_visibility': { history_visibility: 'shared' },
  };
  if (type !== POWER_LEVELS)
    return void (await putState(world, who, alias, type, key, { content: samples[type] ?? {} }));
  const { event_id, content } = await levelsInForce(world, alias);
  await putState(world, who, alias, type, key, { content: content ?? {}, replaces: event_id ?? null });
}

async function snapshot(world: EccpWorld, who: string, alias: string): Promise<Snapshot> {
  const log = await readLog(world, who, alias);
  const { events } = await world.read(who, 'getState', { params: { roomId: world.room(alias).id } });
  return { who, log, state: eventsOf(events) };
}

function remembering(world: EccpWorld, alias: string): Snapshot {
  const before = remembered.get(world)?.get(alias);
  if (!before) throw new HarnessError(`nobody remembers the room "${alias}": say so before the act`);
  return before;
}

/** The one entry that the last When has added to what is remembered. */
async function grown(world: EccpWorld, alias: string): Promise<SequencedEvent> {
  const { event_id, seq } = world.succeeded(world.answer).body;
  const before = remembering(world, alias);
  const log = await readLog(world, before.who, alias);
  const added = log.slice(before.log.length);
  const [newest] = added;
  if (added.length !== 1 || !newest)
    throw new ConformanceFailure('one entry more in the log', added.map(title).join(', ') || 'none');
  compare(before.log.map(headers), log.slice(0, before.log.length).map(headers), 'the entries before');
  expectEqual(newest.event_id, event_id, 'the event id of the new entry');
  expectEqual(newest.entry.seq, seq, 'the seq of the new entry');
  return newest;
}

async function unchanged(world: EccpWorld, alias: string): Promise<void> {
  const before = remembering(world, alias);
  const now = await snapshot(world, before.who, alias);
  const added = now.log.slice(before.log.length);
  expectThat(added.length === 0, 'a log that has not grown', `more in it: ${added.map(title).join(', ')}`);
  compare(before.log, now.log, 'the log');
  compare(before.state, now.state, 'the state');
}

function compare(before: SequencedEvent[], now: SequencedEvent[], what: string): void {
  const changed = before.findIndex((item, index) => {
    const other = now[index];
    return !other || canonical(item) !== canonical(other);
  });
  if (changed >= 0 || now.length !== before.length)
    throw new ConformanceFailure(`${what} as it was: ${show(before[changed])}`, show(now[changed]));
}

/** What a redaction leaves as it is. */
function headers({ event_id, event, signature, entry, entry_signature }: SequencedEvent): SequencedEvent {
  return { event_id, event, signature, entry, entry_signature };
}

function title({ event, entry, content }: SequencedEvent): string {
  return `${entry.seq} ${event.type} by ${event.sender} ${show(content)}`;
}
