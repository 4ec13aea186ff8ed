// Transactions with several items, and what a transaction as a whole is answered (section 16.1).
import { type DataTable, Then, When } from '@cucumber/cucumber';
import { fillJson } from '../fill.ts';
import { homeOf, noteHead } from '../guests.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { faultyItem } from '../peer/event-faults.ts';
import { originEvent } from '../peer/events.ts';
import type { Origin } from '../peer/room.ts';
import { isObject, type Json, type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { readLog } from './base/messages.ts';
import { madeFor } from './federation-submissions.ts';

// When the peer sends the transaction:   (doc string: JSON, as it stands)
When('{peer} sends the transaction:', async function (this: EccpWorld, alias: string, text: string) {
  const peer = await this.peer(alias);
  const body: Json = await fillJson(this, text);
  this.judge(await peer.send('POST', '/_eccp/federation/v1/transactions', body));
});

// When the peer sends a transaction with 20 submissions, 20 entries and 11 invites   (that are nothing but ids)
When(
  '{peer} sends a transaction with {int} submissions, {int} entries and {int} invites',
  async function (this: EccpWorld, alias: string, one: number, two: number, three: number) {
    const items = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ event_id: `$${String(i).padStart(42, 'A')}A` }));
    const transaction = { submissions: items(one), entries: items(two), invites: items(three) };
    this.judge(await (await this.peer(alias)).transact(transaction));
  },
);

// When Pat's node submits to the room, in one transaction:   (table: `the message "x"`, or `an event with "a fault"` of peer/event-faults.ts)
When(
  "{guest}'s node submits to {room}, in one transaction:",
  async function (this: EccpWorld, guest: string, alias: string, table: DataTable) {
    const peer = await homeOf(this, guest);
    const [{ id }, user] = [this.room(alias), await this.userId(guest)];
    const items = table
      .raw()
      .flat()
      .map((line): { room_id: string; origin: Origin } => {
        const [, what = '', words = ''] = /^(the message|an event with) "([^"]+)"$/.exec(line) ?? [];
        if (what === 'an event with') return faultyItem(words, peer, id, user);
        if (what !== 'the message') throw new HarnessError(`no item is called ${line}`);
        const draft = { type: 'eccp.room.message', sender: user, content: { body: words } };
        const origin = originEvent(peer.identity, peer.room(id), draft);
        this.events.set(words, origin.event_id);
        return { room_id: id, origin };
      });
    await noteHead(this, alias);
    const submissions = items.map(({ room_id, origin }) => ({ room_id, ...origin }));
    this.judge(await peer.transact({ submissions }));
  },
);

// When Pat's node submits 50 messages to the room in one transaction
When(
  "{guest}'s node submits {int} messages to {room} in one transaction",
  async function (this: EccpWorld, guest: string, count: number, alias: string) {
    const peer = await homeOf(this, guest);
    const [{ id }, user] = [this.room(alias), await this.userId(guest)];
    const draft = { type: 'eccp.room.message', sender: user, content: { body: 'x' } };
    await noteHead(this, alias);
    const submissions = Array.from({ length: count }, () => ({
      room_id: id,
      ...originEvent(peer.identity, peer.room(id), draft),
    }));
    this.judge(await peer.transact({ submissions }));
  },
);

// When Pat's node submits "hello" 5 times in one transaction · … 8 times at once   (made before)
When(
  "{guest}'s node submits {string} {int} times in one transaction",
  async function (this: EccpWorld, guest: string, text: string, times: number) {
    const { roomId, origin } = madeFor(this, text);
    this.events.set(text, origin.event_id);
    const submissions = Array.from({ length: times }, () => ({ room_id: roomId, ...origin }));
    this.judge(await (await homeOf(this, guest)).transact({ submissions }));
  },
);
When(
  "{guest}'s node submits {string} {int} times at once",
  async function (this: EccpWorld, guest: string, text: string, times: number) {
    const { roomId, origin } = madeFor(this, text);
    this.events.set(text, origin.event_id);
    const peer = await homeOf(this, guest);
    const once = () => peer.transact({ submissions: [{ room_id: roomId, ...origin }] });
    for (const answer of await Promise.all(Array.from({ length: times }, once))) this.judge(answer);
  },
);

// Then the results are:   (table of one column: the status, or the errcode; of the submissions of the last When)
Then('the results are:', function (this: EccpWorld, table: DataTable) {
  const actual = resultsOf(this.answer.json).map(({ status, errcode }) => String(status ?? errcode));
  expectEqual(actual.join(', '), table.raw().flat().join(', '), 'the results');
});

// Then the results are all "sequenced", each with the next place
Then('the results are all {string}, each with the next place', function (this: EccpWorld, status: string) {
  const results = resultsOf(this.answer.json);
  const [first] = results;
  for (const [index, result] of results.entries()) {
    expectEqual(result.status, status, `the status of item ${index}`);
    expectEqual(result.seq, Number(first?.seq) + index, `the place of item ${index}`);
  }
  expectThat(results.length > 1, 'several results', show(results));
});

// Then the results are all the same, and "sequenced"   (of all submissions of all When steps)
Then('the results are all the same, and {string}', function (this: EccpWorld, status: string) {
  const results = this.answers.flatMap(({ json }) => resultsOf(json));
  expectThat(results.length > 1, 'several results', show(results));
  for (const result of results) expectEqual(show(result), show(results[0]), 'each result');
  expectEqual(results[0]?.status, status, 'the status');
});

// Then "one", "two" and "three" follow each other in the room, as Alice sees it
Then(
  /^((?:"[^"]+"(?:, | and )?)+) follow each other in the room, as (\w+) sees it$/,
  async function (this: EccpWorld, texts: string, who: string) {
    const ids = [...texts.matchAll(/"([^"]+)"/g)].map(([, text = '']) => this.event(text));
    const log = await readLog(this, who, 'room');
    const places = ids.map((id) => log.find(({ event_id }) => event_id === id)?.entry.seq);
    const [first = Number.NaN] = places;
    expectEqual(places.join(', '), ids.map((_, index) => first + index).join(', '), 'their places');
  },
);

// When Pat's node tells that Bob types in the room
When(
  "{guest}'s node tells that {actor} types in {room}",
  async function (this: EccpWorld, guest: string, who: string, alias: string) {
    const item = { kind: 'typing', room_id: this.room(alias).id, user_id: await this.userId(who), typing: true };
    this.judge(await (await homeOf(this, guest)).transact({ ephemeral: [item] }));
  },
);

function resultsOf(json: Json | undefined): JsonObject[] {
  const results = lookUp(json, 'submissions');
  return (Array.isArray(results) ? results : []).filter(isObject);
}
