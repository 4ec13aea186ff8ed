import { Then } from '@cucumber/cucumber';
import { ConformanceFailure, expectEqual, expectThat } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import { isObject, type Json, type JsonObject, show } from '../wire/json.ts';
import { AUTH_TYPES } from '../wire/log-form.ts';
import { eventsOf, type SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';

// Then Bob and Carol's invitation are given the events of the room alike   (what Carol's sync shows under invited)
Then(
  "{actor} and {actor}'s invitation are given the events of {room} alike",
  async function (this: EccpWorld, member: string, invited: string, alias: string) {
    const roomId = this.room(alias).id;
    const shown = eventsIn(roomIn(await this.read(invited, 'sync', { query: { timeout: 0 } }), roomId));
    const state = eventsIn(await this.read(member, 'getState', { params: { roomId } }));
    expectThat(shown.length > 1, `an invitation with state in ${invited}'s sync`, `${shown.length} events`);
    for (const item of shown) {
      const other = state.find(({ event_id }) => event_id === item.event_id);
      expectEqual(canonical(item), other && canonical(other), `${item.event.type} in the invitation`);
    }
  },
);

// Then Alice, Bob and Carol are given each event of the room the same in every answer   (events, entries, signatures; contents where they stand)
Then(
  '{actors} are given each event of {room} the same in every answer',
  async function (this: EccpWorld, names: string[], alias: string) {
    const known = new Map<string, [string, string]>();
    for (const { where, item } of await copies(this, names, alias)) {
      const { event_id, event, signature, entry, entry_signature } = item;
      const form = canonical({ event_id, event, signature, entry, entry_signature });
      const [place, first] = known.get(event_id) ?? [where, form];
      known.set(event_id, [place, first]);
      expectThat(form === first, `in ${where} what stands in ${place}: ${first}`, form);
    }
  },
);

// Then Alice and Bob are given the content of every event that makes up the room in every answer   (types whose content the fold reads)
Then(
  '{actors} are given content and nonce of every event that makes up {room} in every answer',
  async function (this: EccpWorld, names: string[], alias: string) {
    const contents = new Map<string, string>();
    for (const { where, item } of await copies(this, names, alias)) {
      if (!AUTH_TYPES.includes(item.event.type)) continue;
      const { content, nonce, event, event_id } = item;
      expectThat(content !== undefined && nonce !== undefined, `content and nonce in ${where}`, show(event));
      const form = canonical({ content, nonce });
      expectEqual(form, contents.get(event_id) ?? form, `the content of ${event.type} in ${where}`);
      contents.set(event_id, form);
    }
  },
);

// Then Alice and Bob are given "hello" without content in every answer about the room, redacted by "the redaction of hello"
Then(
  '{actors} are given {string} without content in every answer about {room}, redacted by {string}',
  async function (this: EccpWorld, names: string[], text: string, alias: string, redaction: string) {
    const found = (await copies(this, names, alias)).filter(({ item }) => item.event_id === this.event(text));
    for (const name of names)
      if (!found.some(({ where }) => where.endsWith(`by ${name}`)))
        throw new ConformanceFailure(`${name} to be given the headers of "${text}"`, 'no such event in any answer');
    for (const { where, item } of found) {
      expectEqual(show(item.content), 'nothing', `the content in ${where}`);
      expectEqual(item.nonce, undefined, `the nonce in ${where}`);
      expectEqual(item.redacted_by, this.event(redaction), `redacted_by in ${where}`);
    }
  },
);

/** One event as one answer had it. */
interface Copy {
  where: string;
  item: SequencedEvent;
}

/** Every copy of an event of a room in the answers of all operations that serve events. */
async function copies(world: EccpWorld, names: string[], alias: string): Promise<Copy[]> {
  const all = await Promise.all(names.map((name) => copiesFor(world, name, alias)));
  return all.flat();
}

async function copiesFor(world: EccpWorld, who: string, alias: string): Promise<Copy[]> {
  const roomId = world.room(alias).id;
  const params = { roomId };
  const answers: [string, Json][] = [
    ['listMessages forward', await world.read(who, 'listMessages', { params, query: { dir: 'f', limit: 100 } })],
    ['listMessages back', await world.read(who, 'listMessages', { params, query: { dir: 'b', limit: 100 } })],
    ['getState', await world.read(who, 'getState', { params })],
    ['sync', roomIn(await world.read(who, 'sync', { query: { timeout: 0 } }), roomId)],
    ['exportAccount', await world.read(who, 'exportAccount')],
  ];
  for (const { event, event_id } of eventsIn(answers[0]?.[1] ?? null)) {
    const one = await world.read(who, 'getEvent', { params: { roomId, eventId: event_id } });
    expectEqual(one.event_id, event_id, `the event that getEvent gives for ${event.type}`);
    answers.push(['getEvent', one]);
  }
  for (const { event } of eventsIn(answers[2]?.[1] ?? null)) {
    const { type: eventType, state_key: stateKey = '' } = event;
    const operation = stateKey === '' ? 'getStateEvent' : 'getKeyedState';
    const one = await world.read(who, operation, { params: { roomId, eventType, ...(stateKey && { stateKey }) } });
    answers.push([operation, one]);
  }
  return answers.flatMap(([operation, body]) =>
    eventsIn(body)
      .filter(({ entry }) => entry.room_id === roomId)
      .map((item) => ({ where: `${operation} by ${who}`, item })),
  );
}

function roomIn(body: JsonObject, roomId: string): Json {
  const rooms = isObject(body.rooms) ? Object.values(body.rooms) : [];
  return rooms.filter(isObject).flatMap((group) => (isObject(group[roomId]) ? [group[roomId]] : []));
}

/** The sequenced events anywhere in an answer. */
function eventsIn(value: Json): SequencedEvent[] {
  if (Array.isArray(value)) return value.flatMap(eventsIn);
  if (!isObject(value)) return [];
  if (isObject(value.entry) && isObject(value.event)) return eventsOf([value]);
  return Object.values(value).flatMap(eventsIn);
}
