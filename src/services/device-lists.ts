import type { Kysely } from 'kysely';
import type { UserId } from '../generated/api.ts';
import { nextPosition } from '../storage/stream.ts';
import type { Tables } from '../storage/tables.ts';
import type { Notifier } from './notifier.ts';
import { sharingWith } from './shared-rooms.ts';

/** Whom a change of keys concerns, once it is durable. */
export interface Concerned {
  readonly users: readonly UserId[];
}

/** When the keys of users changed, and who has to hear of it (section 20.5). */
export class DeviceLists {
  readonly #notifier: Notifier;

  constructor(notifier: Notifier) {
    this.#notifier = notifier;
  }

  /** The keys of a user have changed in this transaction. @returns what tell() wants when it is durable. */
  async changed(trx: Kysely<Tables>, userId: UserId): Promise<Concerned> {
    const stream = await nextPosition(trx);
    await trx
      .insertInto('device_lists')
      .values({ user_id: userId, stream })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ stream }))
      .execute();
    return { users: [userId, ...(await sharingWith(trx, userId))] };
  }

  /** Wakes those whom a change concerns (MAN-038). */
  tell({ users }: Concerned): void {
    this.#notifier.users(users);
  }
}
