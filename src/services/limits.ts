import { EccpError } from '../core/errors.ts';
import { limitOf } from '../core/policy.ts';
import { type Bucket, fullBucket, type Rate, refill, take, waitFor } from '../core/token-bucket.ts';
import type { NodeName, Policy } from '../generated/api.ts';
import type { Audit } from './audit.ts';
import type { Environment } from './environment.ts';
import { LimitedState } from './limited-state.ts';

/** Buckets of so many peers are remembered. Names can be made up; a bucket that is forgotten for them is soon full again. */
const maxPeers = 10_000;

export interface LimitsOptions {
  environment: Environment;
  audit: Pick<Audit, 'record'>;
  policy: { current(): Policy };
}

/** How much clients and other nodes may ask, by the policy in force (chapter 19). */
export class Limits {
  readonly #options: LimitsOptions;
  /** By peer and address, the one that asked last at the end. */
  readonly #peers = new Map<string, Bucket>();
  readonly #limited: LimitedState;
  #allPeers: Bucket | undefined;
  #allClients: Bucket | undefined;

  constructor(options: LimitsOptions) {
    this.#options = options;
    this.#limited = new LimitedState(options.audit);
  }

  /**
   * A client asks for something.
   *
   * @throws EccpError ECCP_LIMIT_EXCEEDED when all clients together ask too much.
   */
  client(): void {
    const { quota } = this.#options.policy.current().client;
    this.#allClients = this.#now(this.#allClients, quota);
    const waitMs = waitFor(this.#allClients, quota);
    if (waitMs > 0) {
      this.#limited.refused('client', 'node');
      throw exceeded('All clients together', waitMs);
    }
    this.#allClients = take(this.#allClients);
  }

  /**
   * Another node asks for something, or somebody in its name: who it is has not been checked yet. A request that is refused
   * takes nothing out of any bucket. A peer's bucket is that of one address: else anybody could empty it in the peer's name.
   *
   * @param address where the request comes from.
   * @throws EccpError ECCP_LIMIT_EXCEEDED when the peer, or all peers together, ask too much. It is recorded here already.
   */
  peer(node: NodeName, address: string): void {
    const policy = this.#options.policy.current();
    const limit = limitOf(policy, node);
    const { quota } = policy.federation;
    const key = `${node} ${address}`; // no node has a space in its name
    const own = this.#now(this.#peers.get(key), limit);
    const ownWaitMs = waitFor(own, limit);
    if (ownWaitMs > 0) {
      this.#remember(key, own);
      this.#limited.refused('peer', node); // AUD-010
      throw exceeded(node, ownWaitMs);
    }
    this.#allPeers = this.#now(this.#allPeers, quota);
    const waitMs = waitFor(this.#allPeers, quota);
    if (waitMs > 0) {
      this.#limited.refused('peers', node);
      throw exceeded('All other nodes together', waitMs);
    }
    this.#allPeers = take(this.#allPeers);
    this.#remember(key, take(own));
  }

  /** Records what is still limited as ended, with what was refused. To be called before the store closes. */
  stop(): Promise<void> {
    return this.#limited.stop();
  }

  #now(bucket: Bucket | undefined, rate: Rate): Bucket {
    const now = this.#options.environment.elapsed();
    return bucket === undefined ? fullBucket(rate, now) : refill(bucket, rate, now);
  }

  #remember(key: string, bucket: Bucket): void {
    this.#peers.delete(key);
    this.#peers.set(key, bucket);
    if (this.#peers.size <= maxPeers) return;
    const [longestAgo] = this.#peers.keys();
    if (longestAgo !== undefined) this.#peers.delete(longestAgo);
  }
}

/** @param waitMs until there is a request to give again (POL-014). */
function exceeded(who: string, waitMs: number): EccpError {
  return new EccpError('ECCP_LIMIT_EXCEEDED', `${who} asked too much; wait a little.`, { retry_after_ms: waitMs });
}
