// Logs that are started from a snapshot: its rows, the entries from before it until they are checked, and the joining of both.
import { type Kysely, sql } from 'kysely';
import type { SequencedEvent } from '../core/event.ts';
import type { RoomState } from '../core/room-state.ts';
import type { CheckedSnapshot } from '../core/snapshot.ts';
import type { EventId, EventType, RoomId, UserId } from '../generated/api.ts';
import { sequencedOf } from './events.ts';
import { prepared } from './prepared.ts';
import { eventRow, insertEvent, type Origin, type Rooms, summaryOf } from './rooms.ts';
import { nextPosition } from './stream.ts';
import type { EventRow, MembershipRow, StagedEventsTable, StateTable, Tables } from './tables.ts';

const insertState = prepared((db, row: StateTable) =>
  db.insertInto('state').values({ room_id: row.room_id, type: row.type, state_key: row.state_key, seq: row.seq }),
);

const insertMembership = prepared((db, row: MembershipRow) =>
  db.insertInto('memberships').values({
    room_id: row.room_id,
    user_id: row.user_id,
    membership: row.membership,
    seq: row.seq,
    stream: row.stream,
    ever_joined: row.ever_joined,
    forgotten_seq: row.forgotten_seq,
  }),
);

const insertStaged = prepared((db, row: StagedEventsTable) =>
  db.insertInto('staged_events').values({
    room_id: row.room_id,
    seq: row.seq,
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
  }),
);

const stagedColumns = [
  'room_id',
  'seq',
  'event_id',
  'type',
  'state_key',
  'sender',
  'event',
  'signature',
  'entry',
  'entry_signature',
  'content',
  'nonce',
] as const;

/**
 * Makes a room of a snapshot. All of it has one position in the stream: it came at once.
 *
 * @param originOf the device that sent an event of this node's users.
 */
export async function adopt(
  trx: Kysely<Tables>,
  rooms: Rooms,
  { state, older, recent }: CheckedSnapshot,
  originOf: (eventId: EventId) => Promise<Origin | undefined>,
): Promise<void> {
  const roomId = state.roomId as RoomId;
  const stream = await nextPosition(trx);
  const { epoch, seq, hash, host_ts } = state.head;
  const head = { epoch, head_seq: seq, head_hash: hash ?? '', head_ts: host_ts, head_stream: stream };
  const verified_from = recent[0]?.entry.seq ?? 0;
  await trx
    .insertInto('rooms')
    .values({ room_id: roomId, ...head, ...summaryOf(state), verified_from })
    .execute();
  const events = [...older, ...recent];
  for (const sequenced of events) {
    await insertEvent(trx, eventRow(sequenced, stream, await originOf(sequenced.event_id as EventId)));
  }
  await storeState(trx, state, events, stream);
  for (const sequenced of recent) {
    if (sequenced.event.type === 'eccp.room.redaction') await rooms.redact(trx, roomId, sequenced);
  }
}

async function storeState(
  trx: Kysely<Tables>,
  state: RoomState,
  events: readonly SequencedEvent[],
  stream: number,
): Promise<void> {
  const roomId = state.roomId as RoomId;
  const seqOf = new Map(events.map(({ event_id, entry }) => [event_id, entry.seq]));
  const joiners = new Set(events.filter(isJoin).map(({ event }) => event.state_key));
  for (const { type, state_key, event_id, content } of state.entries()) {
    const seq = seqOf.get(event_id) ?? 0;
    await insertState(trx, { room_id: roomId, type: type as EventType, state_key, seq });
    if (type !== 'eccp.room.member') continue;
    await insertMembership(trx, {
      room_id: roomId,
      user_id: state_key as UserId,
      membership: content?.membership as MembershipRow['membership'],
      seq,
      stream,
      ever_joined: joiners.has(state_key) ? 1 : 0,
      forgotten_seq: -1,
    });
  }
}

function isJoin({ event, content }: SequencedEvent): boolean {
  return event.type === 'eccp.room.member' && content?.membership === 'join';
}

/** Keeps entries from before a snapshot that were checked. */
export async function stage(trx: Kysely<Tables>, entries: readonly SequencedEvent[]): Promise<void> {
  for (const sequenced of entries) {
    const { stream: _, device_id: __, txn_id: ___, txn_digest: ____, ...row } = eventRow(sequenced, 0, undefined);
    await insertStaged(trx, row);
  }
}

/** Entries that are kept so, in log order. */
export async function staged(
  db: Kysely<Tables>,
  roomId: RoomId,
  from: number,
  limit: number,
): Promise<SequencedEvent[]> {
  const rows = await db
    .selectFrom('staged_events')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('seq', '>=', from)
    .orderBy('seq')
    .limit(limit)
    .execute();
  const absent = { stream: 0, device_id: null, txn_id: null, txn_digest: null, redacted_by: null };
  return rows.map((row) => sequencedOf({ ...row, ...absent }) as unknown as SequencedEvent);
}

/** The rooms whose logs are not verified from their beginning yet, and may be. */
export async function unverifiedRooms(db: Kysely<Tables>): Promise<RoomId[]> {
  const rows = await db
    .selectFrom('rooms')
    .select('room_id')
    .where('verified_from', '>', 0)
    .where('frozen', 'is', null)
    .orderBy('room_id')
    .execute();
  return rows.map((row) => row.room_id);
}

/**
 * Events of the snapshot from before its end whose place in the log is another than the host said.
 *
 * @returns the first.
 */
export async function misplaced(db: Kysely<Tables>, roomId: RoomId, first: number): Promise<EventRow | undefined> {
  return db
    .selectFrom('events')
    .leftJoin('staged_events', (join) =>
      join.onRef('staged_events.room_id', '=', 'events.room_id').onRef('staged_events.seq', '=', 'events.seq'),
    )
    .selectAll('events')
    .where('events.room_id', '=', roomId)
    .where('events.seq', '<', first)
    .where(({ eb, or }) =>
      or([eb('staged_events.entry', 'is', null), eb('staged_events.entry', '!=', eb.ref('events.entry'))]),
    )
    .orderBy('events.seq')
    .limit(1)
    .executeTakeFirst();
}

/**
 * Joins the entries from before a snapshot to its own: from now on the log is held whole. They stand in the stream where the
 * snapshot stands, so that they are no news to anybody.
 *
 * @param joined who was joined at some time, with the place of the last join.
 */
export async function unite(
  trx: Kysely<Tables>,
  rooms: Rooms,
  roomId: RoomId,
  first: number,
  joined: ReadonlyMap<string, number>,
): Promise<void> {
  const { stream } = await trx
    .selectFrom('events')
    .select('stream')
    .where('room_id', '=', roomId)
    .where('seq', '=', first)
    .executeTakeFirstOrThrow();
  await trx.deleteFrom('events').where('room_id', '=', roomId).where('seq', '<', first).execute();
  await trx
    .insertInto('events')
    .columns([...stagedColumns, 'stream'])
    .expression((eb) =>
      eb
        .selectFrom('staged_events')
        .select([...stagedColumns, sql<number>`${stream}`.as('stream')])
        .where('room_id', '=', roomId)
        .where('seq', '<', first)
        .orderBy('seq'),
    )
    .execute();
  await unstage(trx, roomId);
  await trx.updateTable('rooms').set({ verified_from: 0 }).where('room_id', '=', roomId).execute();
  for (const [userId, seq] of joined) {
    await trx
      .updateTable('memberships')
      .set({ ever_joined: 1 })
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId as UserId)
      .where('ever_joined', '=', 0)
      .where('forgotten_seq', '<', seq)
      .execute();
  }
  await redactAll(trx, rooms, roomId);
}

export async function unstage(trx: Kysely<Tables>, roomId: RoomId): Promise<void> {
  await trx.deleteFrom('staged_events').where('room_id', '=', roomId).execute();
}

/** Redactions that came before what they redact. */
async function redactAll(trx: Kysely<Tables>, rooms: Rooms, roomId: RoomId): Promise<void> {
  const rows = await trx
    .selectFrom('events')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('type', '=', 'eccp.room.redaction' as EventType)
    .orderBy('seq')
    .execute();
  for (const row of rows) await rooms.redact(trx, roomId, sequencedOf(row) as unknown as SequencedEvent);
}
