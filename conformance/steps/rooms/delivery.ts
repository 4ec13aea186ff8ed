import { Then, When } from '@cucumber/cucumber';
import { ConformanceFailure, expectEqual, HarnessError } from '../../outcome.ts';
import { isObject, type Json, lookUp } from '../../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../../wire/types.ts';
import type { EccpWorld } from '../../world.ts';
import { readLog } from '../base/messages.ts';
import { readBack } from './reading.ts';

// When Alice, Bob and Carol each send 10 messages to the room at once
When(
  '{actors} each send {int} messages to {room} at once',
  async function (this: EccpWorld, names: string[], count: number, alias: string) {
    const sends = names.flatMap((who) => Array.from({ length: count }, (_, i) => ({ who, body: `${who} ${i}` })));
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.message' };
    const answers = await Promise.all(
      sends.map(({ who, body }) => this.peek(who, 'sendEvent', { params, body: { body } })),
    );
    const seqs: Json = {};
    for (const [i, answer] of answers.entries())
      seqs[sends[i]?.body ?? ''] = `${String(answer.body.seq)} ${String(answer.body.event_id)}`;
    this.saved.set('places', seqs);
  },
);

// Then all of them succeed, and each has a place of its own in the log of the room, as Bob reads it
Then(
  'all of them succeed, and each has a place of its own in the log of {room}, as {actor} reads it',
  async function (this: EccpWorld, alias: string, who: string) {
    const places = this.saved.get('places');
    if (!isObject(places)) throw new HarnessError('nobody has sent messages at once');
    const log = (await readLog(this, who, alias)).filter(({ event }) => event.type === 'eccp.room.message');
    const actual = log.map(
      ({ content, entry, event_id }) => `${String(lookUp(content, 'body'))}: ${entry.seq} ${event_id}`,
    );
    const expected = Object.entries(places).map(([body, place]) => `${body}: ${String(place)}`);
    expectEqual(actual.sort().join('\n'), expected.sort().join('\n'), 'the messages and their places');
  },
);

// Then wherever Alice reads in the room, "hello" has the transaction id "t1" · … has no transaction id
//   (listMessages both ways, getEvent, a sync from nothing)
Then(
  'wherever {actor} reads in {room}, {string} has the transaction id {string}',
  async function (this: EccpWorld, who: string, alias: string, text: string, txnId: string) {
    for (const [place, event] of await everywhere(this, who, alias, text))
      expectEqual(event.txn_id, txnId, `txn_id in ${place}`);
  },
);
Then(
  'wherever {actor} reads in {room}, {string} has no transaction id',
  async function (this: EccpWorld, who: string, alias: string, text: string) {
    for (const [place, event] of await everywhere(this, who, alias, text))
      expectEqual(event.txn_id, undefined, `txn_id in ${place}`);
  },
);

async function everywhere(
  world: EccpWorld,
  who: string,
  alias: string,
  text: string,
): Promise<[string, SequencedEvent][]> {
  const [roomId, eventId] = [world.room(alias).id, world.event(text)];
  const own = await world.must(who, 'getEvent', { params: { roomId, eventId } });
  const sync = await world.read(who, 'sync', { query: { timeout: 0, limit: 100 } });
  const lists: [string, SequencedEvent[]][] = [
    ['getEvent', eventsOf([own.body])],
    ['listMessages forward', await readLog(world, who, alias)],
    ['listMessages back', await readBack(world, who, alias)],
    ['sync', eventsOf(lookUp(sync, `rooms.joined[${roomId}].timeline.events`))],
  ];
  return lists.map(([place, events]) => {
    const found = events.find(({ event_id }) => event_id === eventId);
    if (!found) throw new ConformanceFailure(`"${text}" in ${place}`, 'no such event');
    return [place, found];
  });
}
