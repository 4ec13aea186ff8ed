// A small database, in which every transaction is recognised afterwards: `write` gives it three rows with its number.
import type { Kysely, Transaction } from 'kysely';
import type { Files } from '../../src/storage/sqljs/files.ts';
import { openSqljsStore } from '../../src/storage/sqljs/sqljs-store.ts';
import type { StoreEvent } from '../../src/storage/sqljs/store-events.ts';
import type { Store } from '../../src/storage/store.ts';

export interface Db {
  entry: { position?: number; tx: number; part: string; body: Uint8Array | string | number | null };
}

export const migrations = {
  '0001-entry': {
    async up(db: Kysely<never>): Promise<void> {
      await db.schema
        .createTable('entry')
        .addColumn('position', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('tx', 'integer', (column) => column.notNull())
        .addColumn('part', 'text', (column) => column.notNull())
        .addColumn('body', 'blob')
        .addUniqueConstraint('entry_once', ['tx', 'part'])
        .execute();
    },
  },
};

export interface Opened {
  store: Store<Db>;
  events: StoreEvent[];
}

export async function open(
  directory: string,
  options: { files?: Files; repair?: boolean; snapshotBytes?: number } = {},
): Promise<Opened> {
  const events: StoreEvent[] = [];
  const store = await openSqljsStore<Db>({ directory, migrations, log: (event) => events.push(event), ...options });
  return { store, events };
}

export const insert = (trx: Transaction<Db>, tx: number, part: string, body: Db['entry']['body'] = null) =>
  trx.insertInto('entry').values({ tx, part, body }).execute();

/** One transaction of three statements. */
export const write = (store: Store<Db>, tx: number, body: Uint8Array = new Uint8Array(20)): Promise<void> =>
  store.write(async (trx) => {
    await insert(trx, tx, 'first', body);
    await insert(trx, tx, 'second', `text of ${tx}`);
    await insert(trx, tx, 'third', tx * 1.5);
  });

/** The numbers of the transactions that are there, in the order in which they came. @throws if one is there in part. */
export async function present(store: Store<Db>): Promise<number[]> {
  const rows = await store.read((db) => db.selectFrom('entry').select(['tx', 'part']).orderBy('position').execute());
  const found: number[] = [];
  for (const [index, { tx, part }] of rows.entries()) {
    const expected = ['first', 'second', 'third'][index % 3];
    if (part !== expected) throw new Error(`transaction ${tx} is not whole`);
    if (index % 3 === 0) found.push(tx);
    else if (found.at(-1) !== tx) throw new Error(`transaction ${tx} is not whole`);
  }
  if (rows.length % 3 !== 0) throw new Error('the last transaction is not whole');
  return found;
}
