import { type DataTable, Given, Then, When } from '@cucumber/cucumber';
import { type Answer, name } from '../answer.ts';
import { fill } from '../fill.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { hashJson } from '../wire/hash.ts';
import { isObject, type Json, show } from '../wire/json.ts';
import { eventsOf } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { wholeLog } from './base/log.ts';
import { readLog } from './base/messages.ts';

/** Answers to requests that one step sent side by side, in the order of the requests. */
const races = new WeakMap<EccpWorld, Answer[]>();

/** Sends requests side by side; what comes back is judged by the Then steps alone. */
async function race(world: EccpWorld, requests: Promise<Answer>[]): Promise<void> {
  races.set(world, await Promise.all(requests));
}

// Given Alice has noted the end of the log of the room
// Then the log of the room has grown by 2 entries since, as Alice reads it
Given('{actor} has noted the end of the log of {room}', async function (this: EccpWorld, who: string, alias: string) {
  const log = await readLog(this, who, alias);
  this.saved.set(`end of ${alias}`, log.at(-1)?.entry.seq ?? -1);
});
Then(
  'the log of {room} has grown by {int} entry/entries since, as {actor} reads it',
  async function (this: EccpWorld, alias: string, count: number, who: string) {
    const end = this.saved.get(`end of ${alias}`);
    if (typeof end !== 'number') throw new HarnessError(`nobody has noted the end of the log of "${alias}"`);
    const news = (await readLog(this, who, alias, end)).map(({ event, entry }) => `${entry.seq} ${event.type}`);
    expectThat(news.length === count, `${count} new entries`, news.join(', ') || 'none');
  },
);

// Then the answer names Bob's join, sequenced at the end of the log of the room, as Alice reads it   (an event's name)
Then(
  'the answer says that {string} was sequenced at the end of the log of {room}, as {actor} reads it',
  async function (this: EccpWorld, event: string, alias: string, who: string) {
    const last = (await readLog(this, who, alias)).at(-1);
    expectEqual(last?.event_id, this.event(event), 'the last event of the log');
    const { event_id, status, seq } = this.answer.body;
    expectEqual(event_id, last?.event_id, 'event_id of the answer');
    expectEqual(status, 'sequenced', 'status of the answer');
    expectEqual(seq, last?.entry.seq, 'seq of the answer');
  },
);

// Then Alice reads "hello" in the room with:   (table: a member of the event, its value as JSON; content, sender, type, state_key)
Then(
  '{actor} finds {string} in the log of {room} with:',
  async function (this: EccpWorld, who: string, event: string, alias: string, table: DataTable) {
    const found = (await readLog(this, who, alias)).find(({ event_id }) => event_id === this.event(event));
    if (!found) throw new ConformanceFailure(`"${event}" in the log`, 'no such event');
    const members: Record<string, Json | undefined> = { ...found.event, content: withoutKeys(found.content) };
    for (const [member = '', value = ''] of table.raw()) {
      const expected = JSON.parse(await fill(this, value)) as Json;
      expectThat(
        sorted(members[member]) === sorted(expected),
        `${member} to be ${show(expected)}`,
        show(members[member]),
      );
    }
  },
);

// When Bob sends "hello" to the room without a transaction id · … with the idempotency key "k"   (sendEvent)
When(
  '{actor} sends {string} to {room} without a transaction id',
  async function (this: EccpWorld, who: string, body: string, alias: string) {
    await sendKeyed(this, who, body, alias, {});
  },
);
When(
  '{actor} sends {string} to {room} with the idempotency key {string}',
  async function (this: EccpWorld, who: string, body: string, alias: string, key: string) {
    await sendKeyed(this, who, body, alias, { 'Idempotency-Key': key });
  },
);

// When Bob sends "hello" to the room 8 times at once with the transaction id "t1"   (half of them as idempotency key)
When(
  '{actor} sends {string} to {room} {int} times at once with the transaction id {string}',
  async function (this: EccpWorld, who: string, body: string, alias: string, times: number, txnId: string) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.message', txnId };
    const options = { params, body: { body }, headers: { 'Idempotency-Key': txnId } };
    await this.actor(who);
    await race(
      this,
      Array.from({ length: times }, (_, i) => this.peek(who, i % 2 ? 'sendEvent' : 'sendEventWithTxn', options)),
    );
  },
);

// When Alice redacts "hello" in the room 4 times at once with the idempotency key "k"
When(
  '{actor} redacts {string} in {room} {int} times at once with the idempotency key {string}',
  async function (this: EccpWorld, who: string, text: string, alias: string, times: number, key: string) {
    const params = { roomId: this.room(alias).id, eventId: this.event(text) };
    const headers = { 'Idempotency-Key': key };
    await race(
      this,
      Array.from({ length: times }, () => this.peek(who, 'redactEvent', { params, body: {}, headers })),
    );
  },
);

// When Alice redacts "hello" in the room with the idempotency key "k"
When(
  '{actor} redacts {string} in {room} with the idempotency key {string}',
  async function (this: EccpWorld, who: string, text: string, alias: string, key: string) {
    const params = { roomId: this.room(alias).id, eventId: this.event(text) };
    const answer = await this.call(who, 'redactEvent', { params, body: {}, headers: { 'Idempotency-Key': key } });
    if (answer.ok) this.events.set(`the redaction of ${text}`, String(answer.body.event_id));
  },
);

// When Alice names the room 5 times at once, each time instead of "eccp.room.name"
When(
  '{actor} names {room} {int} times at once, each time instead of {string}',
  async function (this: EccpWorld, who: string, alias: string, times: number, old: string) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.name' };
    const replaces = this.event(old);
    await race(
      this,
      Array.from({ length: times }, (_, i) =>
        this.peek(who, 'putState', { params, body: { content: { name: `name ${i}` }, replaces } }),
      ),
    );
  },
);

// When Alice opens a direct room with Bob 4 times at once
When(
  '{actor} opens a direct room with {actor} {int} times at once',
  async function (this: EccpWorld, who: string, whom: string, times: number) {
    await this.actor(who);
    const body = { direct: true, invite: [await this.userId(whom)] };
    await race(
      this,
      Array.from({ length: times }, () => this.peek(who, 'createRoom', { body })),
    );
  },
);

// Then all of them get the same answer
Then('all of them get the same answer', function (this: EccpWorld) {
  const answers = raced(this).map((answer) => this.succeeded(answer).text);
  expectEqual([...new Set(answers)].join(' and '), answers[0], 'the answers');
});

// Then one of them succeeds and the others are refused with ECCP_STATE_CONFLICT, which names the event of the winner
Then(
  'one of them succeeds and the others are refused with ECCP_STATE_CONFLICT, naming what the first one put',
  function (this: EccpWorld) {
    const answers = raced(this);
    const winners = answers.filter(({ ok }) => ok);
    expectEqual(winners.length, 1, 'how many of them succeed');
    for (const answer of answers.filter(({ ok }) => !ok)) {
      expectEqual(answer.body.errcode, 'ECCP_STATE_CONFLICT', `errcode of ${name(answer)}`);
      expectEqual(answer.body.current, winners[0]?.body.event_id, `current of ${name(answer)}`);
    }
  },
);

// Then all of them answer with the same room, and one of them with the status 201
Then('all of them answer with the same room, which one of them made', function (this: EccpWorld) {
  const answers = raced(this).map((answer) => this.succeeded(answer));
  expectEqual(new Set(answers.map(({ body }) => body.room_id)).size, 1, 'how many rooms there are');
  const statuses = answers.map(({ status }) => status).sort();
  expectEqual(statuses.join(' '), [...statuses.slice(1).fill(200), 201].join(' '), 'the statuses');
});

// Then Bob sees as the head of the room the entry of "hello", as Alice reads it   (an event's name, or "the creation"; Alice made the room)
Then(
  '{actor} sees as the head of {room} the entry of {string}, as {actor} reads it',
  async function (this: EccpWorld, who: string, alias: string, event: string, reader: string) {
    const log = await wholeLog(this, reader, alias);
    const id = event === 'the creation' ? log[0]?.event_id : this.event(event);
    const entry = log.find(({ event_id }) => event_id === id)?.entry;
    if (!entry) throw new HarnessError(`${reader} does not read "${event}"`);
    const { head } = await this.read(who, 'getRoom', { params: { roomId: this.room(alias).id } });
    const seen = isObject(head) ? head : {};
    expectEqual(seen.seq, entry.seq, 'seq of the head');
    expectEqual(seen.hash, hashJson('eccp.entry.v1', entry), 'hash of the head');
  },
);

// Then the answer lists the members:   (table: user, membership, power; every row and no other; filled)
Then('the answer lists the members:', async function (this: EccpWorld, table: DataTable) {
  const members = Array.isArray(this.answer.body.members) ? this.answer.body.members : [];
  const actual = members
    .filter(isObject)
    .map(({ user_id, membership, power }) => `${String(user_id)} ${String(membership)} ${String(power)}`);
  const expected = [];
  for (const row of table.raw()) expected.push(await fill(this, row.join(' ')));
  expectEqual(actual.sort().join(', '), expected.sort().join(', '), 'the members');
});

// Then the answer's state is, in this order:   (table: type, state key; every event and no other; filled) · … in any order:
Then(
  /^the answer's state is, in (this|any) order:$/,
  async function (this: EccpWorld, order: string, table: DataTable) {
    const expected: string[] = [];
    for (const row of table.raw()) expected.push((await fill(this, row.join(' '))).trim());
    const actual = eventsOf(this.answer.body.events).map(({ event }) =>
      `${event.type} ${event.state_key ?? '?'}`.trim(),
    );
    const lists = order === 'this' ? [actual, expected] : [actual.sort(), expected.sort()];
    expectEqual(lists[0]?.join(', '), lists[1]?.join(', '), 'the state');
  },
);

function raced(world: EccpWorld): Answer[] {
  const answers = races.get(world);
  if (!answers) throw new HarnessError('no step has sent requests side by side');
  return answers;
}

async function sendKeyed(
  world: EccpWorld,
  who: string,
  body: string,
  alias: string,
  headers: Record<string, string>,
): Promise<void> {
  const params = { roomId: world.room(alias).id, eventType: 'eccp.room.message' };
  const answer = await world.call(who, 'sendEvent', { params, body: { body }, headers });
  if (answer.ok) world.events.set(body, String(answer.body.event_id));
}

/** A membership event may bring key documents along. */
function withoutKeys(content: Json | undefined): Json | undefined {
  if (!isObject(content)) return content;
  return Object.fromEntries(Object.entries(content).filter(([member]) => member !== 'node_keys'));
}

function sorted(value: Json | undefined): string {
  return hashJson('comparison', value ?? null);
}
