import { type DataTable, Then, When } from '@cucumber/cucumber';
import { fill } from '../../fill.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../../outcome.ts';
import { canonical } from '../../wire/canonical.ts';
import { isObject, type Json, type JsonObject, lookUp, show } from '../../wire/json.ts';
import { eventsOf } from '../../wire/types.ts';
import type { EccpWorld } from '../../world.ts';
import { bodies } from '../base/messages.ts';
import { syncOnce, viewOf } from '../base/sync.ts';

const HEADINGS = ['joined', 'invited', 'knocked', 'left'];

// Then nothing is new to Alice's sync   (from where she stands; every section is empty)
Then("nothing is new to {actor}'s sync", async function (this: EccpWorld, who: string) {
  const session = await this.actor(who);
  if (session.since === undefined) throw new HarnessError(`${who} has not synced before`);
  expectNothing(this.succeeded(await syncOnce(this, who)).body);
});

// Then the answer has nothing new   (about the last When, a sync)
Then('the answer has nothing new', function (this: EccpWorld) {
  expectNothing(this.succeeded(this.answer).body);
});

// Then the answer lists the room under "left" and nowhere else · Then the answer lists the room nowhere
Then(
  'the answer lists {room} under {string} and nowhere else',
  function (this: EccpWorld, alias: string, heading: string) {
    expectEqual(headings(this, alias).join(', '), heading, 'where the room stands');
  },
);
Then('the answer lists {room} nowhere', function (this: EccpWorld, alias: string) {
  expectEqual(headings(this, alias).join(', '), '', 'where the room stands');
});

// Then the answer shows in the room the messages:   (table of bodies, in order; of its timeline, under joined or left)
Then('the answer shows in {room} the messages:', function (this: EccpWorld, alias: string, table: DataTable) {
  const actual = bodies(eventsOf(lookUp(sectionOf(this, alias), 'timeline.events')));
  expectEqual(actual.join(' · '), table.raw().flat().join(' · '), 'the messages of the timeline');
});

// Then the answer shows in the room the events:   (table of the names of events, in order: all of its timeline)
Then('the answer shows in {room} the events:', function (this: EccpWorld, alias: string, table: DataTable) {
  const names = new Map([...this.events].map(([text, id]) => [id, text]));
  const events = eventsOf(lookUp(sectionOf(this, alias), 'timeline.events'));
  const actual = events.map(({ event_id, event }) => names.get(event_id) ?? `another ${event.type}`);
  expectEqual(actual.join(' · '), table.raw().flat().join(' · '), 'the events of the timeline');
});

// Then the answer shows in the room the state:   (table: type, state key; in any order, filled; no other)
Then('the answer shows in {room} the state:', async function (this: EccpWorld, alias: string, table: DataTable) {
  const expected: string[] = [];
  for (const row of table.raw()) expected.push((await fill(this, row.join(' '))).trim());
  const state = eventsOf(lookUp(sectionOf(this, alias), 'state'));
  const actual = state.map(({ event }) => `${event.type} ${event.state_key ?? '(none)'}`.trim());
  expectEqual(actual.sort().join(', '), expected.sort().join(', '), 'the state that came along');
});
Then('the answer shows in {room} no state', function (this: EccpWorld, alias: string) {
  const state = eventsOf(lookUp(sectionOf(this, alias), 'state'));
  expectEqual(state.map(({ event }) => event.type).join(', '), '', 'the state that came along');
});

// Then the timeline of the room is limited · Then the timeline of the room is not limited   (in the last answer)
Then(/^the timeline of the room is (not )?limited$/, function (this: EccpWorld, not: string | null) {
  const timeline = lookUp(sectionOf(this, 'room'), 'timeline');
  expectEqual(lookUp(timeline, 'limited'), not === null, 'limited');
  expectEqual(typeof lookUp(timeline, 'before') === 'number', not === null, 'whether there is a place before');
});

// When Bob goes back from there in the room, 3 events a page   (listMessages from the `before` of the last answer, one page)
When(
  '{actor} goes back in {room} from where the timeline begins',
  async function (this: EccpWorld, who: string, alias: string) {
    const before = lookUp(sectionOf(this, alias), 'timeline.before');
    if (typeof before !== 'number') throw new ConformanceFailure('the timeline to give a place before', show(before));
    await this.call(who, 'listMessages', {
      params: { roomId: this.room(alias).id },
      query: { from: before, dir: 'b' },
    });
  },
);

function expectNothing(body: JsonObject): void {
  for (const heading of HEADINGS)
    expectEqual(Object.keys(asObject(lookUp(body.rooms, heading))).join(', '), '', `the rooms under ${heading}`);
  for (const list of ['account_data', 'rejected']) expectEqual(show(body[list]), '[]', list);
}

function headings(world: EccpWorld, alias: string): string[] {
  const { json } = world.succeeded(world.answer);
  return HEADINGS.filter((heading) => Object.hasOwn(asObject(lookUp(json, `rooms.${heading}`)), world.room(alias).id));
}

/** What the last answer, a sync, says of a room, under whichever heading. */
function sectionOf(world: EccpWorld, alias: string): Json {
  const { json } = world.succeeded(world.answer);
  const [heading] = headings(world, alias);
  const section = lookUp(json, `rooms.${heading ?? ''}[${world.room(alias).id}]`);
  if (section === undefined) throw new ConformanceFailure(`something of the room in the sync`, show(json));
  return section;
}

function asObject(value: Json | undefined): { [member: string]: Json } {
  return isObject(value) ? value : {};
}

// Then Bob's sync has shown nothing at all   (since he synced)
Then("{actor}'s sync has shown nothing at all", function (this: EccpWorld, who: string) {
  const { answers } = viewOf(this, who);
  expectThat(answers.length > 0, `a sync of ${who}`, 'none');
  for (const answer of answers) expectNothing(answer);
});

// Then the rooms in the answer are:   (table: heading, alias; every room under every heading)
Then('the rooms in the answer are:', function (this: EccpWorld, table: DataTable) {
  const { json } = this.succeeded(this.answer);
  const aliases = new Map([...this.rooms].map(([alias, { id }]) => [id, alias]));
  const actual = HEADINGS.flatMap((heading) =>
    Object.keys(asObject(lookUp(json, `rooms.${heading}`))).map((id) => `${heading} ${aliases.get(id) ?? id}`),
  );
  const expected = table.raw().map((row) => row.join(' '));
  expectEqual(actual.sort().join(', '), expected.sort().join(', '), 'the rooms');
});

// Then the account data in the answer is:   (table: type, content as JSON; in any order, no other)
Then('the account data in the answer is:', function (this: EccpWorld, table: DataTable) {
  const { account_data } = this.succeeded(this.answer).body;
  const actual = (Array.isArray(account_data) ? account_data : []).map((item) => canonical(item));
  const expected = table
    .raw()
    .map(([type = '', content = '']) => canonical({ type, content: JSON.parse(content) as Json }));
  expectEqual(actual.sort().join(' '), expected.sort().join(' '), 'account_data');
});

// Then the answer mentions "x" somewhere
Then('the answer mentions {string} somewhere', async function (this: EccpWorld, text: string) {
  const filled = await fill(this, text);
  expectThat(this.answer.text.includes(filled), `an answer with ${JSON.stringify(text)}`, this.answer.text);
});

// Then the time "rooms.joined[…].receipts.0.ts" in the answer is of this minute   (milliseconds since 1970, by the suite's clock)
Then('the time {string} in the answer is of this minute', async function (this: EccpWorld, path: string) {
  const time = lookUp(this.answer.json, await fill(this, path));
  const near = typeof time === 'number' && Math.abs(time - Date.now()) < 60_000;
  expectThat(near, `${path} to be within a minute of ${Date.now()}`, show(time));
});
