/** What the store tells the operator: the application turns each into a log line and a metric. */
export type StoreEvent =
  /** A crash had left an incomplete record, which nobody had been told was written. */
  | { event: 'torn_tail_cut'; file: string; offset: number; bytes: number }
  /** With `repair`: these bytes are no longer part of the database. */
  | { event: 'damage_moved_aside'; file: string; offset: number; bytes: number; movedTo: string }
  | { event: 'lock_taken_over'; holder: string }
  /** `uncertain`: the disk refused the removal of the refused bytes too. */
  | { event: 'writes_stopped'; reason: string; uncertain: boolean }
  | { event: 'writes_resumed'; generation: number }
  /** Memory could not be read back from disk: reads fail too, and each tries again. */
  | { event: 'rebuild_failed'; reason: string }
  | { event: 'snapshot_written'; generation: number; bytes: number; milliseconds: number }
  /** Nothing is lost: the older generation and its journals stay. Tried again after the next `snapshotBytes`. */
  | { event: 'snapshot_failed'; reason: string };

export type StoreLog = (event: StoreEvent) => void;
