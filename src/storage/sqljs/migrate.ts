import type { Transaction } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/** By name, in the order of the names. */
export type Migrations = Record<string, Migration>;

/** Runs what has not yet run, inside the given transaction. @throws the first error, so that the transaction rolls back. */
export async function migrate<DB>(trx: Transaction<DB>, migrations: Migrations): Promise<void> {
  const provider = { getMigrations: async () => migrations };
  const { error } = await new Migrator({ db: trx, provider }).migrateToLatest();
  if (error !== undefined) throw error;
}
