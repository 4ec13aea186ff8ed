import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { SequencedEvent } from '../core/event.ts';
import { checkHashes, checkSubmittedContent } from '../core/event-acceptance.ts';
import { isAuthType } from '../core/event-types.ts';
import { isObject } from '../core/members.ts';
import type { EventId, NodeName, RoomId } from '../generated/api.ts';
import { eventById, sequencedOf } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { EventRow } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';

/** Entries without content, which a user wanted to read. */
export interface Missing {
  readonly roomId: RoomId;
  /** The places of the first and the last of them. */
  readonly from: number;
  readonly to: number;
}

/** Contents that were withheld from this node, although one of its users may read them by now (PULL-035). */
export class MissingContents {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;
  readonly #nodeName: string;
  #listener: (missing: Missing) => void = () => {};

  constructor(store: NodeStore, rooms: Rooms, nodeName: string) {
    this.#store = store;
    this.#rooms = rooms;
    this.#nodeName = nodeName;
  }

  onNoticed(listener: (missing: Missing) => void): void {
    this.#listener = listener;
  }

  /** @param rows what a user is about to read, and may. */
  notice(roomId: RoomId, rows: readonly EventRow[]): void {
    const seqs = rows.filter(isMissing).map(({ seq }) => seq);
    if (seqs.length > 0) this.#listener({ roomId, from: Math.min(...seqs), to: Math.max(...seqs) });
  }

  /** The other nodes that may have the contents, the host first. */
  async sources(roomId: RoomId): Promise<NodeName[]> {
    const state = await this.#store.read((db) => this.#rooms.load(db, roomId));
    if (state === undefined) return [];
    return [...new Set([state.host, ...state.nodes])].filter((node) => node !== this.#nodeName) as NodeName[];
  }

  /**
   * Puts contents in that lack here.
   *
   * @param entries what another node served of the log, unchecked: what is not the content of the event that is held is passed over.
   */
  async fill(roomId: RoomId, entries: readonly Json[]): Promise<void> {
    await this.#store.write(async (trx) => {
      for (const entry of entries) {
        const { event_id, content, nonce } = isObject(entry) ? entry : {};
        if (typeof event_id !== 'string' || !isObject(content ?? null) || typeof nonce !== 'string') continue;
        const row = await eventById(trx, roomId, event_id as EventId);
        if (row === undefined || !isMissing(row)) continue;
        const whole = { ...sequencedOf(row), content, nonce } as unknown as SequencedEvent;
        if (isContentOf(whole)) await this.#rooms.fill(trx, roomId, whole);
      }
    });
  }
}

function isMissing({ content, redacted_by, type }: EventRow): boolean {
  return content === null && redacted_by === null && !isAuthType(type);
}

function isContentOf(whole: SequencedEvent): boolean {
  try {
    checkHashes(whole); // PULL-036
    checkSubmittedContent(whole);
    return true;
  } catch (error) {
    if (error instanceof EccpError) return false;
    throw error;
  }
}
