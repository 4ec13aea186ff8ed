import type { EccpError } from '../core/errors.ts';
import { Pause, type Timers } from './pause.ts';
import { ceilingMs, waitAfter } from './retry.ts';

/** The longest between two tries that news led to while nothing gets through, in milliseconds. */
const maxNewsGapMs = 60_000;

/** A reason to try soon: something new waits for the destination, or the destination itself was in contact. */
export type News = 'queued' | 'contact';

/** The waits between tries that fail, and what cuts them short. */
export class Backoff {
  readonly #pause: Pause;
  readonly #random: () => number;
  /** In a row. */
  #failures = 0;
  /** What was news since the last try began. */
  readonly #news = new Set<News>();
  /** What made this try earlier than it would have been. */
  #earlyFor: News | undefined;
  /** How many of those failed in a row. Each kind for itself: whatever was queued while a node was away, its first sign of life counts. */
  #earlyFailures = { queued: 0, contact: 0 };
  /** The shortest that the present wait may be cut to. */
  #leastMs = 0;

  constructor(timers: Timers, random: () => number, signal: AbortSignal) {
    this.#pause = new Pause(timers, signal);
    this.#random = random;
  }

  /** A try begins: what was news before it is not any more. */
  trying(): void {
    this.#news.clear();
  }

  /** It went well. */
  passed(): void {
    this.#failures = 0;
    this.#earlyFailures = { queued: 0, contact: 0 };
    this.#earlyFor = undefined;
  }

  /** It did not: resolves when it is time for the next one. */
  failed(error?: EccpError): Promise<void> {
    this.#failures++;
    if (this.#earlyFor !== undefined) this.#earlyFailures[this.#earlyFor]++;
    this.#earlyFor = undefined;
    const { delayMs, leastMs } = waitAfter(this.#failures, this.#random(), error);
    this.#leastMs = leastMs;
    const over = this.#pause.wait(delayMs);
    for (const what of this.#news) this.news(what);
    return over;
  }

  /**
   * It cuts a wait short, never below what the peer asked for; the first sign of life ends it. But there may be news all the time of a
   * peer that cannot be reached: the tries that news leads to become rarer too, down to one a minute.
   */
  news(what: News): void {
    this.#news.add(what);
    const inVain = this.#earlyFailures[what];
    const gapMs = what === 'contact' && inVain === 0 ? 0 : Math.min(maxNewsGapMs, ceilingMs(inVain + 1));
    if (this.#pause.cutTo(Math.max(this.#leastMs, gapMs))) this.#earlyFor = what;
  }

  /** Ends the wait. */
  end(): void {
    this.#pause.cutTo(0);
  }
}
