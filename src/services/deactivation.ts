import type { MediaId } from '../generated/api.ts';
import { dropDeviceKeys } from '../storage/device-keys.ts';
import type { Accounts } from './accounts.ts';
import type { DeviceLists } from './device-lists.ts';
import type { Memberships } from './memberships.ts';
import type { Notifier } from './notifier.ts';
import type { RoomWriter } from './room-writer.ts';
import type { Session, Sessions } from './sessions.ts';

export interface DeactivationOptions {
  accounts: Accounts;
  sessions: Sessions;
  lists: DeviceLists;
  memberships: Memberships;
  writer: RoomWriter;
  notifier: Notifier;
  now: () => number;
}

/** Ends an account for good: its sessions, its keys, its rooms, its password (ACC-070 to ACC-072). The name stays taken. */
export class Deactivation {
  readonly #options: DeactivationOptions;

  #dropped: (ids: readonly MediaId[]) => Promise<void> = async () => {};

  constructor(options: DeactivationOptions) {
    this.#options = options;
  }

  /** @param listener is told of uploads that have no row any more; what it leaves undone is done at the next start. */
  onUploadsDropped(listener: (ids: readonly MediaId[]) => Promise<void>): void {
    this.#dropped = listener;
  }

  async deactivate({ userId }: Session, password: string, address: string): Promise<void> {
    const { accounts, sessions, lists, memberships, writer, notifier, now } = this.#options;
    const account = await accounts.checkPassword(userId, password, address);
    const { told, uploads } = await writer.write(async (changes) => {
      await accounts.requireUnchanged(changes.trx, account);
      const hadKeys = await dropDeviceKeys(changes.trx, userId); // MAN-027
      const told = hadKeys ? await lists.changed(changes.trx, userId) : undefined; // while the user still shares rooms
      await memberships.leaveAll(changes, userId);
      await sessions.end(changes.trx, userId);
      await changes.trx
        .updateTable('accounts')
        .set({ deactivated_ts: now(), password_hash: null })
        .where('user_id', '=', userId)
        .execute();
      const uploads = await changes.trx
        .deleteFrom('media')
        .where('user_id', '=', userId)
        .returning('media_id')
        .execute();
      return { told, uploads }; // MED-043
    });
    if (told !== undefined) lists.tell(told);
    notifier.ended(userId);
    await this.#dropped(uploads.map((row) => row.media_id));
  }
}
