import type { Kysely } from 'kysely';

/** Other nodes: what is known of them, what waits for them, what came from them, and what the operator decided. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('rooms').addColumn('frozen', 'text').execute();
  await db.schema
    .alterTable('rooms')
    .addColumn('verified_from', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('staged_events')
    .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.room_id'))
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('event_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('state_key', 'text')
    .addColumn('sender', 'text', (c) => c.notNull())
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('signature', 'text', (c) => c.notNull())
    .addColumn('entry', 'text', (c) => c.notNull())
    .addColumn('entry_signature', 'text', (c) => c.notNull())
    .addColumn('content', 'text')
    .addColumn('nonce', 'text')
    .addPrimaryKeyConstraint('staged_events_pk', ['room_id', 'seq'])
    .execute();
  await db.schema
    .createTable('peers')
    .addColumn('node', 'text', (c) => c.primaryKey())
    .addColumn('approved', 'integer', (c) => c.notNull())
    .addColumn('key_documents', 'text')
    .addColumn('freshness', 'text')
    .addColumn('quarantined', 'text')
    .addColumn('last_success_ts', 'bigint')
    .addColumn('last_failure', 'text')
    .execute();
  await db.schema
    .createTable('seen_requests')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('expires_ts', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('seen_requests_by_expiry').on('seen_requests').column('expires_ts').execute();
  await db.schema
    .createTable('outbox')
    .addColumn('destination', 'text', (c) => c.notNull())
    .addColumn('position', 'bigint', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('room_id', 'text', (c) => c.notNull())
    .addColumn('event_id', 'text', (c) => c.notNull())
    .addColumn('item', 'text')
    .addColumn('created_ts', 'bigint', (c) => c.notNull())
    .addColumn('expires_ts', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('outbox_pk', ['destination', 'position'])
    .execute();
  await db.schema
    .createTable('submissions')
    .addColumn('event_id', 'text', (c) => c.primaryKey())
    .addColumn('room_id', 'text', (c) => c.notNull())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('device_id', 'text')
    .addColumn('txn_id', 'text')
    .addColumn('txn_digest', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('errcode', 'text')
    .addColumn('error', 'text')
    .addColumn('details', 'text')
    .addColumn('created_ts', 'bigint', (c) => c.notNull())
    .addColumn('stream', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('submissions_by_txn')
    .unique()
    .on('submissions')
    .columns(['room_id', 'user_id', 'device_id', 'txn_id'])
    .where('txn_id', 'is not', null)
    .execute();
  await db.schema
    .createTable('invitations')
    .addColumn('user_id', 'text', (c) => c.notNull().references('accounts.user_id'))
    .addColumn('room_id', 'text', (c) => c.notNull())
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('item', 'text')
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('stream', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('invitations_pk', ['user_id', 'room_id'])
    .execute();
  await db.schema
    .createTable('evidence')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('room_id', 'text', (c) => c.notNull())
    .addColumn('item', 'text', (c) => c.notNull())
    .addColumn('ts', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('policy')
    .addColumn('version', 'bigint', (c) => c.primaryKey())
    .addColumn('document', 'text', (c) => c.notNull())
    .addColumn('ts', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('audit')
    .addColumn('seq', 'bigint', (c) => c.primaryKey())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addColumn('record', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('signature', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('restored_rooms')
    .addColumn('room_id', 'text', (c) => c.primaryKey().references('rooms.room_id'))
    .execute();
}
