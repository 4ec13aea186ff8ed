import type { JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { EventId, EventType, RoomId, SendResult, SequencedEvent } from '../generated/api.ts';
import { served, stateAt, stateEventAt } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { NodeStore } from './environment.ts';
import { joinedRoom, readableRoom } from './room-access.ts';
import type { RoomWriter } from './room-writer.ts';
import type { Session } from './sessions.ts';

/** ROOM-056: these have operations of their own. */
const ownOperations = ['eccp.room.create', 'eccp.room.member', 'eccp.room.redaction'];

/** Reading and replacing the state of a room (section 8.5). */
export class StateEvents {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;
  readonly #writer: RoomWriter;

  constructor(store: NodeStore, rooms: Rooms, writer: RoomWriter) {
    this.#store = store;
    this.#rooms = rooms;
    this.#writer = writer;
  }

  /** In log order (ROOM-050); for a user who is no longer joined, as of the last leave (ROOM-057). */
  list(session: Session, roomId: RoomId): Promise<SequencedEvent[]> {
    return this.#store.read(async (db) => {
      const { stateUpTo } = await readableRoom(db, this.#rooms, roomId, session.userId);
      const rows = await stateAt(db, roomId, stateUpTo);
      return rows.map((row) => served(row, session));
    });
  }

  get(session: Session, roomId: RoomId, type: EventType, stateKey: string): Promise<SequencedEvent> {
    return this.#store.read(async (db) => {
      const { stateUpTo } = await readableRoom(db, this.#rooms, roomId, session.userId);
      const row = await stateEventAt(db, roomId, type, stateKey, stateUpTo);
      if (row === undefined) throw new EccpError('ECCP_NOT_FOUND', 'There is no such state event.');
      return served(row, session);
    });
  }

  /** @param replaces what the sender means to replace; undefined: whatever is in force. */
  put(
    session: Session,
    roomId: RoomId,
    type: EventType,
    stateKey: string,
    content: JsonObject,
    replaces: EventId | null | undefined,
  ): Promise<SendResult> {
    return this.#writer.act(
      async (changes) => {
        const state = await joinedRoom(changes.trx, this.#rooms, roomId, session.userId);
        if (ownOperations.includes(type)) {
          throw new EccpError('ECCP_BAD_EVENT', 'Such an event has operations of its own.');
        }
        if (type === 'eccp.room.power_levels' && replaces === undefined) {
          throw new EccpError('ECCP_BAD_PARAM', 'Power levels say what they replace.', { path: '/replaces' }); // ROOM-055
        }
        if (type === 'eccp.room.visibility' && content.visibility === 'shadow') {
          throw new EccpError('ECCP_CAPABILITY', 'This node does not offer Shadow Rooms.'); // ROOM-007
        }
        const draft = { sender: session.userId, type, stateKey, content, ...(replaces !== undefined && { replaces }) };
        const { result } = await changes.append(state, draft);
        return result;
      },
      { repeats: replaces === undefined },
    );
  }
}
