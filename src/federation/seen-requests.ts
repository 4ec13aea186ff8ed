// The memory of signed requests that were accepted, so that none is accepted twice (AUTH-026).
import type { Authorization } from '../core/request-signature.ts';
import type { NodeStore } from '../services/environment.ts';
import { prepared } from '../storage/prepared.ts';

/** How long a request is remembered, in milliseconds: the whole window in which its time is good, and a minute more. */
const lifetime = 420_000;
/** How often what has expired is deleted, in milliseconds. */
const purgeInterval = 60_000;

const remember = prepared((db, row: { id: string; expires_ts: number }) =>
  db
    .insertInto('seen_requests')
    .values({ id: row.id, expires_ts: row.expires_ts })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id'),
);
const purge = prepared((db, { now }: { now: number }) =>
  db.deleteFrom('seen_requests').where('expires_ts', '<=', now).returning('id'),
);

export class SeenRequests {
  readonly #store: NodeStore;
  #purged = 0;

  constructor(store: NodeStore) {
    this.#store = store;
  }

  /**
   * Remembers a request; resolves when that is on disk.
   *
   * @param now this node's clock, in milliseconds.
   * @returns whether it came for the first time.
   */
  async add({ origin, key, nonce }: Authorization, now: number): Promise<boolean> {
    const row = { id: `${origin} ${key} ${nonce}`, expires_ts: now + lifetime };
    const isDue = Math.abs(now - this.#purged) >= purgeInterval;
    if (isDue) this.#purged = now;
    return this.#store.write(async (trx) => {
      if (isDue) await purge(trx, { now });
      return (await remember(trx, row)).length === 1;
    });
  }
}
