// What surrounds an Outbound: a queue that outlasts it, a peer, and the means to kill it at any moment.
import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import { Outbound } from '../../src/federation/outbound.ts';
import type { OutboundOptions } from '../../src/federation/outbound-options.ts';
import type { QueuedItem } from '../../src/federation/transaction.ts';
import type { EventId, ItemResult, NodeName, RoomId } from '../../src/generated/api.ts';
import { seeded, VirtualTime } from './virtual-time.ts';

export const peer = 'peer.test' as NodeName;

export interface Sent {
  /** When, on the world's clock. */
  readonly at: number;
  readonly transaction: JsonObject;
  readonly eventIds: string[];
}

/** What a node answers a transaction. */
export type Answering = (transaction: JsonObject, to: NodeName) => Promise<Json>;

export class OutboundWorld {
  readonly time = new VirtualTime();
  readonly queues = new Map<NodeName, QueuedItem[]>();
  readonly sent: Sent[] = [];
  readonly settled: ItemResult[] = [];
  readonly audited: { kind: string; subject: string; errcode: string }[] = [];
  readonly reported: unknown[] = [];
  readonly contacts: ('succeeded' | string)[] = [];
  outbound: Outbound;
  answer: Answering = async (transaction) => accepted(transaction);
  /** Whether the queue leaves out the rooms that it is asked to leave out. */
  skipsHeld = true;
  padding = false;
  /** Thrown by the queue when it is written to. */
  storeFault: Error | undefined;
  /** Awaited by the queue before it is written to. */
  storeBusy: Promise<void> | undefined;
  /** Awaited by the queue before it is read. */
  readBusy: Promise<void> | undefined;
  #position = 0;
  #listener: (destination: NodeName) => void = () => {};
  readonly #random: () => number;
  #kill = () => {};
  #timers: ReadonlySet<unknown> = new Set();

  constructor(seed = 1) {
    this.#random = seeded(seed);
    this.outbound = this.#boot();
  }

  /** Puts an item into the queue, as a service does, and tells who listens. */
  queue(room: string, kind: QueuedItem['kind'] = 'entry', to = peer): EventId {
    const position = ++this.#position;
    const eventId = `$${String(position).padStart(42, '0')}A` as EventId;
    const roomId = `!${room}:host.test` as RoomId;
    const queue = this.queues.get(to) ?? [];
    this.queues.set(to, queue);
    queue.push({ position, kind, eventId, roomId, body: { event_id: eventId, room_id: roomId } });
    this.#listener(to);
    return eventId;
  }

  /** What waits for a node. */
  waiting(node = peer): EventId[] {
    return (this.queues.get(node) ?? []).map((item) => item.eventId);
  }

  /** How many timers the Outbound has running. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Ends the Outbound without a word, and starts another that finds the queue as it is. */
  async crash(): Promise<void> {
    this.#kill();
    this.outbound = this.#boot();
    await this.outbound.start();
  }

  #boot(): Outbound {
    let isAlive = true;
    const inFlight = new Map<NodeName, number>();
    const timers = new Set<() => void>();
    this.#timers = timers;
    this.#kill = () => {
      isAlive = false;
      for (const cancel of timers) cancel();
    };
    const after = (ms: number, run: () => void) => {
      const cancel = this.time.after(ms, () => {
        timers.delete(cancel);
        run();
      });
      timers.add(cancel);
      return () => {
        timers.delete(cancel);
        cancel();
      };
    };
    // A dead process's calls neither happen nor return.
    const whileAlive = async <T>(work: () => T | Promise<T>): Promise<T> => {
      if (!isAlive) return new Promise(() => {});
      const [outcome] = await Promise.allSettled([(async () => work())()]);
      if (!isAlive) return new Promise(() => {});
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    };
    const options: OutboundOptions = {
      outbox: {
        onQueued: (listener) => {
          this.#listener = listener;
        },
        destinations: () =>
          whileAlive(() => [...this.queues].filter(([, queue]) => queue.length > 0).map(([node]) => node)),
        next: (node, max, _, except) =>
          whileAlive(async () => {
            const queue = this.queues.get(node) ?? [];
            const items = queue.filter((item) => !this.skipsHeld || !except.has(item.roomId)).slice(0, max);
            await this.readBusy;
            return items;
          }),
        done: (node, positions) =>
          whileAlive(async () => {
            await this.storeBusy;
            if (this.storeFault) throw this.storeFault;
            const gone = new Set(positions);
            this.queues.set(
              node,
              (this.queues.get(node) ?? []).filter((item) => !gone.has(item.position)),
            );
          }),
      },
      submissions: {
        settle: (_, results) =>
          whileAlive(() => {
            if (this.storeFault) throw this.storeFault;
            this.settled.push(...results);
          }),
      },
      client: {
        signed: (node, method, path, body) =>
          whileAlive(() => {
            assert.deepEqual([method, path], ['POST', '/_eccp/federation/v1/transactions']);
            return this.#exchange(node, body, inFlight);
          }),
      },
      peers: {
        succeeded: () => this.contacts.push('succeeded'),
        failed: (_, error) => this.contacts.push(error.errcode),
      },
      policy: { current: () => ({ federation: { metadata_padding: this.padding } }) },
      audit: { record: (entry) => whileAlive(() => this.audited.push(entry)) },
      timers: { elapsed: this.time.elapsed, after },
      random: this.#random,
      report: (error) => this.reported.push(error),
    };
    return new Outbound(options);
  }

  async #exchange(to: NodeName, transaction: JsonObject, inFlight: Map<NodeName, number>): Promise<Json> {
    assert.equal(inFlight.get(to) ?? 0, 0, 'one transaction at a time for a destination (FED-020)');
    inFlight.set(to, 1);
    const eventIds = itemsOf(transaction).map((item) => item.event_id);
    assert.ok(eventIds.length <= 50, 'FED-022');
    this.sent.push({ at: this.time.elapsed(), transaction, eventIds });
    try {
      return await this.answer(transaction, to);
    } finally {
      inFlight.set(to, 0);
    }
  }
}

export type Item = { event_id: string; room_id: string };

const sections = ['invites', 'entries', 'submissions'] as const;

/** In the order in which a receiver takes them. */
export function itemsOf(transaction: JsonObject): Item[] {
  return sections.flatMap((section) => (transaction[section] ?? []) as Item[]);
}

/** The answer that gives each item this result. */
export function answerOf(transaction: JsonObject, result: (item: Item) => Partial<ItemResult>): JsonObject {
  const lists = sections.map((section) => {
    const items = (transaction[section] ?? []) as Item[];
    return [section, items.map((item) => ({ event_id: item.event_id, ...result(item) }))];
  });
  return Object.fromEntries(lists) as JsonObject;
}

export function accepted(transaction: JsonObject): JsonObject {
  return answerOf(transaction, () => ({ status: 'applied' }));
}

export function unreachable(): EccpError {
  return new EccpError('ECCP_UNREACHABLE', 'Nobody is there.');
}
