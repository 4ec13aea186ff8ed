// What is held of other nodes' keys, as the table `peers` has it.
import type { SignedFreshness } from '../core/freshness.ts';
import type { SignedKeyDocument } from '../core/key-document.ts';
import type { NodeName } from '../generated/api.ts';
import type { NodeStore } from '../services/environment.ts';
import { prepared } from '../storage/prepared.ts';

/** What is held of one node's keys; all of it was verified. */
export interface HeldKeys {
  /** Oldest first. */
  readonly chain: readonly SignedKeyDocument[];
  readonly freshness: SignedFreshness | undefined;
  /** Why the keys are in dispute. */
  readonly quarantined: string | undefined;
}

/** What is held as it is stored; by its texts a change by somebody else is noticed. */
export interface StoredKeys extends HeldKeys {
  readonly row: { readonly key_documents: string | null; readonly quarantined: string | null };
}

/** Peers whose keys stay in memory. Every request of a peer needs them, and a read waits for the disk. */
const maxCached = 1000;

const rowOf = prepared((db, { node }: { node: NodeName }) =>
  db.selectFrom('peers').select(['key_documents', 'freshness', 'quarantined']).where('node', '=', node),
);
const noRow = { key_documents: null, freshness: null, quarantined: null };

export class PeerKeyRows {
  readonly #store: NodeStore;
  /** Oldest first. Promises, so that what is forgotten while it is read is not there afterwards. */
  readonly #cache = new Map<NodeName, Promise<StoredKeys>>();

  constructor(store: NodeStore) {
    this.#store = store;
  }

  get(node: NodeName): Promise<StoredKeys> {
    const known = this.#cache.get(node);
    if (known !== undefined) return known;
    const read = this.#read(node);
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined && this.#cache.size >= maxCached) this.#cache.delete(oldest);
    this.#cache.set(node, read);
    read.catch(() => this.#cache.get(node) === read && this.#cache.delete(node));
    return read;
  }

  /** To be called when somebody else has changed a node's row. */
  forget(node: NodeName): void {
    this.#cache.delete(node);
  }

  /**
   * Writes what is held from now on.
   *
   * @param before what it comes from.
   * @returns whether it was written: not when somebody has changed the row meanwhile, such as an operator who lifts a quarantine.
   */
  async save(node: NodeName, before: StoredKeys, after: HeldKeys): Promise<boolean> {
    const columns = {
      key_documents: after.chain.length === 0 ? null : JSON.stringify(after.chain),
      freshness: after.freshness === undefined ? null : JSON.stringify(after.freshness),
      quarantined: after.quarantined ?? null,
    };
    const isWritten = await this.#store.write(async (trx) => {
      const [{ key_documents, quarantined } = noRow] = await rowOf(trx, { node });
      if (key_documents !== before.row.key_documents || quarantined !== before.row.quarantined) return false;
      await trx
        .insertInto('peers')
        .values({ node, approved: 0, ...columns })
        .onConflict((conflict) => conflict.column('node').doUpdateSet(columns))
        .execute();
      return true;
    });
    this.forget(node);
    return isWritten;
  }

  async #read(node: NodeName): Promise<StoredKeys> {
    const [row = noRow] = await this.#store.read((db) => rowOf(db, { node }));
    const { key_documents, freshness, quarantined } = row;
    return {
      chain: key_documents === null ? [] : JSON.parse(key_documents),
      freshness: freshness === null ? undefined : JSON.parse(freshness),
      quarantined: quarantined ?? undefined,
      row: { key_documents, quarantined },
    };
  }
}
