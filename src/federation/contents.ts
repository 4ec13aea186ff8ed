import { EccpError } from '../core/errors.ts';
import type { NodeName, RoomId } from '../generated/api.ts';
import type { Missing } from '../services/missing-contents.ts';
import { logPage, type SignedGet } from './log-page.ts';

/** How many entries are asked for at a time. */
const pageSize = 100;
/** How long a room is left alone after a try, in milliseconds: what nobody has today, nobody has in the next second. */
const restMs = 60_000;
/** Of so many rooms it is remembered when they were tried last. */
const maxRemembered = 1_000;

export interface ContentsOptions {
  readonly client: SignedGet;
  readonly missing: {
    sources(roomId: RoomId): Promise<NodeName[]>;
    fill(roomId: RoomId, entries: Awaited<ReturnType<typeof logPage>>['entries']): Promise<void>;
  };
  /** Milliseconds on a clock that never goes back. */
  readonly elapsed: () => number;
  /** Told of what nobody foresaw. */
  report(error: unknown): void;
}

/** Fetches contents that this node holds entries without, when a user has missed them (PULL-035). */
export class Contents {
  readonly #options: ContentsOptions;
  readonly #stopping = new AbortController();
  readonly #tried = new Map<RoomId, number>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: ContentsOptions) {
    this.#options = options;
  }

  /** Fetches a page of what is missing. Within a minute of the last try in the room nothing happens: the next reader asks again. */
  want(missing: Missing): void {
    const { elapsed, report } = this.#options;
    const last = this.#tried.get(missing.roomId);
    if (this.#stopping.signal.aborted || (last !== undefined && elapsed() - last < restMs)) return;
    this.#tried.delete(missing.roomId);
    this.#tried.set(missing.roomId, elapsed());
    for (const oldest of this.#tried.keys()) {
      if (this.#tried.size <= maxRemembered) break;
      this.#tried.delete(oldest);
    }
    const run = this.#fetch(missing)
      .catch((error: unknown) => {
        if (!(error instanceof EccpError)) report(error);
      })
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Gives up what runs. Resolves once nothing of it touches the store any more. */
  async stop(): Promise<void> {
    this.#stopping.abort(new EccpError('ECCP_UNAVAILABLE', 'The node stops.'));
    await Promise.allSettled(this.#running);
  }

  /** From the newest on, which is what most want to read, of the first node that answers. */
  async #fetch({ roomId, from, to }: Missing): Promise<void> {
    const { client, missing } = this.#options;
    const { signal } = this.#stopping;
    const first = Math.max(from, to - pageSize + 1);
    for (const node of await missing.sources(roomId)) {
      try {
        const { entries } = await logPage(client, roomId, node, { from: first, limit: to - first + 1 }, signal);
        return await missing.fill(roomId, entries);
      } catch (error) {
        if (!(error instanceof EccpError) || signal.aborted) throw error;
      }
    }
  }
}
