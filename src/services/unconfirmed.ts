import { EccpError } from '../core/errors.ts';
import type { NodeName, RoomId } from '../generated/api.ts';

/** What is known of a room whose log nobody has confirmed yet. */
export interface Confirming {
  /** Whether the operator has declared a restore: then every participant has to answer, however long it takes. */
  readonly isRestored: boolean;
  /** Those that have told what they hold. */
  readonly answered: Set<NodeName>;
  /** The place of the last entry of this node's own that it was shown; −1: of none. */
  shownSeq: number;
}

/**
 * Rooms hosted here in which nothing is sequenced since the start, until the other participants have told what they hold (section 17.8): a
 * node that has lost the end of a log would give places away a second time.
 */
export class Unconfirmed {
  readonly #rooms = new Map<RoomId, Confirming & { readonly over: PromiseWithResolvers<void> }>();

  hold(roomId: RoomId, isRestored: boolean): void {
    const over = Promise.withResolvers<void>();
    this.#rooms.set(roomId, { isRestored, answered: new Set(), shownSeq: -1, over });
  }

  has(roomId: RoomId): boolean {
    return this.#rooms.has(roomId);
  }

  get(roomId: RoomId): Confirming | undefined {
    return this.#rooms.get(roomId);
  }

  ids(): RoomId[] {
    return [...this.#rooms.keys()];
  }

  release(roomId: RoomId): void {
    this.#rooms.get(roomId)?.over.resolve();
    this.#rooms.delete(roomId);
  }

  /** Resolves when the room takes events again, at once for one that does; or after so many milliseconds. */
  async over(roomId: RoomId, ms: number): Promise<void> {
    const waiting = this.#rooms.get(roomId);
    if (waiting === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms).unref();
    await Promise.race([waiting.over.promise, promise]);
    clearTimeout(timer);
  }
}

/** HOST-095 */
export function notConfirmed(): EccpError {
  return new EccpError('ECCP_UNAVAILABLE', 'The host has started, and has yet to learn whether it has the whole log.');
}
