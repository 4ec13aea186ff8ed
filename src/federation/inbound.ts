import type { Json, JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { isObject } from '../core/members.ts';
import type {
  DeviceItemResult,
  EventId,
  ItemResult,
  NodeName,
  Transaction,
  TransactionResult,
} from '../generated/api.ts';
import { refusalResult } from '../services/hosting.ts';
import { EntryIntake, type EntryIntakeOptions } from './entry-intake.ts';
import { maxItems } from './transaction.ts';

/** Who takes what a transaction brings. */
export interface InboundOptions extends EntryIntakeOptions {
  readonly invitations: { receive(origin: NodeName, item: JsonObject): Promise<ItemResult> };
  /** Takes submissions of one room, in order, and gives their results. */
  readonly hosting: { submit(origin: NodeName, items: readonly JsonObject[]): Promise<ItemResult[]> };
  readonly deviceChanges: DeviceReceiver;
  readonly toDevice: DeviceReceiver;
  readonly ephemeral?: Receiver<'ephemeral'>;
  readonly heads?: Receiver<'heads'>;
  readonly evidence?: Receiver<'evidence'>;
  readonly audit: { record(entry: RefusedItem): Promise<void> };
  /** Told of what nobody foresaw, such as a disk that refuses. */
  report(error: unknown, origin: NodeName): void;
}

/** Takes a section whose items have no results. What it refuses, with an EccpError, is nobody's concern. */
interface Receiver<Section extends keyof Transaction> {
  receive(origin: NodeName, items: NonNullable<Transaction[Section]>): Promise<void>;
}

/** Takes an item that is no event. @throws EccpError what is wrong with it. */
interface DeviceReceiver {
  receive(origin: NodeName, item: JsonObject): Promise<void>;
}

interface RefusedItem {
  kind: string;
  actor: string;
  subject: string;
  errcode: string;
  request_id: string;
  detail: JsonObject;
}

/** An item as the schema of a transaction leaves it: nothing but its event id is known. */
type Item = JsonObject & { event_id: EventId };
type DeviceItem = JsonObject & { id: string };

/** Takes what another node hands over (chapter 16). */
export class Inbound {
  readonly #options: InboundOptions;
  readonly #intake: EntryIntake;

  constructor(options: InboundOptions) {
    this.#options = options;
    this.#intake = new EntryIntake(options);
  }

  /**
   * Takes a transaction. What is wrong with an item is told in its result and recorded; the others are taken all the same (FED-004).
   *
   * @param origin the node that sent it, authenticated.
   * @param transaction as its schema has it.
   * @throws EccpError ECCP_TOO_LARGE for more than 50 items, of which none is taken.
   */
  async exchange(origin: NodeName, transaction: Transaction, requestId: string): Promise<TransactionResult> {
    const { invites = [], entries = [], submissions = [] } = transaction as { [section: string]: Item[] };
    const { device_changes = [], to_device = [] } = transaction as { [section: string]: DeviceItem[] };
    const count = [invites, entries, submissions, device_changes, to_device].reduce(
      (sum, { length }) => sum + length,
      0,
    );
    if (count > maxItems) throw new EccpError('ECCP_TOO_LARGE', `${count} items, more than ${maxItems}.`); // FED-006
    const results: TransactionResult = {
      invites: await this.#invites(origin, invites),
      entries: await this.#entries(origin, entries),
      submissions: await this.#submissions(origin, submissions),
      device_changes: await this.#deviceItems(origin, device_changes, this.#options.deviceChanges),
      to_device: await this.#deviceItems(origin, to_device, this.#options.toDevice),
    };
    await this.#recordRefusals(origin, results, requestId);
    await this.#sectionsWithoutResults(origin, transaction);
    return results;
  }

  #invites(origin: NodeName, items: readonly Item[]): Promise<ItemResult[]> {
    const { invitations } = this.#options;
    return byRoom(items, roomOf, async (ofRoom) => {
      const results: ItemResult[] = [];
      for (const item of ofRoom) {
        results.push(await invitations.receive(origin, item).catch((error) => this.#refused(origin, item, error)));
      }
      return results;
    });
  }

  #submissions(origin: NodeName, items: readonly Item[]): Promise<ItemResult[]> {
    const { hosting } = this.#options;
    return byRoom(items, roomOf, (ofRoom) =>
      hosting.submit(origin, ofRoom).catch((error) => ofRoom.map((item) => this.#refused(origin, item, error))),
    );
  }

  #entries(origin: NodeName, items: readonly Item[]): Promise<ItemResult[]> {
    return byRoom(items, roomOfEntry, async (ofRoom, roomId) => {
      const refusals = await this.#intake.take(origin, roomId, ofRoom);
      return ofRoom.map((item, i) => {
        const refusal = refusals[i];
        if (refusal !== undefined) return this.#refused(origin, item, refusal);
        return { event_id: item.event_id, status: 'applied' };
      });
    });
  }

  async #deviceItems(
    origin: NodeName,
    items: readonly DeviceItem[],
    receiver: DeviceReceiver,
  ): Promise<DeviceItemResult[]> {
    const results: DeviceItemResult[] = [];
    for (const item of items) {
      const { id } = item;
      try {
        await receiver.receive(origin, item);
        results.push({ id, status: 'applied' });
      } catch (error) {
        const { errcode, error: sentence } = this.#reason(origin, error);
        results.push({
          id,
          ...(errcode !== undefined && { errcode }),
          ...(sentence !== undefined && { error: sentence }),
        });
      }
    }
    return results;
  }

  #refused(origin: NodeName, { event_id }: Item, reason: unknown): ItemResult {
    return { event_id, ...this.#reason(origin, reason) };
  }

  /** What was not foreseen is told in the log only; the sender tries again. */
  #reason(origin: NodeName, reason: unknown): Omit<ItemResult, 'event_id'> {
    if (reason instanceof EccpError) return refusalResult(reason);
    this.#options.report(reason, origin);
    return { errcode: 'ECCP_UNAVAILABLE', error: 'The node could not take the item now.' };
  }

  async #sectionsWithoutResults(origin: NodeName, { ephemeral, heads, evidence }: Transaction): Promise<void> {
    const receivers = this.#options;
    const taken = [
      () => ephemeral && receivers.ephemeral?.receive(origin, ephemeral),
      () => heads && receivers.heads?.receive(origin, heads),
      () => evidence && receivers.evidence?.receive(origin, evidence),
    ];
    for (const take of taken) {
      try {
        await take();
      } catch (error) {
        if (!(error instanceof EccpError)) receivers.report(error, origin);
      }
    }
  }

  async #recordRefusals(origin: NodeName, results: TransactionResult, requestId: string): Promise<void> {
    const recorded: Promise<void>[] = []; // in order, and on disk together
    for (const section of ['invites', 'entries', 'submissions', 'device_changes', 'to_device'] as const) {
      for (const result of results[section] ?? []) {
        const { errcode } = result;
        if (errcode === undefined) continue;
        const record = {
          kind: 'federation.item_refused', // AUD-007
          actor: origin,
          subject: 'event_id' in result ? result.event_id : result.id,
          errcode,
          request_id: requestId,
          detail: { section },
        };
        recorded.push(this.#options.audit.record(record));
      }
    }
    await Promise.all(recorded);
  }
}

/** Rooms do not wait for one another; the items of each are taken in their order. */
async function byRoom(
  items: readonly Item[],
  room: (item: Item) => Json | undefined,
  take: (items: readonly Item[], room: Json | undefined) => Promise<ItemResult[]>,
): Promise<ItemResult[]> {
  const rooms = Map.groupBy(items, room);
  const results = new Map<Item, ItemResult>();
  await Promise.all(
    [...rooms].map(async ([roomId, ofRoom]) => {
      const taken = await take(ofRoom, roomId);
      for (const [i, result] of taken.entries()) results.set(ofRoom[i] as Item, result);
    }),
  );
  return items.map((item) => results.get(item) as ItemResult);
}

function roomOf({ room_id }: Item): Json | undefined {
  return room_id;
}

function roomOfEntry({ entry }: Item): Json | undefined {
  return isObject(entry) ? entry.room_id : undefined;
}
