import type { NodeName } from '../generated/api.ts';
import { Delivery } from './delivery.ts';
import type { OutboundOptions } from './outbound-options.ts';

/** Sends what is queued for other nodes: a Delivery for each node that something waits for. */
export class Outbound {
  readonly #options: OutboundOptions;
  readonly #deliveries = new Map<NodeName, Delivery>();
  readonly #running = new Set<Promise<void>>();
  #isStopped = false;

  constructor(options: OutboundOptions) {
    this.#options = options;
  }

  /** Sends what waits already, and from now on what is queued. */
  async start(): Promise<void> {
    const { outbox } = this.#options;
    outbox.onQueued((destination) => this.#queued(destination));
    for (const destination of await outbox.destinations()) this.#queued(destination);
  }

  /** A node has been in contact: what waits for it because it did not answer need not wait much longer (FED-028). */
  wake(destination: NodeName): void {
    this.#deliveries.get(destination)?.contact();
  }

  /** The operator has changed something about a node, or about all: what waits for it is tried now. */
  retry(destination?: NodeName): void {
    for (const [node, delivery] of this.#deliveries) {
      if (destination === undefined || node === destination) delivery.retry();
    }
  }

  /** Gives up what is on its way, which stays queued. Resolves once nothing of this touches the store any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const delivery of this.#deliveries.values()) delivery.stop();
    await Promise.all(this.#running);
  }

  #queued(destination: NodeName): void {
    if (this.#isStopped) return;
    const running = this.#deliveries.get(destination);
    if (running === undefined) this.#start(destination);
    else running.queued();
  }

  #start(destination: NodeName): void {
    const delivery = new Delivery(destination, this.#options);
    this.#deliveries.set(destination, delivery);
    const run = delivery.run().then(() => {
      this.#running.delete(run);
      this.#deliveries.delete(destination);
      if (delivery.isQueued) this.#queued(destination);
    });
    this.#running.add(run);
  }
}
