import type { EccpError } from '../core/errors.ts';
import type { EventId, NodeName } from '../generated/api.ts';

/** How long the answer to a client waits for the host, in milliseconds. */
const patienceMs = 5_000;
/** The same where the host did not answer when it was tried last. */
const awayPatienceMs = 1_000;
/** How long it waits for the entry once the host has sequenced the event, so that all is in time (HOST-055, HOST-056). */
const takenPatienceMs = { send: 4_000, act: 9_000, join: 60_000 };

/** What a client waits for: something that can stay queued, something that cannot, or a room's whole log. */
export type WaitKind = keyof typeof takenPatienceMs;

/** What became of an event: its place, or why it has none. */
export type Outcome = { seq: number } | EccpError;

/** An answer to a client that depends on a host. */
interface Waiter {
  readonly host: NodeName;
  /** Undefined: nothing will come of it for now. */
  settle(outcome: Outcome | undefined): void;
  /** The host has said yes. */
  prolong(): void;
}

/** A wait that has begun. */
export interface Waiting {
  /** Undefined when the host did not answer in time, or at all. */
  readonly outcome: Promise<Outcome | undefined>;
  /** Has to be called at the end. */
  end(): void;
}

/** The clients' requests that wait for what the hosts of rooms say. In memory: whoever waits no longer finds out by sync. */
export class HostAnswers {
  readonly #waiting = new Map<EventId, Waiter>();
  /** Nodes that did not answer when they were tried last, and why. */
  readonly #away = new Map<NodeName, EccpError>();
  #probe: (host: NodeName) => void = () => {};

  /** @param probe finds out whether a node that did not answer is back, and sends what waits for it if so. */
  onAway(probe: (host: NodeName) => void): void {
    this.#probe = probe;
  }

  /** A node has answered. */
  reached(host: NodeName): void {
    this.#away.delete(host);
  }

  /** A node could not be reached, or refused everything: nobody need wait for it. */
  lost(host: NodeName, error: EccpError): void {
    this.#away.set(host, error);
    for (const waiter of [...this.#waiting.values()]) if (waiter.host === host) waiter.settle(undefined);
  }

  /** Why a node did not answer when it was tried last. */
  whyAway(host: NodeName): EccpError | undefined {
    return this.#away.get(host);
  }

  /** An event has been settled: whoever waits for it is told. */
  settled(eventId: EventId, outcome: Outcome): void {
    this.#waiting.get(eventId)?.settle(outcome);
  }

  /** The host has taken an event: its entry is to come. */
  accepted(eventId: EventId): void {
    this.#waiting.get(eventId)?.prolong();
  }

  /** Begins to wait for an event. What is settled between this call and the use of `outcome` is not missed. */
  wait(eventId: EventId, host: NodeName, what: WaitKind): Waiting {
    const isAway = this.#away.has(host);
    if (isAway) this.#probe(host);
    const { promise, resolve } = Promise.withResolvers<Outcome | undefined>();
    let timer = setTimeout(() => resolve(undefined), isAway ? awayPatienceMs : patienceMs).unref();
    const prolong = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve(undefined), takenPatienceMs[what]).unref();
    };
    this.#waiting.set(eventId, { host, settle: resolve, prolong });
    const end = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(eventId);
    };
    return { outcome: promise, end };
  }
}
