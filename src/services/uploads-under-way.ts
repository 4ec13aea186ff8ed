import { EccpError } from '../core/errors.ts';
import type { UserId } from '../generated/api.ts';

/** How many uploads of one user may be under way: each holds a connection and a file for as long as it likes. */
const maxAtOnce = 8;
/** When to try again, in milliseconds. */
const waitMs = 5_000;

/** One upload that is coming in. */
export interface UnderWay {
  /** The bytes that all of the user's uploads under way have, or will have as far as that was announced. */
  all(): number;
  /** @param size the bytes that have come. */
  grow(size: number): void;
  leave(): void;
}

/** What is coming in and has no row yet, so that it counts for the quota nevertheless (MED-006). */
export class UploadsUnderWay {
  readonly #users = new Map<UserId, Set<{ size: number }>>();

  /**
   * @param size as announced; 0 where it was not.
   * @throws EccpError ECCP_LIMIT_EXCEEDED
   */
  enter(userId: UserId, size: number): UnderWay {
    const uploads = this.#users.get(userId) ?? new Set();
    if (uploads.size >= maxAtOnce) {
      const details = { retry_after_ms: waitMs };
      throw new EccpError('ECCP_LIMIT_EXCEEDED', `${maxAtOnce} uploads are under way already.`, details);
    }
    const own = { size };
    uploads.add(own);
    this.#users.set(userId, uploads);
    return {
      all: () => [...uploads].reduce((sum, upload) => sum + upload.size, 0),
      grow: (bytes) => {
        own.size = Math.max(own.size, bytes);
      },
      leave: () => {
        uploads.delete(own);
        if (uploads.size === 0) this.#users.delete(userId);
      },
    };
  }
}
