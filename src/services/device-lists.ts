import type { Kysely } from 'kysely';
import { toBase64url } from '../core/encoding.ts';
import { nodeOf } from '../core/ids.ts';
import type { NodeName, UserId } from '../generated/api.ts';
import { nextPosition } from '../storage/stream.ts';
import type { Tables } from '../storage/tables.ts';
import type { Environment } from './environment.ts';
import type { Notifier } from './notifier.ts';
import type { Outbox } from './outbox.ts';
import { sharingWith } from './shared-rooms.ts';

/** Whom a change of keys concerns, once it is durable. */
export interface Concerned {
  readonly users: readonly UserId[];
  /** Other nodes that something was queued for. */
  readonly nodes: readonly NodeName[];
}

export interface DeviceListsOptions {
  notifier: Notifier;
  outbox: Outbox;
  environment: Environment;
  nodeName: string;
}

/** When the keys of users changed, and who has to hear of it (section 20.5). */
export class DeviceLists {
  readonly #options: DeviceListsOptions;

  constructor(options: DeviceListsOptions) {
    this.#options = options;
  }

  /** The keys of a user of this node have changed in this transaction. @returns what tell() wants when it is durable. */
  async changed(trx: Kysely<Tables>, userId: UserId): Promise<Concerned> {
    const { outbox, environment, nodeName } = this.#options;
    const { users, stream } = await this.#mark(trx, userId);
    const nodes = [...new Set(users.map(nodeOf))].filter((node) => node !== nodeName) as NodeName[];
    for (const node of nodes) {
      const item = { id: toBase64url(environment.random(16)), user: userId, stream };
      await outbox.addDeviceItem(trx, node, stream, 'device_change', item); // MAN-042
    }
    return { users, nodes };
  }

  /** The keys of a user of another node have changed, as this one heard in this transaction. */
  async heard(trx: Kysely<Tables>, userId: UserId): Promise<Concerned> {
    return { users: (await this.#mark(trx, userId)).users, nodes: [] };
  }

  /** Wakes those whom a change concerns (MAN-038). */
  tell({ users, nodes }: Concerned): void {
    this.#options.notifier.users(users);
    this.#options.outbox.wake(nodes);
  }

  async #mark(trx: Kysely<Tables>, userId: UserId): Promise<{ users: UserId[]; stream: number }> {
    const stream = await nextPosition(trx);
    await trx
      .insertInto('device_lists')
      .values({ user_id: userId, stream })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ stream }))
      .execute();
    return { users: [userId, ...(await sharingWith(trx, userId))], stream };
  }
}
