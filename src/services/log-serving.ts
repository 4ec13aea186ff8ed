import type { Kysely } from 'kysely';
import { EccpError } from '../core/errors.ts';
import type { EventId, LogHead, LogPage, NodeName, RoomId, SequencedEvent } from '../generated/api.ts';
import { eventById, eventsIn } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import { forNode, reachOf, requireVerified } from './log-reach.ts';

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
    return this.#store.read(async (db) => {
      const reach = await reachOf(db, this.#rooms, node, roomId);
      requireVerified(reach, reach.last);
      return headAt(db, roomId, reach.last);
    });
  }

  /** @throws EccpError as head() does; ECCP_UNAVAILABLE from before what is verified. */
  log(node: NodeName, roomId: RoomId, from: number, limit: number): Promise<LogPage> {
    return this.#store.read(async (db) => {
      const reach = await reachOf(db, this.#rooms, node, roomId);
      requireVerified(reach, from);
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
      const reach = await reachOf(db, this.#rooms, node, roomId);
      const row = await eventById(db, roomId, eventId);
      requireVerified(reach, row?.seq ?? 0);
      if (row === undefined || row.seq > reach.last) throw new EccpError('ECCP_NOT_FOUND', 'There is no such event.');
      return forNode(row, reach);
    });
  }
}

/** The entry at a place, with its signature. */
export async function headAt(db: Kysely<Tables>, roomId: RoomId, seq: number): Promise<LogHead> {
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
