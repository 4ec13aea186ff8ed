// Keys of devices as they are stored (chapter 20).
import type { Kysely } from 'kysely';
import type { AccountKey, SignedAccountKey, SignedManifest, SignedRevocations } from '../core/device-manifest.ts';
import type { DeviceId, UserId, UserKeys } from '../generated/api.ts';
import { dropPrekeys } from './prekeys.ts';
import type { Tables } from './tables.ts';
import { dropMessages } from './to-device.ts';

/** What a user says of the own devices; nothing before the first account key. */
export interface HeldAccountKeys {
  readonly accountKey: SignedAccountKey | undefined;
  readonly revocations: SignedRevocations | undefined;
}

/** The account key and the list in force of a user of this node. */
export async function accountKeysOf(db: Kysely<Tables>, userId: UserId): Promise<HeldAccountKeys> {
  const row = await db
    .selectFrom('account_keys')
    .select(['account_key', 'revocations'])
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return {
    accountKey: row && JSON.parse(row.account_key),
    revocations: row?.revocations == null ? undefined : JSON.parse(row.revocations),
  };
}

export async function saveAccountKeys(
  trx: Kysely<Tables>,
  userId: UserId,
  accountKey: SignedAccountKey,
  revocations: SignedRevocations | undefined,
): Promise<void> {
  const row = {
    account_key: JSON.stringify(accountKey),
    revocations: revocations === undefined ? null : JSON.stringify(revocations),
  };
  await trx
    .insertInto('account_keys')
    .values({ user_id: userId, ...row })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
    .execute();
}

/** The manifest of a device of this node, with its cross-signature. */
export async function manifestOf(
  db: Kysely<Tables>,
  userId: UserId,
  deviceId: DeviceId,
): Promise<SignedManifest | undefined> {
  const [found] = await manifestsOf(db, userId, deviceId);
  return found;
}

/** The manifests of a user of this node, in the order of the device ids. */
export async function manifestsOf(db: Kysely<Tables>, userId: UserId, deviceId?: DeviceId): Promise<SignedManifest[]> {
  let query = db
    .selectFrom('device_keys')
    .select(['manifest', 'cross_signature'])
    .where('user_id', '=', userId)
    .orderBy('device_id');
  if (deviceId !== undefined) query = query.where('device_id', '=', deviceId);
  return (await query.execute()).map(({ manifest, cross_signature }) => ({
    ...(JSON.parse(manifest) as SignedManifest),
    ...(cross_signature === null ? {} : { cross_signature }),
  }));
}

export async function saveManifest(trx: Kysely<Tables>, signed: SignedManifest): Promise<void> {
  const { cross_signature = null, manifest, signature } = signed;
  const row = { manifest: JSON.stringify({ manifest, signature }), cross_signature };
  await trx
    .insertInto('device_keys')
    .values({ user_id: manifest.user as UserId, device_id: manifest.device as DeviceId, ...row })
    .onConflict((conflict) => conflict.columns(['user_id', 'device_id']).doUpdateSet(row))
    .execute();
}

/** Puts a cross-signature to the manifest of a device. */
export async function saveCrossSignature(
  trx: Kysely<Tables>,
  userId: UserId,
  deviceId: DeviceId,
  crossSignature: string,
): Promise<void> {
  await trx
    .updateTable('device_keys')
    .set({ cross_signature: crossSignature })
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .execute();
}

/** The cross-signatures of an account key that is no longer in force go (MAN-009). */
export async function dropCrossSignatures(trx: Kysely<Tables>, { user }: AccountKey): Promise<void> {
  await trx
    .updateTable('device_keys')
    .set({ cross_signature: null })
    .where('user_id', '=', user as UserId)
    .execute();
}

/** All that others are told of the keys of a user of this node. */
export async function userKeysOf(db: Kysely<Tables>, userId: UserId): Promise<UserKeys> {
  const list = await db.selectFrom('device_lists').select('stream').where('user_id', '=', userId).executeTakeFirst();
  const { accountKey, revocations } = await accountKeysOf(db, userId);
  return {
    stream: list?.stream ?? 0,
    ...(accountKey && { account_key: accountKey }),
    ...(revocations && { revocations }),
    manifests: await manifestsOf(db, userId),
  } as UserKeys;
}

/** Removes the keys of a device and what waits for it, or without one of every device of the user. @returns whether it had keys. */
export async function dropDeviceKeys(trx: Kysely<Tables>, userId: UserId, deviceId?: DeviceId): Promise<boolean> {
  await dropPrekeys(trx, userId, deviceId);
  await dropMessages(trx, userId, deviceId);
  let query = trx.deleteFrom('device_keys').where('user_id', '=', userId);
  if (deviceId !== undefined) query = query.where('device_id', '=', deviceId);
  return (await query.returning('device_id').execute()).length > 0;
}
