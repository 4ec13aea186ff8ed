import { EccpError } from '../core/errors.ts';

const maxFailures = 5;
const lockMs = 15 * 60_000;
const maxRemembered = 100_000;

interface Attempts {
  failures: number;
  /** When the last failure is forgotten and a lock ends. */
  until: number;
  /** Attempts for one account from one address run one after another, so that none slips past the count. */
  tail: Promise<unknown>;
}

/** Locks an account for one address after five failed logins in a row (ACC-036 to ACC-038). A restart of the node lifts locks. */
export class Lockout {
  readonly #attempts = new Map<string, Attempts>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Runs one check of a password and counts it when it fails.
   *
   * @param user a user id, whether or not an account has it (ACC-037).
   * @param check resolves to undefined when the password is wrong.
   * @throws EccpError ECCP_LOCKED_OUT, without running the check.
   */
  attempt<T>(user: string, address: string, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const key = `${user} ${address}`;
    const attempts = this.#attempts.get(key) ?? { failures: 0, until: 0, tail: Promise.resolve() };
    this.#remember(key, attempts);
    const result = attempts.tail.then(() => this.#run(key, attempts, check));
    attempts.tail = result.catch(() => {});
    return result;
  }

  async #run<T>(key: string, attempts: Attempts, check: () => Promise<T | undefined>): Promise<T | undefined> {
    if (attempts.until <= this.#now()) attempts.failures = 0;
    if (attempts.failures >= maxFailures) {
      throw new EccpError('ECCP_LOCKED_OUT', 'Too many failed logins. Try again later.', {
        retry_after_ms: attempts.until - this.#now(),
      });
    }
    const found = await check();
    if (found !== undefined) {
      attempts.failures = 0;
      if (this.#attempts.get(key) === attempts) this.#attempts.delete(key);
      return found;
    }
    attempts.failures++;
    attempts.until = this.#now() + lockMs;
    return undefined;
  }

  #remember(key: string, attempts: Attempts): void {
    this.#attempts.delete(key);
    this.#attempts.set(key, attempts); // newest last
    if (this.#attempts.size <= maxRemembered) return;
    for (const oldest of this.#attempts.keys()) {
      this.#attempts.delete(oldest);
      break;
    }
  }
}
