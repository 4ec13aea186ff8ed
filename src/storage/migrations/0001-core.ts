import { type Kysely, sql } from 'kysely';

/** Accounts, devices, rooms and their logs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('user_id', 'text', (c) => c.primaryKey())
    .addColumn('password_hash', 'text')
    .addColumn('one_time_password', 'integer', (c) => c.notNull())
    .addColumn('admin', 'integer', (c) => c.notNull())
    .addColumn('contact', 'text')
    .addColumn('created_ts', 'bigint', (c) => c.notNull())
    .addColumn('deactivated_ts', 'bigint')
    .execute();
  await db.schema
    .createTable('devices')
    .addColumn('user_id', 'text', (c) => c.notNull().references('accounts.user_id'))
    .addColumn('device_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text')
    .addColumn('created_ts', 'bigint', (c) => c.notNull())
    .addColumn('last_seen_ts', 'bigint')
    .addColumn('revoked_ts', 'bigint')
    .addPrimaryKeyConstraint('devices_pk', ['user_id', 'device_id'])
    .execute();
  await db.schema
    .createTable('sessions')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('device_id', 'text', (c) => c.notNull())
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addUniqueConstraint('sessions_one_a_device', ['user_id', 'device_id'])
    .addForeignKeyConstraint('sessions_device', ['user_id', 'device_id'], 'devices', ['user_id', 'device_id'])
    .execute();
  await db.schema
    .createTable('rooms')
    .addColumn('room_id', 'text', (c) => c.primaryKey())
    .addColumn('epoch', 'bigint', (c) => c.notNull())
    .addColumn('head_seq', 'bigint', (c) => c.notNull())
    .addColumn('head_hash', 'text', (c) => c.notNull())
    .addColumn('head_ts', 'bigint', (c) => c.notNull())
    .addColumn('head_stream', 'bigint', (c) => c.notNull())
    .addColumn('direct_pair', 'text', (c) => c.unique())
    .addColumn('visibility', 'text', (c) => c.notNull())
    .addColumn('name', 'text')
    .addColumn('topic', 'text')
    .addColumn('search_text', 'text', (c) => c.notNull())
    .addColumn('member_count', 'integer', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('events')
    .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.room_id'))
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('stream', 'bigint', (c) => c.notNull())
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
    .addColumn('redacted_by', 'text')
    .addColumn('device_id', 'text')
    .addColumn('txn_id', 'text')
    .addColumn('txn_digest', 'text')
    .addPrimaryKeyConstraint('events_pk', ['room_id', 'seq'])
    .execute();
  await db.schema.createIndex('events_by_id').unique().on('events').columns(['room_id', 'event_id']).execute();
  await db.schema
    .createIndex('events_by_state')
    .on('events')
    .columns(['room_id', 'type', 'state_key', 'seq'])
    .where('state_key', 'is not', null)
    .execute();
  await db.schema
    .createIndex('events_by_txn')
    .unique()
    .on('events')
    .columns(['room_id', 'sender', 'device_id', 'txn_id'])
    .where('txn_id', 'is not', null)
    .execute();
  await db.schema
    .createTable('state')
    .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.room_id'))
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('state_key', 'text', (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('state_pk', ['room_id', 'type', 'state_key'])
    .execute();
  await db.schema
    .createTable('memberships')
    .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.room_id'))
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('membership', 'text', (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('stream', 'bigint', (c) => c.notNull())
    .addColumn('ever_joined', 'integer', (c) => c.notNull())
    .addColumn('forgotten_seq', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('memberships_pk', ['room_id', 'user_id'])
    .execute();
  await db.schema.createIndex('memberships_by_user').on('memberships').columns(['user_id', 'membership']).execute();
  await db.schema
    .createTable('receipts')
    .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.room_id'))
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('event_id', 'text', (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('ts', 'bigint', (c) => c.notNull())
    .addColumn('stream', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('receipts_pk', ['room_id', 'user_id'])
    .execute();
  await db.schema.createIndex('receipts_by_stream').on('receipts').columns(['room_id', 'stream']).execute();
  await db.schema
    .createTable('account_data')
    .addColumn('user_id', 'text', (c) => c.notNull().references('accounts.user_id'))
    .addColumn('room_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('content', 'text', (c) => c.notNull())
    .addColumn('stream', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('account_data_pk', ['user_id', 'room_id', 'type'])
    .execute();
  await db.schema.createIndex('account_data_by_stream').on('account_data').columns(['user_id', 'stream']).execute();
  await db.schema
    .createTable('aliases')
    .addColumn('alias', 'text', (c) => c.primaryKey())
    .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.room_id'))
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_ts', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('aliases_by_room').on('aliases').column('room_id').execute();
  await db.schema
    .createTable('stream')
    .addColumn('position', 'bigint', (c) => c.notNull())
    .execute();
  await sql`insert into stream (position) values (0)`.execute(db);
}
