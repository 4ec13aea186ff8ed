import { Then, When } from '@cucumber/cucumber';
import { ConformanceFailure, expectEqual, expectThat } from '../../outcome.ts';
import { isObject, type Json, type JsonObject, lookUp, show } from '../../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../../wire/types.ts';
import type { EccpWorld } from '../../world.ts';
import { wholeLog } from '../base/log.ts';
import { readLog } from '../base/messages.ts';
import { syncOnce, viewOf } from '../base/sync.ts';

/** The part of one sync answer that is about a room the user is or was joined to. */
interface Section {
  state: SequencedEvent[];
  events: SequencedEvent[];
  limited: boolean;
  before: Json | undefined;
}

// When Alice and Carol each send 10 messages to the room while Bob goes on syncing   (until he has seen them all, 5 s at most)
When(
  '{actors} each send {int} messages to {room} while {actor} goes on syncing',
  async function (this: EccpWorld, names: string[], count: number, alias: string, who: string) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.message' };
    const sends = names.map(async (name) => {
      for (let i = 1; i <= count; i++) await this.must(name, 'sendEvent', { params, body: { body: `${name} ${i}` } });
    });
    const total = names.length * count;
    const end = performance.now() + 5000;
    const syncs = async () => {
      const seen = () => viewOf(this, who).timeline(this.room(alias).id).filter(isMessage).length;
      while (seen() < total && performance.now() < end) this.succeeded(await syncOnce(this, who, 500));
    };
    await Promise.all([...sends, syncs()]);
  },
);

// Then Bob's syncs have shown every event of the room that he may read exactly once, with what he finds by going back
//   (over all syncs since he synced anew; where a timeline was limited, the events left out are read back from `before`)
Then(
  "{actor}'s syncs have shown every readable event of {room} once, those left out found by going back",
  async function (this: EccpWorld, who: string, alias: string) {
    const seen: SequencedEvent[] = [];
    for (const section of sectionsOf(this, who, alias)) {
      const last = seen.at(-1)?.entry.seq ?? -1;
      if (section.limited) seen.push(...(await leftOut(this, who, alias, section.before, last)));
      seen.push(...section.events);
    }
    const log = await readLog(this, who, alias);
    expectEqual(seqs(seen), seqs(log), 'the events that the syncs have shown');
  },
);

// Then each of Bob's syncs has shown the state of the room before its timeline, as the log of Alice has it   (Alice made the room)
//   (over all syncs since he synced anew)
Then(
  "each of {actor}'s syncs has shown the state of {room} before its timeline, as {actor}'s log has it",
  async function (this: EccpWorld, who: string, alias: string, reader: string) {
    const log = await wholeLog(this, reader, alias);
    const known = new Map<string, string>();
    const sections = sectionsOf(this, who, alias);
    for (const [index, { state, events }] of sections.entries()) {
      const which = `sync ${index + 1} of ${sections.length} with the room`;
      const first = events[0]?.entry.seq;
      if (first === undefined) {
        expectEqual(state.length, 0, `${which}: state without a timeline`);
        continue;
      }
      const inTimeline = state.find((event) => event.entry.seq >= first);
      expectThat(!inTimeline, `${which}: no state from within the timeline`, show(inTimeline?.event));
      fold(known, state);
      compare(known, stateBefore(log, first), `${which}: the state before entry ${first}`);
      fold(known, events);
    }
  },
);

// Then Bob knows the state of the room from his syncs
Then('{actor} knows the state of {room} from the syncs', async function (this: EccpWorld, who: string, alias: string) {
  const known = new Map<string, string>();
  for (const { state, events } of sectionsOf(this, who, alias)) {
    fold(known, state);
    fold(known, events);
  }
  const { events } = await this.read(who, 'getState', { params: { roomId: this.room(alias).id } });
  const actual = new Map<string, string>();
  fold(actual, eventsOf(events));
  compare(known, actual, 'the state that getState answers');
});

// Then every timeline of the room that Bob's syncs have shown is in the order of the log
Then(
  "every timeline of {room} in {actor}'s syncs is in the order of the log",
  function (this: EccpWorld, alias: string, who: string) {
    for (const { events } of sectionsOf(this, who, alias)) {
      const order = events.map(({ entry }) => entry.seq);
      expectEqual(order.join(' '), [...order].sort((a, b) => a - b).join(' '), 'the places in the log');
    }
  },
);

function sectionsOf(world: EccpWorld, who: string, alias: string): Section[] {
  const { answers } = viewOf(world, who);
  const sections = answers.flatMap((answer) => {
    const room =
      lookUp(answer, `rooms.joined[${world.room(alias).id}]`) ?? lookUp(answer, `rooms.left[${world.room(alias).id}]`);
    return isObject(room) ? [sectionOf(room)] : [];
  });
  if (sections.length === 0) throw new ConformanceFailure(`syncs of ${who} with the room`, 'none');
  return sections;
}

function sectionOf(room: JsonObject): Section {
  return {
    state: eventsOf(room.state),
    events: eventsOf(lookUp(room, 'timeline.events')),
    limited: lookUp(room, 'timeline.limited') === true,
    before: lookUp(room, 'timeline.before'),
  };
}

/** What listMessages gives from a place back to an entry that is known already, in the order of the log. */
async function leftOut(
  world: EccpWorld,
  who: string,
  alias: string,
  before: Json | undefined,
  known: number,
): Promise<SequencedEvent[]> {
  const found: SequencedEvent[] = [];
  for (let from = before; typeof from === 'number'; ) {
    const query = { dir: 'b', limit: 3, from };
    const page = await world.read(who, 'listMessages', { params: { roomId: world.room(alias).id }, query });
    const events = eventsOf(page.events);
    found.unshift(...events.filter(({ entry }) => entry.seq > known).reverse());
    from = events.some(({ entry }) => entry.seq <= known) ? undefined : page.next;
  }
  return found;
}

function stateBefore(log: SequencedEvent[], seq: number): Map<string, string> {
  const state = new Map<string, string>();
  fold(
    state,
    log.filter(({ entry }) => entry.seq < seq),
  );
  return state;
}

function fold(state: Map<string, string>, events: SequencedEvent[]): void {
  for (const { event, event_id } of events) {
    if (event.state_key !== undefined) state.set(`${event.type} ${event.state_key}`, event_id);
  }
}

function compare(known: Map<string, string>, actual: Map<string, string>, what: string): void {
  const differing = [...new Set([...known.keys(), ...actual.keys()])].filter(
    (key) => known.get(key) !== actual.get(key),
  );
  const lines = differing.map(
    (key) => `${key} is ${known.get(key) ?? 'unknown'} instead of ${actual.get(key) ?? 'absent'}`,
  );
  expectThat(differing.length === 0, what, lines.join('; '));
}

function isMessage({ event }: SequencedEvent): boolean {
  return event.type === 'eccp.room.message';
}

function seqs(events: SequencedEvent[]): string {
  return events.map(({ entry }) => entry.seq).join(' ');
}
