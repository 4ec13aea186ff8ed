// A node that the suite plays: it has keys, serves what nodes serve to nodes, signs what it sends, and is strict about what it gets.
import type { SecureContextOptions } from 'node:tls';
import type { Answer } from '../answer.ts';
import { ConformanceFailure } from '../outcome.ts';
import type { RawExchange } from '../trace.ts';
import { isObject, type Json, type JsonObject, lookUp } from '../wire/json.ts';
import { keyIn } from '../wire/key-document.ts';
import type { SequencedEvent, SignedKeyDocument } from '../wire/types.ts';
import { PeerIdentity } from './identity.ts';
import { type RequestFaults, send } from './outgoing.ts';
import { signatureProblem } from './request-signature.ts';
import type { PeerRoom } from './room.ts';
import { type Listening, listen, type Outcome, type Request } from './server.ts';
import { hostOf, type PeerSetting, type Sender } from './setting.ts';

/** What scenarios change about a fake node. */
export interface Behaviour {
  /** Looks at every request before anything else; an outcome is given as it is. */
  intercept?: (request: Request) => Outcome | undefined | Promise<Outcome | undefined>;
  /** What `/keys` answers. */
  keys?: (since: number) => JsonObject;
  /** As host: hands new entries to the other node by itself. */
  fansOut: boolean;
  /** As host: what it answers to a submission in place of sequencing it. */
  judge?: (submission: JsonObject) => JsonObject | undefined;
  /** The keys of its users, by user, and what a claim gives, by user and device. */
  userKeys?: (question: JsonObject) => JsonObject;
  claimedKeys?: (question: JsonObject) => JsonObject;
  /** The most entries that it serves of a log, and up to which. */
  logPage?: number;
  logUpTo?: number;
}

/** Answers a request as a fake node that is not bent does. */
export type Serve = (peer: FakePeer, request: Request) => Promise<Outcome>;

/** Milliseconds in which what has happened on the other node has to reach this one. */
const ARRIVAL = 10_000;

/** One fake node: a port of its own, hence a name that no other has. Close it when the scenario ends. */
export class FakePeer implements Sender {
  readonly setting: PeerSetting;
  readonly name: string;
  readonly identity: PeerIdentity;
  /** Rooms that it hosts or takes part in. */
  readonly rooms = new Map<string, PeerRoom>();
  /** Rooms that it has asked to join: their logs are pulled when their first entry comes. */
  readonly awaited = new Set<string>();
  readonly behaviour: Behaviour = { fansOut: true };
  /** What the other node did that no node may: held against it when the scenario ends. */
  readonly faults: string[] = [];
  /** All requests that came. */
  readonly requests: Request[] = [];
  /** How many of them were signed, and rightly. */
  authenticated = 0;
  /** The most transactions that were open at once. */
  mostAtOnce = 0;
  #open = 0;
  /** Bodies of the transactions that came. */
  readonly transactions: JsonObject[] = [];
  /** What it was asked about keys, oldest first. */
  readonly questions: { operation: string; body: JsonObject }[] = [];
  /** `invites` items that came. */
  readonly invites: JsonObject[] = [];
  /** What the other node answered to each entry that the queue handed to it, by event id. */
  readonly results = new Map<string, JsonObject>();
  readonly #outbox: SequencedEvent[] = [];
  #sending: Promise<void> = Promise.resolve();
  readonly #nonces = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #targetKeys: SignedKeyDocument[] = [];
  readonly #serve: Serve;
  readonly #listening: Listening;

  private constructor(setting: PeerSetting, listening: Listening, serve: Serve) {
    this.setting = setting;
    this.#serve = serve;
    this.#listening = listening;
    this.name = `${setting.advertise}:${listening.port}`;
    this.identity = new PeerIdentity(this.name);
  }

  /**
   * Starts a fake node with one key.
   * @param serve what it answers where no scenario intercepts.
   */
  static async start(setting: PeerSetting, serve: Serve): Promise<FakePeer> {
    let peer: FakePeer | undefined;
    const handle = async (request: Request) => (await peer?.handle(request)) ?? 'cut';
    const { authority } = setting;
    const tls = authority && { ...authority.issue([hostOf(setting)]), minVersion: 'TLSv1.3' as const };
    peer = new FakePeer(setting, await listen(setting.listen, handle, tls), serve);
    return peer;
  }

  /** Shows another certificate, or speaks another TLS, to those who connect from now on. */
  present(tls: SecureContextOptions): void {
    this.#listening.present(tls);
  }

  /** Stops listening. @throws what failed while entries were handed on. */
  async close(): Promise<void> {
    await this.#sending.finally(() => this.#listening.close());
  }

  /** A room that it hosts or takes part in. */
  room(id: string): PeerRoom | undefined {
    return this.rooms.get(id);
  }

  /** Sends a signed request to the other node, with the faults asked for; judges nothing but the answer's form. */
  async send(method: string, path: string, body?: Json | Uint8Array, faults?: RequestFaults): Promise<Answer> {
    return await send(this, { method, path, ...(body === undefined ? {} : { body }) }, faults);
  }

  /** Hands a transaction to the other node. */
  async transact(transaction: JsonObject, faults?: RequestFaults): Promise<Answer> {
    return await this.send('POST', '/_eccp/federation/v1/transactions', transaction, faults);
  }

  /**
   * Waits for something that the other node has to bring about.
   * @throws ConformanceFailure when it has not come about in time.
   */
  async until(what: string, condition: () => boolean, within = ARRIVAL): Promise<void> {
    const end = performance.now() + within;
    while (!condition()) {
      const left = end - performance.now();
      if (left <= 0) {
        const came = this.requests.map(({ method, uri }) => `${method} ${uri}`);
        throw new ConformanceFailure(`${what} within ${within} ms`, `only ${came.slice(-10).join(', ') || 'silence'}`);
      }
      await this.next(left);
    }
  }

  /** Answers a request of the other node. */
  async handle(request: Request): Promise<Outcome> {
    const { method, uri, body } = request;
    this.requests.push(request);
    const exchange: RawExchange = {
      who: `${this.setting.targetName} to ${this.name}`,
      to: this.name,
      method,
      path: uri,
      requestHeaders: { authorization: [...request.authorization] },
      requestBody: body,
      status: 0,
      responseHeaders: {},
      responseBody: '',
      ms: 0,
    };
    this.setting.trace.push(exchange);
    const outcome = await this.#answer(request);
    if (typeof outcome === 'string') exchange.responseBody = `(${outcome})`;
    else {
      exchange.status = outcome.status;
      exchange.responseBody = outcome.raw ?? JSON.stringify(outcome.body ?? {});
    }
    this.settle();
    return outcome;
  }

  async #answer(request: Request): Promise<Outcome> {
    if (request.method === 'POST') this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#open);
    try {
      return (await this.behaviour.intercept?.(request)) ?? (await this.#serve(this, request));
    } finally {
      if (request.method === 'POST') this.#open--;
    }
  }

  /** Checks who sent a request, and holds what is wrong with it against the other node. */
  async authentic(request: Request): Promise<boolean> {
    const { problem } = await signatureProblem(request, {
      origin: this.setting.targetName,
      destination: this.name,
      now: Date.now(),
      nonces: this.#nonces,
      keyOf: (id) => this.#keyOf(id),
    });
    if (problem !== undefined) this.blame(request, problem);
    else this.authenticated++;
    return problem === undefined;
  }

  /** Hands an entry to the other node, after those that were queued before it. */
  queue(item: SequencedEvent): void {
    this.#outbox.push(item);
    this.#sending = this.#sending.then(() => this.#deliver());
    this.#sending.catch(() => undefined); // close() and delivered() tell
  }

  /** What the other node answered to the entries that were handed to it, once all of them are. */
  async delivered(): Promise<ReadonlyMap<string, JsonObject>> {
    await this.#sending;
    return this.results;
  }

  /** Notes a fault of the other node. */
  blame(request: { method: string; uri: string }, problem: string): void {
    this.faults.push(`${request.method} ${request.uri}: ${problem}`);
  }

  /** Lets those who wait look again. */
  settle(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The chain of the other node's key documents as it serves it now. */
  async targetChain(): Promise<SignedKeyDocument[]> {
    const path = '/_eccp/federation/v1/keys';
    const answer = await this.setting.target.send({ who: this.name, method: 'GET', path }, this.setting.trace);
    const { documents } = answer.body;
    return Array.isArray(documents) && documents.every(isObject) ? (documents as unknown as SignedKeyDocument[]) : [];
  }

  async #deliver(): Promise<void> {
    const entries = this.#outbox.splice(0, 50);
    if (entries.length === 0) return;
    const answer = await this.transact({ entries });
    for (const [index, { event_id }] of entries.entries()) {
      const result = lookUp(answer.body, `entries.${index}`);
      this.results.set(event_id, isObject(result) ? result : answer.body);
    }
    this.settle();
  }

  async #keyOf(id: string): Promise<string | undefined> {
    const known = () => {
      const newest = this.#targetKeys.at(-1)?.document;
      return newest && keyIn(newest, id);
    };
    if (known() === undefined) this.#targetKeys = await this.targetChain();
    return known();
  }

  /** Waits until something came, for at most so many milliseconds. */
  async next(within: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, within);
    this.#listeners.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#listeners.delete(resolve);
  }
}
