// SYNC-003, SYNC-022: from any token, a user is given exactly what came after it and may be read, once and in order, and
// state and timelines add up to the state of the room.
import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { EccpError } from '../../src/core/errors.ts';
import type { EventType, RoomId, SequencedEvent, SyncResponse, Timeline } from '../../src/generated/api.ts';
import type { Session } from '../../src/services/sessions.ts';
import { type Fixture, fixture } from './fixture.ts';

const actors = ['owner', 'reader', 'other'] as const;
type Actor = (typeof actors)[number];

type Step =
  | { act: 'send' | 'rename' | 'leave' | 'join'; who: Actor }
  | { act: 'kick' | 'invite'; whom: Actor }
  | { act: 'history'; setting: 'shared' | 'invited' | 'joined' }
  | { act: 'mark' };

const who = fc.constantFrom(...actors);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ act: fc.constant('send' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constantFrom('rename' as const, 'leave' as const, 'join' as const), who }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('kick' as const, 'invite' as const), whom: who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('history' as const),
      setting: fc.constantFrom('shared' as const, 'invited' as const, 'joined' as const),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ act: 'mark' as const }) },
);

let world: Fixture;
/** New users for each run, so that the rooms of one are not in the syncs of the next. */
let sessions: Record<Actor, Session>;
let runs = 0;

async function newSessions(): Promise<void> {
  runs++;
  const [owner, reader, other] = await Promise.all(actors.map((name) => world.user(`${name}${runs}`)));
  assert.ok(owner && reader && other);
  sessions = { owner, reader, other };
}

before(async () => {
  world = await fixture();
});
after(() => world.end());

function syncOf(session: Session, since: string | undefined, limit: number): Promise<SyncResponse> {
  return world.services.sync.sync(session, { since, timeout: 0, limit }, new AbortController().signal);
}

/** Does one step; what the rules refuse does not happen. */
async function perform(room: RoomId, change: Step, n: number): Promise<void> {
  const { memberships, messages, state } = world.services;
  const owner = sessions.owner;
  const replacing = (type: string, content: Record<string, string>) =>
    state.put(owner, room, type as EventType, '', content, undefined);
  try {
    switch (change.act) {
      case 'send':
        await messages.send(sessions[change.who], room, 'eccp.room.message' as EventType, { body: `${n}` }, undefined);
        break;
      case 'rename':
        await replacing('eccp.room.name', { name: `${n}` });
        break;
      case 'history':
        await replacing('eccp.room.history_visibility', { history_visibility: change.setting });
        break;
      case 'join':
      case 'leave':
        await memberships[change.act](sessions[change.who].userId, room, undefined);
        break;
      case 'kick':
      case 'invite':
        await memberships[change.act](owner.userId, room, sessions[change.whom].userId, undefined);
        break;
    }
  } catch (error) {
    if (!(error instanceof EccpError)) throw error;
  }
}

/** Everything that the reader may read now, oldest first. */
async function readable(room: RoomId): Promise<SequencedEvent[]> {
  const events: SequencedEvent[] = [];
  for (let from: number | undefined; ; ) {
    const page = await world.services.messages.list(sessions.reader, room, { dir: 'f', limit: 100, from });
    events.push(...page.events);
    if (page.next === undefined) return events;
    from = page.next;
  }
}

/** A timeline with what it left out, as a client fills it in: back from `before` to where the log stood. */
async function filled(room: RoomId, timeline: Timeline, seq: number): Promise<SequencedEvent[]> {
  const missed: SequencedEvent[] = [];
  for (let from = timeline.before; timeline.limited; ) {
    const page = await world.services.messages.list(sessions.reader, room, { dir: 'b', limit: 3, from });
    const fresh = page.events.filter((e) => e.entry.seq > seq);
    missed.push(...fresh);
    if (fresh.length < page.events.length || page.next === undefined) break;
    from = page.next;
  }
  return [...missed.reverse(), ...timeline.events];
}

test('from any token: exactly what came after it, once, in order', async () => {
  const scripts = fc.array(step, { minLength: 5, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(scripts, fc.integer({ min: 1, max: 6 }), async (steps, limit) => {
      await newSessions();
      const { roomId: room } = await world.services.rooms.create(sessions.owner.userId, {
        visibility: 'public',
        historyVisibility: 'shared',
      });
      await world.services.memberships.join(sessions.reader.userId, room, undefined);
      const tokens = [await mark(room, undefined, 100)];
      for (const [n, change] of steps.entries()) {
        await perform(room, change, n);
        if (change.act === 'mark') tokens.push(await mark(room, tokens.at(-1)?.token, limit));
      }
      const all = await readable(room);
      for (const { token, seq } of tokens) {
        const { joined, left, invited } = (await syncOf(sessions.reader, token, limit)).rooms;
        if (invited[room] !== undefined) continue; // shown as an invitation: the log comes with the join
        const timeline = (joined[room] ?? left[room])?.timeline;
        const given = timeline ? await filled(room, timeline, seq) : [];
        const end = given.at(-1);
        // SYNC-034: what ended an invitation is told, though it is no history to read.
        if (
          left[room] &&
          end?.event.state_key === sessions.reader.userId &&
          !all.some((e) => e.event_id === end.event_id)
        ) {
          given.pop();
        }
        assert.deepEqual(
          given.map((e) => e.entry.seq).filter((n) => n > seq),
          all.map((e) => e.entry.seq).filter((n) => n > seq),
        );
        assert.deepEqual(
          given.map((e) => e.entry.seq),
          [...new Set(given.map((e) => e.entry.seq))].sort((a, b) => a - b),
          'nothing twice, in order',
        );
      }
      const present = tokens.map(({ token }) => token);
      await assertStateAddsUp(room, present, limit);
    }),
    { numRuns: 300 },
  );
});

/** A token, and where the log stood when it was given. */
async function mark(room: RoomId, since: string | undefined, limit: number): Promise<{ token: string; seq: number }> {
  const { next_batch } = await syncOf(sessions.reader, since, limit);
  const { head_seq } = await world.services.store.read((db) =>
    db.selectFrom('rooms').select('head_seq').where('room_id', '=', room).executeTakeFirstOrThrow(),
  );
  return { token: next_batch, seq: head_seq };
}

/** Follows the syncs from the first token through every later one: what they tell of state is the state in the end. */
async function assertStateAddsUp(room: RoomId, tokens: string[], limit: number): Promise<void> {
  const view = new Map<string, string>();
  const apply = (events: readonly SequencedEvent[]) => {
    for (const { event, event_id } of events) {
      if (event.state_key !== undefined) view.set(`${event.type} ${event.state_key}`, event_id);
    }
  };
  const present = await syncOf(sessions.reader, undefined, limit);
  const joined = present.rooms.joined[room];
  if (joined === undefined) return;
  for (const event of await world.services.state.list(sessions.reader, room)) {
    if (event.event.state_key !== undefined) view.set(`${event.event.type} ${event.event.state_key}`, event.event_id);
  }
  const truth = [...view].sort();
  view.clear();
  apply(joined.state);
  apply(joined.timeline.events);
  assert.deepEqual([...view].sort(), truth, 'a first sync');
  // A client that starts anew at its last join: every sync since then adds to the one before.
  view.clear();
  let known = false;
  for (const token of tokens) {
    const answer = await syncOf(sessions.reader, token, limit);
    const section = answer.rooms.joined[room];
    if (section === undefined) continue;
    const whole = section.state.some((e) => e.event.type === 'eccp.room.create');
    if (whole) {
      view.clear();
      known = true;
    }
    if (!known) continue;
    apply(section.state);
    apply(section.timeline.events);
    assert.deepEqual([...view].sort(), truth, 'a sync that starts with the whole state');
  }
}
