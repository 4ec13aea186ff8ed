import { type DataTable, Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { isObject, type JsonObject, lookUp } from '../wire/json.ts';
import { eventsOf } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { memberOf } from './base/members.ts';
import { readLog } from './base/messages.ts';
import { putState } from './base/state.ts';

const SETTING = 'eccp.room.history_visibility';

/** One entry of the log, and whether the reader is to be given it. */
interface Expected {
  name: string;
  id: string;
  readable: boolean;
}

// When Alice makes the history of the room "shared"   (the event is then called: the change)
When(
  '{actor} makes the history of {room} {string}',
  async function (this: EccpWorld, who: string, alias: string, setting: string) {
    const answer = await putState(this, who, alias, SETTING, '', { content: { history_visibility: setting } });
    if (answer.ok) this.events.set('the change', String(answer.body.event_id));
  },
);

// Given this is called "Bob's first join"   (the event that the step before made, which a later one of its kind would hide)
Given('this is called {string}', function (this: EccpWorld, name: string) {
  const id = this.latest.body.event_id;
  if (typeof id !== 'string') throw new HarnessError('the last request made no event');
  this.events.set(name, id);
});

// Then Bob can read of the room:   (table with a heading: entry, yes or -; every entry of the log stands in it)
// Then Bob can read of the room, by "shared":   (table with one column for each case; the one of that heading counts)
//   The entries are told by name, or by place: "0 to 4". Checked by listMessages both ways, by getEvent of each, and by sync.
Then('{actor} can read of {room}:', async function (this: EccpWorld, who: string, alias: string, table: DataTable) {
  await checkReader(this, who, alias, await expectedOf(this, alias, table, 1));
});
Then(
  '{actor} can read of {room}, by {string}:',
  async function (this: EccpWorld, who: string, alias: string, setting: string, table: DataTable) {
    const column = table.raw()[0]?.indexOf(setting) ?? -1;
    if (column < 1) throw new HarnessError(`the table has no column "${setting}"`);
    await checkReader(this, who, alias, await expectedOf(this, alias, table, column));
  },
);

// Then Bob is given nothing of the history of the room   (by no operation)
Then('{actor} is given nothing of the history of {room}', async function (this: EccpWorld, who: string, alias: string) {
  const log = await readLog(this, this.room(alias).owner, alias);
  const nothing = log.map(({ event_id: id, entry }) => ({ id, name: `entry ${entry.seq}`, readable: false }));
  await checkReader(this, who, alias, nothing);
});

// Then Bob's syncs mention "secret" nowhere   (syncs once more; everything since his baseline, and a sync anew)
Then(
  "neither {actor}'s next sync nor a sync anew mentions {string}",
  async function (this: EccpWorld, who: string, text: string) {
    const { since } = await this.actor(who);
    if (since === undefined) throw new HarnessError(`${who} has not synced yet`);
    for (const query of [
      { timeout: 0, since },
      { timeout: 0, limit: 100 },
    ]) {
      const { text: body } = await this.must(who, 'sync', { query });
      expectThat(!body.includes(text), `${who}'s sync without "${text}"`, body);
    }
  },
);

/** Reads the table, and makes sure that it names every entry of the log once. */
async function expectedOf(world: EccpWorld, alias: string, table: DataTable, column: number): Promise<Expected[]> {
  const log = await readLog(world, world.room(alias).owner, alias);
  expectEqual(log[0]?.entry.seq, 0, 'the first entry that the creator reads');
  const cells = new Map<string, { name: string; readable: boolean }>();
  for (const row of table.raw().slice(1)) {
    const [name = '', cell = ''] = [row[0], row[column]];
    if (cell !== 'yes' && cell !== '-') throw new HarnessError(`neither yes nor - : "${cell}"`);
    const [, from, to] = /^(\d+) to (\d+)$/.exec(name) ?? [];
    const ids = from === undefined ? [world.event(name)] : placesIn(log, Number(from), Number(to));
    for (const id of ids) {
      if (cells.has(id)) throw new HarnessError(`the table names an entry twice: ${name}`);
      cells.set(id, { name, readable: cell === 'yes' });
    }
  }
  return log.map(({ event_id: id, event, entry }) => {
    const cell = cells.get(id);
    if (!cell) throw new HarnessError(`the table lacks entry ${entry.seq}, ${event.type} ${event.state_key ?? ''}`);
    return { id, ...cell };
  });
}

function placesIn(log: { event_id: string }[], from: number, to: number): string[] {
  return log.slice(from, to + 1).map(({ event_id: id }) => id);
}

/** Holds what a reader is given, in every way there is to ask, against what the reader may read. */
async function checkReader(world: EccpWorld, who: string, alias: string, entries: Expected[]): Promise<void> {
  const readable = entries.filter((entry) => entry.readable);
  const names = (ids: string[]) => ids.map((id) => entries.find((entry) => entry.id === id)?.name ?? id).join(' · ');
  const expected = names(readable.map(({ id }) => id));
  const params = { roomId: world.room(alias).id };
  if (readable.length === 0) {
    for (const dir of ['f', 'b']) {
      const answer = await world.peek(who, 'listMessages', { params, query: { dir } });
      expectThat([403, 404].includes(answer.status), `${who} to be refused listMessages`, brief(answer));
    }
  } else {
    const forward = (await readLog(world, who, alias)).map(({ event_id: id }) => id);
    expectEqual(names(forward), expected, `what listMessages gives ${who} going forward`);
    const back = await readBack(world, who, alias);
    expectEqual(names(back.reverse()), expected, `what listMessages gives ${who} going back, one by one`);
  }
  await checkEvents(world, who, alias, entries);
  const { body } = await world.must(who, 'sync', { query: { timeout: 0, limit: 100 } });
  const joined = lookUp(body, `rooms.joined[${params.roomId}]`);
  const own = await memberOf(world, world.room(alias).owner, who, alias);
  if (own?.membership === 'join') {
    const shown = eventsOf(lookUp(joined, 'timeline.events')).map(({ event_id: id }) => id);
    // What a timeline leaves out it says, and tells from where to go back: there everything else is to be found.
    const before = lookUp(joined, 'timeline.before');
    const limited = lookUp(joined, 'timeline.limited') === true && typeof before === 'number';
    const rest = limited ? (await readBack(world, who, alias, before)).reverse() : [];
    expectEqual(names([...rest, ...shown]), expected, `the timeline of ${who}'s first sync, and what it says to lack`);
    expectThat(shown.length > 0, 'something in that timeline', 'nothing');
  } else {
    expectThat(joined === undefined, `a sync of ${who} without the room under joined`, 'it stands there');
  }
  const shownAsHistory = withoutState(body, params.roomId);
  const leaked = entries.filter(({ id, readable: may }) => !may && shownAsHistory.includes(`"event_id":"${id}"`));
  expectThat(
    leaked.length === 0,
    `${who}'s sync without unreadable entries`,
    leaked.map(({ name }) => name).join(' · '),
  );
}

/** Each event by its id: what may not be read answers as what does not exist. */
async function checkEvents(world: EccpWorld, who: string, alias: string, entries: Expected[]): Promise<void> {
  const { id: roomId } = world.room(alias);
  const none = await world.peek(who, 'getEvent', { params: { roomId, eventId: `$${'A'.repeat(43)}` } });
  for (const { id, name, readable } of entries) {
    const answer = await world.peek(who, 'getEvent', { params: { roomId, eventId: id } });
    if (readable) expectEqual(world.succeeded(answer).body.event_id, id, `the event that getEvent gives for ${name}`);
    else expectEqual(brief(answer), brief(none), `getEvent of "${name}" by ${who}, as of an event that does not exist`);
  }
}

/** What a sync tells of a room apart from its state, and from what an invitation shows: text. */
function withoutState(body: JsonObject, roomId: string): string {
  const groups = ['joined', 'left'].map((group) => lookUp(body, `rooms.${group}[${roomId}]`));
  return JSON.stringify(groups.map((room) => (isObject(room) ? { ...room, state: [] } : null)));
}

async function readBack(world: EccpWorld, who: string, alias: string, start?: number): Promise<string[]> {
  const params = { roomId: world.room(alias).id };
  const ids: string[] = [];
  for (let from = start; ; ) {
    const query = { dir: 'b', limit: 1, ...(from === undefined ? {} : { from }) };
    const page = await world.read(who, 'listMessages', { params, query });
    ids.push(...eventsOf(page.events).map(({ event_id: id }) => id));
    if (typeof page.next !== 'number') return ids;
    expectThat(from === undefined || page.next < from, 'next to go back from page to page', String(page.next));
    from = page.next;
  }
}

function brief({ status, text }: Answer): string {
  return `${status} ${text}`;
}
