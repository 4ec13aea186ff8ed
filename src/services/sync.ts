import type { Kysely } from 'kysely';
import type {
  AccountDataItem,
  InvitedRoomSync,
  JoinedRoomSync,
  Receipt,
  RoomId,
  SequencedEvent,
  SyncResponse,
} from '../generated/api.ts';
import { served } from '../storage/events.ts';
import { lastPosition } from '../storage/stream.ts';
import type { EventRow, Tables } from '../storage/tables.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import type { Session, Sessions } from './sessions.ts';
import { joinedView, leftView, type SyncedRoom } from './sync-room.ts';
import { formatToken, parseToken, type SyncToken } from './sync-token.ts';
import type { Typing } from './typing.ts';

/** What an invited user is shown of the room (SYNC-030). */
const invitationTypes = [
  'eccp.room.create',
  'eccp.room.visibility',
  'eccp.room.history_visibility',
  'eccp.room.name',
  'eccp.room.topic',
];

export interface SyncOptions {
  store: NodeStore;
  notifier: Notifier;
  sessions: Sessions;
  typing: Typing;
  environment: Environment;
}

/** What is new for one user since a token (chapter 11). */
export class Sync {
  readonly #options: SyncOptions;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /**
   * @param timeout how long to wait when nothing is new, in milliseconds.
   * @param limit the most events in one room's timeline.
   * @param signal ends the waiting: the answer is then what there is.
   * @throws EccpError ECCP_BAD_PARAM for a `since` that is not a token; ECCP_UNKNOWN_TOKEN when the session ends meanwhile.
   */
  async sync(
    session: Session,
    { since, timeout, limit }: { since?: string | undefined; timeout: number; limit: number },
    signal: AbortSignal,
  ): Promise<SyncResponse> {
    const { notifier, environment } = this.#options;
    const deadline = environment.elapsed() + timeout;
    for (;;) {
      const listening = notifier.listen(session.userId, session.deviceId, signal); // before reading: no news is missed
      try {
        const answer = await this.#collect(session, since, limit);
        const left = deadline - environment.elapsed();
        if (since === undefined || !isEmpty(answer) || left <= 0 || signal.aborted) return answer;
        await listening.wait(left);
      } finally {
        listening.stop();
      }
    }
  }

  #collect(session: Session, since: string | undefined, limit: number): Promise<SyncResponse> {
    const typing = this.#options.typing.serial;
    return this.#options.store.read(async (db) => {
      await this.#options.sessions.require(db, session); // listening began before: no end of the session is missed
      const stream = await lastPosition(db);
      const token = since === undefined ? undefined : parseToken(since, stream);
      const rooms = await roomsOf(db, session);
      const data = await accountDataSince(db, session, token);
      return {
        next_batch: formatToken({ stream, typing }),
        rooms: {
          joined: await this.#joined(db, session, rooms, data, token, limit),
          invited: await invited(db, session, rooms, token),
          knocked: await knocked(db, session, rooms, token),
          left: await left(db, session, rooms, token, limit),
        },
        account_data: data.get('') ?? [],
        rejected: [], // every room is hosted here: no send is ever queued
      };
    });
  }

  async #joined(
    db: Kysely<Tables>,
    session: Session,
    rooms: readonly SyncedRoom[],
    data: ReadonlyMap<string, AccountDataItem[]>,
    token: SyncToken | undefined,
    limit: number,
  ): Promise<Record<RoomId, JoinedRoomSync>> {
    const joined: Record<RoomId, JoinedRoomSync> = {};
    const moved = Map.groupBy(await receiptsSince(db, session, token), (receipt) => receipt.room_id);
    for (const room of rooms.filter(({ membership }) => membership === 'join')) {
      const view = await joinedView(db, session, room, token?.stream, limit);
      const receipts = view.isNew ? await receiptsSince(db, session, undefined, room.room_id) : moved.get(room.room_id);
      const typing = this.#options.typing.changedSince(room.room_id, view.isNew ? 0 : (token?.typing ?? 0));
      const news: JoinedRoomSync = {
        state: view.state,
        timeline: view.timeline,
        receipts: (receipts ?? []).map(({ user_id, event_id, ts }) => ({ user_id, event_id, ts })),
        account_data: (view.isNew ? await roomData(db, session, room.room_id) : data.get(room.room_id)) ?? [],
        ...(typing === undefined ? {} : { typing }),
      };
      if (view.isNew || hasNews(news)) joined[room.room_id] = news; // SYNC-025
    }
    return joined;
  }
}

function hasNews(room: JoinedRoomSync): boolean {
  return (
    room.timeline.events.length > 0 ||
    room.receipts.length > 0 ||
    room.account_data.length > 0 ||
    room.typing !== undefined
  );
}

function isEmpty({ rooms, account_data }: SyncResponse): boolean {
  return account_data.length === 0 && Object.values(rooms).every((section) => Object.keys(section).length === 0);
}

/** Every room in which the user has or had a membership and which the user did not forget. */
function roomsOf(db: Kysely<Tables>, { userId }: Session): Promise<SyncedRoom[]> {
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

async function invited(
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

async function knocked(
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

async function left(
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
function receiptsSince(
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
async function accountDataSince(
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

async function roomData(db: Kysely<Tables>, { userId }: Session, roomId: RoomId): Promise<AccountDataItem[]> {
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
