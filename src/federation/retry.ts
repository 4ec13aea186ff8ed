import type { EccpError } from '../core/errors.ts';
import { type Errcode, errors } from '../generated/errors.ts';

/** The most that is waited after a first failure, in milliseconds; each further one doubles it. */
export const firstDelayMs = 1_000;
/** The most that is ever waited by choice. */
export const maxDelayMs = 60 * 60_000;
/** The least that is waited after an answer that says no: a peer's operator may change his mind, but not within a second. */
export const refusedDelayMs = 60_000;
/** Refusals that a clock is the reason of, the peer's or this node's: another request has another time, and clocks are put right. */
const untimely: readonly string[] = ['ECCP_CLOCK_SKEW', 'ECCP_KEY_ROLLBACK'];
/** The longest `retry_after_ms` that is obeyed: a peer cannot put off what waits for it until that has expired. */
export const maxRetryAfterMs = 24 * 60 * 60_000;

/** How long to wait before trying a peer again, in milliseconds. */
export interface Wait {
  readonly delayMs: number;
  /** The part of it that nothing may cut short, such as news from the peer. */
  readonly leastMs: number;
}

/**
 * The wait after a failure: up to 1 s, doubling, up to 1 h, at random (FED-026); not less than the peer asked for (FED-027).
 *
 * @param failures how many there have been in a row, with this one: 1 or more.
 * @param random at least 0 and less than 1.
 * @param error what the peer, or the way to it, answered.
 */
export function waitAfter(failures: number, random: number, error?: EccpError): Wait {
  const asked = Math.min(error?.details.retry_after_ms ?? 0, maxRetryAfterMs);
  const leastMs = Math.max(asked, error !== undefined && isNo(error.errcode) ? refusedDelayMs : 0);
  return { delayMs: Math.max(leastMs, Math.ceil(random * ceilingMs(failures))), leastMs };
}

/** Whether a refusal is one that only somebody can change. */
function isNo(errcode: string): boolean {
  return !isRetryable(errcode) && !untimely.includes(errcode);
}

/** The longest wait after so many failures in a row, before what a peer asks for. */
export function ceilingMs(failures: number): number {
  return Math.min(maxDelayMs, firstDelayMs * 2 ** (failures - 1));
}

/** Whether what was refused with this code may do later as it is. A code that this node does not know is final. */
export function isRetryable(errcode: string): boolean {
  return Object.hasOwn(errors, errcode) && errors[errcode as Errcode].retry;
}
