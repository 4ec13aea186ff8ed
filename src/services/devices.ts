import type { Kysely } from 'kysely';
import type { Device, DeviceId, UserId } from '../generated/api.ts';
import { dropDeviceKeys, manifestOf } from '../storage/device-keys.ts';
import type { Tables } from '../storage/tables.ts';
import type { DeviceLists } from './device-lists.ts';
import type { NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import type { Session, Sessions } from './sessions.ts';

/** The devices of an account (chapter 6). */
export class Devices {
  readonly #store: NodeStore;
  readonly #sessions: Sessions;
  readonly #lists: DeviceLists;
  readonly #notifier: Notifier;
  readonly #now: () => number;

  constructor(store: NodeStore, sessions: Sessions, lists: DeviceLists, notifier: Notifier, now: () => number) {
    this.#store = store;
    this.#sessions = sessions;
    this.#lists = lists;
    this.#notifier = notifier;
    this.#now = now;
  }

  /** Oldest first (DEV-002). */
  async list(session: Session): Promise<Device[]> {
    const rows = await this.#store.read((db) =>
      db
        .selectFrom('devices')
        .leftJoin('device_keys', (join) =>
          join
            .onRef('device_keys.user_id', '=', 'devices.user_id')
            .onRef('device_keys.device_id', '=', 'devices.device_id'),
        )
        .selectAll('devices')
        .select('cross_signature')
        .where('devices.user_id', '=', session.userId)
        .where('revoked_ts', 'is', null)
        .orderBy('created_ts')
        .orderBy('devices.device_id')
        .execute(),
    );
    return rows.map((row) => ({
      device_id: row.device_id,
      created_ts: row.created_ts,
      current: row.device_id === session.deviceId,
      verified: row.cross_signature !== null,
      ...(row.name === null ? {} : { name: row.name }),
      ...(row.last_seen_ts === null ? {} : { last_seen_ts: row.last_seen_ts }),
    }));
  }

  async rename(session: Session, deviceId: DeviceId, name: string): Promise<void> {
    await this.#store.write(async (trx) => {
      await this.#sessions.requireDevice(trx, session.userId, deviceId);
      await trx
        .updateTable('devices')
        .set({ name })
        .where('user_id', '=', session.userId)
        .where('device_id', '=', deviceId)
        .execute();
    });
  }

  /** Removes the device, its session, one that waits in a sync included (DEV-006), its keys and what waits for it (MAN-026). */
  async revoke(session: Session, deviceId: DeviceId): Promise<void> {
    const { userId } = session;
    const concerned = await this.#store.write(async (trx) => {
      await this.#sessions.requireDevice(trx, userId, deviceId);
      const hadKeys = (await manifestOf(trx, userId, deviceId)) !== undefined;
      await this.remove(trx, userId, deviceId);
      return hadKeys ? this.#lists.changed(trx, userId) : undefined;
    });
    this.ended(userId, deviceId);
    if (concerned !== undefined) this.#lists.tell(concerned);
  }

  /**
   * Takes everything from a device that makes it one, in one transaction. When that is durable, ended() has to be called.
   *
   * @returns false where the account has no such device.
   */
  async remove(trx: Kysely<Tables>, userId: UserId, deviceId: DeviceId): Promise<boolean> {
    await this.#sessions.end(trx, userId, deviceId);
    await dropDeviceKeys(trx, userId, deviceId);
    const removed = await trx
      .updateTable('devices')
      .set({ revoked_ts: this.#now() })
      .where('user_id', '=', userId)
      .where('device_id', '=', deviceId)
      .where('revoked_ts', 'is', null)
      .returning('device_id')
      .executeTakeFirst();
    return removed !== undefined;
  }

  /** Ends what waits in the name of a device that was removed. */
  ended(userId: UserId, deviceId: DeviceId): void {
    this.#notifier.ended(userId, deviceId);
  }
}
