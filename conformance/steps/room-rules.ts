import { type DataTable, Given, When } from '@cucumber/cucumber';
import { fill, fillJson } from '../fill.ts';
import { isObject, type Json, type JsonObject } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { sendEvent } from './base/messages.ts';
import { getState, putState } from './base/state.ts';

const POWER_LEVELS = 'eccp.room.power_levels';

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

// Given Bob and Carol knock on the room
Given('{actors} knock on {room}', async function (this: EccpWorld, names: string[], alias: string) {
  for (const name of names) await this.call(name, 'knockRoom', { params: { roomId: this.room(alias).id }, body: {} });
});

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
