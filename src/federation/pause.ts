/** Durations and timers, so that tests need not wait. */
export interface Timers {
  /** Milliseconds on a clock that is never set. */
  elapsed(): number;
  /** Runs something once, after so many milliseconds. @returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The process's own. */
export const systemTimers: Timers = {
  elapsed: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A wait that can be shortened while it lasts. One at a time. */
export class Pause {
  readonly #timers: Timers;
  readonly #signal: AbortSignal;
  #startedMs = 0;
  #lengthMs = 0;
  #cancel = () => {};
  #end = () => {};

  constructor(timers: Timers, signal: AbortSignal) {
    this.#timers = timers;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#finish(), { once: true });
  }

  /** Resolves after `ms` milliseconds, when cutTo() says so, or when the signal aborts. */
  wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#startedMs = this.#timers.elapsed();
    this.#end = resolve;
    this.#set(this.#signal.aborted ? 0 : ms);
    return promise;
  }

  /**
   * Ends the wait as soon as it has lasted `ms` milliseconds.
   *
   * @returns whether that made it any shorter.
   */
  cutTo(ms: number): boolean {
    if (ms >= this.#lengthMs) return false;
    this.#cancel();
    this.#set(ms);
    return true;
  }

  #set(lengthMs: number): void {
    this.#lengthMs = lengthMs;
    const restMs = this.#startedMs + lengthMs - this.#timers.elapsed();
    if (restMs > 0) this.#cancel = this.#timers.after(restMs, () => this.#finish());
    else this.#finish();
  }

  #finish(): void {
    this.#cancel();
    this.#lengthMs = 0;
    this.#end();
  }
}
