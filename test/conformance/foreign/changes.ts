/** Counts whatever happens, and wakes those who wait for it. */
export class Changes {
  count = 0;
  readonly #sleepers = new Set<() => void>();

  /** Something happened; its number. */
  next(): number {
    this.count++;
    this.wake();
    return this.count;
  }

  /** Has all who wait look again. */
  wake(): void {
    for (const rouse of this.#sleepers) rouse();
  }

  /** Resolves at the next change, or after so many milliseconds. */
  async wait(ms: number): Promise<void> {
    const { promise: woken, resolve: rouse } = Promise.withResolvers<void>();
    const timer = setTimeout(rouse, ms);
    this.#sleepers.add(rouse);
    await woken;
    clearTimeout(timer);
    this.#sleepers.delete(rouse);
  }
}
