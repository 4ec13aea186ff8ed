/**
 * Who may use the database in memory: many readers or one writer, first come first served (so neither side starves).
 * The rebuild after a failed flush goes to the front of the queue, so that nobody runs on a state that was given up.
 */
export class Gate {
  #readers = 0;
  #writer = false;
  readonly #queue: { exclusive: boolean; enter: () => void }[] = [];

  /** Resolves when the caller is inside; every `enter` needs one `leave`. */
  enter(mode: 'shared' | 'exclusive', place: 'last' | 'first' = 'last'): Promise<void> {
    return new Promise((enter) => {
      const waiting = { exclusive: mode === 'exclusive', enter };
      if (place === 'first') this.#queue.unshift(waiting);
      else this.#queue.push(waiting);
      this.#admit();
    });
  }

  leave(): void {
    if (this.#writer) this.#writer = false;
    else this.#readers--;
    this.#admit();
  }

  #admit(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (this.#writer || (next.exclusive && this.#readers > 0)) return;
      this.#queue.shift();
      if (next.exclusive) this.#writer = true;
      else this.#readers++;
      next.enter();
    }
  }
}
