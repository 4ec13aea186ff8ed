// A clock that only tests move, and timers that go by it.
import type { Timers } from '../../src/federation/pause.ts';

export class VirtualTime implements Timers {
  #nowMs = 0;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  elapsed = (): number => this.#nowMs;

  after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.#nowMs + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Resolves after so much of this clock. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets everything happen that does in so much time, or until `isOver`. @returns how long it took. */
  async pass(ms: number, isOver: () => boolean = () => false): Promise<number> {
    const start = this.#nowMs;
    for (;;) {
      await settled();
      if (isOver()) break;
      const next = [...this.#timers].reduce<{ at: number; run: () => void } | undefined>(
        (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
        undefined,
      );
      if (next === undefined || next.at > start + ms) {
        this.#nowMs = start + ms;
        break;
      }
      this.#timers.delete(next);
      this.#nowMs = next.at;
      next.run();
    }
    return this.#nowMs - start;
  }
}

/** Whatever follows from promises that are settled has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Numbers that look random, the same ones each time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
