/** How much of something may happen (schemas/RateLimit.json). */
export interface Rate {
  /** How many tokens a bucket gains in a second. */
  readonly per_second: number;
  /** How many it holds. */
  readonly burst: number;
}

/** How full a bucket was, and when. Pure data: every function gives a new one. */
export interface Bucket {
  /** In thousandths of a token, so that whole milliseconds make whole numbers and nothing is rounded. */
  readonly level: number;
  /** In whole milliseconds, on the clock of `now`. */
  readonly at: number;
}

const token = 1000;

/** A bucket that nothing was taken from. */
export function fullBucket(rate: Rate, now: number): Bucket {
  return { level: rate.burst * token, at: Math.floor(now) };
}

/**
 * A bucket as of now. The rate may be another one than before: a bucket that holds too much for it overflows at once.
 *
 * @param now in milliseconds; a clock that stands still or goes back fills nothing.
 */
export function refill({ level, at }: Bucket, rate: Rate, now: number): Bucket {
  const later = Math.max(at, Math.floor(now));
  return { level: Math.min(rate.burst * token, level + (later - at) * rate.per_second), at: later };
}

/** @returns 0 when there is a token to take, and otherwise in how many milliseconds there will be one. */
export function waitFor({ level }: Bucket, rate: Rate): number {
  return level >= token ? 0 : Math.ceil((token - level) / rate.per_second);
}

/** The bucket with one token less; only for one that has it. */
export function take({ level, at }: Bucket): Bucket {
  return { level: level - token, at };
}
