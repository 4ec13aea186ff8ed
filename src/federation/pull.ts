import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { NodeName, RoomId } from '../generated/api.ts';
import { logPage, type SignedGet } from './log-page.ts';

/** How many entries are asked for at a time. */
const pageSize = 100;
/** After so many entries a pull ends, whatever the peer still has; the next one goes on from there. */
const maxEntries = 1_000_000;

/** What takes entries in (services/ingest.ts). */
export interface EntryIngest {
  /** Passes over entries that are held. @throws EccpError of the first that is refused; those before it stay. */
  apply(roomId: RoomId, entries: readonly Json[], from: NodeName): Promise<void>;
  /** As apply(), with entries that a node served of the room's log. */
  applyLog(roomId: RoomId, entries: readonly Json[], from: NodeName): Promise<void>;
  /** The place after the last entry held; undefined for a room that is neither held nor awaited. */
  nextSeq(roomId: RoomId): Promise<number | undefined>;
}

export interface PullOptions {
  readonly client: SignedGet;
  readonly ingest: Pick<EntryIngest, 'applyLog' | 'nextSeq'>;
  /** Starts a room of which nothing is held from a snapshot, where that is quicker; whether it did. */
  readonly snapshots: { start(roomId: RoomId, peer: NodeName, signal: AbortSignal): Promise<boolean> };
}

/** Fetches the entries of a log that this node lacks from another node that has them (chapter 18). */
export class Pull {
  readonly #options: PullOptions;
  readonly #stopping = new AbortController();
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: PullOptions) {
    this.#options = options;
  }

  /**
   * Brings a room's log up to what the peer has. A pull of the same room from the same peer that runs already is joined; one from
   * another peer is not, so that a peer which dawdles holds nobody up.
   *
   * @throws EccpError what the peer answers or the ingest refuses; ECCP_UNREACHABLE for an answer out of form; ECCP_NOT_FOUND for a
   *   room that is neither held nor awaited; ECCP_UNAVAILABLE when the node stops. What was applied before stays.
   */
  pull(roomId: RoomId, peer: NodeName): Promise<void> {
    const key = `${roomId} ${peer}`;
    const running = this.#running.get(key) ?? this.#run(roomId, peer).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  /** Gives up what runs. Resolves once nothing of it touches the store any more. */
  async stop(): Promise<void> {
    this.#stopping.abort(new EccpError('ECCP_UNAVAILABLE', 'The node stops.'));
    await Promise.allSettled(this.#running.values());
  }

  async #run(roomId: RoomId, peer: NodeName): Promise<void> {
    const { ingest, snapshots } = this.#options;
    const { signal } = this.#stopping;
    let first = await this.#nextSeq(roomId);
    if (first === 0 && (await snapshots.start(roomId, peer, signal))) first = await this.#nextSeq(roomId);
    for (let from = first; from - first < maxEntries; ) {
      const { entries, head } = await logPage(this.#options.client, roomId, peer, { from, limit: pageSize }, signal);
      if (entries.length === 0) return;
      await ingest.applyLog(roomId, entries, peer);
      const next = await this.#nextSeq(roomId);
      if (next <= from || next > head) return;
      from = next;
    }
  }

  async #nextSeq(roomId: RoomId): Promise<number> {
    this.#stopping.signal.throwIfAborted();
    const next = await this.#options.ingest.nextSeq(roomId);
    if (next === undefined) throw new EccpError('ECCP_NOT_FOUND', 'This node takes no part in the room.');
    return next;
  }
}
