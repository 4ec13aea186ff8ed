import { type Kysely, sql } from 'kysely';
import { prepared } from './prepared.ts';
import type { Tables } from './tables.ts';

/**
 * The node's one stream of changes: everything that sync shows gets a position when it is written, and a sync token names one.
 * The row's lock makes positions ascend in the order of commits.
 */
export async function nextPosition(trx: Kysely<Tables>): Promise<number> {
  const [row] = await advance(trx, {});
  if (row === undefined) throw new Error('the stream has no position');
  return row.position;
}

const advance = prepared((db) => db.updateTable('stream').set({ position: sql`position + 1` }).returning('position'));

/** The position of the last change. */
export async function lastPosition(db: Kysely<Tables>): Promise<number> {
  const { position } = await db.selectFrom('stream').select('position').executeTakeFirstOrThrow();
  return position;
}
