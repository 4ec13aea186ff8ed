import type { Kysely } from 'kysely';
import { EccpError } from '../core/errors.ts';
import { readableRanges, type SeqRange } from '../core/history-visibility.ts';
import { nodeOf } from '../core/ids.ts';
import type { EventId, LogHead, LogPage, NodeName, RoomId, SequencedEvent, UserId } from '../generated/api.ts';
import { eventById, eventsIn, historyOf, sequencedOf, withheldOf } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { EventRow, Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import { covers, noSuchRoom } from './room-access.ts';

/** How far a node may follow a log, and whose contents it may have. */
interface Reach {
  /** The last entry for it. */
  readonly last: number;
  readonly readable: readonly SeqRange[];
}

/** Logs for other nodes, whether this one hosts them or takes part in them. */
export class LogServing {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;

  constructor(store: NodeStore, rooms: Rooms) {
    this.#store = store;
    this.#rooms = rooms;
  }

  /** @throws EccpError ECCP_NOT_FOUND for a node that never had a joined user in the room. */
  head(node: NodeName, roomId: RoomId): Promise<LogHead> {
    return this.#store.read(async (db) => headAt(db, roomId, (await this.#reach(db, node, roomId)).last));
  }

  /** @throws EccpError as head() does. */
  log(node: NodeName, roomId: RoomId, from: number, limit: number): Promise<LogPage> {
    return this.#store.read(async (db) => {
      const reach = await this.#reach(db, node, roomId);
      const rows = await eventsIn(db, roomId, [{ from, to: reach.last }], 'asc', limit);
      return {
        entries: withinBytes(rows.map((row) => forNode(row, reach))),
        head: await headAt(db, roomId, reach.last),
      };
    });
  }

  /** @throws EccpError as head() does, and for an event outside the node's part of the log. */
  event(node: NodeName, roomId: RoomId, eventId: EventId): Promise<SequencedEvent> {
    return this.#store.read(async (db) => {
      const reach = await this.#reach(db, node, roomId);
      const row = await eventById(db, roomId, eventId);
      if (row === undefined || row.seq > reach.last) throw new EccpError('ECCP_NOT_FOUND', 'There is no such event.');
      return forNode(row, reach);
    });
  }

  async #reach(db: Kysely<Tables>, node: NodeName, roomId: RoomId): Promise<Reach> {
    const state = await this.#rooms.load(db, roomId);
    const users = state === undefined ? [] : await usersOf(db, roomId, node);
    if (state === undefined || users.length === 0) throw noSuchRoom();
    const ranges: SeqRange[] = [];
    let last = -1;
    for (const userId of users) {
      const { settings, memberships } = await historyOf(db, roomId, userId);
      const lastJoin = memberships.findLastIndex((change) => change.value === 'join');
      const end = memberships[lastJoin + 1]?.seq ?? state.head.seq;
      last = Math.max(last, end);
      ranges.push(...readableRanges(settings, memberships, end));
    }
    return { last, readable: ranges };
  }
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

function forNode(row: EventRow, { readable }: Reach): SequencedEvent {
  return covers(readable, row.seq) ? sequencedOf(row) : withheldOf(row);
}

async function headAt(db: Kysely<Tables>, roomId: RoomId, seq: number): Promise<LogHead> {
  const row = await db
    .selectFrom('events')
    .select(['entry', 'entry_signature'])
    .where('room_id', '=', roomId)
    .where('seq', '=', seq)
    .executeTakeFirstOrThrow();
  return { entry: JSON.parse(row.entry), entry_signature: row.entry_signature } as LogHead;
}

/** A page ends before it grows past what a peer reads, but has one entry at least. */
function withinBytes(entries: SequencedEvent[]): SequencedEvent[] {
  let bytes = 0;
  const end = entries.findIndex((entry, i) => {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    return i > 0 && bytes > maxPageBytes;
  });
  return end === -1 ? entries : entries.slice(0, end);
}

const maxPageBytes = 4 * 1024 * 1024;
