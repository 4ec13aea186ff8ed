import type { Kysely } from 'kysely';
import type { Json, JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { NodeName, RoomId, WaitingRoom } from '../generated/api.ts';
import type { Rooms } from '../storage/rooms.ts';
import { sharedRooms } from '../storage/shared-rooms.ts';
import type { Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import type { Evidence, Recorder } from './evidence.ts';
import type { Hosting } from './hosting.ts';
import { signedEntry } from './ingest.ts';
import type { Outbox } from './outbox.ts';
import type { Submissions } from './submissions.ts';
import type { Unconfirmed } from './unconfirmed.ts';

export interface HostStartOptions {
  store: NodeStore;
  rooms: Rooms;
  outbox: Outbox;
  submissions: Submissions;
  hosting: Hosting;
  evidence: Evidence;
  unconfirmed: Unconfirmed;
  audit: Recorder;
  nodeName: string;
}

/** How many of the acts that waited are sequenced at a time. */
const slice = 20;

/** What a host knows, after its start, of whether it has all of its logs; and the end of the wait for that (section 17.8). */
export class HostStart {
  readonly #options: HostStartOptions;
  readonly #resuming = new Map<RoomId, Promise<void>>();

  constructor(options: HostStartOptions) {
    this.#options = options;
    options.outbox.onOwn(() => void this.#resumeOthers().catch(() => {})); // the next one, or the next start, tries again
  }

  /**
   * Holds back the rooms hosted here that other nodes take part in. To be called before anything can be sequenced.
   *
   * @param isRestored whether the operator says that the data is an older copy; it holds on after a restart (HOST-096).
   * @returns the rooms.
   */
  async begin(isRestored: boolean): Promise<RoomId[]> {
    const { store, unconfirmed, nodeName } = this.#options;
    const found = await store.read((db) => sharedRooms(db, nodeName as NodeName));
    if (isRestored && found.length > 0) {
      await store.write(async (trx) => {
        for (const room_id of found) {
          const row = trx.insertInto('restored_rooms').values({ room_id });
          await row.onConflict((conflict) => conflict.doNothing()).execute();
        }
      });
    }
    const restored = await store.read((db) => db.selectFrom('restored_rooms').select('room_id').execute());
    const restoredIds = new Set(restored.map((row) => row.room_id));
    for (const roomId of found) unconfirmed.hold(roomId, restoredIds.has(roomId));
    await this.#resumeOthers();
    return found;
  }

  isWaiting(roomId: RoomId): boolean {
    return this.#options.unconfirmed.has(roomId);
  }

  /** The other nodes with joined users that have not told yet what they hold. */
  async missing(roomId: RoomId): Promise<NodeName[]> {
    const { store, rooms, unconfirmed, nodeName } = this.#options;
    const confirming = unconfirmed.get(roomId);
    if (confirming === undefined) return [];
    const nodes = await store.read(async (db) => (await rooms.load(db, roomId))?.nodes ?? new Set<string>());
    return [...nodes].filter((node) => node !== nodeName && !confirming.answered.has(node as NodeName)) as NodeName[];
  }

  /**
   * Looks at an entry that a participant has served: the last one that it has, or the one that it has at some place.
   *
   * @param received a LogHead, untrusted.
   * @returns whether the place is beyond this node's last entry. What contradicts an entry held here freezes the room.
   */
  async look(roomId: RoomId, received: Json): Promise<boolean> {
    const { store, rooms, evidence, unconfirmed } = this.#options;
    const state = await store.read((db) => rooms.load(db, roomId));
    const own = state && signedEntry(state, received);
    if (state === undefined || own === undefined) return true; // by another key, maybe: what comes before it will tell
    const { seq } = own.entry;
    const confirming = unconfirmed.get(roomId);
    if (confirming !== undefined) confirming.shownSeq = Math.max(confirming.shownSeq, seq);
    if (seq > state.head.seq) return true;
    await evidence.contradiction(roomId, own);
    return false;
  }

  /** A participant has told what it holds, and all of it that is this node's own is here. */
  answered(roomId: RoomId, node: NodeName): void {
    this.#options.unconfirmed.get(roomId)?.answered.add(node);
  }

  /** Whether a refusal of a participant counts as its answer: it will not say more. */
  isAnswer(roomId: RoomId, isFinal: boolean, errcode: string): boolean {
    return errcode === 'ECCP_NOT_FOUND' || (isFinal && this.#options.unconfirmed.get(roomId)?.isRestored !== true);
  }

  /** @param isLate whether the time for answers is over. @returns whether the room may take events. */
  async isSettled(roomId: RoomId, isLate: boolean): Promise<boolean> {
    const { store, rooms, unconfirmed } = this.#options;
    const confirming = unconfirmed.get(roomId);
    if (confirming === undefined) return true;
    if ((!isLate || confirming.isRestored) && (await this.missing(roomId)).length > 0) return false;
    return store.read(async (db) => {
      const seq = (await rooms.load(db, roomId))?.head.seq ?? -1;
      return seq >= confirming.shownSeq || (await rooms.isFrozen(db, roomId)); // HOST-094
    });
  }

  /** Sequences what this node's users did meanwhile, in its order; from then on the room takes events as ever. */
  resume(roomId: RoomId): Promise<void> {
    const running = this.#resuming.get(roomId) ?? this.#resume(roomId).finally(() => this.#resuming.delete(roomId));
    this.#resuming.set(roomId, running);
    return running;
  }

  /** Rooms that wait because of a restore, and for whom. */
  async waiting(): Promise<WaitingRoom[]> {
    const { unconfirmed } = this.#options;
    const ids = unconfirmed.ids().filter((roomId) => unconfirmed.get(roomId)?.isRestored === true);
    return Promise.all(ids.map(async (room_id) => ({ room_id, nodes: (await this.missing(room_id)).sort() })));
  }

  /**
   * The operator ends the wait for a room.
   *
   * @param actor a user id.
   * @throws EccpError ECCP_NOT_FOUND for a room that does not wait.
   */
  async override(actor: string, roomId: RoomId, requestId?: string): Promise<void> {
    const { unconfirmed, audit } = this.#options;
    if (!unconfirmed.has(roomId)) throw new EccpError('ECCP_NOT_FOUND', 'There is no room that waits.');
    const detail = { missing: await this.missing(roomId) };
    await audit.record({ kind: 'room.resumed', actor, subject: roomId, detail, request_id: requestId });
    await this.resume(roomId);
  }

  async #resume(roomId: RoomId): Promise<void> {
    const { store, unconfirmed } = this.#options;
    for (;;) {
      // Nobody can add to what waits within the transaction that finds nothing: whoever comes after it sequences.
      const left = await store.write(async (trx) => {
        const rows = await this.#waitingActs(trx, roomId);
        if (rows.length > 0) return rows;
        if (unconfirmed.get(roomId)?.isRestored) {
          await trx.deleteFrom('restored_rooms').where('room_id', '=', roomId).execute();
        }
        unconfirmed.release(roomId);
        return rows;
      });
      if (left.length === 0) return;
      await this.#settle(left);
    }
  }

  /** What waits in rooms that take events: it came when a room moved here, or this node stopped before it was through. */
  async #resumeOthers(): Promise<void> {
    const { store, outbox, unconfirmed } = this.#options;
    const rooms = await store.read((db) => outbox.ownRooms(db));
    for (const roomId of rooms) if (!unconfirmed.has(roomId)) await this.resume(roomId);
  }

  #waitingActs(trx: Kysely<Tables>, roomId: RoomId) {
    return trx
      .selectFrom('outbox')
      .select(['position', 'item'])
      .where('destination', '=', this.#options.nodeName as NodeName)
      .where('room_id', '=', roomId)
      .orderBy('position')
      .limit(slice)
      .execute();
  }

  async #settle(acts: readonly { position: number; item: string | null }[]): Promise<void> {
    const { hosting, submissions, outbox } = this.#options;
    const nodeName = this.#options.nodeName as NodeName;
    const results = await hosting.submitOwn(acts.map(({ item }) => JSON.parse(item ?? '{}') as JsonObject));
    await submissions.settle(nodeName, results);
    await outbox.done(
      nodeName,
      acts.map(({ position }) => position),
    );
  }
}
