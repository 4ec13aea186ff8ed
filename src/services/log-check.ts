import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { SequencedEvent } from '../core/event.ts';
import type { RoomState } from '../core/room-state.ts';
import type { LogHead, NodeName, RoomId } from '../generated/api.ts';
import { eventsIn, sequencedOf } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import { misplaced, noteJoined, stage, staged, uncover, unstage } from '../storage/staged-events.ts';
import type { Tables } from '../storage/tables.ts';
import { breathing } from './breath.ts';
import type { NodeStore } from './environment.ts';
import type { Evidence } from './evidence.ts';
import { isWhole, signedEntry } from './ingest.ts';
import { LogFold } from './log-fold.ts';

export interface LogCheckOptions {
  store: NodeStore;
  rooms: Rooms;
  evidence: Evidence;
  roomId: RoomId;
  /** The first entry that is shown: at first that of the snapshot. */
  first: number;
  host: NodeName;
}

/** How many entries are read, or written, in one transaction. */
const sliceLength = 200;

/** One log on its way from entry 0 through the snapshot that the room was started from. */
export class LogCheck {
  readonly #options: LogCheckOptions;
  readonly #fold: LogFold;
  readonly #breathe = breathing();

  constructor(options: LogCheckOptions) {
    this.#options = options;
    this.#fold = new LogFold(options.roomId);
  }

  /** The next entry that is wanted of the host. */
  get next(): number {
    return this.#fold.state.head.seq + 1;
  }

  /** The entry from which on nothing more is wanted. */
  get first(): number {
    return this.#options.first;
  }

  get host(): NodeName {
    return this.#options.host;
  }

  /** Goes through what an earlier run has kept. */
  async resume(): Promise<void> {
    const { store, roomId } = this.#options;
    for (;;) {
      const kept = await store.read((db) => staged(db, roomId, this.next, sliceLength));
      for (const sequenced of kept) {
        this.#fold.apply(sequenced);
        await this.#breathe();
      }
      if (kept.length < sliceLength) return;
    }
  }

  /**
   * Checks entries from before the snapshot, in order, and keeps them.
   *
   * @throws EccpError the code of the first that is refused; where the host signed it, the room is frozen then.
   */
  async take(received: readonly Json[]): Promise<void> {
    const good: SequencedEvent[] = [];
    let refusal: unknown;
    for (const item of received) {
      try {
        good.push(this.#fold.apply(item));
      } catch (error) {
        if (error instanceof EccpError && isWhole(item)) await this.#judge(this.#fold.state, item, error);
        refusal = error;
        break;
      }
      await this.#breathe();
    }
    await this.#options.store.write((trx) => stage(trx, good));
    if (refusal !== undefined) throw refusal;
  }

  /** Goes on through the snapshot to the last entry that is held. Then the log is verified, or the room is frozen. */
  async finish(): Promise<void> {
    const { store, roomId, evidence } = this.#options;
    try {
      while ((await store.read((db) => this.#applyHeld(db))) === sliceLength) await setImmediate();
      const wrong = await store.read((db) => misplaced(db, roomId, this.first));
      if (wrong !== undefined) {
        const moved = new EccpError('ECCP_CHAIN_FORK', 'an event of the snapshot has another place in the log');
        throw new Contradiction(sequencedOf(wrong) as LogHead, moved);
      }
      for (let first = this.first; first > 0; ) first = await store.write((trx) => this.#uncover(trx, first));
    } catch (error) {
      if (!(error instanceof Contradiction)) throw error;
      await evidence.invalid(roomId, error.entry, error.refusal);
      await store.write((trx) => unstage(trx, roomId));
    }
  }

  /** @returns the first entry that is shown then. */
  async #uncover(trx: Kysely<Tables>, shown: number): Promise<number> {
    const { rooms, roomId } = this.#options;
    while ((await this.#applyHeld(trx)) > 0); // what came since may redact what is not shown yet
    const { first, eventIds } = await uncover(trx, roomId, shown, sliceLength);
    for (const redaction of eventIds.flatMap((eventId) => this.#fold.redactionsOf(eventId))) {
      await rooms.redact(trx, roomId, redaction);
    }
    if (first > 0) return first;
    await noteJoined(trx, roomId, this.#fold.joined);
    await unstage(trx, roomId);
    return 0;
  }

  /** @returns how many there were. @throws Contradiction */
  async #applyHeld(db: Kysely<Tables>): Promise<number> {
    const ranges = [{ from: this.next, to: Number.MAX_SAFE_INTEGER }];
    const rows = await eventsIn(db, this.#options.roomId, ranges, 'asc', sliceLength);
    for (const row of rows) {
      const sequenced = sequencedOf(row);
      try {
        this.#fold.apply(sequenced as unknown as Json);
      } catch (error) {
        if (error instanceof EccpError) throw new Contradiction(sequenced as LogHead, error);
        throw error;
      }
    }
    return rows.length;
  }

  /** An entry that the host signed and that cannot be right ends the log (HOST-070). */
  async #judge(before: RoomState, received: Json, error: EccpError): Promise<void> {
    const entry = signedEntry(before, received);
    if (entry !== undefined) await this.#options.evidence.invalid(this.#options.roomId, entry, error);
  }
}

/** The log and the snapshot cannot both be right. */
class Contradiction extends Error {
  readonly entry: LogHead;
  readonly refusal: EccpError;

  constructor(entry: LogHead, refusal: EccpError) {
    super(refusal.message);
    this.entry = entry;
    this.refusal = refusal;
  }
}
