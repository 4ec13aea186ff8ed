/**
 * The storage port. Two drivers are planned for it: sql.js in memory with a journal (`sqljs/`) and PostgreSQL.
 *
 * Conventions that every caller keeps, so that both drivers behave the same:
 * - Inside `write` use only the `trx` you were given, inside `read` only the `db`; a store call nested in another one is
 *   refused (it would wait for itself). No I/O and no waiting for anything else inside either: everyone else queues.
 * - A statement that fails ends its transaction, as in PostgreSQL: even if you catch the error, `write` rolls back and
 *   rejects with it. Expect a conflict with `on conflict do nothing`, or put the statement behind a savepoint.
 * - The journal replays statements, so a writing statement must give the same result every time: no `random()`, no
 *   `current_timestamp`, no `'now'`, no `last_insert_rowid()` (use `returning`), and `insert … select` has an `order by`.
 *   Pass times, ids and random bytes as parameters. No temporary tables, no `pragma`, one statement per query.
 * - Parameters are null, boolean, number, bigint, well-formed string or Uint8Array.
 */
import type { Kysely, Transaction } from 'kysely';

export type Health = { ok: true } | { ok: false; reason: string };

export interface Store<DB> {
  /**
   * Runs `fn` on a consistent view: no transaction runs meanwhile.
   * Settles (either way) only when everything `fn` could have seen is durable on disk.
   * @throws StoreUnavailable if what it saw could not be made durable, or the store is closed. The read may be repeated.
   */
  read<T>(fn: (db: Kysely<DB>) => Promise<T>): Promise<T>;

  /**
   * Runs `fn` as one transaction; resolves only when its journal record is on disk. A throw from `fn` rolls back, and is
   * passed on once everything `fn` could have seen is durable.
   * @throws StoreUnavailable if it cannot be made durable: then it did not happen (see `StoreUnavailable.uncertain`).
   */
  write<T>(fn: (trx: Transaction<DB>) => Promise<T>): Promise<T>;

  /** Whether writes are accepted; `reason` is a sentence for the operator. Reads may work while writes do not. */
  health(): Health;

  /** Refuses new calls, waits for the running and queued ones and for the disk, and lets go of the directory. */
  close(): Promise<void>;
}
