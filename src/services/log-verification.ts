import type { NodeName, RoomId } from '../generated/api.ts';
import { verifiedFrom } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import { unverifiedRooms } from '../storage/staged-events.ts';
import type { NodeStore } from './environment.ts';
import type { Evidence } from './evidence.ts';
import { LogCheck } from './log-check.ts';

export interface LogVerificationOptions {
  store: NodeStore;
  rooms: Rooms;
  evidence: Evidence;
}

/** Verifies the logs of rooms that were started from snapshots (PULL-057 to PULL-059). */
export class LogVerification {
  readonly #options: LogVerificationOptions;

  constructor(options: LogVerificationOptions) {
    this.#options = options;
  }

  /** The rooms whose logs are to be verified. */
  pending(): Promise<RoomId[]> {
    return this.#options.store.read(unverifiedRooms);
  }

  /**
   * Begins to verify a log, or takes it up where it was left.
   *
   * @returns undefined when there is nothing to verify, or the room is frozen.
   */
  async begin(roomId: RoomId): Promise<LogCheck | undefined> {
    const { store, rooms } = this.#options;
    const found = await store.read(async (db) => {
      const isPending = (await unverifiedRooms(db)).includes(roomId);
      const state = await rooms.load(db, roomId);
      return isPending && state ? { first: await verifiedFrom(db, roomId), host: state.host as NodeName } : undefined;
    });
    if (found === undefined) return undefined;
    const check = new LogCheck({ ...this.#options, roomId, ...found });
    await check.resume();
    return check;
  }
}
