import type { Kysely } from 'kysely';
import { type AuditEntry, nextRecord } from '../core/audit-chain.ts';
import { canonicalize } from '../core/canonical-json.ts';
import { type Bucket, fullBucket, refill, take, waitFor } from '../core/token-bucket.ts';
import type { AuditPage, SignedAuditRecord } from '../generated/api.ts';
import type { NodeIdentity } from '../storage/node-identity.ts';
import { prepared } from '../storage/prepared.ts';
import type { Tables } from '../storage/tables.ts';
import type { Environment, NodeStore } from './environment.ts';

/** What other nodes can bring about as often as they like, or somebody in the name of one. */
const fromOutside = new Set([
  'federation.refused',
  'federation.item_refused',
  'federation.limited',
  'federation.limit_ended',
]);

/** How many records of that are made one by one: nobody must be able to fill the disk with them. Those above it are counted (AUD-011). */
const outsideRate = { per_second: 1, burst: 1000 };

/** schemas/AuditRecord.json */
const maxSubject = 255;

const lastRecord = prepared((db) => db.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1));

/** The append-only, hash-chained and signed log of what was decided on this node (chapter 19). */
export class Audit {
  readonly #store: NodeStore;
  readonly #identity: Pick<NodeIdentity, 'name' | 'key' | 'chain'>;
  readonly #environment: Environment;
  #outside: Bucket;
  #unrecorded = 0;

  /** @param identity is asked anew for each record: its key may have changed. */
  constructor(store: NodeStore, identity: Pick<NodeIdentity, 'name' | 'key' | 'chain'>, environment: Environment) {
    this.#store = store;
    this.#identity = identity;
    this.#environment = environment;
    this.#outside = fullBucket(outsideRate, environment.elapsed());
  }

  /**
   * Records something by itself; resolves when it is on disk. Of refusals of other nodes in great numbers only some are recorded;
   * the next one says in `detail.unrecorded` how many were left out before it.
   *
   * @throws StoreUnavailable
   */
  async record(entry: AuditEntry): Promise<void> {
    if (!fromOutside.has(entry.kind)) return this.#write(entry);
    this.#outside = refill(this.#outside, outsideRate, this.#environment.elapsed());
    if (waitFor(this.#outside, outsideRate) > 0) {
      this.#unrecorded++;
      return;
    }
    this.#outside = take(this.#outside);
    const unrecorded = this.#unrecorded;
    this.#unrecorded = 0;
    await this.#write(unrecorded === 0 ? entry : { ...entry, detail: { ...entry.detail, unrecorded } });
  }

  /** Records something in the transaction that does it: either both stay, or neither. */
  async append(trx: Kysely<Tables>, entry: AuditEntry): Promise<void> {
    const subject = entry.subject?.slice(0, maxSubject).toWellFormed(); // it may be a request target, however long
    const [before] = await lastRecord(trx, {}); // transactions run one after another, so nobody else continues the same record
    const { name, key: signingKey } = this.#identity;
    const { record, hash, key, signature } = nextRecord(
      name,
      before,
      { ...entry, subject },
      this.#environment.now(),
      signingKey,
    );
    await trx
      .insertInto('audit')
      .values({ seq: record.seq, hash, record: canonicalize(record), key, signature })
      .execute();
  }

  /**
   * A stretch of the log.
   *
   * @param from the first record that is wanted.
   */
  async page(from: number, limit: number): Promise<AuditPage> {
    const rows = await this.#store.read((db) =>
      db
        .selectFrom('audit')
        .selectAll()
        .where('seq', '>=', from)
        .orderBy('seq')
        .limit(limit + 1)
        .execute(),
    );
    const shown = rows.slice(0, limit).map(({ record, hash, key, signature }) => ({
      record: JSON.parse(record),
      hash,
      key,
      signature,
    }));
    return {
      records: shown as SignedAuditRecord[],
      documents: [...this.#identity.chain] as AuditPage['documents'],
      ...(rows.length > limit ? { next: from + limit } : {}),
    };
  }

  async #write(entry: AuditEntry): Promise<void> {
    await this.#store.write((trx) => this.append(trx, entry));
  }
}
