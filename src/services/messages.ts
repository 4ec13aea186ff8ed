import { createHash } from 'node:crypto';
import { canonicalize, type JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { isAuthType } from '../core/event-types.ts';
import type { RoomState } from '../core/room-state.ts';
import type { EventId, EventType, MessagePage, RoomId, SendResult, SequencedEvent } from '../generated/api.ts';
import { eventById, eventsIn, served } from '../storage/events.ts';
import type { Origin, Rooms } from '../storage/rooms.ts';
import type { EventRow } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import type { MissingContents } from './missing-contents.ts';
import { covers, joinedRoom, readableRoom } from './room-access.ts';
import { inForce, type RoomChanges, type RoomWriter } from './room-writer.ts';
import type { Session } from './sessions.ts';
import { rejection, type Submissions } from './submissions.ts';

/** A transaction id, and the name of the parameter that it came in. */
export interface Transaction {
  readonly id: string;
  readonly place: 'txnId' | 'Idempotency-Key';
}

/** Sending, redacting and reading events (sections 8.6 to 8.8). */
export class Messages {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;
  readonly #writer: RoomWriter;
  readonly #submissions: Submissions;
  readonly #missing: MissingContents;

  constructor(store: NodeStore, rooms: Rooms, writer: RoomWriter, submissions: Submissions, missing: MissingContents) {
    this.#store = store;
    this.#rooms = rooms;
    this.#writer = writer;
    this.#submissions = submissions;
    this.#missing = missing;
  }

  /** @param txn makes the send safe to repeat (ROOM-062). */
  send(
    session: Session,
    roomId: RoomId,
    type: EventType,
    content: JsonObject,
    txn: Transaction | undefined,
  ): Promise<SendResult> {
    return this.#once(session, roomId, txn, `${type} ${canonicalize(content)}`, async (changes, state, origin) => {
      if (type === 'eccp.room.redaction') {
        throw new EccpError('ECCP_BAD_EVENT', 'Redaction has an operation of its own.'); // ROOM-068
      }
      const { result } = await changes.append(state, { sender: session.userId, type, content }, origin);
      return result;
    });
  }

  redact(
    session: Session,
    roomId: RoomId,
    eventId: EventId,
    reason: string | undefined,
    txn: Transaction | undefined,
  ): Promise<SendResult> {
    const request = `redact ${canonicalize([eventId, reason ?? null])}`;
    return this.#once(session, roomId, txn, request, async (changes, state, origin) => {
      const { ranges } = await readableRoom(changes.trx, this.#rooms, roomId, session.userId);
      const target = await eventById(changes.trx, roomId, eventId);
      if (target === undefined || !covers(ranges, target.seq)) throw noSuchEvent(); // ROOM-082
      if (isAuthType(target.type)) throw new EccpError('ECCP_BAD_EVENT', 'Such an event cannot be redacted.'); // ROOM-083
      if (target.redacted_by !== null) return inForce(changes.trx, state, target.redacted_by); // ROOM-084
      const redacts = { event_id: eventId, sender: target.sender };
      const content = reason === undefined ? { redacts } : { redacts, reason };
      const draft = { sender: session.userId, type: 'eccp.room.redaction', content };
      const { result } = await changes.append(state, draft, origin);
      return result;
    });
  }

  /** @param from the seq before (`b`) or after (`f`) which the page starts. */
  async list(
    session: Session,
    roomId: RoomId,
    { from, dir, limit }: { from?: number | undefined; dir: 'b' | 'f'; limit: number },
  ): Promise<MessagePage> {
    const rows = await this.#store.read(async (db) => {
      const { ranges } = await readableRoom(db, this.#rooms, roomId, session.userId);
      const wanted = from === undefined ? ranges : clip(ranges, dir, from);
      return eventsIn(db, roomId, wanted, dir === 'b' ? 'desc' : 'asc', limit + 1);
    });
    const events = rows.slice(0, limit);
    const last = events.at(-1);
    this.#missing.notice(roomId, events);
    return {
      events: events.map((row) => served(row, session)),
      ...(rows.length > limit && last ? { next: last.seq } : {}), // ROOM-093
    };
  }

  async get(session: Session, roomId: RoomId, eventId: EventId): Promise<SequencedEvent> {
    const row = await this.#store.read(async (db) => {
      const { ranges } = await readableRoom(db, this.#rooms, roomId, session.userId);
      const found = await eventById(db, roomId, eventId);
      if (found === undefined || !covers(ranges, found.seq)) throw noSuchEvent(); // ROOM-095
      return found;
    });
    this.#missing.notice(roomId, [row]);
    return served(row, session);
  }

  /** Runs `act` unless this device has used the transaction id in this room: then the answer is that of the first time. */
  #once(
    session: Session,
    roomId: RoomId,
    txn: Transaction | undefined,
    request: string,
    act: (changes: RoomChanges, state: RoomState, origin: Origin | undefined) => Promise<SendResult>,
  ): Promise<SendResult> {
    const digest = createHash('sha256').update(request).digest('base64url');
    const { deviceId } = session;
    return this.#writer.act(
      async (changes) => {
        const state = await joinedRoom(changes.trx, this.#rooms, roomId, session.userId);
        if (txn === undefined) return act(changes, state, { deviceId, txnId: null, digest: null }); // ROOM-066
        const first =
          (await this.#sentAs(changes, session, roomId, txn.id)) ??
          (await this.#submissions.sentAs(changes.trx, session, roomId, txn.id));
        if (first === undefined) return act(changes, state, { deviceId, txnId: txn.id, digest });
        if (first.txn_digest !== null && first.txn_digest !== digest) {
          throw new EccpError('ECCP_BAD_PARAM', 'The transaction id was used for something else.', { path: txn.place }); // ROOM-064
        }
        if ('seq' in first) return { event_id: first.event_id, status: 'sequenced', seq: first.seq };
        if (first.status === 'rejected') throw rejection(first);
        return { event_id: first.event_id, status: 'queued' };
      },
      { queues: true },
    );
  }

  #sentAs({ trx }: RoomChanges, session: Session, roomId: RoomId, txnId: string): Promise<EventRow | undefined> {
    return trx
      .selectFrom('events')
      .selectAll()
      .where('room_id', '=', roomId)
      .where('sender', '=', session.userId)
      .where('device_id', '=', session.deviceId)
      .where('txn_id', '=', txnId)
      .executeTakeFirst();
  }
}

/** The part of sorted ranges that lies before (`b`) or after (`f`) an entry. */
function clip(ranges: readonly { from: number; to: number }[], dir: 'b' | 'f', seq: number) {
  return ranges
    .map(({ from, to }) => (dir === 'b' ? { from, to: Math.min(to, seq - 1) } : { from: Math.max(from, seq + 1), to }))
    .filter(({ from, to }) => from <= to);
}

function noSuchEvent(): EccpError {
  return new EccpError('ECCP_NOT_FOUND', 'There is no such event.');
}
