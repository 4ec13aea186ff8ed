/**
 * The store that keeps SQLite in memory (sql.js) and makes it durable with a journal of the statements that changed it.
 *
 * A transaction commits in memory and hands its record to the journal; it is acknowledged when the flush with that record
 * is done, and so is everything that saw it. If a flush fails, memory has seen what will never be durable: it is given up,
 * all who wait are refused, and memory is rebuilt from the durable bytes by what boots the store. The next write first
 * begins a new generation on disk, and is refused if that does not work.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { dirname } from 'node:path';
import { Kysely, type Transaction } from 'kysely';
import { LockLost, messageOf, StoreMisuse, StoreUnavailable } from '../errors.ts';
import type { Health, Store } from '../store.ts';
import { type Loaded, load } from './boot.ts';
import { Session, sqljsDialect } from './dialect.ts';
import { type Files, nodeFiles } from './files.ts';
import { Gate } from './gate.ts';
import { type FlushStage, Journal, type JournalHooks, type Position } from './journal.ts';
import type { DirectoryLock } from './lock.ts';
import type { Memory } from './memory.ts';
import { type Migrations, migrate } from './migrate.ts';
import { RecordBuilder } from './record.ts';
import { cut, removeObsolete, settle } from './settle.ts';
import { type Snapshot, writeSnapshot } from './snapshot.ts';
import type { StoreLog } from './store-events.ts';

export interface SqljsStoreOptions {
  /** Made if it does not exist. One process at a time may hold it. */
  directory: string;
  /** Those that have not yet run are run when the store opens, in one transaction. */
  migrations: Migrations;
  log: StoreLog;
  /** The disk, for tests. */
  files?: Files;
  /** Go on without damaged parts, after moving them to side files. Default false: damage stops the boot. */
  repair?: boolean;
  /** A snapshot is made when a journal passes this many bytes. Default 64 MiB. */
  snapshotBytes?: number;
}

const SNAPSHOT_BYTES = 64 * 1024 * 1024;

/**
 * Boots the directory and migrates the database.
 * @throws DirectoryLocked, JournalDamaged, SnapshotDamaged, ReplayDiverged, StoreUnavailable, a migration's error, or the
 *   error of the disk.
 */
export async function openSqljsStore<DB>(options: SqljsStoreOptions): Promise<Store<DB>> {
  const { directory, log, files = nodeFiles, repair = false, snapshotBytes = SNAPSHOT_BYTES } = options;
  await files.makeDirectory(directory);
  await files.syncDirectory(dirname(directory));
  const lock = await files.lock(directory, (holder) => log({ event: 'lock_taken_over', holder }));
  let release = () => lock.release();
  try {
    const loaded = await load(files, directory, { repair });
    const store = new SqljsStore<DB>({ directory, log, files, lock, snapshotBytes }, loaded);
    release = () => store.close();
    await store.start(loaded);
    await store.write((trx) => migrate(trx, options.migrations));
    return store;
  } catch (error) {
    await release();
    throw error;
  }
}

interface Setting {
  directory: string;
  log: StoreLog;
  files: Files;
  lock: DirectoryLock;
  snapshotBytes: number;
}

class SqljsStore<DB> implements Store<DB> {
  readonly #setting: Setting;
  readonly #gate = new Gate();
  readonly #calls = new AsyncLocalStorage<{ open: boolean }>();
  readonly #reader: Kysely<DB>;
  readonly #writer: Kysely<DB>;
  readonly #hooks: JournalHooks;

  #memory: Memory;
  /** Memory was given up and not yet rebuilt. */
  #stale = false;
  /** Undefined when writing has stopped: then the next write begins a generation after `#position`. */
  #journal: Journal | undefined;
  #position: Position;
  /** Why writes have stopped. */
  #stopped: string | undefined;
  /** Refused bytes may still follow `#position` in its file. */
  #uncut = false;
  /** An fsync has failed: the kernel may have dropped anything of that file, so the next generation needs a snapshot. */
  #distrusted = false;
  #rotation: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(setting: Setting, loaded: Loaded) {
    this.#setting = setting;
    this.#memory = loaded.memory;
    this.#position = loaded.position;
    this.#hooks = {
      beforeFlush: () => setting.lock.verify(),
      failed: (cause, stage) => this.#flushFailed(cause, stage),
    };
    const builder = new RecordBuilder();
    const committed = (payload: Buffer) => {
      // `write` sees to it before each transaction, and only those who have the gate to themselves take it away.
      if (this.#journal === undefined) throw new Error('a transaction committed without a journal');
      this.#journal.append(payload);
    };
    this.#reader = new Kysely<DB>({ dialect: sqljsDialect(() => new Session(this.#memory)) });
    this.#writer = new Kysely<DB>({ dialect: sqljsDialect(() => new Session(this.#memory, { builder, committed })) });
  }

  async start(loaded: Loaded): Promise<void> {
    const { files, directory, log } = this.#setting;
    this.#journal = await settle(files, directory, loaded, this.#hooks, log);
  }

  read<T>(fn: (db: Kysely<DB>) => Promise<T>): Promise<T> {
    return this.#inside('shared', () => this.#reader.connection().execute(fn));
  }

  async write<T>(fn: (trx: Transaction<DB>) => Promise<T>): Promise<T> {
    const result = await this.#inside('exclusive', async () => {
      if (this.#journal === undefined) await this.#beginGeneration();
      return await this.#writer.transaction().execute(fn);
    });
    this.#rotateIfLarge();
    return result;
  }

  health(): Health {
    if (this.#closing) return { ok: false, reason: 'the store is closed' };
    return this.#stopped === undefined ? { ok: true } : { ok: false, reason: this.#stopped };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Runs `work` through the gate, and settles as it did once everything it could have seen is durable. */
  async #inside<T>(mode: 'shared' | 'exclusive', work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new StoreUnavailable('the store is closed');
    if (this.#calls.getStore()?.open) throw new StoreMisuse('a read or write inside another would wait for itself');
    if (this.#stale) await this.#rebuild();
    await this.#gate.enter(mode);
    const call = { open: true };
    let durable: Promise<void> | undefined;
    try {
      return await this.#calls.run(call, work);
    } finally {
      call.open = false;
      durable = this.#journal?.durable();
      this.#gate.leave();
      await durable; // rejects for everyone who saw what could not be made durable, whatever `work` came to
    }
  }

  /** Called by the journal in the same turn, so that no other transaction begins on what was given up. */
  #flushFailed(cause: unknown, stage: FlushStage): Promise<Error> {
    this.#stopped = `writes have stopped: the journal's ${stage} failed: ${messageOf(cause)}`;
    this.#memory.giveUp(new StoreUnavailable(this.#stopped, { cause }));
    this.#stale = true;
    this.#uncut = !(cause instanceof LockLost); // then nothing was written, and the files are another's
    this.#distrusted ||= stage === 'sync';
    if (this.#journal) this.#position = { ...this.#journal.position };
    void this.#rebuild();
    return this.#refuse(this.#stopped, cause);
  }

  /** Before anyone is told that it did not happen, sees to it that it never will. */
  async #refuse(reason: string, cause: unknown): Promise<Error> {
    await this.#journal?.close().catch(() => undefined);
    await this.#cut();
    this.#setting.log({ event: 'writes_stopped', reason, uncertain: this.#uncut });
    return new StoreUnavailable(reason, { cause, uncertain: this.#uncut });
  }

  async #cut(): Promise<void> {
    if (!this.#uncut) return;
    const { files, directory } = this.#setting;
    this.#uncut = await cut(files, directory, this.#position).then(
      () => false,
      () => true,
    );
  }

  /** Brings memory back to the durable state, before anyone else gets in. Leaves it given up if the disk cannot be read. */
  async #rebuild(): Promise<void> {
    const { files, directory, log } = this.#setting;
    await this.#gate.enter('exclusive', 'first');
    try {
      this.#journal = undefined; // everyone who saw its lost records is out
      if (!this.#stale) return;
      const { memory } = await load(files, directory, { repair: false, until: this.#position });
      this.#memory.close();
      this.#memory = memory;
      this.#stale = false;
    } catch (error) {
      log({ event: 'rebuild_failed', reason: messageOf(error) });
    } finally {
      this.#gate.leave();
    }
  }

  /**
   * Starts the next generation's journal after `#position`. From when its name may be on disk, nothing may be appended to
   * the one before it, whether this succeeds or not: its base says where that one ends.
   * @throws StoreUnavailable
   */
  async #beginGeneration(): Promise<void> {
    const { files, directory, lock, log } = this.#setting;
    const { sequence, base } = this.#position;
    // A journal without records is replaced, so that a disk that stays full does not fill with empty ones.
    const generation = this.#position.generation + (sequence === base ? 0 : 1);
    let journal: Journal | undefined;
    try {
      if (this.#stale) throw new Error('the database could not be read back');
      await lock.verify();
      journal = await Journal.create(files, directory, { generation, base: sequence }, this.#hooks);
      if (this.#distrusted) await this.#writeSnapshot({ generation, sequence, bytes: this.#memory.export() });
    } catch (cause) {
      await journal?.close().catch(() => undefined);
      this.#stopped ??= `writes have stopped: no journal could be begun: ${messageOf(cause)}`;
      throw new StoreUnavailable(this.#stopped, { cause });
    }
    this.#journal = journal;
    this.#position = { ...journal.position };
    this.#distrusted = false;
    this.#uncut = false; // refused bytes are behind the end of their journal now
    if (this.#stopped !== undefined) log({ event: 'writes_resumed', generation });
    this.#stopped = undefined;
  }

  #rotateIfLarge(): void {
    const length = this.#journal?.position.length ?? 0;
    if (this.#closing || this.#rotation || length < this.#setting.snapshotBytes) return;
    this.#rotation = this.#rotate().finally(() => {
      this.#rotation = undefined;
    });
  }

  /** Begins a generation, and writes its snapshot while the store works on. Never rejects. */
  async #rotate(): Promise<void> {
    try {
      const snapshot = await this.#nextGeneration();
      if (snapshot) await this.#writeSnapshot(snapshot);
    } catch (error) {
      this.#setting.log({ event: 'snapshot_failed', reason: messageOf(error) });
    }
  }

  async #nextGeneration(): Promise<Snapshot | undefined> {
    await this.#gate.enter('exclusive');
    try {
      const journal = this.#journal;
      if (journal === undefined) return undefined;
      await journal.durable();
      this.#position = { ...journal.position };
      this.#journal = undefined;
      await journal.close();
      await this.#beginGeneration();
      return { generation: this.#position.generation, sequence: this.#position.sequence, bytes: this.#memory.export() };
    } finally {
      this.#gate.leave();
    }
  }

  async #writeSnapshot(snapshot: Snapshot): Promise<void> {
    const { files, directory, log } = this.#setting;
    const began = performance.now();
    await writeSnapshot(files, directory, snapshot);
    const { generation, bytes } = snapshot;
    log({
      event: 'snapshot_written',
      generation,
      bytes: bytes.length,
      milliseconds: Math.round(performance.now() - began),
    });
    await removeObsolete(files, directory, generation).catch(() => undefined); // then the next one does it
  }

  async #close(): Promise<void> {
    await this.#rotation;
    await this.#gate.enter('exclusive'); // and never left: nobody else gets in
    await this.#journal?.durable().catch(() => undefined); // those who wait for it have been told
    await this.#cut();
    await this.#journal?.close().catch(() => undefined);
    this.#memory.close();
    await this.#setting.lock.release();
  }
}
