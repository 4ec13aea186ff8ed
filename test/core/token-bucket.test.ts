// POL-010, POL-014: a bucket gives what it should and never more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Bucket, fullBucket, type Rate, refill, take, waitFor } from '../../src/core/token-bucket.ts';

const rate: fc.Arbitrary<Rate> = fc.record({
  per_second: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 100_000 })),
  burst: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1000 })),
});
/** When somebody asks, and how often: times between, in milliseconds with fractions, as a clock gives them. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.double({ min: 0, max: 40, noNaN: true }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 5000 }) },
);
const gaps = fc.array(gap, { minLength: 1, maxLength: 200, size: 'max' });

/** Asks at each time; gives the times at which there was a token. */
function granted(limit: Rate, times: number[]): number[] {
  let bucket = fullBucket(limit, times[0] ?? 0);
  return times.filter((now) => {
    bucket = refill(bucket, limit, now);
    if (waitFor(bucket, limit) > 0) return false;
    bucket = take(bucket);
    return true;
  });
}

function timesOf(start: number, between: number[]): number[] {
  let now = start;
  return between.map((gap) => (now += gap));
}

test('in no stretch of time is more given than burst + rate · t', () => {
  fc.assert(
    fc.property(rate, fc.double({ min: 0, max: 1e10, noNaN: true }), gaps, (limit, start, between) => {
      const given = granted(limit, timesOf(start, between));
      for (const [i, from] of given.entries()) {
        for (let j = i; j < given.length; j++) {
          // Time counts in whole milliseconds, so a stretch may be up to one longer than it looks.
          const ms = Math.floor(given[j] ?? 0) - Math.floor(from);
          assert.ok(j - i + 1 <= limit.burst + (ms * limit.per_second) / 1000, `${j - i + 1} in ${ms} ms`);
        }
      }
    }),
  );
});

test('whoever keeps to the rate is never refused', () => {
  fc.assert(
    fc.property(rate, fc.integer({ min: 1, max: 500 }), (limit, count) => {
      const step = Math.ceil(1000 / limit.per_second);
      const times = Array.from({ length: count }, (_, i) => i * step);
      assert.equal(granted(limit, times).length, count);
    }),
  );
});

test('after the time that it names there is a token, and a millisecond earlier there is none', () => {
  fc.assert(
    fc.property(rate, fc.integer({ min: 0, max: 1000 }), (limit, before) => {
      let bucket: Bucket = fullBucket(limit, 0);
      while (waitFor(bucket, limit) === 0) bucket = take(bucket);
      bucket = refill(bucket, limit, before);
      const wait = waitFor(bucket, limit);
      assert.equal(waitFor(refill(bucket, limit, before + wait), limit), 0);
      if (wait > 0) assert.ok(waitFor(refill(bucket, limit, before + wait - 1), limit) > 0);
    }),
  );
});

test('a rate that shrinks holds at once, one that grows fills from there, and a clock that goes back gives nothing', () => {
  const wide = { per_second: 10, burst: 100 };
  const narrow = { per_second: 1, burst: 2 };
  assert.equal(refill(fullBucket(wide, 0), narrow, 0).level, 2000);
  assert.equal(refill(fullBucket(narrow, 0), wide, 100).level, 3000);
  const bucket = take(fullBucket(narrow, 1000));
  assert.deepEqual(refill(bucket, narrow, 0), bucket);
  assert.deepEqual(refill(refill(bucket, narrow, 0), narrow, 1500), refill(bucket, narrow, 1500));
});
