import type { Kysely } from 'kysely';

/** Who uploaded which blob; the bytes are files (chapter 28). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('media')
    .addColumn('media_id', 'text', (c) => c.notNull())
    .addColumn('user_id', 'text', (c) => c.notNull().references('accounts.user_id'))
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('uploaded_ts', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('media_pk', ['media_id', 'user_id'])
    .execute();
  await db.schema.createIndex('media_by_user').on('media').columns(['user_id', 'uploaded_ts']).execute();
}
