import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';

const deadlineMs = 30_000;

/** Looks until there is something to see. @param what for the message of a failure. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    assert.ok(performance.now() < end, `not in ${deadlineMs} ms: ${what}`);
    await wait(20);
  }
}
