// The sections of a sync's answer, each read from the tables it needs (chapter 11).
import type { Kysely } from 'kysely';
import type {
  AccountDataItem,
  InvitedRoomSync,
  LeftRoomSync,
  Receipt,
  RejectedSend,
  RoomId,
  SequencedEvent,
  SyncResponse,
} from '../generated/api.ts';
import { served } from '../storage/events.ts';
import type { EventRow, InvitationsTable, Tables } from '../storage/tables.ts';
import type { Invite } from './invite-item.ts';
import type { Session } from './sessions.ts';
import { leftView, type SyncedRoom } from './sync-room.ts';
import type { SyncToken } from './sync-token.ts';

/** What an invited user is shown of the room (SYNC-030). */
const invitationTypes = [
  'eccp.room.create',
  'eccp.room.visibility',
  'eccp.room.history_visibility',
  'eccp.room.encryption',
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
  for (const row of await invitationsSince(db, session, token, 'invite')) {
    const { invite, create, preview } = JSON.parse(row.item ?? '{}') as Invite;
    sections[row.room_id] = { event: invite, state: [create], preview }; // HOST-047
  }
  return sections;
}

/** The invitations to rooms that the node takes no part in, as far as they are news. */
function invitationsSince(
  db: Kysely<Tables>,
  { userId }: Session,
  token: SyncToken | undefined,
  status: InvitationsTable['status'],
): Promise<InvitationsTable[]> {
  return db
    .selectFrom('invitations')
    .selectAll()
    .where('user_id', '=', userId)
    .where('status', '=', status)
    .where('stream', '>', token?.stream ?? -1)
    .orderBy('room_id')
    .execute();
}

/** This device's sends that their rooms' hosts refused: each is told once to each token. */
export async function rejected(
  db: Kysely<Tables>,
  { userId, deviceId }: Session,
  token: SyncToken | undefined,
): Promise<RejectedSend[]> {
  const rows = await db
    .selectFrom('submissions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .where('status', '=', 'rejected')
    .where('stream', '>', token?.stream ?? -1)
    .orderBy('stream')
    .execute();
  return rows.map(({ room_id, event_id, txn_id, errcode, error }) => ({
    room_id,
    event_id,
    ...(txn_id === null ? {} : { txn_id }),
    errcode: errcode ?? '',
    error: error ?? '',
  }));
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
  for (const row of await invitationsSince(db, session, token, 'knock')) {
    sections[row.room_id] = { event: JSON.parse(row.event) as SequencedEvent };
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
  const joined = new Set(rooms.filter((r) => r.membership === 'join').map((r) => r.room_id));
  for (const row of await invitationsSince(db, session, token, 'ended')) {
    if (!joined.has(row.room_id)) sections[row.room_id] ??= endedView(row); // HOST-049
  }
  return sections;
}

/** The event that ended an invitation, once the node has it: until then there is only the invitation's own. */
function endedView({ event }: InvitationsTable): LeftRoomSync {
  const last = JSON.parse(event) as SequencedEvent;
  const ended = last.content?.membership !== 'invite' && last.content?.membership !== 'knock';
  return { state: [], timeline: { events: ended ? [last] : [], limited: false } };
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
