import { Given, Then } from '@cucumber/cucumber';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import { show } from '../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { refused } from './base/answers.ts';
import { readLog } from './base/messages.ts';
import { getState } from './base/state.ts';

/** A room as somebody saw it: what an act is later compared with. */
interface Snapshot {
  who: string;
  log: SequencedEvent[];
  state: SequencedEvent[];
}

const remembered = new WeakMap<EccpWorld, Map<string, Snapshot>>();

// Given Alice remembers the room   (its log and its state; Alice stays joined as far as the scenario looks)
Given('{actor} remembers {room}', async function (this: EccpWorld, who: string, alias: string) {
  const rooms = remembered.get(this) ?? new Map<string, Snapshot>();
  remembered.set(this, rooms.set(alias, await snapshot(this, who, alias)));
});

// Then the room takes it   (the last When succeeded, and the log of what Alice remembers has grown by its event alone)
Then('{room} takes it', async function (this: EccpWorld, alias: string) {
  await grown(this, alias);
});

// Then the room takes it, and Bob is "join"   (the new entry is Bob's membership)
Then(
  '{room} takes it, and {actor} is {string}',
  async function (this: EccpWorld, alias: string, whom: string, membership: string) {
    const { event, content } = await grown(this, alias);
    expectEqual(event.type, 'eccp.room.member', 'the type of the new entry');
    expectEqual(event.state_key, await this.userId(whom), 'the state key of the new entry');
    expectEqual(content?.membership, membership, 'the membership in the new entry');
    const inForce = this.succeeded(
      await getState(this, remembering(this, alias).who, alias, event.type, event.state_key),
    );
    expectEqual(inForce.body.event_id, this.answer.body.event_id, 'the membership in force');
  },
);

// Then the room refuses it with ECCP_FORBIDDEN   (log and state are what Alice remembers, byte for byte)
Then('{room} refuses it with {errcodes}', async function (this: EccpWorld, alias: string, allowed: string[]) {
  refused(this, this.answer, allowed);
  await unchanged(this, alias);
});

// Then the room refuses all of it with ECCP_FORBIDDEN   (every When)
Then('{room} refuses all of it with {errcodes}', async function (this: EccpWorld, alias: string, allowed: string[]) {
  for (const answer of this.answers) refused(this, answer, allowed);
  await unchanged(this, alias);
});

// Then every request succeeds   (every When)
Then('every request succeeds', function (this: EccpWorld) {
  for (const answer of this.answers) this.succeeded(answer);
});

// Then the room is as it was   (as Alice remembers it; says nothing about answers)
Then('{room} is as it was', async function (this: EccpWorld, alias: string) {
  await unchanged(this, alias);
});

async function snapshot(world: EccpWorld, who: string, alias: string): Promise<Snapshot> {
  const log = await readLog(world, who, alias);
  const { events } = await world.read(who, 'getState', { params: { roomId: world.room(alias).id } });
  return { who, log, state: eventsOf(events) };
}

function remembering(world: EccpWorld, alias: string): Snapshot {
  const before = remembered.get(world)?.get(alias);
  if (!before) throw new HarnessError(`nobody remembers the room "${alias}": say so before the act`);
  return before;
}

/** The one entry that the last When has added to what is remembered. */
async function grown(world: EccpWorld, alias: string): Promise<SequencedEvent> {
  const { event_id, seq } = world.succeeded(world.answer).body;
  const before = remembering(world, alias);
  const log = await readLog(world, before.who, alias);
  const added = log.slice(before.log.length);
  const [newest] = added;
  if (added.length !== 1 || !newest)
    throw new ConformanceFailure('one entry more in the log', added.map(title).join(', ') || 'none');
  compare(before.log.map(headers), log.slice(0, before.log.length).map(headers), 'the entries before');
  expectEqual(newest.event_id, event_id, 'the event id of the new entry');
  expectEqual(newest.entry.seq, seq, 'the seq of the new entry');
  return newest;
}

async function unchanged(world: EccpWorld, alias: string): Promise<void> {
  const before = remembering(world, alias);
  const now = await snapshot(world, before.who, alias);
  const added = now.log.slice(before.log.length);
  expectThat(added.length === 0, 'a log that has not grown', `more in it: ${added.map(title).join(', ')}`);
  compare(before.log, now.log, 'the log');
  compare(before.state, now.state, 'the state');
}

function compare(before: SequencedEvent[], now: SequencedEvent[], what: string): void {
  const changed = before.findIndex((item, index) => {
    const other = now[index];
    return !other || canonical(item) !== canonical(other);
  });
  if (changed >= 0 || now.length !== before.length)
    throw new ConformanceFailure(`${what} as it was: ${show(before[changed])}`, show(now[changed]));
}

/** What a redaction leaves as it is. */
function headers({ event_id, event, signature, entry, entry_signature }: SequencedEvent): SequencedEvent {
  return { event_id, event, signature, entry, entry_signature };
}

function title({ event, entry, content }: SequencedEvent): string {
  return `${entry.seq} ${event.type} by ${event.sender} ${show(content)}`;
}
