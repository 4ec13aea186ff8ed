/** Values that took an effort to find, each kept for a time. Whoever asks while one is being found waits for the same one. */
export class Remembered<T> {
  readonly #now: () => number;
  readonly #max: number;
  readonly #held = new Map<string, { found: Promise<T>; until: number }>();

  /**
   * @param now in milliseconds.
   * @param max how many are kept; the one that was found first goes first.
   */
  constructor(now: () => number, max: number) {
    this.#now = now;
    this.#max = max;
  }

  /** @param find gives the value and for how many milliseconds it is good. An error of it is not kept. */
  get(key: string, find: () => Promise<{ value: T; goodForMs: number }>): Promise<T> {
    const known = this.#held.get(key);
    if (known !== undefined && known.until > this.#now()) return known.found;
    const entry = { found: find().then(keep, drop), until: Number.POSITIVE_INFINITY };
    const forget = () => this.#held.get(key) === entry && this.#held.delete(key);
    const now = this.#now;
    function keep({ value, goodForMs }: { value: T; goodForMs: number }): T {
      entry.until = now() + goodForMs;
      return value;
    }
    function drop(error: unknown): never {
      forget();
      throw error;
    }
    this.#held.delete(key); // so that the new one stands last
    const [oldest] = this.#held.keys();
    if (oldest !== undefined && this.#held.size >= this.#max) this.#held.delete(oldest);
    this.#held.set(key, entry);
    return entry.found;
  }

  forget(key: string): void {
    this.#held.delete(key);
  }
}
