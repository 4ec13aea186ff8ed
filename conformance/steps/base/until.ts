import { setTimeout as pause } from 'node:timers/promises';
import { ConformanceFailure } from '../../outcome.ts';

/** Milliseconds in which what a node has to bring about has to be seen. */
const ARRIVAL = 10_000;

/**
 * Looks again and again until what is expected is there.
 * @param look says what is there instead, or nothing once it is as it should be.
 * @throws ConformanceFailure when it is not there in time.
 */
export async function until(expected: string, look: () => Promise<string | undefined>): Promise<void> {
  for (const end = performance.now() + ARRIVAL; ; await pause(20)) {
    const instead = await look();
    if (instead === undefined) return;
    if (performance.now() > end) throw new ConformanceFailure(`${expected} within ${ARRIVAL} ms`, instead);
  }
}
