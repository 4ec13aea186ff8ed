/** Acts on one thing, one after another; those on other things go on meanwhile. */
export class KeyedQueue<Key> {
  readonly #last = new Map<Key, Promise<unknown>>();

  /** Resolves and rejects as `act` does, which begins when those before it have ended. */
  run<T>(key: Key, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const acting = before.then(act, act);
    this.#last.set(key, acting);
    const forget = () => {
      if (this.#last.get(key) === acting) this.#last.delete(key);
    };
    acting.then(forget, forget);
    return acting;
  }
}
