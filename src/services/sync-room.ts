import type { Kysely } from 'kysely';
import { type Change, readableRanges, type SeqRange } from '../core/history-visibility.ts';
import type { Membership } from '../core/room-state.ts';
import type { LeftRoomSync, RoomId, SequencedEvent, Timeline } from '../generated/api.ts';
import { type Asker, eventsIn, historyOf, served, stateAt } from '../storage/events.ts';
import type { EventRow, Tables } from '../storage/tables.ts';

/** A user's room as a sync finds it. */
export interface SyncedRoom {
  readonly room_id: RoomId;
  readonly membership: Membership;
  /** Of the membership event in force. */
  readonly seq: number;
  readonly stream: number;
  /** As in the table of memberships. */
  readonly ever_joined: number;
  readonly forgotten_seq: number;
  readonly head_seq: number;
  /** The position of the room's last entry. */
  readonly head_stream: number;
}

type MembershipChange = Change<Membership> & { stream: number };

/** What a user gets to see of a room's log since a position of the stream. */
export interface RoomView {
  readonly state: SequencedEvent[];
  readonly timeline: Timeline;
  /** Whether the user was not joined at that position, and so knows nothing of the room. */
  readonly isNew: boolean;
}

/**
 * The view of a room that the user is joined to.
 *
 * @param since a position of the stream; undefined for everything.
 */
export async function joinedView(
  db: Kysely<Tables>,
  asker: Asker,
  room: SyncedRoom,
  since: number | undefined,
  limit: number,
): Promise<RoomView> {
  // Joined all the while: what came after `since` is all readable, and the log need not be asked.
  if (since !== undefined && room.stream <= since) {
    if (room.head_stream <= since) return { state: [], timeline: { events: [], limited: false }, isNew: false };
    // Each event took a position of its own: the room has no more new ones than positions have passed.
    const from = Math.max(room.seq, room.head_seq - (room.head_stream - since) + 1);
    const ranges = [{ from, to: room.head_seq }];
    return { ...(await view(db, asker, room.room_id, ranges, since, limit, false)), isNew: false };
  }
  const { settings, memberships, verifiedFrom } = await historyOf(db, room.room_id, asker.userId);
  const known = remembered(memberships, room);
  const isNew = membershipAt(known, since) !== 'join';
  const ranges = readableRanges(settings, memberships, room.head_seq, verifiedFrom);
  return { ...(await view(db, asker, room.room_id, ranges, newsSince(known, since), limit, isNew)), isNew };
}

/** The view of a room that the user is no longer in; undefined when that is no news (SYNC-032, SYNC-034). */
export async function leftView(
  db: Kysely<Tables>,
  asker: Asker,
  room: SyncedRoom,
  since: number,
  limit: number,
): Promise<LeftRoomSync | undefined> {
  const { settings, memberships, verifiedFrom } = await historyOf(db, room.room_id, asker.userId);
  const known = remembered(memberships, room);
  const end = known.findLast(
    ({ stream, value }, i) =>
      stream > since && (value === 'leave' || value === 'ban') && isPresent(known[i - 1]?.value),
  );
  if (end === undefined) return undefined;
  const ranges = room.ever_joined === 1 ? readableRanges(settings, memberships, room.head_seq, verifiedFrom) : []; // ROOM-027
  const [last] = await eventsIn(db, room.room_id, ranges, 'desc', 1);
  const wasMember = last !== undefined && last.stream > since;
  const isNew = membershipAt(known, since) !== 'join';
  const from = newsSince(known, since);
  if (wasMember && last.seq === end.seq) return view(db, asker, room.room_id, ranges, from, limit, isNew);
  // What ended is an invitation or a knock, perhaps after a time as a member: it comes last, and nothing of the time between.
  const [ending] = await eventsIn(db, room.room_id, [{ from: end.seq, to: end.seq }], 'desc', 1);
  const events = ending ? [served(ending, asker)] : [];
  if (!wasMember) return { state: [], timeline: { events, limited: false } };
  if (limit === 1) return { state: [], timeline: { events, limited: true, before: end.seq } };
  const { state, timeline } = await view(db, asker, room.room_id, ranges, from, limit - 1, isNew);
  return { state, timeline: { ...timeline, events: [...timeline.events, ...events] } };
}

/** The memberships since the user last forgot the room: those before are as if they had never been (ROOM-027). */
function remembered(memberships: readonly MembershipChange[], room: SyncedRoom): MembershipChange[] {
  return memberships.filter(({ seq }) => seq > room.forgotten_seq);
}

/** From where on events are news: for a user who was never joined before, all that may be read is (SYNC-026, SYNC-027). */
function newsSince(memberships: readonly MembershipChange[], since: number | undefined): number {
  const known = since !== undefined && memberships.some(({ stream, value }) => stream <= since && value === 'join');
  return known ? since : -1;
}

/** The user's membership when the stream was at `since`; undefined when there was none, or no `since`. */
function membershipAt(memberships: readonly MembershipChange[], since: number | undefined): Membership | undefined {
  return since === undefined ? undefined : memberships.findLast(({ stream }) => stream <= since)?.value;
}

function isPresent(membership: Membership | undefined): boolean {
  return membership === 'join' || membership === 'invite' || membership === 'knock';
}

/**
 * A timeline never spans entries that the user may not read: it is taken from the last readable range, and what is readable
 * before that counts as left out. So the state before it and the events in it always add up (SYNC-022).
 */
async function view(
  db: Kysely<Tables>,
  asker: Asker,
  roomId: RoomId,
  ranges: readonly SeqRange[],
  since: number,
  limit: number,
  wholeState: boolean,
): Promise<{ state: SequencedEvent[]; timeline: Timeline }> {
  // Within a room the stream ascends with the log, so the newest events are looked at, and cut off where they are old news.
  const newestIn = async (some: readonly SeqRange[], count: number) =>
    (await eventsIn(db, roomId, some, 'desc', count)).filter((row) => row.stream > since);
  const rows = await newestIn(ranges.slice(-1), limit + 1);
  const newest = rows.slice(0, limit).reverse();
  const leftOut = rows.length > limit || (await newestIn(ranges.slice(0, -1), 1)).length > 0;
  const first = newest[0];
  const state =
    first && (wholeState || leftOut) ? await stateAt(db, roomId, first.seq - 1, wholeState ? -1 : since) : [];
  const serve = (row: EventRow) => served(row, asker);
  return {
    state: state.map(serve),
    timeline: {
      events: newest.map(serve),
      limited: leftOut,
      ...(leftOut && first ? { before: first.seq } : {}),
    },
  };
}
