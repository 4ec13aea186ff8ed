import type { Kysely } from 'kysely';
import { canonicalize, type JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { SequencedEvent } from '../core/event.ts';
import { nodeOf } from '../core/ids.ts';
import type { Appended } from '../core/room-log.ts';
import { redacts } from '../core/room-rules.ts';
import { RoomState, type StateEntry } from '../core/room-state.ts';
import type { DeviceId, EventId, EventType, RoomId, UserId } from '../generated/api.ts';
import { eventById, stateAt } from './events.ts';
import { prepared } from './prepared.ts';
import { nextPosition } from './stream.ts';
import type { EventRow, MembershipRow, RoomsTable, Tables } from './tables.ts';

/** The device that sent an event, and by which transaction id, if by any. */
export interface Origin {
  deviceId: DeviceId;
  txnId: string | null;
  /** Of the type and content: to tell a repetition from a mistake. */
  digest: string | null;
}

const maxCached = 1000;

const headOf = prepared((db, { roomId }: { roomId: RoomId }) =>
  db.selectFrom('rooms').select(['epoch', 'head_seq', 'head_hash', 'head_ts']).where('room_id', '=', roomId),
);

const frozenOf = prepared((db, { roomId }: { roomId: RoomId }) =>
  db.selectFrom('rooms').select('frozen').where('room_id', '=', roomId),
);

const membershipOf = prepared((db, { roomId, userId }: { roomId: RoomId; userId: UserId }) =>
  db.selectFrom('memberships').selectAll().where('room_id', '=', roomId).where('user_id', '=', userId),
);

type Head = Pick<RoomsTable, 'epoch' | 'head_seq' | 'head_hash' | 'head_ts' | 'head_stream'>;

const advanceHead = prepared(
  (db, { roomId, epoch, head_seq, head_hash, head_ts, head_stream }: Head & { roomId: RoomId }) =>
    db
      .updateTable('rooms')
      .set({ epoch, head_seq, head_hash, head_ts, head_stream })
      .where('room_id', '=', roomId)
      .where('frozen', 'is', null)
      .returning('room_id'),
);

export const insertEvent = prepared((db, row: Omit<EventRow, 'redacted_by'>) =>
  db.insertInto('events').values({
    room_id: row.room_id,
    seq: row.seq,
    stream: row.stream,
    event_id: row.event_id,
    type: row.type,
    state_key: row.state_key,
    sender: row.sender,
    event: row.event,
    signature: row.signature,
    entry: row.entry,
    entry_signature: row.entry_signature,
    content: row.content,
    nonce: row.nonce,
    device_id: row.device_id,
    txn_id: row.txn_id,
    txn_digest: row.txn_digest,
  }),
);

/** Rooms and their logs as rows. Folded states are kept in memory, and used only while the row of the room has their head. */
export class Rooms {
  readonly #cache = new Map<RoomId, RoomState>();

  /** The state of a room now; undefined when there is no such room. */
  async load(db: Kysely<Tables>, roomId: RoomId): Promise<RoomState | undefined> {
    const [room] = await headOf(db, { roomId });
    if (room === undefined) return undefined;
    const cached = this.#cache.get(roomId);
    // The comparison makes a rolled back transaction harmless: its state is never found again.
    if (cached?.head.hash === room.head_hash) return cached;
    const rows = await db
      .selectFrom('state')
      .innerJoin('events', (join) =>
        join.onRef('events.room_id', '=', 'state.room_id').onRef('events.seq', '=', 'state.seq'),
      )
      .select(['state.type', 'state.state_key', 'events.event_id', 'events.sender', 'events.content'])
      .where('state.room_id', '=', roomId)
      .execute();
    const state = RoomState.restore(roomId, rows.map(entryOf), {
      epoch: room.epoch,
      seq: room.head_seq,
      hash: room.head_hash,
      host_ts: room.head_ts,
    });
    this.#remember(roomId, state);
    return state;
  }

  /**
   * Stores a log's new last entry with everything that follows from it: state, memberships, what a redaction empties.
   *
   * @returns the entry's position in the stream.
   * @throws EccpError ECCP_ROOM_FROZEN
   */
  async append(trx: Kysely<Tables>, { sequenced, state }: Appended, origin?: Origin): Promise<number> {
    const roomId = state.roomId as RoomId;
    const { event } = sequenced;
    const stream = await nextPosition(trx);
    await this.#storeHead(trx, state, stream, event.state_key !== undefined || event.type === 'eccp.room.redaction');
    await insertEvent(trx, eventRow(sequenced, stream, origin));
    if (event.state_key !== undefined) await this.#storeState(trx, sequenced, state);
    if (event.type === 'eccp.room.member') await this.#storeMembership(trx, sequenced, stream);
    if (event.type === 'eccp.room.redaction') await this.redact(trx, roomId, sequenced);
    this.#remember(roomId, state);
    return stream;
  }

  /** Stops a log for good, before an entry that cannot be right. Whoever reads it still may. */
  async freeze(trx: Kysely<Tables>, roomId: RoomId, why: string): Promise<void> {
    await trx
      .updateTable('rooms')
      .set({ frozen: why })
      .where('room_id', '=', roomId)
      .where('frozen', 'is', null)
      .execute();
  }

  /** Whether the log has come to its end. */
  async isFrozen(db: Kysely<Tables>, roomId: RoomId): Promise<boolean> {
    const [row] = await frozenOf(db, { roomId });
    return row !== undefined && row.frozen !== null;
  }

  /** @throws EccpError ECCP_ROOM_FROZEN */
  async requireOpen(db: Kysely<Tables>, roomId: RoomId): Promise<void> {
    if (await this.isFrozen(db, roomId)) throw frozen();
  }

  /** The state of a room as it was right after an earlier entry. The head is the present one. */
  async stateUpTo(db: Kysely<Tables>, state: RoomState, seq: number): Promise<RoomState> {
    const rows = await stateAt(db, state.roomId as RoomId, seq);
    return RoomState.restore(
      state.roomId,
      rows.map(({ state_key, ...row }) => entryOf({ ...row, state_key: state_key ?? '' })),
      state.head,
    );
  }

  async membership(db: Kysely<Tables>, roomId: RoomId, userId: UserId): Promise<MembershipRow | undefined> {
    const [row] = await membershipOf(db, { roomId, userId });
    return row;
  }

  /**
   * Drops the content and nonce of a redacted event (LOG-057), and the digest of what was sent: from a digest without a nonce
   * short content could be guessed. Everything else stays. A redaction that does not apply changes nothing (LOG-056).
   */
  async redact(trx: Kysely<Tables>, roomId: RoomId, redaction: SequencedEvent): Promise<void> {
    const named = redaction.content?.redacts as { event_id: EventId } | undefined;
    const target = named && (await eventById(trx, roomId, named.event_id));
    if (target === undefined || target.redacted_by !== null) return;
    const { type, sender, event_id, seq } = target;
    if (!redacts(redaction.content ?? {}, { type, sender }, event_id) || seq >= redaction.entry.seq) return;
    await trx
      .updateTable('events')
      .set({ content: null, nonce: null, txn_digest: null, redacted_by: redaction.event_id as EventId })
      .where('room_id', '=', roomId)
      .where('event_id', '=', event_id)
      .execute();
  }

  /** Puts in the content of an event that was held without. */
  async fill(trx: Kysely<Tables>, roomId: RoomId, { event_id, content, nonce }: SequencedEvent): Promise<void> {
    await trx
      .updateTable('events')
      .set({ content: JSON.stringify(content), nonce: nonce ?? null })
      .where('room_id', '=', roomId)
      .where('event_id', '=', event_id as EventId)
      .execute();
    this.#cache.delete(roomId); // the state may have had the event without it
  }

  /** A leave that waits for the room's host acts at once for the user who leaves (HOST-062): nothing after the head is theirs. */
  async leaveEarly(trx: Kysely<Tables>, state: RoomState, userId: UserId, stream: number): Promise<void> {
    await trx
      .updateTable('memberships')
      .set({ membership: 'leave', seq: state.head.seq, stream })
      .where('room_id', '=', state.roomId as RoomId)
      .where('user_id', '=', userId)
      .execute();
  }

  /** Puts a user's membership back to what the log says: the host refused the leave. */
  async stayAfterAll(trx: Kysely<Tables>, roomId: RoomId, userId: UserId, stream: number): Promise<void> {
    const last = await trx
      .selectFrom('events')
      .select(['seq', 'content'])
      .where('room_id', '=', roomId)
      .where('type', '=', 'eccp.room.member' as EventType)
      .where('state_key', '=', userId)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (last === undefined) return;
    const { membership } = JSON.parse(last.content ?? '{}') as Pick<MembershipRow, 'membership'>;
    await trx
      .updateTable('memberships')
      .set({ membership, seq: last.seq, stream })
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .execute();
  }

  /** Every room of which this node holds the log, or a part of it. */
  async held(db: Kysely<Tables>): Promise<RoomId[]> {
    const rows = await db.selectFrom('rooms').select('room_id').orderBy('room_id').execute();
    return rows.map(({ room_id }) => room_id);
  }

  async #storeHead(trx: Kysely<Tables>, state: RoomState, stream: number, stateChanged: boolean): Promise<void> {
    const head = {
      epoch: state.head.epoch,
      head_seq: state.head.seq,
      head_hash: state.head.hash ?? '',
      head_ts: state.head.host_ts,
      head_stream: stream,
    };
    const roomId = state.roomId as RoomId;
    if (!stateChanged) {
      const [advanced] = await advanceHead(trx, { roomId, ...head });
      if (advanced === undefined) throw frozen();
      return;
    }
    const row = { ...head, ...summaryOf(state) };
    const stored = await trx
      .insertInto('rooms')
      .values({ room_id: roomId, ...row })
      .onConflict((conflict) => conflict.column('room_id').doUpdateSet(row).where('rooms.frozen', 'is', null))
      .returning('room_id')
      .executeTakeFirst();
    if (stored === undefined) throw frozen();
  }

  async #storeState(trx: Kysely<Tables>, { event, event_id, entry }: SequencedEvent, state: RoomState): Promise<void> {
    const node = nodeOf(event.sender);
    const keys: [string, string][] = [[event.type, event.state_key ?? '']];
    if (state.get('eccp.node.keys', node)?.event_id === event_id) keys.push(['eccp.node.keys', node]);
    for (const [type, stateKey] of keys) {
      await trx
        .insertInto('state')
        .values({ room_id: state.roomId as RoomId, type: type as EventType, state_key: stateKey, seq: entry.seq })
        .onConflict((conflict) => conflict.columns(['room_id', 'type', 'state_key']).doUpdateSet({ seq: entry.seq }))
        .execute();
    }
  }

  async #storeMembership(
    trx: Kysely<Tables>,
    { event, entry, content }: SequencedEvent,
    stream: number,
  ): Promise<void> {
    const membership = content?.membership as MembershipRow['membership'];
    if (membership === 'leave' && content?.node_keys !== undefined && (await hadLeft(trx, entry.room_id, event)))
      return;
    const row = { membership, seq: entry.seq, stream };
    const joined = membership === 'join' ? 1 : 0;
    await trx
      .insertInto('memberships')
      .values({
        room_id: entry.room_id as RoomId,
        user_id: event.state_key as UserId,
        ever_joined: joined,
        forgotten_seq: -1,
        ...row,
      })
      .onConflict((conflict) =>
        conflict.columns(['room_id', 'user_id']).doUpdateSet(joined ? { ...row, ever_joined: 1 } : row),
      )
      .execute();
    if (joined) {
      // Receipts of those who are not joined are not shown (SYNC-054): one that is back is news again.
      await trx
        .updateTable('receipts')
        .set({ stream })
        .where('room_id', '=', entry.room_id as RoomId)
        .where('user_id', '=', event.state_key as UserId)
        .execute();
    }
  }

  #remember(roomId: RoomId, state: RoomState): void {
    this.#cache.delete(roomId);
    this.#cache.set(roomId, state);
    if (this.#cache.size <= maxCached) return;
    for (const oldest of this.#cache.keys()) {
      this.#cache.delete(oldest);
      break;
    }
  }
}

/** Whether a leave only brings keys (RULE-055): it is no news to the user, who may have forgotten the room. */
async function hadLeft(trx: Kysely<Tables>, roomId: string, { replaces }: SequencedEvent['event']): Promise<boolean> {
  const before = await eventById(trx, roomId as RoomId, (replaces ?? '') as EventId);
  return before !== undefined && (JSON.parse(before.content ?? '{}') as Partial<MembershipRow>).membership === 'leave';
}

/** An event with its entry as a row that was not redacted yet. */
export function eventRow(
  sequenced: SequencedEvent,
  stream: number,
  origin: Origin | undefined,
): Omit<EventRow, 'redacted_by'> {
  const { event, event_id, signature, entry, entry_signature, content, nonce } = sequenced;
  return {
    room_id: entry.room_id as RoomId,
    seq: entry.seq,
    stream,
    event_id: event_id as EventId,
    type: event.type as EventType,
    state_key: event.state_key ?? null,
    sender: event.sender as UserId,
    event: canonicalize(event),
    signature,
    entry: canonicalize(entry),
    entry_signature,
    content: content === undefined ? null : canonicalize(content),
    nonce: nonce ?? null,
    device_id: origin?.deviceId ?? null,
    txn_id: origin?.txnId ?? null,
    txn_digest: origin?.digest ?? null,
  };
}

function entryOf(row: Pick<EventRow, 'type' | 'event_id' | 'sender' | 'content'> & { state_key: string }): StateEntry {
  const { type, state_key, event_id, sender, content } = row;
  const entry = { type, state_key, event_id, sender };
  return content === null ? entry : { ...entry, content: JSON.parse(content) as JsonObject };
}

/** What lists of rooms show, so that a list costs no fold. */
export function summaryOf(state: RoomState) {
  const name = textOf(state, 'eccp.room.name', 'name');
  const topic = textOf(state, 'eccp.room.topic', 'topic');
  return {
    visibility: state.visibility,
    name,
    topic,
    search_text: `${name ?? ''}\n${topic ?? ''}`.toLowerCase(),
    member_count: state.entries().filter((e) => e.type === 'eccp.room.member' && e.content?.membership === 'join')
      .length,
  };
}

function frozen(): EccpError {
  return new EccpError('ECCP_ROOM_FROZEN', 'The log of this room cannot be extended.');
}

/** A text in a state event's content that the fold does not read, so that it may be missing or of another kind. */
export function textOf(state: RoomState, type: string, member: string): string | null {
  const text = state.get(type)?.content?.[member];
  return typeof text === 'string' ? text : null;
}
