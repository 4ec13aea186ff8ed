// Who shares a room with whom: both are joined to one (section 20.5).
import type { Kysely } from 'kysely';
import type { UserId } from '../generated/api.ts';
import type { Tables } from '../storage/tables.ts';

/** Users whom one statement looks at: SQLite takes only so many parameters. */
const perStatement = 500;

/** Everybody who shares a room with a user; not the user. */
export async function sharingWith(db: Kysely<Tables>, userId: UserId): Promise<UserId[]> {
  const rows = await others(db, userId).select('theirs.user_id').distinct().execute();
  return rows.map((row) => row.user_id);
}

/** Those of these users who share a room with a user, the user excepted. */
export async function amongSharing(
  db: Kysely<Tables>,
  userId: UserId,
  candidates: Iterable<UserId>,
): Promise<Set<UserId>> {
  const left = [...new Set(candidates)];
  const sharing = new Set<UserId>();
  while (left.length > 0) {
    const some = left.splice(0, perStatement);
    const rows = await others(db, userId)
      .select('theirs.user_id')
      .distinct()
      .where('theirs.user_id', 'in', some)
      .execute();
    for (const { user_id } of rows) sharing.add(user_id);
  }
  return sharing;
}

/**
 * Those of these users who share a room with any user of a node.
 *
 * @param before a position of the stream: only those who have done so without a break ever since count.
 */
export async function sharingWithNode(
  db: Kysely<Tables>,
  node: string,
  users: readonly UserId[],
  before = Number.MAX_SAFE_INTEGER,
): Promise<Set<UserId>> {
  const sharing = new Set<UserId>();
  for (const user of users) {
    const found = await db
      .selectFrom('memberships as theirs')
      .innerJoin('memberships as ours', 'ours.room_id', 'theirs.room_id')
      .select('ours.user_id')
      .where('theirs.user_id', '=', user)
      .where('theirs.membership', '=', 'join')
      .where('theirs.stream', '<=', before)
      .where(({ eb, ref }) => eb(ref('ours.user_id').$castTo<string>(), 'like', `%:${node}`))
      .where('ours.user_id', '!=', user)
      .where('ours.membership', '=', 'join')
      .where('ours.stream', '<=', before)
      .limit(1)
      .executeTakeFirst();
    if (found !== undefined) sharing.add(user);
  }
  return sharing;
}

function others(db: Kysely<Tables>, userId: UserId) {
  return db
    .selectFrom('memberships as mine')
    .innerJoin('memberships as theirs', 'theirs.room_id', 'mine.room_id')
    .where('mine.user_id', '=', userId)
    .where('mine.membership', '=', 'join')
    .where('theirs.membership', '=', 'join')
    .where('theirs.user_id', '!=', userId);
}
