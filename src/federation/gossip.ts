import type { Json, JsonObject } from '../core/canonical-json.ts';
import type { Equivocation, LogHead, NodeName, RoomId } from '../generated/api.ts';
import { exchangePath } from './transaction.ts';

/** Twice as often as heads have to be told (FED-050), in milliseconds. */
const roundMs = 5 * 60 * 1000;

export interface GossipOptions {
  readonly heads: {
    due(): Promise<Map<NodeName, { heads: Record<RoomId, LogHead>; evidence: Equivocation[] }>>;
    receive(origin: NodeName, heads: Readonly<Record<string, LogHead>>): Promise<RoomId[]>;
    receiveEvidence(origin: NodeName, items: readonly Equivocation[]): Promise<void>;
  };
  readonly evidence: {
    onFound(listener: (found: Equivocation, participants: readonly NodeName[]) => void): void;
  };
  readonly client: { signed(node: NodeName, method: 'POST', path: string, body: JsonObject): Promise<Json> };
  readonly pulls: { pull(roomId: RoomId, peer: NodeName): Promise<void> };
  /** Told of what nobody foresaw. */
  report(error: unknown): void;
}

/** Tells other participants what this one holds, so that a host which shows different logs is found out (sections 16.4 and 17.6). */
export class Gossip {
  readonly #options: GossipOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GossipOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.round(), roundMs).unref();
    this.#options.evidence.onFound((found, participants) => {
      for (const node of participants) void this.#tell(node, { evidence: [found] }); // HOST-079
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Tells every head that is due. A peer that is away misses it: the next round has what is new by then. */
  async round(): Promise<void> {
    try {
      for (const [node, news] of await this.#options.heads.due()) await this.#tell(node, news);
    } catch (error) {
      this.#options.report(error);
    }
  }

  /** Takes what another participant tells. A log that is further there is pulled, after the answer. */
  async receive(origin: NodeName, heads: Readonly<Record<string, LogHead>>): Promise<void> {
    for (const roomId of await this.#options.heads.receive(origin, heads)) {
      void this.#options.pulls.pull(roomId, origin).catch(() => {}); // FED-052; the next head asks again
    }
  }

  receiveEvidence(origin: NodeName, items: readonly Equivocation[]): Promise<void> {
    return this.#options.heads.receiveEvidence(origin, items);
  }

  async #tell(node: NodeName, news: object): Promise<void> {
    await this.#options.client.signed(node, 'POST', exchangePath, news as JsonObject).catch(() => {});
  }
}
