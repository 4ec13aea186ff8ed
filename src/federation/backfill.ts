import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { NodeName, RoomId } from '../generated/api.ts';
import { logPage, type SignedGet } from './log-page.ts';
import { Pause, type Timers } from './pause.ts';
import { waitAfter } from './retry.ts';

/** How many entries are asked for at a time: the most that a peer gives. */
const pageSize = 500;

/** A log that is being verified (services/log-check.ts). */
export interface RunningCheck {
  /** The next entry that is wanted of the host. */
  readonly next: number;
  /** The entry before which nothing more is wanted. */
  readonly first: number;
  readonly host: NodeName;
  take(entries: readonly Json[]): Promise<void>;
  finish(): Promise<void>;
}

export interface BackfillOptions {
  readonly client: SignedGet;
  readonly verification: {
    pending(): Promise<RoomId[]>;
    begin(roomId: RoomId): Promise<RunningCheck | undefined>;
  };
  readonly timers: Timers;
  readonly random: () => number;
  /** Told of what nobody foresaw. */
  report(error: unknown): void;
}

/** Fetches what lies before the snapshots that rooms were started from, in the background, until their logs are verified (PULL-057). */
export class Backfill {
  readonly #options: BackfillOptions;
  readonly #stopping = new AbortController();
  readonly #running = new Map<RoomId, Promise<void>>();

  constructor(options: BackfillOptions) {
    this.#options = options;
  }

  /** Takes up what was not finished. */
  async start(): Promise<void> {
    for (const roomId of await this.#options.verification.pending()) this.add(roomId);
  }

  /** Begins with a room. */
  add(roomId: RoomId): void {
    if (this.#stopping.signal.aborted || this.#running.has(roomId)) return;
    const run = this.#run(roomId).finally(() => this.#running.delete(roomId));
    this.#running.set(roomId, run);
  }

  /** Gives up what runs. Resolves once nothing of it touches the store any more. */
  async stop(): Promise<void> {
    this.#stopping.abort(new EccpError('ECCP_UNAVAILABLE', 'The node stops.'));
    await Promise.allSettled(this.#running.values());
  }

  async #run(roomId: RoomId): Promise<void> {
    const { timers, random, report } = this.#options;
    const { signal } = this.#stopping;
    const pause = new Pause(timers, signal);
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await this.#verify(roomId);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof EccpError)) report(error);
        await pause.wait(waitAfter(failures, random(), error instanceof EccpError ? error : undefined).delayMs);
      }
    }
  }

  async #verify(roomId: RoomId): Promise<void> {
    const { client, verification } = this.#options;
    const { signal } = this.#stopping;
    const check = await verification.begin(roomId);
    if (check === undefined) return;
    while (check.next < check.first) {
      const page = { from: check.next, limit: Math.min(pageSize, check.first - check.next) };
      const { entries } = await logPage(client, roomId, check.host, page, signal);
      if (entries.length === 0) throw new EccpError('ECCP_GAP', 'The host keeps entries back.');
      await check.take(entries);
      signal.throwIfAborted();
    }
    await check.finish();
  }
}
