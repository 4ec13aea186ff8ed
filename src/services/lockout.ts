import { isIPv6 } from 'node:net';
import { EccpError } from '../core/errors.ts';

const maxFailures = 5;
const lockMs = 15 * 60_000;
const maxRemembered = 100_000;

interface Attempts {
  failures: number;
  /** When the last failure is forgotten and a lock ends. */
  until: number;
  /** How many attempts have not ended. */
  open: number;
  /** Attempts for one account from one address run one after another, so that none slips past the count. */
  tail: Promise<unknown>;
}

/** Locks an account for one address after five failed logins in a row (ACC-036 to ACC-038). A restart of the node lifts locks. */
export class Lockout {
  readonly #attempts = new Map<string, Attempts>();
  readonly #elapsed: () => number;

  /** @param elapsed milliseconds on a clock that is never set. */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /**
   * Runs one check of a password and counts it when it fails.
   *
   * @param user a user id, whether or not an account has it (ACC-037).
   * @param check resolves to undefined when the password is wrong.
   * @throws EccpError ECCP_LOCKED_OUT, without running the check.
   */
  attempt<T>(user: string, address: string, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const key = `${user} ${networkOf(address)}`;
    const attempts = this.#attempts.get(key) ?? { failures: 0, until: 0, open: 0, tail: Promise.resolve() };
    this.#attempts.set(key, attempts);
    attempts.open++;
    const result = attempts.tail
      .then(() => this.#run(attempts, check))
      .finally(() => {
        attempts.open--;
        if (attempts.open === 0 && attempts.failures === 0) this.#attempts.delete(key);
        this.#bound();
      });
    attempts.tail = result.catch(() => {});
    return result;
  }

  async #run<T>(attempts: Attempts, check: () => Promise<T | undefined>): Promise<T | undefined> {
    if (attempts.until <= this.#elapsed()) attempts.failures = 0;
    if (attempts.failures >= maxFailures) {
      throw new EccpError('ECCP_LOCKED_OUT', 'Too many failed logins. Try again later.', {
        retry_after_ms: Math.ceil(attempts.until - this.#elapsed()),
      });
    }
    const found = await check();
    if (found !== undefined) {
      attempts.failures = 0;
      return found;
    }
    attempts.failures++;
    attempts.until = this.#elapsed() + lockMs;
    return undefined;
  }

  /** Oldest first out, so that a flood of names cannot grow it. */
  #bound(): void {
    if (this.#attempts.size <= maxRemembered) return;
    for (const oldest of this.#attempts.keys()) {
      this.#attempts.delete(oldest);
      break;
    }
  }
}

/** One customer has a whole /64 of IPv6 addresses: they count as one. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address; // IPv4, also when it is mapped
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const all = [...groups, ...Array<string>(missing).fill('0'), ...(tail ? tail.split(':') : [])];
  return `${all.slice(0, 4).join(':')}::/64`;
}
