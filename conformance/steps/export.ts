// What the export of an account lists.
import { type DataTable, Then } from '@cucumber/cucumber';
import { expectEqual } from '../outcome.ts';
import { isObject } from '../wire/json.ts';
import { eventsOf } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';

// Then the rooms of the export are:   (table: room, membership; in any order, no other)
Then('the rooms of the export are:', function (this: EccpWorld, table: DataTable) {
  const aliases = new Map([...this.rooms].map(([alias, { id }]) => [id, alias]));
  const { rooms } = this.succeeded(this.answer).body;
  const actual = (Array.isArray(rooms) ? rooms : [])
    .filter(isObject)
    .map(({ room_id, membership }) => `${aliases.get(String(room_id)) ?? String(room_id)}: ${String(membership)}`);
  const expected = table.raw().map(([alias = '', membership = '']) => `${alias}: ${membership}`);
  expectEqual(actual.sort().join(', '), expected.sort().join(', '), 'the rooms of the export');
});

// Then the events of the export are ordered by room id and place in the log
Then('the events of the export are ordered by room id and place in the log', function (this: EccpWorld) {
  const places = eventsOf(this.succeeded(this.answer).body.events).map(({ entry }) => entry);
  const ordered = places.toSorted((a, b) => (a.room_id === b.room_id ? a.seq - b.seq : a.room_id < b.room_id ? -1 : 1));
  const line = (entries: typeof places) => entries.map(({ room_id, seq }) => `${room_id} ${seq}`).join('\n');
  expectEqual(line(places), line(ordered), 'the order of the events');
});
