import { EccpError } from '../core/errors.ts';
import type { ItemResult, NodeName } from '../generated/api.ts';
import { unlessAborted } from './abortable.ts';
import { Backoff } from './backoff.ts';
import { HeldRooms } from './held-rooms.ts';
import type { OutboundOptions } from './outbound-options.ts';
import { padded } from './padding.ts';
import { Pause } from './pause.ts';
import { isRetryable } from './retry.ts';
import {
  chooseItems,
  exchangePath,
  maxItemBytes,
  maxItems,
  type QueuedItem,
  readResults,
  transactionOf,
} from './transaction.ts';

/** After a transaction that passed, the next may have this many items more, where fewer than the most were tried. */
const growth = 5;

/** What waits for one node, on its way: in order, one transaction at a time, until nothing waits any more. */
export class Delivery {
  readonly #destination: NodeName;
  readonly #options: OutboundOptions;
  readonly #stopping = new AbortController();
  readonly #backoff: Backoff;
  readonly #held: HeldRooms;
  /** Until the held rooms are tried again. */
  readonly #holding: Pause;
  /** How many items the next transaction may have. */
  #limit = maxItems;
  /** The position of an item that was refused by itself, where an empty transaction was not. */
  #suspect: number | undefined;
  /** Whether something was queued since the queue was last read. */
  #isQueued = false;

  constructor(destination: NodeName, options: OutboundOptions) {
    const { timers, random } = options;
    this.#destination = destination;
    this.#options = options;
    this.#backoff = new Backoff(timers, random, this.#stopping.signal);
    this.#held = new HeldRooms(timers, random);
    this.#holding = new Pause(timers, this.#stopping.signal);
  }

  /** Whether something was queued that run() has not looked at, such as between its last look and its end. */
  get isQueued(): boolean {
    return this.#isQueued;
  }

  /** Something was queued for the destination. */
  queued(): void {
    this.#isQueued = true;
    this.#holding.cutTo(0);
    this.#backoff.news('queued');
  }

  /** The destination shows that it is there. */
  contact(): void {
    this.#backoff.news('contact');
  }

  /** The operator has changed something about the destination: whatever was waited for, try now. */
  retry(): void {
    this.#held.release();
    this.#holding.cutTo(0);
    this.#backoff.end();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Ends when nothing waits any more, or after stop(). Never throws. */
  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        if (!(await this.#round())) return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#options.report(error, this.#destination);
        await this.#backoff.failed();
      }
    }
  }

  /** @returns whether there is more to do. */
  async #round(): Promise<boolean> {
    this.#isQueued = false;
    this.#backoff.trying();
    const held = this.#held.rooms();
    const queue = await this.#options.outbox.next(this.#destination, this.#limit, maxItemBytes, held);
    if (this.#stopping.signal.aborted) return false;
    const items = chooseItems(queue, held);
    if (items.length > 0) await this.#deliver(items);
    else if (held.size === 0) return false;
    else if (!this.#isQueued) await this.#holding.wait(this.#held.restMs());
    return true;
  }

  /** @throws what the store does: the items stay, and passing them on again changes nothing. */
  async #deliver(items: readonly QueuedItem[]): Promise<void> {
    const outcome = await this.#exchange(items);
    if (this.#stopping.signal.aborted) return;
    if (outcome instanceof EccpError) {
      return isAboutItems(outcome) ? this.#refused(items, outcome) : this.#failed(outcome);
    }
    this.#options.peers.succeeded(this.#destination);
    await this.#settle(items, outcome);
    this.#backoff.passed();
    this.#limit = Math.min(maxItems, this.#limit + growth);
  }

  /** One transaction with these items. @returns their results, or why there are none. */
  async #exchange(items: readonly QueuedItem[]): Promise<ItemResult[] | EccpError> {
    const { client, policy, report } = this.#options;
    const transaction = transactionOf(items);
    const body = policy.current().federation.metadata_padding ? padded(transaction) : transaction;
    try {
      const request = client.signed(this.#destination, 'POST', exchangePath, body);
      const results = readResults(await unlessAborted(this.#stopping.signal, request), items);
      return results ?? new EccpError('ECCP_UNREACHABLE', 'The answer is not one to the transaction.');
    } catch (error) {
      if (error instanceof EccpError) return error;
      if (!this.#stopping.signal.aborted) report(error, this.#destination);
      return new EccpError('ECCP_UNREACHABLE', 'The request could not be made.', {}, { cause: error });
    }
  }

  /** Items that may do later stay, and hold back what comes after them in their rooms; all others are over and done with. */
  async #settle(items: readonly QueuedItem[], results: readonly ItemResult[]): Promise<void> {
    const answered = items.map((item, i) => ({ item, result: results[i] as ItemResult })); // readResults() saw to the number
    const waits = ({ result }: (typeof answered)[number]) => isRetryable(result.errcode ?? '');
    this.#held.hold(new Set(answered.filter(waits).map(({ item }) => item.roomId))); // FED-021
    const over = answered.filter((answer) => !waits(answer)); // FED-023, FED-024
    if (over.length > 0) await this.#finish(over);
  }

  /** Submissions learn their outcome before they leave the queue, so that a crash in between loses none. */
  async #finish(over: readonly { item: QueuedItem; result: ItemResult }[]): Promise<void> {
    const { outbox, submissions } = this.#options;
    const settled = over.filter(({ item }) => item.kind === 'submission').map(({ result }) => result);
    if (settled.length > 0) await submissions.settle(this.#destination, settled);
    await outbox.done(
      this.#destination,
      over.map(({ item }) => item.position),
    );
  }

  #failed(error: EccpError): Promise<void> {
    this.#options.peers.failed(this.#destination, error);
    return this.#backoff.failed(error);
  }

  /** FED-025: the transaction was refused for what it carries: halves of it are tried, down to the one item that is at fault. */
  async #refused(items: readonly QueuedItem[], refusal: EccpError): Promise<void> {
    const [item, ...others] = items;
    if (item === undefined || others.length > 0) {
      this.#limit = Math.max(1, Math.floor(items.length / 2));
      return;
    }
    if (this.#suspect === item.position) {
      await this.#drop(item, refusal);
    } else {
      // It may be about something else, such as what the peer got for this node's keys: then it refuses an empty transaction as well.
      const empty = await this.#exchange([]);
      if (this.#stopping.signal.aborted) return;
      if (empty instanceof EccpError) return this.#failed(empty);
      this.#suspect = item.position; // or an accident on the way: then it passes when it is sent again
    }
    await this.#backoff.failed(); // lest a peer that takes nothing empties the queue
  }

  async #drop(item: QueuedItem, { errcode, message }: EccpError): Promise<void> {
    const { eventId, roomId, kind } = item;
    const detail = { destination: this.#destination, room_id: roomId, section: kind };
    await this.#options.audit.record({
      kind: 'federation.item_dropped',
      actor: 'node',
      subject: eventId,
      errcode,
      detail,
    });
    await this.#finish([{ item, result: { event_id: eventId, errcode, error: message } }]);
  }
}

/** Whether a refusal of a whole transaction speaks of what it carries. */
function isAboutItems({ errcode }: EccpError): boolean {
  return errcode === 'ECCP_TOO_LARGE' || errcode === 'ECCP_BAD_JSON' || errcode === 'ECCP_BAD_PARAM';
}
