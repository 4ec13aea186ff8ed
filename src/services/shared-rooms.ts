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

function others(db: Kysely<Tables>, userId: UserId) {
  return db
    .selectFrom('memberships as mine')
    .innerJoin('memberships as theirs', 'theirs.room_id', 'mine.room_id')
    .where('mine.user_id', '=', userId)
    .where('mine.membership', '=', 'join')
    .where('theirs.membership', '=', 'join')
    .where('theirs.user_id', '!=', userId);
}
