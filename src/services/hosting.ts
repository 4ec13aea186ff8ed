import type { Json, JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { Event, SignedEvent } from '../core/event.ts';
import { checkEventForm } from '../core/event-form.ts';
import { isRoomId, nodeOf } from '../core/ids.ts';
import { documentHash, type SignedKeyDocument } from '../core/key-document.ts';
import { badEvent, isObject } from '../core/members.ts';
import { sequence } from '../core/room-log.ts';
import { carriedDocuments, type RoomState } from '../core/room-state.ts';
import type { EventId, ItemResult, NodeName, RoomId, UserId } from '../generated/api.ts';
import { eventById } from '../storage/events.ts';
import type { NodeIdentity } from '../storage/node-identity.ts';
import { recentEntries } from '../storage/recent-entries.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { Environment } from './environment.ts';
import type { LogChanges, LogKeeper } from './log-keeper.ts';
import { standing } from './room-access.ts';

export interface HostingOptions {
  rooms: Rooms;
  keeper: LogKeeper;
  identity: NodeIdentity;
  environment: Environment;
  /** The key documents of another node that this one has verified, newest last. */
  documentsOf: (node: NodeName) => Promise<readonly SignedKeyDocument[]>;
}

/** This node as the host of rooms: it gives the events of other nodes' users their places. */
export class Hosting {
  readonly #options: HostingOptions;

  constructor(options: HostingOptions) {
    this.#options = options;
  }

  /**
   * Judges what a node submits, and sequences it.
   *
   * @param origin the node that asks, authenticated.
   * @param item what it sent for a schemas/Submission.json, unchecked.
   * @returns the item's result. A refusal is a result too: only a failure of this node itself is thrown.
   */
  async submit(origin: NodeName, item: JsonObject): Promise<ItemResult> {
    const event_id = item.event_id as EventId;
    try {
      const { roomId, signed } = readSubmission(item);
      if (nodeOf(signed.event.sender) !== origin) {
        throw new EccpError('ECCP_SENDER_MISMATCH', 'The sender lives on another node.');
      }
      if (nodeOf(roomId) !== this.#options.identity.name) {
        throw new EccpError('ECCP_NOT_HOST', 'This node does not host the room.');
      }
      const known = await this.#options.documentsOf(origin);
      const seq = await this.#options.keeper.write((log) => this.#sequence(log, roomId, signed, known));
      return { event_id, status: 'sequenced', seq };
    } catch (error) {
      if (error instanceof EccpError) return { event_id, ...refusalResult(error) };
      throw error;
    }
  }

  async #sequence(
    log: LogChanges,
    roomId: RoomId,
    signed: SignedEvent,
    known: readonly SignedKeyDocument[],
  ): Promise<number> {
    const { rooms, identity, environment } = this.#options;
    const { event } = signed;
    const { state } = await standing(log.trx, rooms, roomId, event.sender as UserId); // hides what is hidden
    const before = await eventById(log.trx, roomId, signed.event_id as EventId);
    if (before !== undefined) return before.seq; // repeated: the same result, nothing twice
    await rooms.requireOpen(log.trx, roomId);
    requireKnownKeys(signed, known);
    const seqs = [event.anchor?.seq];
    const recent = await recentEntries(log.trx, roomId, state.head.seq, { eventId: signed.event_id, seqs });
    try {
      const key = identity.keyIn(state.keyDocument(identity.name));
      const appended = sequence(state, signed, key, environment.now(), recent);
      await log.append(state, appended);
      return appended.sequenced.entry.seq;
    } catch (error) {
      throw withVersion(error, state, nodeOf(event.sender));
    }
  }
}

/** A refusal as the result of an item. */
export function refusalResult({ errcode, message, details }: EccpError): Omit<ItemResult, 'event_id'> {
  const { current, version } = details;
  return {
    errcode,
    error: message,
    ...(current === undefined ? {} : { current: current as EventId | null }),
    ...(version === undefined ? {} : { version }),
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
