/** Appends records with group commit: while one flush is in flight, the records that follow gather for the next. */
import { join } from 'node:path';
import { type Files, type OpenFile, writeBeside, writeFully } from './files.ts';
import { encodeFileHeader, encodeRecord, FILE_HEADER, type JournalHeader, journalName } from './journal-format.ts';

/** The durable end of a journal. */
export interface Position extends JournalHeader {
  /** Sequence number of the last durable record. */
  sequence: number;
  /** Bytes of the file that are durable. */
  length: number;
}

export type FlushStage = 'write' | 'sync';

export interface JournalHooks {
  /** Before each flush; a rejection fails the flush. */
  beforeFlush: () => Promise<void>;
  /**
   * Called at once when a flush fails, before anyone hears of it. What it resolves with is the error for everyone who
   * waits. The journal accepts nothing afterwards.
   */
  failed: (cause: unknown, stage: FlushStage) => Promise<Error>;
}

class Group {
  readonly records: Buffer[] = [];
  readonly #settled = Promise.withResolvers<void>();
  readonly done = this.#settled.promise;
  readonly resolve = this.#settled.resolve;
  readonly reject = this.#settled.reject;
  constructor() {
    this.done.catch(() => undefined); // a group that nobody waits for any more is no unhandled rejection
  }
}

// Room that must be there before a generation is started: it is no use to "recover" for one more record.
const PROBE = new Uint8Array(64 * 1024);

export class Journal {
  readonly #file: OpenFile;
  readonly #hooks: JournalHooks;
  readonly #position: Position;
  #appended: number;
  #gathering = new Group();
  #inFlight: Group | undefined;
  #failed = false;

  constructor(file: OpenFile, position: Position, hooks: JournalHooks) {
    this.#file = file;
    this.#position = { ...position };
    this.#appended = position.sequence;
    this.#hooks = hooks;
  }

  /** Starts the file of a new generation; durable, name included, when this resolves. */
  static async create(files: Files, directory: string, header: JournalHeader, hooks: JournalHooks): Promise<Journal> {
    const path = join(directory, journalName(header.generation));
    await writeBeside(files, path, async (file) => {
      await writeFully(file, PROBE, FILE_HEADER);
      await file.sync();
      await file.truncate(0);
      await writeFully(file, encodeFileHeader(header), 0);
    });
    const file = await files.open(path, 'existing');
    return new Journal(file, { ...header, sequence: header.base, length: FILE_HEADER }, hooks);
  }

  get position(): Readonly<Position> {
    return this.#position;
  }

  /** Queues the record of a transaction that memory has just committed. Await `durable` for its flush. */
  append(payload: Uint8Array): void {
    if (this.#failed) throw new Error('append to a failed journal');
    this.#gathering.records.push(encodeRecord(++this.#appended, payload));
    if (this.#inFlight === undefined) void this.#flush();
  }

  /** Resolves when everything appended until now is on disk; rejects with the error from `hooks.failed`. */
  durable(): Promise<void> {
    if (this.#failed || this.#gathering.records.length > 0) return this.#gathering.done;
    return this.#inFlight?.done ?? Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    while (this.#gathering.records.length > 0) {
      const group = this.#gathering;
      this.#inFlight = group;
      this.#gathering = new Group();
      const bytes = group.records.length === 1 ? group.records[0] : Buffer.concat(group.records);
      if (bytes === undefined) break;
      let stage: FlushStage = 'write';
      try {
        await this.#hooks.beforeFlush();
        await writeFully(this.#file, bytes, this.#position.length);
        stage = 'sync';
        await this.#file.sync();
      } catch (cause) {
        this.#failed = true;
        const error = await this.#hooks.failed(cause, stage);
        group.reject(error);
        this.#gathering.reject(error);
        return;
      }
      this.#position.length += bytes.length;
      this.#position.sequence += group.records.length;
      group.resolve();
    }
    this.#inFlight = undefined;
  }
}
