import type { RoomId } from '../generated/api.ts';
import type { Timers } from './pause.ts';
import { waitAfter } from './retry.ts';

/**
 * Rooms whose next item a peer does not take for now, though it answers: their items wait, those of other rooms go on. All that are
 * held are tried again together, so that it costs no more requests when there are many.
 */
export class HeldRooms {
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #rooms = new Set<RoomId>();
  /** How often in a row rooms were found that have to wait. */
  #failures = 0;
  #untilMs = 0;

  constructor(timers: Timers, random: () => number) {
    this.#timers = timers;
    this.#random = random;
  }

  /** Those that have to wait now. */
  rooms(): ReadonlySet<RoomId> {
    if (this.restMs() <= 0) this.release();
    return this.#rooms;
  }

  /** How long they have to, in milliseconds. */
  restMs(): number {
    return this.#untilMs - this.#timers.elapsed();
  }

  /** @param waiting the rooms whose items one transaction has left over. */
  hold(waiting: ReadonlySet<RoomId>): void {
    if (this.#rooms.size === 0) {
      if (waiting.size === 0) this.#failures = 0;
      else this.#untilMs = this.#timers.elapsed() + waitAfter(++this.#failures, this.#random()).delayMs;
    }
    for (const roomId of waiting) this.#rooms.add(roomId);
  }

  release(): void {
    this.#rooms.clear();
  }
}
