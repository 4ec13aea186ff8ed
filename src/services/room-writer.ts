import type { Kysely } from 'kysely';
import { toBase64url } from '../core/encoding.ts';
import { documentsToCarry } from '../core/node-keys.ts';
import { buildEvent, type Draft, sequence } from '../core/room-log.ts';
import type { RoomState } from '../core/room-state.ts';
import type { EventId, RoomId, SendResult, UserId } from '../generated/api.ts';
import { eventById } from '../storage/events.ts';
import type { NodeIdentity } from '../storage/node-identity.ts';
import type { Origin, Rooms } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import type { Typing } from './typing.ts';

export interface RoomWriterOptions {
  store: NodeStore;
  rooms: Rooms;
  notifier: Notifier;
  typing: Typing;
  environment: Environment;
  identity: NodeIdentity;
}

/** An event that has come into a log, and the state with it. */
export interface Appended {
  readonly result: SendResult;
  readonly state: RoomState;
}

/** One transaction on rooms. */
export interface RoomChanges {
  readonly trx: Kysely<Tables>;
  /**
   * Puts a local user's event at the head of a room's log.
   *
   * @param state the room's state, of this very transaction.
   * @throws EccpError those of buildEvent() and sequence().
   */
  append(state: RoomState, draft: Draft, origin?: Origin): Promise<Appended>;
}

/** The one way in which this node's users write to the rooms that it hosts. */
export class RoomWriter {
  readonly #options: RoomWriterOptions;

  constructor(options: RoomWriterOptions) {
    this.#options = options;
  }

  /** Runs one transaction; when it is durable, wakes the syncs of those whom its events concern. */
  async write<T>(change: (changes: RoomChanges) => Promise<T>): Promise<T> {
    const { store, notifier, typing } = this.#options;
    const touched: { state: RoomState; target: string | undefined }[] = [];
    const result = await store.write((trx) =>
      change({
        trx,
        append: async (state, draft, origin) => {
          const appended = await this.#append(trx, state, draft, origin);
          touched.push({ state: appended.state, target: draft.stateKey });
          return appended;
        },
      }),
    );
    for (const { state, target } of touched) {
      if (target !== undefined && state.membership(target) !== 'join') typing.end(target as UserId, idOf(state)); // SYNC-049
    }
    notifier.whoever((userId) => touched.some((t) => t.target === userId || t.state.membership(userId) === 'join'));
    return result;
  }

  async #append(trx: Kysely<Tables>, state: RoomState, draft: Draft, origin: Origin | undefined): Promise<Appended> {
    const { rooms, environment, identity } = this.#options;
    const now = environment.now();
    const nonce = toBase64url(environment.random(16));
    const signed = buildEvent(state, this.#withKeys(state, draft), identity.key, nonce, now);
    const appended = sequence(state, signed, identity.key, now);
    await rooms.append(trx, appended, origin);
    const { event_id, entry } = appended.sequenced;
    return {
      result: { event_id: event_id as EventId, status: 'sequenced', seq: entry.seq },
      state: appended.state,
    };
  }

  /** Create and self-membership events bring the documents of the node's chain that the room does not have (LOG-044, LOG-045). */
  #withKeys(state: RoomState, draft: Draft): Draft {
    const carries =
      draft.type === 'eccp.room.create' || (draft.type === 'eccp.room.member' && draft.stateKey === draft.sender);
    if (!carries) return draft;
    const { name, chain } = this.#options.identity;
    const documents = documentsToCarry(state, name, chain);
    return documents.length === 0 ? draft : { ...draft, content: { ...draft.content, node_keys: documents } };
  }
}

/** The answer of an action that finds everything as it would leave it (ROOM-022, ROOM-084). */
export async function inForce(db: Kysely<Tables>, state: RoomState, eventId: EventId): Promise<SendResult> {
  const row = await eventById(db, idOf(state), eventId);
  return { event_id: eventId, status: 'sequenced', ...(row && { seq: row.seq }) };
}

function idOf(state: RoomState): RoomId {
  return state.roomId as RoomId;
}

/** Users who are joined, by the state. */
export function joinedUsers(state: RoomState): UserId[] {
  return state
    .entries()
    .filter((entry) => entry.type === 'eccp.room.member' && entry.content?.membership === 'join')
    .map((entry) => entry.state_key as UserId);
}
