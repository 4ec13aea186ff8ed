import type { Device, DeviceId } from '../generated/api.ts';
import type { NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import type { Session, Sessions } from './sessions.ts';

/** The devices of an account (chapter 6). */
export class Devices {
  readonly #store: NodeStore;
  readonly #sessions: Sessions;
  readonly #notifier: Notifier;
  readonly #now: () => number;

  constructor(store: NodeStore, sessions: Sessions, notifier: Notifier, now: () => number) {
    this.#store = store;
    this.#sessions = sessions;
    this.#notifier = notifier;
    this.#now = now;
  }

  /** Oldest first (DEV-002). */
  async list(session: Session): Promise<Device[]> {
    const rows = await this.#store.read((db) =>
      db
        .selectFrom('devices')
        .selectAll()
        .where('user_id', '=', session.userId)
        .where('revoked_ts', 'is', null)
        .orderBy('created_ts')
        .orderBy('device_id')
        .execute(),
    );
    return rows.map((row) => ({
      device_id: row.device_id,
      created_ts: row.created_ts,
      current: row.device_id === session.deviceId,
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

  /** Removes the device and ends its sessions, one that waits in a sync included (DEV-006). */
  async revoke(session: Session, deviceId: DeviceId): Promise<void> {
    await this.#store.write(async (trx) => {
      await this.#sessions.requireDevice(trx, session.userId, deviceId);
      await this.#sessions.end(trx, session.userId, deviceId);
      await trx
        .updateTable('devices')
        .set({ revoked_ts: this.#now() })
        .where('user_id', '=', session.userId)
        .where('device_id', '=', deviceId)
        .execute();
    });
    this.#notifier.ended(session.userId, deviceId);
  }
}
