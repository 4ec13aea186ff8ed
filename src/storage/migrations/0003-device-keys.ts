import { type Kysely, sql } from 'kysely';

/** Keys of users' devices, here and on other nodes, and messages from device to device. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('device_lists')
    .addColumn('user_id', 'text', (c) => c.primaryKey())
    .addColumn('stream', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('device_lists_by_stream').on('device_lists').column('stream').execute();
  // For who came into a room, or left it, since a position.
  await db.schema.createIndex('memberships_by_stream').on('memberships').columns(['room_id', 'stream']).execute();
  await db.schema
    .createTable('account_keys')
    .addColumn('user_id', 'text', (c) => c.primaryKey().references('accounts.user_id'))
    .addColumn('account_key', 'text', (c) => c.notNull())
    .addColumn('revocations', 'text')
    .execute();
  await db.schema
    .createTable('device_keys')
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('device_id', 'text', (c) => c.notNull())
    .addColumn('manifest', 'text', (c) => c.notNull())
    .addColumn('cross_signature', 'text')
    .addColumn('signed_prekey', 'text')
    .addColumn('fallback_prekey', 'text')
    .addColumn('fallback_used', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('prekeys_left', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('prekeys_stream', 'bigint', (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('device_keys_pk', ['user_id', 'device_id'])
    .addForeignKeyConstraint('device_keys_device', ['user_id', 'device_id'], 'devices', ['user_id', 'device_id'])
    .execute();
  await db.schema
    .createTable('one_time_prekeys')
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('device_id', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('signature', 'text')
    .addColumn('created_ts', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('one_time_prekeys_pk', ['user_id', 'device_id', 'id'])
    .execute();
  await db.schema
    .createIndex('one_time_prekeys_left')
    .on('one_time_prekeys')
    .columns(['user_id', 'device_id', 'position'])
    .where(sql<boolean>`signature is not null`)
    .execute();
  await db.schema
    .createTable('to_device')
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('device_id', 'text', (c) => c.notNull())
    .addColumn('position', 'bigint', (c) => c.notNull())
    .addColumn('sender', 'text', (c) => c.notNull())
    .addColumn('sender_device', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('content', 'text', (c) => c.notNull())
    .addColumn('bytes', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('to_device_pk', ['user_id', 'device_id', 'position'])
    .execute();
  await db.schema
    .createIndex('to_device_bytes')
    .on('to_device')
    .columns(['user_id', 'device_id', 'sender', 'bytes'])
    .execute();
  await db.schema
    .createTable('to_device_txns')
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('device_id', 'text', (c) => c.notNull())
    .addColumn('txn_id', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('answer', 'text', (c) => c.notNull())
    .addColumn('created_ts', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('to_device_txns_pk', ['user_id', 'device_id', 'txn_id'])
    .execute();
  await db.schema
    .createTable('remote_keys')
    .addColumn('user_id', 'text', (c) => c.primaryKey())
    .addColumn('announced', 'bigint', (c) => c.notNull())
    .addColumn('keys', 'text')
    .addColumn('fetched_ts', 'bigint', (c) => c.notNull())
    .addColumn('fetched_stream', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('received_items')
    .addColumn('origin', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('expires_ts', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('received_items_pk', ['origin', 'id'])
    .execute();
  await db.schema.createIndex('received_items_by_expiry').on('received_items').column('expires_ts').execute();
}
