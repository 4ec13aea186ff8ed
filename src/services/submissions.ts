import type { Kysely } from 'kysely';
import { EccpError, type ErrorDetails } from '../core/errors.ts';
import { type Event, isSelfMembership } from '../core/event.ts';
import type { EventId, ItemResult, NodeName, RoomId, SendResult, UserId } from '../generated/api.ts';
import { type Errcode, errors } from '../generated/errors.ts';
import type { Asker } from '../storage/events.ts';
import { prepared } from '../storage/prepared.ts';
import type { Origin, Rooms } from '../storage/rooms.ts';
import { nextPosition } from '../storage/stream.ts';
import type { SubmissionsTable, Tables } from '../storage/tables.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { HostAnswers, Outcome } from './host-answers.ts';
import type { Notifier } from './notifier.ts';
import type { Outbox } from './outbox.ts';

/** How often a submission follows the room to another host. */
const maxReroutes = 20;

export interface SubmissionsOptions {
  store: NodeStore;
  rooms: Rooms;
  outbox: Outbox;
  answers: HostAnswers;
  notifier: Notifier;
  environment: Environment;
}

/** What is to be submitted. */
export interface Submitted {
  readonly eventId: EventId;
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly origin: Origin | undefined;
}

/** An event whose host has not answered yet. */
export interface Pending {
  readonly roomId: RoomId;
  readonly eventId: EventId;
  readonly host: NodeName;
  /** Whether it goes on waiting when its host does not answer in time; otherwise it is taken back. */
  readonly queues: boolean;
  /** Whether it is a join of a room that the node does not hold: the log comes with it. */
  readonly bringsLog: boolean;
}

/** Events of this node's users on their way to the hosts of their rooms, until they come back in the log or are refused. */
export class Submissions {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;
  readonly #outbox: Outbox;
  readonly #notifier: Notifier;
  readonly #environment: Environment;
  readonly #answers: HostAnswers;
  readonly #reroutes = new Map<EventId, number>();

  constructor({ store, rooms, outbox, answers, notifier, environment }: SubmissionsOptions) {
    this.#store = store;
    this.#rooms = rooms;
    this.#outbox = outbox;
    this.#answers = answers;
    this.#notifier = notifier;
    this.#environment = environment;
  }

  async add(trx: Kysely<Tables>, { eventId, roomId, userId, origin }: Submitted): Promise<number> {
    const stream = await nextPosition(trx);
    await insert(trx, {
      event_id: eventId,
      room_id: roomId,
      user_id: userId,
      device_id: origin?.deviceId ?? null,
      txn_id: origin?.txnId ?? null,
      txn_digest: origin?.digest ?? null,
      created_ts: this.#environment.now(),
      stream,
    });
    return stream;
  }

  /** The device and transaction id of an event that has come back in the log; it is no submission any more. */
  async take(trx: Kysely<Tables>, eventId: EventId): Promise<Origin | undefined> {
    const [row] = await remove(trx, { eventId });
    return row && originOf(row);
  }

  /** An event has come into a log, durably: whoever waits for it is told. */
  sequenced(eventId: EventId, seq: number): void {
    this.#reroutes.delete(eventId);
    this.#answers.settled(eventId, { seq });
  }

  /** Whether events of this node's users wait for a room's host: then the room is about to be held. */
  async awaits(db: Kysely<Tables>, roomId: RoomId): Promise<boolean> {
    const row = await db
      .selectFrom('submissions')
      .select('event_id')
      .where('room_id', '=', roomId)
      .where('status', '=', 'waiting')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Whether an event of this node's users is on its way to its host. */
  async isWaiting(db: Kysely<Tables>, eventId: EventId): Promise<boolean> {
    const row = await db.selectFrom('submissions').select('status').where('event_id', '=', eventId).executeTakeFirst();
    return row?.status === 'waiting';
  }

  /** The last change of a user's own membership that is on its way to the room's host: what comes after it replaces it. */
  async membershipSent(db: Kysely<Tables>, roomId: RoomId, userId: UserId): Promise<EventId | undefined> {
    const rows = await db
      .selectFrom('submissions')
      .innerJoin('outbox', 'outbox.event_id', 'submissions.event_id')
      .select(['outbox.event_id', 'outbox.item'])
      .where('submissions.room_id', '=', roomId)
      .where('submissions.user_id', '=', userId)
      .where('submissions.status', '=', 'waiting')
      .orderBy('outbox.position', 'desc')
      .execute();
    const isOwnMembership = ({ item }: { item: string | null }): boolean => {
      const { event } = JSON.parse(item ?? '{}') as { event?: Event };
      return event !== undefined && isSelfMembership(event);
    };
    return rows.find(isOwnMembership)?.event_id;
  }

  /** What a device sent under a transaction id, and is not in the log. */
  async sentAs(
    trx: Kysely<Tables>,
    sender: Asker,
    roomId: RoomId,
    txnId: string,
  ): Promise<SubmissionsTable | undefined> {
    return trx
      .selectFrom('submissions')
      .selectAll()
      .where('room_id', '=', roomId)
      .where('user_id', '=', sender.userId)
      .where('device_id', '=', sender.deviceId)
      .where('txn_id', '=', txnId)
      .executeTakeFirst();
  }

  /** Takes in what a host answered. A sequenced event is settled when its entry comes, not before: the host could be wrong. */
  async settle(host: NodeName, results: readonly ItemResult[]): Promise<void> {
    for (const result of results) {
      if (result.errcode === undefined) {
        this.#answers.accepted(result.event_id);
        continue;
      }
      const refusal = refusalOf(result);
      if (await this.#rerouted(host, refusal, result.event_id)) continue;
      const { user_id } = (await this.#reject(result.event_id, refusal)) ?? {};
      this.#answers.settled(result.event_id, refusal);
      if (user_id !== undefined) this.#notifier.users([user_id]);
    }
  }

  /**
   * The room has another host by now: what waits for the old one goes to the new one, in its old order.
   *
   * @returns false where the old host names nobody, or nobody who takes part in the room.
   */
  async #rerouted(from: NodeName, { errcode, details }: EccpError, eventId: EventId): Promise<boolean> {
    const to = details.host as NodeName | undefined;
    if (errcode !== 'ECCP_NOT_HOST' || to === undefined || to === from) return false;
    const row = await this.#store.write(async (trx) => {
      const item = await trx
        .selectFrom('outbox')
        .selectAll()
        .where('destination', '=', from)
        .where('event_id', '=', eventId)
        .executeTakeFirst();
      const state = item && (await this.#rooms.load(trx, item.room_id));
      const times = (this.#reroutes.get(eventId) ?? 0) + 1;
      // Two nodes that each name the other could send an event to and fro.
      if (item === undefined || state?.nodes.has(to) !== true || times > maxReroutes) return undefined;
      this.#reroutes.set(eventId, times);
      await trx
        .insertInto('outbox')
        .values({ ...item, destination: to })
        .execute();
      return item;
    });
    if (row === undefined) this.#reroutes.delete(eventId);
    else this.#outbox.wake([to]);
    return row !== undefined;
  }

  /**
   * What becomes of an event that a transaction has just submitted.
   *
   * @throws EccpError the host's refusal; for one that is taken back, ECCP_UNREACHABLE or why nothing goes to the host.
   */
  async outcome({ roomId, eventId, host, queues, bringsLog }: Pending): Promise<SendResult> {
    const { outcome, end } = this.#answers.wait(eventId, host, queues ? 'send' : bringsLog ? 'join' : 'act');
    try {
      const settled = (await this.#already(roomId, eventId)) ?? (await outcome);
      if (settled instanceof EccpError) {
        await this.#store.write((trx) => this.#forget(trx, eventId)); // told: sync need not
        throw settled;
      }
      if (settled !== undefined) return { event_id: eventId, status: 'sequenced', seq: settled.seq };
      if (queues) return { event_id: eventId, status: 'queued' };
      await this.#store.write(async (trx) => {
        await this.#outbox.withdraw(trx, host, eventId);
        await this.#forget(trx, eventId);
      });
      const refused = this.#answers.whyAway(host);
      if (refused?.errcode === 'ECCP_POLICY_DENIED') throw refused;
      throw new EccpError('ECCP_UNREACHABLE', `${host}, which hosts the room, does not answer.`); // HOST-056
    } finally {
      end();
    }
  }

  /** Waits until an event is in the log that this node holds, or for as long as a client's answer does. */
  async seen(roomId: RoomId, host: NodeName, eventId: string | null | undefined): Promise<void> {
    if (typeof eventId !== 'string') return;
    const { outcome, end } = this.#answers.wait(eventId as EventId, host, 'act');
    if ((await this.#already(roomId, eventId as EventId)) === undefined) await outcome;
    end();
  }

  /** What was settled between the transaction and the waiting. */
  #already(roomId: RoomId, eventId: EventId): Promise<Outcome | undefined> {
    return this.#store.read(async (db) => {
      const [row] = await byId(db, { eventId });
      if (row?.status === 'waiting') return undefined;
      if (row !== undefined) return rejection(row);
      const [event] = await placeOf(db, { roomId, eventId });
      return event;
    });
  }

  #reject(eventId: EventId, refusal: EccpError): Promise<SubmissionsTable | undefined> {
    return this.#store.write(async (trx) => {
      const row = await trx
        .updateTable('submissions')
        .set({
          status: 'rejected',
          errcode: refusal.errcode,
          error: refusal.message,
          details: JSON.stringify(refusal.details),
          stream: await nextPosition(trx),
        })
        .where('event_id', '=', eventId)
        .where('status', '=', 'waiting')
        .returningAll()
        .executeTakeFirst();
      if (row !== undefined && !(await this.#hasMore(trx, row))) {
        await this.#rooms.stayAfterAll(trx, row.room_id, row.user_id, row.stream);
      }
      return row;
    });
  }

  /** Whether the same user has more on its way to the room: a leave may be among it. */
  async #hasMore(trx: Kysely<Tables>, { room_id, user_id }: SubmissionsTable): Promise<boolean> {
    const row = await trx
      .selectFrom('submissions')
      .select('event_id')
      .where('room_id', '=', room_id)
      .where('user_id', '=', user_id)
      .where('status', '=', 'waiting')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async #forget(trx: Kysely<Tables>, eventId: EventId): Promise<void> {
    await trx.deleteFrom('submissions').where('event_id', '=', eventId).execute();
  }
}

type Added = Omit<SubmissionsTable, 'status' | 'errcode' | 'error' | 'details'>;

const insert = prepared((db, row: Added) =>
  db.insertInto('submissions').values({
    event_id: row.event_id,
    room_id: row.room_id,
    user_id: row.user_id,
    device_id: row.device_id,
    txn_id: row.txn_id,
    txn_digest: row.txn_digest,
    status: 'waiting',
    created_ts: row.created_ts,
    stream: row.stream,
  }),
);

const remove = prepared((db, { eventId }: { eventId: EventId }) =>
  db.deleteFrom('submissions').where('event_id', '=', eventId).returningAll(),
);

const byId = prepared((db, { eventId }: { eventId: EventId }) =>
  db.selectFrom('submissions').selectAll().where('event_id', '=', eventId),
);

const placeOf = prepared((db, { roomId, eventId }: { roomId: RoomId; eventId: EventId }) =>
  db.selectFrom('events').select('seq').where('room_id', '=', roomId).where('event_id', '=', eventId),
);

function originOf(row: SubmissionsTable): Origin | undefined {
  if (row.device_id === null) return undefined;
  return { deviceId: row.device_id, txnId: row.txn_id, digest: row.txn_digest };
}

/** The refusal that a rejected submission met. */
export function rejection({ errcode, error, details }: SubmissionsTable): EccpError {
  return new EccpError(errcode as Errcode, error ?? '', JSON.parse(details ?? '{}') as ErrorDetails);
}

/** A peer may answer with codes that this node does not know. */
function refusalOf({ errcode = '', error = '', current, version, host }: ItemResult): EccpError {
  const code: Errcode = errcode in errors ? (errcode as Errcode) : 'ECCP_FORBIDDEN';
  return new EccpError(code, error, {
    ...(current === undefined ? {} : { current }),
    ...(version === undefined ? {} : { version }),
    ...(host === undefined ? {} : { host }),
  });
}
