/** One sql.js database with its prepared statements, and what may be run on it. */
import initSqlJs, { type Database, type SqlJsStatic, type Statement } from 'sql.js';
import { StoreMisuse } from '../errors.ts';
import type { Value } from './record.ts';

/** What a statement does: `schema` statements are journalled whatever they count as changes. */
export type Kind = 'read' | 'change' | 'schema' | 'savepoint';

export interface Prepared {
  readonly kind: Kind;
  readonly sql: Uint8Array;
  readonly statement: Statement;
  columns: string[] | undefined;
}

// Enough for every query of the node; lists of varying length (`in (?, ?, …)`) must not fill the memory.
const STATEMENTS_KEPT = 500;

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['select', 'read'],
  ['values', 'read'],
  ['insert', 'change'],
  ['replace', 'change'],
  ['update', 'change'],
  ['delete', 'change'],
  ['create', 'schema'],
  ['drop', 'schema'],
  ['alter', 'schema'],
  ['savepoint', 'savepoint'],
  ['release', 'savepoint'],
]);

// Convention first (see store.ts); this catches the usual slips before they are in a journal.
const NOT_REPLAYABLE =
  /\b(random|randomblob|last_insert_rowid|changes|total_changes)\s*\(|\bcurrent_(timestamp|date|time)\b|'now'|^\s*create\s+temp/i;

export class Memory {
  readonly #db: Database;
  readonly #prepared = new Map<string, Prepared>();
  #givenUp: Error | undefined;
  // In this transaction. The columns that a prepared statement returns may then change, also by rolling back.
  #schemaChanged = false;

  private constructor(db: Database) {
    this.#db = db;
    // Durability is the journal's: SQLite itself works on a file in memory, and only has to be able to roll back.
    db.exec('pragma journal_mode = memory; pragma synchronous = off; pragma locking_mode = exclusive');
    // What is deleted is overwritten, so that snapshots do not carry redacted content in their free pages (LOG-057).
    db.exec('pragma temp_store = memory; pragma foreign_keys = on; pragma secure_delete = on');
  }

  static #sqlJs: Promise<SqlJsStatic> | undefined;

  /** @param bytes a SQLite database; an empty one when absent or of length 0. */
  static async open(bytes?: Uint8Array): Promise<Memory> {
    Memory.#sqlJs ??= initSqlJs();
    return new Memory(new (await Memory.#sqlJs).Database(bytes));
  }

  /** @throws StoreMisuse for what the port does not allow, Error for what SQLite does not. */
  prepare(sql: string): Prepared {
    if (this.#givenUp) throw this.#givenUp;
    const known = this.#prepared.get(sql);
    if (known) return known;
    const kind = this.#kindOf(sql);
    if (kind !== 'read' && NOT_REPLAYABLE.test(sql)) throw new StoreMisuse(`not replayable from the journal: ${sql}`);
    const statement = this.#db.prepare(sql);
    if (/[^\s;]/.test(sql.slice(statement.getSQL().length))) {
      statement.free();
      throw new StoreMisuse(`more than one statement: ${sql}`);
    }
    const prepared: Prepared = { kind, sql: Buffer.from(sql), statement, columns: undefined };
    for (const [text, oldest] of this.#prepared) {
      if (this.#prepared.size < STATEMENTS_KEPT) break;
      oldest.statement.free();
      this.#prepared.delete(text);
    }
    this.#prepared.set(sql, prepared);
    return prepared;
  }

  /** Runs to the end and returns the rows as objects. @throws Error with SQLite's message. */
  run(prepared: Prepared, parameters: Value[]): Record<string, unknown>[] {
    if (this.#givenUp) throw this.#givenUp;
    const { statement } = prepared;
    const rows: Record<string, unknown>[] = [];
    try {
      statement.bind(parameters);
      while (statement.step()) {
        prepared.columns ??= statement.getColumnNames();
        const values = statement.get();
        const row: Record<string, unknown> = {};
        for (const [index, column] of prepared.columns.entries()) row[column] = values[index];
        rows.push(row);
      }
    } finally {
      statement.reset();
    }
    if (prepared.kind === 'schema') this.#schemaChanged = true;
    if (this.#schemaChanged && prepared.kind !== 'read') this.#forgetStatements();
    return rows;
  }

  execute(sql: string, parameters: Value[] = []): Record<string, unknown>[] {
    return this.run(this.prepare(sql), parameters);
  }

  /** Rows changed by the last insert, update or delete. */
  get changes(): number {
    return this.#db.getRowsModified();
  }

  begin(): void {
    this.#schemaChanged = false;
    this.#control('begin');
  }

  commit(): void {
    this.#control('commit');
  }

  rollback(): void {
    if (this.#givenUp) return;
    try {
      this.#control('rollback');
    } catch (error) {
      // SQLite has already done it by itself after some errors (`or rollback`, out of memory).
      if (!String(error).includes('no transaction is active')) throw error;
    }
    if (this.#schemaChanged) this.#forgetStatements();
  }

  /** All rows changed since the database was opened, by triggers and foreign keys too. */
  totalChanges(): number {
    return Number(this.execute('select total_changes() as n')[0]?.n);
  }

  /** The bytes of a SQLite database. Blocks for about as long as copying them takes. */
  export(): Uint8Array {
    return this.#db.export();
  }

  /** From now on everything fails with `error`: a rebuilt database takes its place. */
  giveUp(error: Error): void {
    this.#givenUp ??= error;
  }

  close(): void {
    this.giveUp(new Error('the database is closed'));
    this.#db.close();
  }

  #control(sql: 'begin' | 'commit' | 'rollback'): void {
    if (this.#givenUp) throw this.#givenUp;
    this.#db.run(sql);
  }

  #kindOf(sql: string): Kind {
    if (!sql.isWellFormed()) throw new StoreMisuse('SQL that is not well-formed Unicode');
    const word = /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? '';
    if (word === 'rollback' && /^\s*rollback\s+to\b/i.test(sql)) return 'savepoint';
    if (word === 'with') {
      // Only SQLite itself can tell; its program opens a write transaction (operand 2) if it changes anything.
      const plan = this.#db.exec(`explain ${sql}`)[0]?.values ?? [];
      return plan.some((step) => step[1] === 'Transaction' && step[3] !== 0) ? 'change' : 'read';
    }
    const kind = KINDS.get(word);
    if (kind === undefined) throw new StoreMisuse(`a statement may not begin with "${word}": ${sql}`);
    return kind;
  }

  #forgetStatements(): void {
    for (const { statement } of this.#prepared.values()) statement.free();
    this.#prepared.clear();
  }
}
