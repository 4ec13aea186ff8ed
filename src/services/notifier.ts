import { EccpError } from '../core/errors.ts';
import type { DeviceId, UserId } from '../generated/api.ts';

interface Waiter {
  readonly deviceId: DeviceId;
  readonly settle: (outcome: 'news' | 'ended') => void;
}

/** Every piece of news is collected for each sync that waits, so a device may not keep any number of them. */
const maxWaiting = 8;

/** Wakes syncs that wait. Called only after what they are to see is durable. */
export class Notifier {
  readonly #waiters = new Map<UserId, Set<Waiter>>();

  /**
   * Starts to listen for one device of a user. What happens between this call and `wait` is not missed.
   *
   * @returns `wait`, which resolves when there is news, after `timeout` milliseconds, or when `signal` aborts; and `stop`.
   */
  listen(userId: UserId, deviceId: DeviceId, signal: AbortSignal) {
    const waiters = this.#waiters.get(userId) ?? new Set<Waiter>();
    this.#waiters.set(userId, waiters);
    if ([...waiters].filter((waiter) => waiter.deviceId === deviceId).length >= maxWaiting) {
      throw new EccpError('ECCP_LIMIT_EXCEEDED', 'Too many syncs of this device are waiting.', {
        retry_after_ms: 1000,
      });
    }
    const { promise, resolve } = Promise.withResolvers<'news' | 'ended' | 'stopped'>();
    const waiter: Waiter = { deviceId, settle: resolve };
    waiters.add(waiter);
    const abort = () => resolve('stopped');
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    return {
      /** @throws EccpError ECCP_UNKNOWN_TOKEN when the device's session ended meanwhile (DEV-006). */
      async wait(timeout: number): Promise<void> {
        const timer = setTimeout(abort, timeout);
        const outcome = await promise;
        clearTimeout(timer);
        if (outcome === 'ended') throw new EccpError('ECCP_UNKNOWN_TOKEN', 'The session has ended.');
      },
      stop: (): void => {
        signal.removeEventListener('abort', abort);
        waiters.delete(waiter);
        if (waiters.size === 0 && this.#waiters.get(userId) === waiters) this.#waiters.delete(userId);
      },
    };
  }

  /** There is news for these users. */
  users(userIds: Iterable<UserId>): void {
    for (const userId of userIds) this.#settle(userId, 'news');
  }

  /** There is news for those of the users waiting now that `concerns` picks: what a large room's event costs depends on who waits only. */
  whoever(concerns: (userId: UserId) => boolean): void {
    this.users([...this.#waiters.keys()].filter(concerns));
  }

  /** The sessions of a device have ended; without a device, all of the user's. */
  ended(userId: UserId, deviceId?: DeviceId): void {
    this.#settle(userId, 'ended', deviceId);
  }

  #settle(userId: UserId, outcome: 'news' | 'ended', deviceId?: DeviceId): void {
    for (const waiter of this.#waiters.get(userId) ?? []) {
      if (deviceId === undefined || waiter.deviceId === deviceId) waiter.settle(outcome);
    }
  }
}
