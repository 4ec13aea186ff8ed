import { maxAnchorAge, type RecentEntries } from './event-acceptance.ts';

/** The last 1000 entries of a log that is read from its beginning. */
export class EntryWindow implements RecentEntries {
  readonly #entries = new Map<number, { hash: string; eventId: string }>();
  readonly #eventIds = new Set<string>();

  /** Takes the log's next entry in, and lets go of the one that is now too old. */
  push(seq: number, hash: string, eventId: string): void {
    this.#entries.set(seq, { hash, eventId });
    this.#eventIds.add(eventId);
    const oldest = this.#entries.get(seq - maxAnchorAge);
    if (oldest === undefined) return;
    this.#entries.delete(seq - maxAnchorAge);
    this.#eventIds.delete(oldest.eventId);
  }

  hashAt(seq: number): string | undefined {
    return this.#entries.get(seq)?.hash;
  }

  holds(eventId: string): boolean {
    return this.#eventIds.has(eventId);
  }
}
