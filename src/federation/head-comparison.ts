import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { NodeName, RoomId } from '../generated/api.ts';
import { unlessAborted } from './abortable.ts';
import { logPage, roomPath, type SignedGet, seqOf } from './log-page.ts';
import { Pause, type Timers } from './pause.ts';
import { isRetryable, waitAfter } from './retry.ts';
import { Slots } from './slots.ts';

/** How long participants have for their answers, in milliseconds (HOST-092). */
const patienceMs = 30_000;
/** How many rooms one node is asked about at a time, and how many requests there are in all. */
const atOncePerPeer = 4;
const atOnce = 64;
/** The longest between two tries, in milliseconds: whoever waits for a room is a user. */
const maxWaitMs = 60_000;

export interface HeadComparisonOptions {
  readonly client: SignedGet;
  readonly pulls: { pull(roomId: RoomId, peer: NodeName): Promise<void> };
  /** services/host-start.ts */
  readonly hosts: {
    begin(isRestored: boolean): Promise<RoomId[]>;
    missing(roomId: RoomId): Promise<NodeName[]>;
    look(roomId: RoomId, received: Json): Promise<boolean>;
    answered(roomId: RoomId, node: NodeName): void;
    isAnswer(roomId: RoomId, isFinal: boolean, errcode: string): boolean;
    isSettled(roomId: RoomId, isLate: boolean): Promise<boolean>;
    isWaiting(roomId: RoomId): boolean;
    resume(roomId: RoomId): Promise<void>;
  };
  /** The place after the last entry held. */
  readonly nextSeq: (roomId: RoomId) => Promise<number | undefined>;
  readonly timers: Timers;
  readonly random: () => number;
  /** Told of what nobody foresaw. */
  report(error: unknown): void;
  /** Told how many rooms wait for participants when their time is over. */
  waiting(rooms: number): void;
}

/** A node that is asked, about one room after another. */
interface Lane {
  readonly rooms: Set<RoomId>;
  readonly pause: Pause;
}

/** After a start, asks the participants of the rooms hosted here what they hold, and fetches what this node has lost (section 17.8). */
export class HeadComparison {
  readonly #options: HeadComparisonOptions;
  readonly #stopping = new AbortController();
  readonly #lanes = new Map<NodeName, Lane>();
  readonly #running = new Set<Promise<void>>();
  readonly #slots = new Slots(atOnce);
  #isLate = false;

  constructor(options: HeadComparisonOptions) {
    this.#options = options;
  }

  /** Holds the rooms back, and begins to ask. */
  async start(isRestored: boolean): Promise<void> {
    const rooms = await this.#options.hosts.begin(isRestored);
    if (rooms.length === 0) return;
    const pause = new Pause(this.#options.timers, this.#stopping.signal);
    this.#run(pause.wait(patienceMs).then(() => this.#end(rooms)));
    this.#run(this.#advanceAll(rooms));
  }

  /** A node has been in contact: it can be asked now. */
  wake(node: NodeName): void {
    this.#lanes.get(node)?.pause.cutTo(0);
  }

  /** Gives up what runs. Resolves once nothing of it touches the store any more. */
  async stop(): Promise<void> {
    this.#stopping.abort(new EccpError('ECCP_UNAVAILABLE', 'The node stops.'));
    await Promise.all(this.#running);
  }

  #run(work: Promise<void>): void {
    const run = work
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#options.report(error);
      })
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** The time for answers is over. */
  async #end(rooms: readonly RoomId[]): Promise<void> {
    this.#isLate = true;
    await this.#advanceAll(rooms);
    const left = rooms.filter((roomId) => this.#options.hosts.isWaiting(roomId)).length;
    if (left > 0 && !this.#stopping.signal.aborted) this.#options.waiting(left);
  }

  async #advanceAll(rooms: readonly RoomId[]): Promise<void> {
    for (const roomId of rooms) {
      if (this.#stopping.signal.aborted) return;
      await this.#advance(roomId);
    }
  }

  /** Ends a room's wait where that may be, and otherwise asks those that have not answered: also those that an adopted entry brought. */
  async #advance(roomId: RoomId): Promise<void> {
    const { hosts } = this.#options;
    if (!hosts.isWaiting(roomId)) return;
    if (await hosts.isSettled(roomId, this.#isLate)) return hosts.resume(roomId);
    for (const node of await hosts.missing(roomId)) this.#enqueue(node, roomId);
  }

  #enqueue(node: NodeName, roomId: RoomId): void {
    const running = this.#lanes.get(node);
    if (running !== undefined) return void running.rooms.add(roomId);
    const lane = { rooms: new Set([roomId]), pause: new Pause(this.#options.timers, this.#stopping.signal) };
    this.#lanes.set(node, lane);
    this.#run(this.#drive(node, lane));
  }

  /** Asks a node about its rooms, a few at a time, and waits where it does not answer. */
  async #drive(node: NodeName, { rooms, pause }: Lane): Promise<void> {
    const { random, hosts } = this.#options;
    // Nothing is awaited between the last look and the removal: no room is added to a lane that has ended.
    for (let failures = 0; rooms.size > 0 && !this.#stopping.signal.aborted; ) {
      const some = firstOf(rooms, atOncePerPeer);
      const failed = await Promise.all(some.map((roomId) => this.#slots.use(() => this.#ask(roomId, node))));
      for (const [i, roomId] of some.entries()) {
        rooms.delete(roomId);
        if (failed[i] !== undefined && hosts.isWaiting(roomId)) rooms.add(roomId); // after the others
      }
      const failure = failed.find((error) => error !== undefined);
      failures = failure === undefined ? 0 : failures + 1;
      if (failure === undefined) continue;
      const { delayMs, leastMs } = waitAfter(failures, random(), failure);
      await pause.wait(Math.max(leastMs, Math.min(delayMs, maxWaitMs)));
    }
    this.#lanes.delete(node);
  }

  /** @returns why the node has to be asked again. */
  async #ask(roomId: RoomId, node: NodeName): Promise<EccpError | undefined> {
    const { hosts } = this.#options;
    if (this.#stopping.signal.aborted || !hosts.isWaiting(roomId)) return undefined;
    try {
      await this.#compare(roomId, node);
    } catch (error) {
      if (!(error instanceof EccpError)) {
        this.#options.report(error);
        return new EccpError('ECCP_UNAVAILABLE', 'The answer could not be used.', {}, { cause: error });
      }
      const { errcode } = error;
      if (!hosts.isAnswer(roomId, !isRetryable(errcode), errcode)) return error;
    }
    hosts.answered(roomId, node);
    await this.#advance(roomId);
    return undefined;
  }

  /** @throws EccpError why the node has not told what it holds, or why it is not to be had. */
  async #compare(roomId: RoomId, node: NodeName): Promise<void> {
    const { client, hosts, pulls, nextSeq } = this.#options;
    const { signal } = this.#stopping;
    const head = await unlessAborted(signal, client.signed(node, 'GET', roomPath(roomId, 'head')));
    if (!(await hosts.look(roomId, head))) return;
    // A log that is longer there may be another one: then it has another entry where this one ends.
    const held = (await nextSeq(roomId)) ?? 0;
    const { entries } = await logPage(client, roomId, node, { from: held - 1, limit: 1 }, signal);
    await hosts.look(roomId, entries[0] ?? null);
    await pulls.pull(roomId, node);
    const last = seqOf(head);
    if (typeof last === 'number' && ((await nextSeq(roomId)) ?? 0) <= last) {
      throw new EccpError('ECCP_GAP', 'The node keeps entries back.');
    }
  }
}

function firstOf(rooms: Iterable<RoomId>, count: number): RoomId[] {
  const first: RoomId[] = [];
  for (const roomId of rooms) {
    if (first.length === count) break;
    first.push(roomId);
  }
  return first;
}
