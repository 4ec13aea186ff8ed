// Whose keys a client has to look at again: the section `device_lists` of a sync (section 20.5).
import type { Kysely } from 'kysely';
import type { DeviceLists as Lists, RoomId, UserId } from '../generated/api.ts';
import { historyOf } from '../storage/events.ts';
import { prepared } from '../storage/prepared.ts';
import type { MembershipRow, Tables } from '../storage/tables.ts';
import { amongSharing } from './shared-rooms.ts';

type Since = { userId: UserId; since: number };

/** The user's own memberships that changed, forgotten rooms included. */
const ownChanges = prepared((db, { userId, since }: Since) =>
  db
    .selectFrom('memberships')
    .select(['room_id', 'membership'])
    .where('user_id', '=', userId)
    .where('stream', '>', since),
);

/** Memberships that changed in rooms to which the user is joined. */
const changesAround = prepared((db, { userId, since }: Since) =>
  db
    .selectFrom('memberships as mine')
    .innerJoin('rooms', 'rooms.room_id', 'mine.room_id')
    .innerJoin('memberships as theirs', 'theirs.room_id', 'mine.room_id')
    .select(['theirs.room_id', 'theirs.user_id', 'theirs.membership', 'theirs.ever_joined', 'theirs.forgotten_seq'])
    .where('mine.user_id', '=', userId)
    .where('mine.membership', '=', 'join')
    .where('rooms.head_stream', '>', since)
    .where('theirs.user_id', '!=', userId)
    .where('theirs.stream', '>', since),
);

/** Users with keys that changed. */
const changedLists = prepared((db, { since }: Since) =>
  db.selectFrom('device_lists').select('user_id').where('stream', '>', since),
);

/** @param since a position of the stream; undefined without a token (MAN-037). */
export async function deviceListsSince(db: Kysely<Tables>, userId: UserId, since: number | undefined): Promise<Lists> {
  if (since === undefined) return { changed: [], left: [] };
  const came = new Set<UserId>();
  const went = new Set<UserId>();
  const lists = await changedLists(db, { userId, since });
  for (const theirs of await changesAround(db, { userId, since })) {
    if (theirs.membership === 'join') came.add(theirs.user_id);
    else if (await wasJoined(db, theirs)) went.add(theirs.user_id);
  }
  for (const mine of await ownChanges(db, { userId, since })) {
    if (mine.membership === 'join') for (const user of await joinedTo(db, mine.room_id)) came.add(user);
    else for (const user of await partedFrom(db, userId, mine.room_id, since)) went.add(user);
  }
  const candidates = [...came, ...went, ...lists.map((row) => row.user_id)];
  if (candidates.length === 0) return { changed: [], left: [] };
  const sharing = await amongSharing(db, userId, candidates);
  const changed = new Set([...came, ...lists.map((row) => row.user_id)].filter((user) => sharing.has(user)));
  if (lists.some((row) => row.user_id === userId)) changed.add(userId);
  return { changed: [...changed], left: [...went].filter((user) => user !== userId && !sharing.has(user)) };
}

type Ended = Pick<MembershipRow, 'room_id' | 'user_id' | 'ever_joined' | 'forgotten_seq'>;

/** Whether a user who is not joined any more ever was: who has forgotten the room is as if never joined, to the table of memberships. */
async function wasJoined(
  db: Kysely<Tables>,
  { room_id, user_id, ever_joined, forgotten_seq }: Ended,
): Promise<boolean> {
  if (ever_joined === 1 || forgotten_seq < 0) return ever_joined === 1;
  const { memberships } = await historyOf(db, room_id, user_id);
  return memberships.some(({ value }) => value === 'join');
}

async function joinedTo(db: Kysely<Tables>, roomId: RoomId): Promise<UserId[]> {
  const rows = await db
    .selectFrom('memberships')
    .select('user_id')
    .where('room_id', '=', roomId)
    .where('membership', '=', 'join')
    .execute();
  return rows.map((row) => row.user_id);
}

/** Those who were joined to a room when the user left it since a position, and nobody who came after that (MAN-036). */
async function partedFrom(db: Kysely<Tables>, userId: UserId, roomId: RoomId, since: number): Promise<UserId[]> {
  const own = (await historyOf(db, roomId, userId)).memberships;
  const ends = own
    .filter(({ stream, value }, i) => stream > since && value !== 'join' && own[i - 1]?.value === 'join')
    .map(({ seq }) => seq);
  if (ends.length === 0) return [];
  const rows = await db
    .selectFrom('memberships')
    .select(['user_id', 'membership', 'seq'])
    .where('room_id', '=', roomId)
    .where(({ eb, or }) => or([eb('membership', '=', 'join'), eb('stream', '>', since)]))
    .execute();
  const parted: UserId[] = [];
  for (const { user_id, membership, seq } of rows) {
    if (membership === 'join' && ends.some((end) => seq <= end)) parted.push(user_id);
    else {
      const { memberships } = await historyOf(db, roomId, user_id);
      const at = (end: number) => memberships.findLast((change) => change.seq <= end)?.value;
      if (ends.some((end) => at(end) === 'join')) parted.push(user_id);
    }
  }
  return parted;
}
