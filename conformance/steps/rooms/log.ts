import { type DataTable, Given, Then } from '@cucumber/cucumber';
import { fill } from '../../fill.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../../outcome.ts';
import { hashJson } from '../../wire/hash.ts';
import { isObject, type Json, show } from '../../wire/json.ts';
import { eventsOf } from '../../wire/types.ts';
import type { EccpWorld } from '../../world.ts';
import { wholeLog } from '../base/log.ts';
import { readLog } from '../base/messages.ts';

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

/** A membership event may bring key documents along. */
function withoutKeys(content: Json | undefined): Json | undefined {
  if (!isObject(content)) return content;
  return Object.fromEntries(Object.entries(content).filter(([member]) => member !== 'node_keys'));
}

function sorted(value: Json | undefined): string {
  return hashJson('comparison', value ?? null);
}

// Then the room "next" names the end of the room as its predecessor, as Alice sees it
Then(
  '{room} names the end of {room} as its predecessor, as {actor} sees it',
  async function (this: EccpWorld, next: string, before: string, who: string) {
    const last = (await readLog(this, who, before)).at(-1);
    const params = { roomId: this.room(next).id, eventType: 'eccp.room.create' };
    const { content } = await this.read(who, 'getStateEvent', { params });
    const named = isObject(content) && isObject(content.predecessor) ? content.predecessor : {};
    expectEqual(named.room_id, this.room(before).id, 'room_id of the predecessor');
    expectEqual(named.seq, last?.entry.seq, 'seq of the predecessor');
    expectEqual(named.hash, last && hashJson('eccp.entry.v1', last.entry), 'hash of the predecessor');
  },
);
