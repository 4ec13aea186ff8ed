import { type DataTable, Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../../answer.ts';
import { fill, fillJson } from '../../fill.ts';
import { ConformanceFailure, expectEqual, expectThat } from '../../outcome.ts';
import { type Json, lookUp, show } from '../../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../../wire/types.ts';
import type { EccpWorld } from '../../world.ts';

/** Sends an event; its id is kept under `text`. */
export async function sendEvent(
  world: EccpWorld,
  who: string,
  alias: string,
  type: string,
  content: Json,
  text: string,
  txnId = world.unique(),
): Promise<Answer> {
  const params = { roomId: world.room(alias).id, eventType: type, txnId };
  const answer = await world.call(who, 'sendEventWithTxn', { params, body: content });
  if (answer.ok) world.events.set(text, String(answer.body.event_id));
  return answer;
}

/**
 * The events of a room that an actor may read, oldest first, page by page.
 * @param from the place to start after; absent, the beginning of the log.
 */
export async function readLog(world: EccpWorld, who: string, alias: string, from?: number): Promise<SequencedEvent[]> {
  const events: SequencedEvent[] = [];
  let next: Json | undefined = from;
  do {
    const query: Record<string, string | number> = {
      dir: 'f',
      limit: 100,
      ...(typeof next === 'number' ? { from: next } : {}),
    };
    const page = await world.read(who, 'listMessages', { params: { roomId: world.room(alias).id }, query });
    events.push(...eventsOf(page.events));
    if (page.next === next && next !== undefined)
      throw new ConformanceFailure('next to move on from page to page', show(page.next));
    next = page.next;
  } while (next !== undefined);
  return events;
}

// When Bob sends "hello" to the room   (a message; "hello" then names the event)
When('{actor} sends {string} to {room}', async function (this: EccpWorld, who: string, body: string, alias: string) {
  await sendEvent(this, who, alias, 'eccp.room.message', { body }, body);
});

// When Bob sends "hello" to the room with the transaction id "t1"
When(
  '{actor} sends {string} to {room} with the transaction id {string}',
  async function (this: EccpWorld, who: string, body: string, alias: string, txnId: string) {
    await sendEvent(this, who, alias, 'eccp.room.message', { body }, body, txnId);
  },
);

// Given Alice sends 30 messages to the room   (named "message 1" … "message 30")
Given(
  '{actor} sends {int} messages to {room}',
  async function (this: EccpWorld, who: string, count: number, alias: string) {
    for (let i = 1; i <= count; i++) {
      const body = `message ${i}`;
      await sendEvent(this, who, alias, 'eccp.room.message', { body }, body);
    }
  },
);

// When Bob sends the event "org.example.poll" to the room:   (doc string: the content; the type names the event)
When(
  '{actor} sends the event {string} to {room}:',
  async function (this: EccpWorld, who: string, type: string, alias: string, content: string) {
    await sendEvent(this, who, alias, type, await fillJson(this, content), type);
  },
);

// When Alice redacts "hello" in the room · … because "off topic"
When('{actor} redacts {string} in {room}', async function (this: EccpWorld, who: string, text: string, alias: string) {
  await redact(this, who, text, alias, {});
});
When(
  '{actor} redacts {string} in {room} because {string}',
  async function (this: EccpWorld, who: string, text: string, alias: string, reason: string) {
    await redact(this, who, text, alias, { reason });
  },
);

// When Bob reads the event "hello" of the room
When(
  '{actor} reads the event {string} of {room}',
  async function (this: EccpWorld, who: string, text: string, alias: string) {
    await this.call(who, 'getEvent', { params: { roomId: this.room(alias).id, eventId: this.event(text) } });
  },
);

// When Bob reads the messages of the room · … with:   (table of query parameters, such as | dir | f |)
When('{actor} reads the messages of {room}', async function (this: EccpWorld, who: string, alias: string) {
  await this.call(who, 'listMessages', { params: { roomId: this.room(alias).id } });
});
When(
  '{actor} reads the messages of {room} with:',
  async function (this: EccpWorld, who: string, alias: string, table: DataTable) {
    const query: Record<string, string> = {};
    for (const [key = '', value = ''] of table.raw()) query[key] = await fill(this, value);
    await this.call(who, 'listMessages', { params: { roomId: this.room(alias).id }, query });
  },
);

// Then Bob can read "hello" in the room · Then Bob cannot read "hello" in the room   (as content, in the whole readable log)
Then('{actor} can read {string} in {room}', async function (this: EccpWorld, who: string, text: string, alias: string) {
  const found = await find(this, who, text, alias);
  expectThat(
    found?.content !== undefined,
    `${who} to read the content of "${text}"`,
    found ? 'the event without content' : 'no such event',
  );
});
Then(
  '{actor} cannot read {string} in {room}',
  async function (this: EccpWorld, who: string, text: string, alias: string) {
    const found = await find(this, who, text, alias);
    expectThat(
      found?.content === undefined,
      `"${text}" to stay hidden from ${who}`,
      `its content: ${show(found?.content)}`,
    );
  },
);

// Then "hello" is redacted in the room, as Bob sees it
Then(
  '{string} is redacted in {room}, as {actor} sees it',
  async function (this: EccpWorld, text: string, alias: string, who: string) {
    const found = await find(this, who, text, alias);
    expectThat(found !== undefined, `the headers of "${text}" to stay in the log`, 'no such event');
    expectEqual(found.content, undefined, 'the content after the redaction');
    expectEqual(found.nonce, undefined, 'the nonce after the redaction');
    expectThat(found.redacted_by !== undefined, 'redacted_by to name the redaction', 'nothing');
  },
);

// Then the answer lists the messages:   (table of one column: bodies, in order; other events are left out)
Then('the answer lists the messages:', function (this: EccpWorld, table: DataTable) {
  const actual = bodies(eventsOf(this.answer.body.events));
  expectEqual(actual.join(' · '), table.raw().flat().join(' · '), 'the messages of the page');
});

/** The bodies of the messages among events. */
export function bodies(events: SequencedEvent[]): string[] {
  return events
    .filter(({ event }) => event.type === 'eccp.room.message')
    .map(({ content }) => String(lookUp(content, 'body') ?? '(no content)'));
}

async function find(world: EccpWorld, who: string, text: string, alias: string): Promise<SequencedEvent | undefined> {
  const id = world.event(text);
  return (await readLog(world, who, alias)).find((event) => event.event_id === id);
}

async function redact(
  world: EccpWorld,
  who: string,
  text: string,
  alias: string,
  body: Record<string, string>,
): Promise<void> {
  const answer = await world.call(who, 'redactEvent', {
    params: { roomId: world.room(alias).id, eventId: world.event(text) },
    body,
  });
  if (answer.ok) world.events.set(`the redaction of ${text}`, String(answer.body.event_id));
}
