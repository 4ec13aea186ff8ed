import type { Kysely } from 'kysely';
import { isAuthType } from '../core/event-types.ts';
import type { Change, SeqRange } from '../core/history-visibility.ts';
import type { HistoryVisibility, Membership } from '../core/room-state.ts';
import type { DeviceId, EventId, EventType, RoomId, SequencedEvent, UserId } from '../generated/api.ts';
import { prepared } from './prepared.ts';
import type { EventRow, Tables } from './tables.ts';

/** Who asks: an event tells its transaction id to the device that sent it (ROOM-071). */
export interface Asker {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

/** An event as every API serves it. */
export function served(row: EventRow, asker: Asker): SequencedEvent {
  return { ...sequencedOf(row), ...(row.txn_id !== null && isFrom(row, asker) ? { txn_id: row.txn_id } : {}) };
}

/** The columns that make an event as others get it. */
export type StoredEvent = Pick<
  EventRow,
  'event_id' | 'event' | 'signature' | 'entry' | 'entry_signature' | 'content' | 'nonce' | 'redacted_by'
>;

/** An event with its entry. Content that is neither here nor redacted was withheld from this node. */
export function sequencedOf(row: StoredEvent): SequencedEvent {
  return {
    event_id: row.event_id,
    event: JSON.parse(row.event),
    signature: row.signature,
    entry: JSON.parse(row.entry),
    entry_signature: row.entry_signature,
    ...(row.content === null || row.nonce === null ? {} : { content: JSON.parse(row.content), nonce: row.nonce }),
    ...(row.redacted_by === null ? {} : { redacted_by: row.redacted_by }),
    ...(row.content === null && row.redacted_by === null ? { withheld: true } : {}),
  };
}

/** The same without what its readers may not have: content that the fold does not read. */
export function withheldOf(row: EventRow): SequencedEvent {
  const sequenced = sequencedOf(row);
  if (isAuthType(row.type) || sequenced.content === undefined) return sequenced;
  const { content: _, nonce: __, ...bare } = sequenced;
  return { ...bare, withheld: true };
}

function isFrom(row: EventRow, { userId, deviceId }: Asker): boolean {
  return row.sender === userId && row.device_id === deviceId;
}

export function eventById(db: Kysely<Tables>, roomId: RoomId, eventId: EventId): Promise<EventRow | undefined> {
  return db
    .selectFrom('events')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('event_id', '=', eventId)
    .executeTakeFirst();
}

type Slice = SeqRange & { roomId: RoomId; limit: number };

const oldestFirst = prepared((db, slice: Slice) => sliceOf(db, slice).orderBy('seq', 'asc'));
const newestFirst = prepared((db, slice: Slice) => sliceOf(db, slice).orderBy('seq', 'desc'));

function sliceOf(db: Kysely<Tables>, { roomId, from, to, limit }: Slice) {
  const events = db.selectFrom('events').selectAll().where('room_id', '=', roomId);
  return events.where('seq', '>=', from).where('seq', '<=', to).limit(limit);
}

/**
 * The events of a room within ranges, in log order or against it.
 *
 * @param ranges sorted and disjoint.
 */
export async function eventsIn(
  db: Kysely<Tables>,
  roomId: RoomId,
  ranges: readonly SeqRange[],
  direction: 'asc' | 'desc',
  limit: number,
): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  for (const { from, to } of direction === 'asc' ? ranges : ranges.toReversed()) {
    if (rows.length >= limit) break;
    const query = direction === 'asc' ? oldestFirst : newestFirst;
    rows.push(...(await query(db, { roomId, from, to, limit: limit - rows.length })));
  }
  return rows;
}

/**
 * The state events in force after the entry at `upTo`, in log order.
 *
 * @param after leaves out those at or before this position of the stream.
 */
export function stateAt(db: Kysely<Tables>, roomId: RoomId, upTo: number, after = -1): Promise<EventRow[]> {
  return db
    .selectFrom('events')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('stream', '>', after)
    .where('seq', 'in', ({ selectFrom }) =>
      selectFrom('events')
        .select(({ fn }) => fn.max('seq').as('seq'))
        .where('room_id', '=', roomId)
        .where('state_key', 'is not', null)
        .where('seq', '<=', upTo)
        .groupBy(['type', 'state_key']),
    )
    .orderBy('seq')
    .execute();
}

/** The event that a type and state key had in the state after the entry at `upTo`. */
export async function stateEventAt(
  db: Kysely<Tables>,
  roomId: RoomId,
  type: EventType,
  stateKey: string,
  upTo: number,
): Promise<EventRow | undefined> {
  return db
    .selectFrom('events')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('type', '=', type)
    .where('state_key', '=', stateKey)
    .where('seq', '<=', upTo)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Every state event that a type and state key had, in log order. */
function stateHistory(db: Kysely<Tables>, roomId: RoomId, type: string, stateKey: string): Promise<EventRow[]> {
  return db
    .selectFrom('events')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('type', '=', type as EventRow['type'])
    .where('state_key', '=', stateKey)
    .orderBy('seq')
    .execute();
}

/** The first entry from which on a log is held without a hole (section 18.4); 0 for a room that is not held. */
export async function verifiedFrom(db: Kysely<Tables>, roomId: RoomId): Promise<number> {
  const [room] = await holeOf(db, { roomId });
  return room?.verified_from ?? 0;
}

const holeOf = prepared((db, { roomId }: { roomId: RoomId }) =>
  db.selectFrom('rooms').select('verified_from').where('room_id', '=', roomId),
);

/** What a user's right to read depends on. */
export interface History {
  readonly settings: Change<HistoryVisibility>[];
  readonly memberships: (Change<Membership> & { stream: number })[];
  /** What is before is not for anybody. */
  readonly verifiedFrom: number;
}

/** What a user's right to read depends on, from the room's log (chapter 10). */
export async function historyOf(db: Kysely<Tables>, roomId: RoomId, userId: UserId): Promise<History> {
  const settings = await stateHistory(db, roomId, 'eccp.room.history_visibility', '');
  const first = await verifiedFrom(db, roomId);
  const [create] = first === 0 ? await stateHistory(db, roomId, 'eccp.room.create', '') : [];
  const row = await db
    .selectFrom('memberships')
    .select(['membership', 'seq', 'stream'])
    .where('room_id', '=', roomId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  // In the state of a snapshot stand memberships that brought keys, and ended since: what ended them may be in the hole.
  const members = (await stateHistory(db, roomId, 'eccp.room.member', userId)).filter(
    (member) => member.seq >= first || member.seq === row?.seq || contentOf(member).node_keys === undefined,
  );
  const last = members.at(-1);
  const isEarly = row?.membership === 'leave' && last !== undefined && contentOf(last).membership === 'join'; // HOST-062
  const early = isEarly ? [{ seq: row.seq, stream: row.stream, value: 'leave' as const }] : [];
  const founded = create?.sender === userId ? [{ seq: create.seq, stream: create.stream, value: 'join' as const }] : []; // HIST-014
  return {
    verifiedFrom: first,
    settings: settings.map((row) => ({ seq: row.seq, value: contentOf(row).history_visibility as HistoryVisibility })),
    memberships: [
      ...founded,
      ...members.map((row) => ({
        seq: row.seq,
        stream: row.stream,
        value: contentOf(row).membership as Membership,
      })),
      ...early,
    ],
  };
}

/** Both kinds are never redacted: their content is always there. */
function contentOf(row: EventRow): Record<string, unknown> {
  return JSON.parse(row.content ?? '{}');
}
