import type { Kysely } from 'kysely';
import { EccpError } from '../core/errors.ts';
import { readableRanges, type SeqRange } from '../core/history-visibility.ts';
import { nodeOf } from '../core/ids.ts';
import type { RoomState } from '../core/room-state.ts';
import type { NodeName, RoomId, SequencedEvent, UserId } from '../generated/api.ts';
import { historyOf, sequencedOf, verifiedFrom, withheldOf } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { EventRow, Tables } from '../storage/tables.ts';
import { covers, noSuchRoom } from './room-access.ts';

/** How far another node may follow a log, and whose contents it may have. */
export interface Reach {
  readonly state: RoomState;
  /** The first entry that can be served: what is before it is not verified yet. */
  readonly first: number;
  /** The last entry for the node. */
  readonly last: number;
  readonly readable: readonly SeqRange[];
}

/** @throws EccpError ECCP_NOT_FOUND for a node that never had a joined user in the room. */
export async function reachOf(db: Kysely<Tables>, rooms: Rooms, node: NodeName, roomId: RoomId): Promise<Reach> {
  const state = await rooms.load(db, roomId);
  const users = state === undefined ? [] : await usersOf(db, roomId, node);
  if (state === undefined || users.length === 0) throw noSuchRoom();
  const readable: SeqRange[] = [];
  let last = state.host === node ? state.head.seq : -1; // it gave each of them its place
  for (const userId of users) {
    const { settings, memberships, verifiedFrom } = await historyOf(db, roomId, userId);
    const lastJoin = memberships.findLastIndex((change) => change.value === 'join');
    const end = memberships[lastJoin + 1]?.seq ?? state.head.seq;
    last = Math.max(last, end);
    readable.push(...readableRanges(settings, memberships, end, verifiedFrom));
  }
  return { state, first: await verifiedFrom(db, roomId), last, readable };
}

/** The users of a node who were ever joined. */
async function usersOf(db: Kysely<Tables>, roomId: RoomId, node: NodeName): Promise<UserId[]> {
  const rows = await db
    .selectFrom('memberships')
    .select('user_id')
    .where('room_id', '=', roomId)
    .where('ever_joined', '=', 1)
    .where('user_id', 'like', `%:${node}` as UserId)
    .execute();
  return rows.map((row) => row.user_id).filter((userId) => nodeOf(userId) === node); // `_` in a pattern means any character
}

/** An event without what the node may not have. */
export function forNode(row: EventRow, { readable }: Reach): SequencedEvent {
  return covers(readable, row.seq) ? sequencedOf(row) : withheldOf(row);
}

/** @throws EccpError ECCP_UNAVAILABLE for an entry from before those that this node has verified (PULL-047). */
export function requireVerified({ first }: Reach, seq: number): void {
  if (seq < first) throw new EccpError('ECCP_UNAVAILABLE', 'This node does not hold so early a part of the log yet.');
}
