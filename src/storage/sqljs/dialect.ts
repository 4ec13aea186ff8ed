/** Kysely over `Memory`: a session is the connection that one `read` or one `write` works through. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { StoreMisuse } from '../errors.ts';
import type { Memory } from './memory.ts';
import { bindable, type RecordBuilder, UNCHECKED } from './record.ts';

/** What a writing session needs beyond the database. */
export interface Recording {
  builder: RecordBuilder;
  /** Takes the payload of a transaction that memory has just committed. Must not throw. */
  committed: (payload: Buffer) => void;
}

export class Session implements DatabaseConnection {
  readonly #memory: Memory;
  readonly #recording: Recording | undefined;
  #open = true;
  #failure: unknown;
  #failedOnce = false;
  #schemaChanged = false;
  #changesBefore = 0;

  /** @param recording absent for a session that may only read. */
  constructor(memory: Memory, recording?: Recording) {
    this.#memory = memory;
    this.#recording = recording;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!this.#open) throw new StoreMisuse('the read or write that this handle belongs to has ended');
    const prepared = this.#memory.prepare(query.sql);
    const parameters = bindable(query.parameters);
    if (prepared.kind === 'read') {
      this.#refuseAfterFailure();
      const rows: unknown[] = this.#memory.run(prepared, parameters);
      return { rows: rows as R[] };
    }
    if (this.#recording === undefined) throw new StoreMisuse(`a read may not write: ${query.sql}`);
    if (prepared.kind !== 'savepoint') this.#refuseAfterFailure();
    const { builder } = this.#recording;
    const mark = builder.length;
    builder.add(prepared.sql, parameters);
    try {
      const rows: unknown[] = this.#memory.run(prepared, parameters);
      if (prepared.kind === 'savepoint' && /^\s*rollback/i.test(query.sql)) this.#failure = undefined;
      if (prepared.kind === 'schema') this.#schemaChanged = true;
      if (prepared.kind !== 'change') return { rows: rows as R[] };
      return { rows: rows as R[], numAffectedRows: BigInt(this.#memory.changes) };
    } catch (error) {
      builder.rewind(mark);
      this.#failedOnce = true;
      this.#failure ??= error;
      throw error;
    }
  }

  // The rows are in memory anyway, and no other statement may come between them.
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  begin(): void {
    if (this.#recording === undefined) throw new StoreMisuse('a read may not begin a transaction: use write');
    this.#recording.builder.rewind();
    this.#changesBefore = this.#memory.totalChanges();
    this.#memory.begin();
  }

  commit(): void {
    this.#refuseAfterFailure();
    this.#open = false;
    if (this.#recording === undefined) return;
    const { builder, committed } = this.#recording;
    const changes = this.#memory.totalChanges() - this.#changesBefore;
    const wrote = !builder.empty && (changes > 0 || this.#schemaChanged);
    const payload = wrote ? builder.finish(this.#failedOnce ? UNCHECKED : changes) : undefined;
    this.#memory.commit(); // the last thing that can fail
    if (payload) committed(payload);
  }

  rollback(): void {
    this.#open = false;
    this.#memory.rollback();
  }

  release(): void {
    this.#open = false;
  }

  #refuseAfterFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function sessionOf(connection: DatabaseConnection): Session {
  if (connection instanceof Session) return connection;
  throw new TypeError('a connection of another driver');
}

function driver(open: () => Session): Driver {
  return {
    init: async () => undefined,
    acquireConnection: async () => open(),
    beginTransaction: async (connection) => sessionOf(connection).begin(),
    commitTransaction: async (connection) => sessionOf(connection).commit(),
    rollbackTransaction: async (connection) => sessionOf(connection).rollback(),
    releaseConnection: async (connection) => sessionOf(connection).release(),
    destroy: async () => undefined,
  };
}

class Adapter extends SqliteAdapter {
  // The store's gate already lets in one writer or many readers: Kysely's own queue would only cost time.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
  // SQLite has it; with this the Migrator works inside one of our transactions.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** @param open makes the session for each read or write. */
export function sqljsDialect(open: () => Session): Dialect {
  return {
    createAdapter: () => new Adapter(),
    createDriver: () => driver(open),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
