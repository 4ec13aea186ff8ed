/** The write could not be made durable (disk full, failed fsync, lost lock), or the store is closed. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  /**
   * False: the transaction did not happen and never will. True: the disk refused the record *and* its removal, so that
   * if the process dies before a later recovery succeeds, the next boot may find it there whole.
   */
  readonly uncertain: boolean;

  constructor(reason: string, options: { cause?: unknown; uncertain?: boolean } = {}) {
    super(reason, { cause: options.cause });
    this.uncertain = options.uncertain ?? false;
  }
}

/** The caller broke a convention of the port (see `store.ts`). A programming error, never the user's. */
export class StoreMisuse extends Error {
  override readonly name = 'StoreMisuse';
}

/** A journal's bytes are not what was written. Nothing on disk has been changed. */
export class JournalDamaged extends Error {
  override readonly name = 'JournalDamaged';
  readonly file: string;
  /** Bytes from the start of the file. */
  readonly offset: number;

  constructor(file: string, offset: number, reason: string) {
    super(
      `journal ${file} is damaged at byte ${offset}: ${reason}. Nothing was changed. Restore the directory from a backup, or ` +
        `start once with --repair: the bytes from there on are moved to a side file, and what they held is lost to the node`,
    );
    this.file = file;
    this.offset = offset;
  }
}

/** A snapshot's bytes are not what was written. Nothing on disk has been changed. */
export class SnapshotDamaged extends Error {
  override readonly name = 'SnapshotDamaged';
  readonly file: string;

  constructor(file: string, reason: string) {
    super(
      `snapshot ${file} is damaged: ${reason}. Nothing was changed. Restore the directory from a backup, or start once with ` +
        '--repair: it moves the snapshot aside if older files still hold everything that was in it, and changes nothing otherwise',
    );
    this.file = file;
  }
}

/** An intact record does not replay as it first ran: a nondeterministic statement, or another version of SQLite. */
export class ReplayDiverged extends Error {
  override readonly name = 'ReplayDiverged';
  readonly file: string;
  readonly offset: number;

  constructor(file: string, offset: number, reason: string, cause?: unknown) {
    super(`the record at byte ${offset} of ${file} does not replay: ${reason}. Nothing was changed`, { cause });
    this.file = file;
    this.offset = offset;
  }
}

/** Another process holds the data directory. */
export class DirectoryLocked extends Error {
  override readonly name = 'DirectoryLocked';
}

/** Another process took the data directory while this one was stopped or stalled. This process must not write again. */
export class LockLost extends Error {
  override readonly name = 'LockLost';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
