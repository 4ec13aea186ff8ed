import { Then, When } from '@cucumber/cucumber';
import type { Answer } from '../../answer.ts';
import { fill, fillJson } from '../../fill.ts';
import { ConformanceFailure, expectEqual } from '../../outcome.ts';
import { firstDifference, isObject, type Json, type JsonObject, show } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';

/** Puts a state event; an empty state key goes without one. */
export async function putState(
  world: EccpWorld,
  who: string,
  alias: string,
  type: string,
  key: string,
  body: JsonObject,
): Promise<Answer> {
  const params = { roomId: world.room(alias).id, eventType: type };
  const answer = await (key === ''
    ? world.call(who, 'putState', { params, body })
    : world.call(who, 'putKeyedState', { params: { ...params, stateKey: key }, body }));
  if (answer.ok) world.events.set(type, String(answer.body.event_id));
  return answer;
}

/** Reads a state event as its SequencedEvent; refused or not. */
export async function getState(world: EccpWorld, who: string, alias: string, type: string, key = ''): Promise<Answer> {
  const params = { roomId: world.room(alias).id, eventType: type };
  if (key === '') return await world.peek(who, 'getStateEvent', { params });
  return await world.peek(who, 'getKeyedState', { params: { ...params, stateKey: key } });
}

// When Alice renames the room to "Harbour" · When Alice sets the topic of the room to "ships"
When('{actor} renames {room} to {string}', async function (this: EccpWorld, who: string, alias: string, name: string) {
  await putState(this, who, alias, 'eccp.room.name', '', { content: { name } });
});
When(
  '{actor} sets the topic of {room} to {string}',
  async function (this: EccpWorld, who: string, alias: string, topic: string) {
    await putState(this, who, alias, 'eccp.room.topic', '', { content: { topic } });
  },
);

// When Alice puts the state "org.example.x" in the room:   (doc string: the content)
When(
  '{actor} puts the state {string} in {room}:',
  async function (this: EccpWorld, who: string, type: string, alias: string, content: string) {
    await putState(this, who, alias, type, '', { content: await fillJson(this, content) });
  },
);
// When Alice puts the state "org.example.x" with the key "k" in the room:
When(
  '{actor} puts the state {string} with the key {string} in {room}:',
  async function (this: EccpWorld, who: string, type: string, key: string, alias: string, content: string) {
    await putState(this, who, alias, type, await fill(this, key), { content: await fillJson(this, content) });
  },
);
// When Alice puts the state "eccp.room.name" in the room, replacing "x":   (an event's name, or "nothing")
When(
  '{actor} puts the state {string} in {room}, replacing {string}:',
  async function (this: EccpWorld, who: string, type: string, alias: string, old: string, content: string) {
    const replaces = old === 'nothing' ? null : this.event(old);
    await putState(this, who, alias, type, '', { content: await fillJson(this, content), replaces });
  },
);
// When Alice puts the state "eccp.room.power_levels" in the room, replacing what is in force:
When(
  '{actor} puts the state {string} in {room}, replacing what is in force:',
  async function (this: EccpWorld, who: string, type: string, alias: string, content: string) {
    const current = await getState(this, this.room(alias).owner, alias, type);
    const replaces = current.ok ? String(current.body.event_id) : null;
    await putState(this, who, alias, type, '', { content: await fillJson(this, content), replaces });
  },
);

// When Bob reads the state of the room · When Bob reads the state "eccp.room.name" of the room
When('{actor} reads the state of {room}', async function (this: EccpWorld, who: string, alias: string) {
  await this.call(who, 'getState', { params: { roomId: this.room(alias).id } });
});
When(
  '{actor} reads the state {string} of {room}',
  async function (this: EccpWorld, who: string, type: string, alias: string) {
    this.judge(await getState(this, who, alias, type));
  },
);
When(
  '{actor} reads the state {string} with the key {string} of {room}',
  async function (this: EccpWorld, who: string, type: string, key: string, alias: string) {
    this.judge(await getState(this, who, alias, type, await fill(this, key)));
  },
);

// Then the state "eccp.room.name" of the room contains, as Bob sees it:   (doc string: a subset of the content)
Then(
  'the state {string} of {room} contains, as {actor} sees it:',
  async function (this: EccpWorld, type: string, alias: string, who: string, expected: string) {
    contains(this.succeeded(await getState(this, who, alias, type)), await fillJson(this, expected));
  },
);
Then(
  'the state {string} with the key {string} of {room} contains, as {actor} sees it:',
  async function (this: EccpWorld, type: string, key: string, alias: string, who: string, expected: string) {
    contains(
      this.succeeded(await getState(this, who, alias, type, await fill(this, key))),
      await fillJson(this, expected),
    );
  },
);

// Then the room has no state "eccp.room.topic", as Bob sees it
Then(
  '{room} has no state {string}, as {actor} sees it',
  async function (this: EccpWorld, alias: string, type: string, who: string) {
    const answer = await getState(this, who, alias, type);
    expectEqual(answer.status, 404, `the status of reading the state ${type}`);
  },
);

function contains(answer: Answer, expected: Json): void {
  const content = isObject(answer.body.content) ? answer.body.content : {};
  const difference = firstDifference(content, expected);
  if (difference) throw new ConformanceFailure(`a content with ${show(expected)}`, `${difference} in ${show(content)}`);
}
