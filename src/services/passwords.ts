import { hash, verify } from '@node-rs/argon2';
import { EccpError } from '../core/errors.ts';

// ACC-020. RFC 9106's parameters for servers with little memory to spare; Argon2id is the library's default algorithm.
const cost = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 2 };

// Each computation takes 64 MiB and a tenth of a second: few run at once, and a queue that would last too long is refused.
const maxRunning = 2;
const maxWaiting = 128;

// A hash of these costs to compare with where there is no account, so that both cases take the same time (ACC-035).
const decoy = '$argon2id$v=19$m=65536,t=3,p=2$AAAAAAAAAAAAAAAAAAAAAA$yWQBGUO0X4j/U0eCcFiwuDvcmtTtV8sFkO4DaZYds8U';

const minCodePoints = 10;
const maxBytes = 1024;

/** Hashes and checks passwords on the thread pool, so that the event loop goes on. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @returns a PHC string. */
  hash(password: string): Promise<string> {
    return this.#queued(() => hash(password, cost));
  }

  /** @param stored a PHC string; undefined or null where there is none to match. */
  async verify(stored: string | null | undefined, password: string): Promise<boolean> {
    const matches = await this.#queued(() => verify(stored ?? decoy, password));
    return matches && typeof stored === 'string';
  }

  async #queued<T>(compute: () => Promise<T>): Promise<T> {
    if (this.#running >= maxRunning) {
      if (this.#waiting.length >= maxWaiting) {
        throw new EccpError('ECCP_LIMIT_EXCEEDED', 'Too many passwords are being checked.', { retry_after_ms: 5000 });
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve)); // the one that ends hands its place on
    } else {
      this.#running++;
    }
    try {
      return await compute();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/**
 * @param userId whose password it is to be.
 * @throws EccpError ECCP_WEAK_PASSWORD (ACC-009, ACC-010)
 */
export function checkStrength(password: string, userId: string): void {
  if ([...password].length < minCodePoints) {
    throw new EccpError('ECCP_WEAK_PASSWORD', `A password has at least ${minCodePoints} characters.`);
  }
  if (Buffer.byteLength(password) > maxBytes) {
    throw new EccpError('ECCP_WEAK_PASSWORD', `A password has at most ${maxBytes} bytes.`);
  }
  const lower = password.toLowerCase();
  if (lower === userId || lower === userId.slice(1, userId.indexOf(':'))) {
    throw new EccpError('ECCP_WEAK_PASSWORD', 'A password is not the name of the account.');
  }
}
