import type { Kysely } from 'kysely';
import { EccpError } from '../core/errors.ts';
import { recentLength } from '../core/snapshot.ts';
import type { NodeName, RoomId, SequencedEvent, Snapshot } from '../generated/api.ts';
import { eventsIn } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { EventRow, Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import { forNode, type Reach, reachOf, requireVerified } from './log-reach.ts';
import { headAt } from './log-serving.ts';
import { noSuchRoom } from './room-access.ts';

/** What a peer reads of an answer (PULL-046), less what stands around the events. */
const maxBytes = 8 * 1024 * 1024 - 4096;

/** Snapshots of logs for nodes that join (section 18.4). */
export class Snapshots {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;

  constructor(store: NodeStore, rooms: Rooms) {
    this.#store = store;
    this.#rooms = rooms;
  }

  /**
   * @throws EccpError ECCP_NOT_FOUND for a node without a joined user; ECCP_TOO_LARGE; ECCP_UNAVAILABLE while this node has not
   *   verified the log itself.
   */
  async of(node: NodeName, roomId: RoomId): Promise<Snapshot> {
    const { reach, head, rows } = await this.#store.read(async (db) => {
      const reach = await reachOf(db, this.#rooms, node, roomId);
      if (!reach.state.nodes.has(node)) throw noSuchRoom();
      requireVerified(reach, 0);
      const last = reach.state.head.seq;
      const recent = await eventsIn(db, roomId, [{ from: last + 1 - recentLength, to: last }], 'asc', recentLength);
      return { reach, head: await headAt(db, roomId, last), rows: { state: await stateRows(db, roomId), recent } };
    });
    const serve = serving(reach);
    return { head, state: rows.state.map(serve), recent: rows.recent.map(serve) };
  }
}

/** @returns what serves one event after another, until they come to more than a peer reads. */
function serving(reach: Reach): (row: EventRow) => SequencedEvent {
  let bytes = 0;
  return (row) => {
    const sequenced = forNode(row, reach);
    bytes += Buffer.byteLength(JSON.stringify(sequenced)) + 1;
    if (bytes > maxBytes) throw new EccpError('ECCP_TOO_LARGE', 'The snapshot is too large: the log has it all.');
    return sequenced;
  };
}

/** Every event that the state names, in log order. */
function stateRows(db: Kysely<Tables>, roomId: RoomId): Promise<EventRow[]> {
  return db
    .selectFrom('events')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('seq', 'in', (eb) => eb.selectFrom('state').select('seq').where('room_id', '=', roomId))
    .orderBy('seq')
    .execute();
}
