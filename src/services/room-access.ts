import type { Kysely } from 'kysely';
import { EccpError } from '../core/errors.ts';
import { readableRanges, type SeqRange } from '../core/history-visibility.ts';
import type { Membership, RoomState } from '../core/room-state.ts';
import type { RoomId, UserId } from '../generated/api.ts';
import { historyOf } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';

/** What a user is to a room, for the purpose of what may be seen and done. */
export interface Standing {
  readonly state: RoomState;
  /** The membership in force; an outsider has none. */
  readonly membership: Membership | undefined;
  /** Whether the user was joined at some time and has not forgotten the room. */
  readonly everJoined: boolean;
}

/**
 * A room as a user may know of it.
 *
 * @throws EccpError ECCP_NOT_FOUND, the same for a room that does not exist and one that the user may not know of (ROOM-030).
 */
export async function standing(db: Kysely<Tables>, rooms: Rooms, roomId: RoomId, userId: UserId): Promise<Standing> {
  const state = await rooms.load(db, roomId);
  if (state === undefined) throw noSuchRoom();
  const row = await rooms.membership(db, roomId, userId);
  const known =
    row !== undefined && row.seq > row.forgotten_seq && (row.membership !== 'leave' || row.ever_joined === 1);
  const hidden = state.visibility === 'private' || state.visibility === 'shadow';
  if (!known && hidden) throw noSuchRoom();
  return { state, membership: known ? row.membership : undefined, everJoined: known && row.ever_joined === 1 };
}

/**
 * A room in which the user is joined.
 *
 * @throws EccpError ECCP_NOT_FOUND as standing() does; ECCP_FORBIDDEN for everybody else who is not joined (ROOM-031, ROOM-033).
 */
export async function joinedRoom(db: Kysely<Tables>, rooms: Rooms, roomId: RoomId, userId: UserId): Promise<RoomState> {
  const state = await rooms.load(db, roomId);
  // A leave may be on its way to the host, or wait here (HOST-062, HOST-095).
  if (state?.membership(userId) === 'join' && (await rooms.membership(db, roomId, userId))?.membership === 'join') {
    return state;
  }
  await standing(db, rooms, roomId, userId);
  throw notJoined();
}

/** What a user who is or was joined may read of a room. */
export interface Readable {
  readonly state: RoomState;
  /** Entries whose events the user may read (chapter 10), sorted and disjoint. */
  readonly ranges: SeqRange[];
  /** The entry up to which the user sees the state: the head, or for who is no longer joined the last leave (ROOM-057). */
  readonly stateUpTo: number;
}

/** @throws EccpError ECCP_NOT_FOUND as standing() does; ECCP_FORBIDDEN for a user who was never joined (ROOM-031, ROOM-034). */
export async function readableRoom(
  db: Kysely<Tables>,
  rooms: Rooms,
  roomId: RoomId,
  userId: UserId,
): Promise<Readable> {
  const { state, membership, everJoined } = await standing(db, rooms, roomId, userId);
  if (!everJoined) throw notJoined();
  const { settings, memberships, verifiedFrom } = await historyOf(db, roomId, userId);
  const lastJoin = memberships.findLastIndex((change) => change.value === 'join');
  const stateUpTo = membership === 'join' ? state.head.seq : (memberships[lastJoin + 1]?.seq ?? state.head.seq);
  return { state, ranges: readableRanges(settings, memberships, state.head.seq, verifiedFrom), stateUpTo };
}

export function covers(ranges: readonly SeqRange[], seq: number): boolean {
  return ranges.some(({ from, to }) => from <= seq && seq <= to);
}

export function noSuchRoom(): EccpError {
  return new EccpError('ECCP_NOT_FOUND', 'There is no such room.');
}

export function notJoined(): EccpError {
  return new EccpError('ECCP_FORBIDDEN', 'This needs a user who is joined to the room.');
}
