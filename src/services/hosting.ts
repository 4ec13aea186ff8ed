import type { Json, JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { Event, SignedEvent } from '../core/event.ts';
import { checkEventForm } from '../core/event-form.ts';
import { isRoomId, nodeOf } from '../core/ids.ts';
import { documentHash, type SignedKeyDocument } from '../core/key-document.ts';
import { badEvent, isObject } from '../core/members.ts';
import { type Appended, sequence } from '../core/room-log.ts';
import { carriedDocuments, type RoomState } from '../core/room-state.ts';
import type { EventId, ItemResult, NodeName, RoomId, UserId } from '../generated/api.ts';
import type { NodeIdentity } from '../storage/node-identity.ts';
import { prepared } from '../storage/prepared.ts';
import { recentEntries } from '../storage/recent-entries.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { Environment } from './environment.ts';
import type { LogChanges, LogKeeper } from './log-keeper.ts';
import { standing } from './room-access.ts';
import type { RoomWriter } from './room-writer.ts';
import { notConfirmed, type Unconfirmed } from './unconfirmed.ts';

export interface HostingOptions {
  rooms: Rooms;
  keeper: LogKeeper;
  writer: RoomWriter;
  identity: NodeIdentity;
  environment: Environment;
  unconfirmed: Unconfirmed;
  /** The key documents of another node that this one has verified, newest last. */
  documentsOf: (node: NodeName) => Promise<readonly SignedKeyDocument[]>;
}

/** How many events one transaction sequences: others wait for it. */
const perTransaction = 20;

/** How long a submission waits, in milliseconds, where this node has just started: as a rule the answers are there at once. */
const confirmationMs = 2_000;

/** This node as the host of rooms: it gives the events of other nodes' users their places. */
export class Hosting {
  readonly #options: HostingOptions;

  constructor(options: HostingOptions) {
    this.#options = options;
  }

  /**
   * Judges what a node submits, and sequences it in this order.
   *
   * @param origin the node that asks, authenticated.
   * @param items what it sent for schemas/Submission.json, of one room, unchecked.
   * @returns their results. A refusal is a result too: only a failure of this node itself is thrown.
   */
  async submit(origin: NodeName, items: readonly JsonObject[]): Promise<ItemResult[]> {
    const { unconfirmed, documentsOf } = this.#options;
    await unconfirmed.over(items[0]?.room_id as RoomId, confirmationMs);
    return this.#submit(origin, items, await documentsOf(origin));
  }

  /** As submit(), with what this node's own users did in a room while it was not confirmed: it judges that, confirmed or not. */
  submitOwn(items: readonly JsonObject[]): Promise<ItemResult[]> {
    const { identity } = this.#options;
    return this.#submit(identity.name as NodeName, items, identity.chain);
  }

  async #submit(
    origin: NodeName,
    items: readonly JsonObject[],
    known: readonly SignedKeyDocument[],
  ): Promise<ItemResult[]> {
    const batches: Promise<ItemResult[]>[] = [];
    // Transactions run in the order in which they are asked for. The next one need not wait until the one before is on disk.
    for (let start = 0; start < items.length; start += perTransaction) {
      const batch = items.slice(start, start + perTransaction);
      batches.push(this.#options.keeper.write((log) => this.#sequenceAll(log, origin, batch, known)));
    }
    return (await Promise.all(batches)).flat();
  }

  async #sequenceAll(
    log: LogChanges,
    origin: NodeName,
    items: readonly JsonObject[],
    known: readonly SignedKeyDocument[],
  ): Promise<ItemResult[]> {
    const results: ItemResult[] = [];
    for (const item of items) {
      const event_id = item.event_id as EventId;
      const seq = await this.#sequence(log, origin, item, known);
      results.push({ event_id, ...(seq instanceof EccpError ? refusalResult(seq) : { status: 'sequenced', seq }) });
    }
    return results;
  }

  /** @returns the event's place, or why it gets none. A refusal comes before the event is written: what others wrote may stay. */
  async #sequence(
    log: LogChanges,
    origin: NodeName,
    item: JsonObject,
    known: readonly SignedKeyDocument[],
  ): Promise<number | EccpError> {
    let judged: Judged;
    try {
      judged = await this.#judge(log, origin, item, known);
    } catch (error) {
      if (error instanceof EccpError) return error;
      throw error;
    }
    if ('appended' in judged) await log.append(judged.before, judged.appended);
    return judged.seq;
  }

  async #judge(
    log: LogChanges,
    origin: NodeName,
    item: JsonObject,
    known: readonly SignedKeyDocument[],
  ): Promise<Judged> {
    const { rooms, writer, identity, environment, unconfirmed } = this.#options;
    const { roomId, signed } = readSubmission(item);
    const { event } = signed;
    if (nodeOf(event.sender) !== origin) {
      throw new EccpError('ECCP_SENDER_MISMATCH', 'The sender lives on another node.');
    }
    const host = (await rooms.load(log.trx, roomId))?.host ?? nodeOf(roomId);
    if (host !== identity.name) {
      throw new EccpError('ECCP_NOT_HOST', 'This node does not host the room.', { host }); // HOST-007
    }
    if (origin !== identity.name && unconfirmed.has(roomId)) throw notConfirmed(); // HOST-095: the state may be an old one
    const { state: found } = await standing(log.trx, rooms, roomId, event.sender as UserId); // hides what is hidden
    const [before] = await placeOf(log.trx, { roomId, eventId: signed.event_id as EventId });
    if (before !== undefined) return { seq: before.seq }; // repeated: the same result, nothing twice
    await rooms.requireOpen(log.trx, roomId);
    const state = await writer.renewHosted(log, found);
    const seqs = [event.anchor?.seq];
    const recent = await recentEntries(log.trx, roomId, state.head.seq, { eventId: signed.event_id, seqs });
    try {
      requireKnownKeys(signed, known);
      const key = identity.keyIn(state.keyDocument(identity.name));
      const appended = sequence(state, signed, key, environment.now(), recent);
      return { seq: appended.sequenced.entry.seq, before: state, appended };
    } catch (error) {
      throw withVersion(error, state, nodeOf(event.sender));
    }
  }
}

/** The place of an event: one that it has already, or one that it is to get. */
type Judged = { seq: number } | { seq: number; before: RoomState; appended: Appended };

const placeOf = prepared((db, { roomId, eventId }: { roomId: RoomId; eventId: EventId }) =>
  db.selectFrom('events').select('seq').where('room_id', '=', roomId).where('event_id', '=', eventId),
);

/** A refusal as the result of an item. */
export function refusalResult({ errcode, message, details }: EccpError): Omit<ItemResult, 'event_id'> {
  const { current, version, host } = details;
  return {
    errcode,
    error: message,
    ...(current === undefined ? {} : { current: current as EventId | null }),
    ...(version === undefined ? {} : { version }),
    ...(host === undefined ? {} : { host: host as NodeName }),
  };
}

/**
 * Takes an item for a submission. What the event, the signature and the content are worth, sequence() says.
 *
 * @throws EccpError ECCP_BAD_EVENT, ECCP_ROOM_MISMATCH
 */
function readSubmission(item: JsonObject): { roomId: RoomId; signed: SignedEvent } {
  const { room_id, event_id, event, content, nonce, signature } = item;
  if (!isRoomId(room_id)) throw badEvent('/room_id', 'not a room id');
  if (!isEvent(event)) throw badEvent('/event', 'not an event');
  if (event.type === 'eccp.room.create') throw badEvent('/event/type', 'a room is created by its host');
  if (!isObject(content ?? null) || typeof nonce !== 'string')
    throw badEvent('/content', 'content and nonce are missing');
  if (typeof signature !== 'string') throw badEvent('/signature', 'missing');
  if (event.room_id !== room_id) throw new EccpError('ECCP_ROOM_MISMATCH', 'The event is for another room.');
  const signed = { event_id, event, content, nonce, signature } as SignedEvent;
  return { roomId: room_id as RoomId, signed };
}

function isEvent(value: Json | undefined): value is Event {
  if (!isObject(value ?? null)) return false;
  checkEventForm(value as Event);
  return true;
}

/** Keys that a node brings into a room must be those that it publishes: an event alone could claim any. */
function requireKnownKeys({ event, content }: SignedEvent, known: readonly SignedKeyDocument[]): void {
  if (event.type !== 'eccp.room.member' || event.state_key !== event.sender) return;
  const published = new Set(known.map(({ document }) => documentHash(document)));
  for (const { document } of carriedDocuments(content)) {
    if (isObject(document) && published.has(documentHash(document))) continue;
    throw new EccpError('ECCP_KEY_CONTINUITY', 'Not a key document that the node publishes.');
  }
}

/** Tells the sender which of its key documents the room has, so that it can send those after it. */
function withVersion(error: unknown, state: RoomState, node: string): unknown {
  if (!(error instanceof EccpError) || error.errcode !== 'ECCP_KEY_CONTINUITY') return error;
  const version = state.keyDocument(node)?.version ?? 0;
  return new EccpError(error.errcode, error.message, { ...error.details, version });
}
