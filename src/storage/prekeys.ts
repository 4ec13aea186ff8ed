// Prekeys as they are stored (chapter 21).
import type { Kysely } from 'kysely';
import type { Prekey, SignedPrekey } from '../core/prekey.ts';
import type { DeviceId, PrekeyCounts, UserId } from '../generated/api.ts';
import { prepared } from './prepared.ts';
import type { OneTimePrekeysTable, Tables } from './tables.ts';

type Of = { userId: UserId; deviceId: DeviceId };

const prekeysOf = prepared((db, { userId, deviceId }: Of) =>
  db
    .selectFrom('device_keys')
    .select(['signed_prekey', 'fallback_prekey', 'fallback_used', 'prekeys_left', 'prekeys_stream'])
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId),
);

/** What a device has left here, but for the one-time prekeys themselves. */
export interface HeldPrekeys {
  readonly signed: SignedPrekey | undefined;
  readonly fallback: SignedPrekey | undefined;
  readonly counts: PrekeyCounts;
  /** When one was last handed out, as a position of the stream. */
  readonly stream: number;
}

export async function heldPrekeys(db: Kysely<Tables>, userId: UserId, deviceId: DeviceId): Promise<HeldPrekeys> {
  const [row] = await prekeysOf(db, { userId, deviceId });
  const signed = row?.signed_prekey ?? null;
  const fallback = row?.fallback_prekey ?? null;
  return {
    signed: signed === null ? undefined : JSON.parse(signed),
    fallback: fallback === null ? undefined : JSON.parse(fallback),
    counts: { one_time: row?.prekeys_left ?? 0, fallback: fallback !== null && row?.fallback_used === 0 },
    stream: row?.prekeys_stream ?? 0,
  };
}

/** Puts a device's signed or fallback prekey in the place of the one before. */
export async function savePrekey(trx: Kysely<Tables>, { userId, deviceId }: Of, signed: SignedPrekey): Promise<void> {
  const text = JSON.stringify(signed);
  const change =
    signed.prekey.kind === 'signed' ? { signed_prekey: text } : { fallback_prekey: text, fallback_used: 0 };
  await trx
    .updateTable('device_keys')
    .set(change)
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .execute();
}

/** The one-time prekeys that a device ever left here, by id. */
export async function knownPrekeys(db: Kysely<Tables>, { userId, deviceId }: Of): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('one_time_prekeys')
    .select(['id', 'key'])
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .execute();
  return new Map(rows.map(({ id, key }) => [id, key]));
}

const insert = prepared((db, row: OneTimePrekeysTable) =>
  db.insertInto('one_time_prekeys').values({
    user_id: row.user_id,
    device_id: row.device_id,
    id: row.id,
    key: row.key,
    position: row.position,
    signature: row.signature,
    created_ts: row.created_ts,
  }),
);

/** Adds one-time prekeys, none of which is there. @param known how many there are. */
export async function addPrekeys(
  trx: Kysely<Tables>,
  { userId, deviceId }: Of,
  prekeys: readonly SignedPrekey[],
  known: number,
): Promise<void> {
  for (const [i, { prekey, signature }] of prekeys.entries()) {
    const { id, key, created } = prekey;
    const row = { user_id: userId, device_id: deviceId, id, key, signature, created_ts: created };
    await insert(trx, { ...row, position: known + i });
  }
  await trx
    .updateTable('device_keys')
    .set(({ eb }) => ({ prekeys_left: eb('prekeys_left', '+', prekeys.length) }))
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .execute();
}

/**
 * Takes the first one-time prekey that is left. In one transaction with the answer it is for, so that nobody else gets it.
 *
 * @param stream the position at which that happens.
 * @returns undefined when none is left.
 */
export async function takeOneTimePrekey(
  trx: Kysely<Tables>,
  { userId, deviceId }: Of,
  stream: number,
): Promise<SignedPrekey | undefined> {
  const row = await trx
    .selectFrom('one_time_prekeys')
    .select(['id', 'key', 'signature', 'created_ts'])
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .where('signature', 'is not', null)
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined || row.signature === null) return undefined;
  await trx
    .updateTable('one_time_prekeys')
    .set({ signature: null })
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .where('id', '=', row.id)
    .execute();
  await trx
    .updateTable('device_keys')
    .set(({ eb }) => ({ prekeys_left: eb('prekeys_left', '-', 1), prekeys_stream: stream }))
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .execute();
  const prekey: Prekey = {
    v: 1,
    user: userId,
    device: deviceId,
    kind: 'one_time',
    id: row.id,
    key: row.key,
    created: row.created_ts,
  };
  return { prekey, signature: row.signature };
}

/** Takes every one-time prekey away that is left, of all devices. Their ids stay known. */
export async function withdrawOneTimePrekeys(trx: Kysely<Tables>, stream: number): Promise<void> {
  await trx.updateTable('one_time_prekeys').set({ signature: null }).where('signature', 'is not', null).execute();
  await trx
    .updateTable('device_keys')
    .set({ prekeys_left: 0, prekeys_stream: stream })
    .where('prekeys_left', '>', 0)
    .execute();
}

/** The fallback prekey of a device is handed out. */
export async function markFallbackUsed(trx: Kysely<Tables>, { userId, deviceId }: Of, stream: number): Promise<void> {
  await trx
    .updateTable('device_keys')
    .set({ fallback_used: 1, prekeys_stream: stream })
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .execute();
}

/** Forgets every one-time prekey of a device, or without one of the user. */
export async function dropPrekeys(trx: Kysely<Tables>, userId: UserId, deviceId?: DeviceId): Promise<void> {
  let query = trx.deleteFrom('one_time_prekeys').where('user_id', '=', userId);
  if (deviceId !== undefined) query = query.where('device_id', '=', deviceId);
  await query.execute();
}
