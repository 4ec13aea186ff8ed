// What lies before the snapshot that a log was started from: kept apart until all of it is checked, then shown.
import { type Kysely, sql } from 'kysely';
import type { SequencedEvent } from '../core/event.ts';
import type { EventId, RoomId } from '../generated/api.ts';
import { sequencedOf } from './events.ts';
import { prepared } from './prepared.ts';
import { eventRow } from './rooms.ts';
import type { EventRow, StagedEventsTable, Tables } from './tables.ts';

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
 * Shows a slice of what lies before a snapshot, once all of it is checked. It stands in the stream where the snapshot stands, so that
 * it is no news to anybody.
 *
 * @param first the first entry that is shown so far.
 * @returns the first that is shown then, and the events that came.
 */
export async function uncover(
  trx: Kysely<Tables>,
  roomId: RoomId,
  first: number,
  count: number,
): Promise<{ first: number; eventIds: EventId[] }> {
  const from = Math.max(0, first - count);
  const { stream } = await trx
    .selectFrom('events')
    .select('stream')
    .where('room_id', '=', roomId)
    .where('seq', '=', first)
    .executeTakeFirstOrThrow();
  const old = trx.deleteFrom('events').where('room_id', '=', roomId); // those of the state, which are among the checked ones
  await old.where('seq', '>=', from).where('seq', '<', first).execute();
  const rows = await trx
    .insertInto('events')
    .columns([...stagedColumns, 'stream'])
    .expression((eb) =>
      eb
        .selectFrom('staged_events')
        .select([...stagedColumns, sql<number>`${stream}`.as('stream')])
        .where('room_id', '=', roomId)
        .where('seq', '>=', from)
        .where('seq', '<', first)
        .orderBy('seq'),
    )
    .returning('event_id')
    .execute();
  await trx.updateTable('rooms').set({ verified_from: from }).where('room_id', '=', roomId).execute();
  return { first: from, eventIds: rows.map((row) => row.event_id) };
}

/**
 * Notes who was joined at some time, as far as that was not known.
 *
 * @param joined the place of each user's last join.
 */
export async function noteJoined(
  trx: Kysely<Tables>,
  roomId: RoomId,
  joined: ReadonlyMap<string, number>,
): Promise<void> {
  const unknown = await trx
    .selectFrom('memberships')
    .select(['user_id', 'forgotten_seq'])
    .where('room_id', '=', roomId)
    .where('ever_joined', '=', 0)
    .execute();
  for (const { user_id, forgotten_seq } of unknown) {
    if ((joined.get(user_id) ?? -1) <= forgotten_seq) continue;
    const row = trx.updateTable('memberships').set({ ever_joined: 1 }).where('room_id', '=', roomId);
    await row.where('user_id', '=', user_id).execute();
  }
}

/** Lets go of the copies of a log's older entries that were kept until they were checked. */
export async function unstage(trx: Kysely<Tables>, roomId: RoomId): Promise<void> {
  await trx.deleteFrom('staged_events').where('room_id', '=', roomId).execute();
}
