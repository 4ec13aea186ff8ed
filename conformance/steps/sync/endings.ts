import { type DataTable, Then } from '@cucumber/cucumber';
import { ConformanceFailure, expectEqual } from '../../outcome.ts';
import { lookUp, show } from '../../wire/json.ts';
import { eventsOf } from '../../wire/types.ts';
import type { EccpWorld } from '../../world.ts';

// Then the timeline of the room in the answer ends with:   (table of the names of events, in order; others may stand before them)
Then('the timeline of {room} in the answer ends with:', function (this: EccpWorld, alias: string, table: DataTable) {
  const { json } = this.succeeded(this.answer);
  const id = this.room(alias).id;
  const section = lookUp(json, `rooms.joined[${id}]`) ?? lookUp(json, `rooms.left[${id}]`);
  if (section === undefined) throw new ConformanceFailure('a timeline of the room in the sync', show(json));
  const names = new Map([...this.events].map(([text, eventId]) => [eventId, text]));
  const events = eventsOf(lookUp(section, 'timeline.events'));
  const expected = table.raw().flat();
  const actual = events
    .slice(-expected.length)
    .map(({ event_id, event }) => names.get(event_id) ?? `another ${event.type}`);
  expectEqual(actual.join(' · '), expected.join(' · '), 'the end of the timeline');
});
