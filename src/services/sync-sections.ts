// The sections of a sync's answer, each read from the tables it needs (chapter 11).
import type { Kysely } from 'kysely';
import type {
  AccountDataItem,
  InvitedRoomSync,
  Receipt,
  RoomId,
  SequencedEvent,
  SyncResponse,
} from '../generated/api.ts';
import { served } from '../storage/events.ts';
import type { EventRow, Tables } from '../storage/tables.ts';
import type { Session } from './sessions.ts';
import { leftView, type SyncedRoom } from './sync-room.ts';
import type { SyncToken } from './sync-token.ts';

/** What an invited user is shown of the room (SYNC-030). */
const invitationTypes = [
  'eccp.room.create',
  'eccp.room.visibility',
  'eccp.room.history_visibility',
  'eccp.room.name',
  'eccp.room.topic',
];

/** Every room in which the user has or had a membership and which the user did not forget. */
export function roomsOf(db: Kysely<Tables>, { userId }: Session): Promise<SyncedRoom[]> {
  return db
    .selectFrom('memberships')
    .innerJoin('rooms', 'rooms.room_id', 'memberships.room_id')
    .select([
      'memberships.room_id',
      'memberships.membership',
      'memberships.seq',
      'memberships.stream',
      'memberships.ever_joined',
      'memberships.forgotten_seq',
      'rooms.head_seq',
      'rooms.head_stream',
    ])
    .where('memberships.user_id', '=', userId)
    .whereRef('memberships.seq', '>', 'memberships.forgotten_seq')
    .orderBy('memberships.room_id')
    .execute();
}

function isNews(room: SyncedRoom, token: SyncToken | undefined): boolean {
  return token === undefined || room.stream > token.stream;
}

export async function invited(
  db: Kysely<Tables>,
  session: Session,
  rooms: readonly SyncedRoom[],
  token: SyncToken | undefined,
): Promise<Record<RoomId, InvitedRoomSync>> {
  const sections: Record<RoomId, InvitedRoomSync> = {};
  for (const room of rooms.filter((r) => r.membership === 'invite' && isNews(r, token))) {
    const invite = await eventAt(db, room);
    const state = await invitationState(db, room.room_id, invite.sender);
    sections[room.room_id] = { event: served(invite, session), state: state.map((row) => served(row, session)) };
  }
  return sections;
}

export async function knocked(
  db: Kysely<Tables>,
  session: Session,
  rooms: readonly SyncedRoom[],
  token: SyncToken | undefined,
): Promise<Record<RoomId, { event: SequencedEvent }>> {
  const sections: Record<RoomId, { event: SequencedEvent }> = {};
  for (const room of rooms.filter((r) => r.membership === 'knock' && isNews(r, token))) {
    sections[room.room_id] = { event: served(await eventAt(db, room), session) };
  }
  return sections;
}

export async function left(
  db: Kysely<Tables>,
  session: Session,
  rooms: readonly SyncedRoom[],
  token: SyncToken | undefined,
  limit: number,
): Promise<SyncResponse['rooms']['left']> {
  const sections: SyncResponse['rooms']['left'] = {};
  if (token === undefined) return sections;
  const ended = rooms.filter((r) => (r.membership === 'leave' || r.membership === 'ban') && isNews(r, token));
  for (const room of ended) {
    const view = await leftView(db, session, room, token.stream, limit);
    if (view !== undefined) sections[room.room_id] = view;
  }
  return sections;
}

function eventAt(db: Kysely<Tables>, { room_id, seq }: SyncedRoom): Promise<EventRow> {
  return db
    .selectFrom('events')
    .selectAll()
    .where('room_id', '=', room_id)
    .where('seq', '=', seq)
    .executeTakeFirstOrThrow();
}

function invitationState(db: Kysely<Tables>, roomId: RoomId, inviter: string): Promise<EventRow[]> {
  return db
    .selectFrom('state')
    .innerJoin('events', (join) =>
      join.onRef('events.room_id', '=', 'state.room_id').onRef('events.seq', '=', 'state.seq'),
    )
    .selectAll('events')
    .where('state.room_id', '=', roomId)
    .where(({ eb, or, and }) =>
      or([
        eb('state.type', 'in', invitationTypes),
        and([eb('state.type', '=', 'eccp.room.member'), eb('state.state_key', '=', inviter)]),
      ]),
    )
    .orderBy('events.seq')
    .execute();
}

/**
 * The receipts of joined users that moved, in the rooms that the asker is joined to; without a token all of them (SYNC-043).
 *
 * @param roomId only those of one room.
 */
export function receiptsSince(
  db: Kysely<Tables>,
  { userId }: Session,
  token: SyncToken | undefined,
  roomId?: RoomId,
): Promise<(Receipt & { room_id: RoomId })[]> {
  const query = db
    .selectFrom('memberships as mine')
    .innerJoin('receipts', 'receipts.room_id', 'mine.room_id')
    .innerJoin('memberships as theirs', (join) =>
      join.onRef('theirs.room_id', '=', 'receipts.room_id').onRef('theirs.user_id', '=', 'receipts.user_id'),
    )
    .select(['receipts.room_id', 'receipts.user_id', 'receipts.event_id', 'receipts.ts'])
    .where('mine.user_id', '=', userId)
    .where('mine.membership', '=', 'join')
    .where('theirs.membership', '=', 'join')
    .where('receipts.stream', '>', token?.stream ?? -1)
    .orderBy('receipts.stream');
  return (roomId === undefined ? query : query.where('mine.room_id', '=', roomId)).execute();
}

/** What changed, by room; '' is the account itself. */
export async function accountDataSince(
  db: Kysely<Tables>,
  { userId }: Session,
  token: SyncToken | undefined,
): Promise<Map<string, AccountDataItem[]>> {
  const rows = await db
    .selectFrom('account_data')
    .select(['room_id', 'type', 'content'])
    .where('user_id', '=', userId)
    .where('stream', '>', token?.stream ?? -1)
    .orderBy('stream')
    .execute();
  const byRoom = Map.groupBy(rows, (row): string => row.room_id);
  return new Map([...byRoom].map(([roomId, items]) => [roomId, items.map(item)]));
}

export async function roomData(db: Kysely<Tables>, { userId }: Session, roomId: RoomId): Promise<AccountDataItem[]> {
  const rows = await db
    .selectFrom('account_data')
    .select(['type', 'content'])
    .where('user_id', '=', userId)
    .where('room_id', '=', roomId)
    .orderBy('stream')
    .execute();
  return rows.map(item);
}

function item({ type, content }: { type: string; content: string }): AccountDataItem {
  return { type, content: JSON.parse(content) };
}
