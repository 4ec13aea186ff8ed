import type { EccpError } from '../core/errors.ts';
import { Pause, type Timers } from './pause.ts';
import { ceilingMs, waitAfter } from './retry.ts';

/** The longest between two tries that news led to while nothing gets through, in milliseconds. */
const maxNewsGapMs = 60_000;

/** The waits between tries that fail, and what cuts them short. */
export class Backoff {
  readonly #pause: Pause;
  readonly #random: () => number;
  /** In a row. */
  #failures = 0;
  /** Whether there was news since the last try began. */
  #hasNews = false;
  /** Whether news made this try earlier than it would have been. */
  #isEarly = false;
  /** How many of those failed in a row. */
  #earlyFailures = 0;
  /** The shortest that the present wait may be cut to. */
  #leastMs = 0;

  constructor(timers: Timers, random: () => number, signal: AbortSignal) {
    this.#pause = new Pause(timers, signal);
    this.#random = random;
  }

  /** A try begins: what was news before it is not any more. */
  trying(): void {
    this.#hasNews = false;
  }

  /** It went well. */
  passed(): void {
    this.#failures = 0;
    this.#earlyFailures = 0;
    this.#isEarly = false;
  }

  /** It did not: resolves when it is time for the next one. */
  failed(error?: EccpError): Promise<void> {
    this.#failures++;
    if (this.#isEarly) this.#earlyFailures++;
    this.#isEarly = false;
    const { delayMs, leastMs } = waitAfter(this.#failures, this.#random(), error);
    this.#leastMs = leastMs;
    const over = this.#pause.wait(delayMs);
    if (this.#hasNews) this.news();
    return over;
  }

  /**
   * A reason to try soon. It cuts a wait short, never below what the peer asked for. But there may be news all the time of a peer that
   * cannot be reached: the tries that news leads to become rarer too, down to one a minute.
   */
  news(): void {
    this.#hasNews = true;
    const gapMs = Math.min(maxNewsGapMs, ceilingMs(this.#earlyFailures + 1));
    if (this.#pause.cutTo(Math.max(this.#leastMs, gapMs))) this.#isEarly = true;
  }

  /** Ends the wait. */
  end(): void {
    this.#pause.cutTo(0);
  }
}
