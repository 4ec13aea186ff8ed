// FED-026, FED-027
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EccpError } from '../../src/core/errors.ts';
import { ceilingMs, isRetryable, waitAfter } from '../../src/federation/retry.ts';
import { type Errcode, errors } from '../../src/generated/errors.ts';

const hour = 60 * 60_000;
const failures = fc.integer({ min: 1, max: 100_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const errcode = fc.constantFrom(...(Object.keys(errors) as Errcode[]));

test('the bound is 1 second, doubles with each failure in a row, and ends at an hour', () => {
  assert.deepEqual([1, 2, 3, 4, 12, 13, 14, 100_000].map(ceilingMs), [
    1000,
    2000,
    4000,
    8000,
    2_048_000,
    hour,
    hour,
    hour,
  ]);
});

test('without a wish of the peer’s, the wait is anywhere between nothing and the bound', () => {
  fc.assert(
    fc.property(failures, random, (failures, random) => {
      const { delayMs, leastMs } = waitAfter(failures, random);
      assert.ok(Number.isSafeInteger(delayMs));
      assert.ok(delayMs >= 0 && delayMs <= ceilingMs(failures));
      assert.ok(Math.abs(delayMs - random * ceilingMs(failures)) <= 1, 'the jitter is full: the wait is in proportion');
      assert.equal(leastMs, 0);
    }),
  );
});

test('what the peer asks for is kept to, up to a day, and is not cut short', () => {
  fc.assert(
    fc.property(failures, random, fc.maxSafeNat(), (failures, random, asked) => {
      const error = new EccpError('ECCP_LIMIT_EXCEEDED', 'Later.', { retry_after_ms: asked });
      const { delayMs, leastMs } = waitAfter(failures, random, error);
      assert.equal(leastMs, Math.min(asked, 24 * hour));
      assert.equal(delayMs, Math.max(leastMs, waitAfter(failures, random).delayMs));
    }),
  );
});

test('after a refusal that is not worth a retry as it is, a minute passes at least, unless a clock is the reason', () => {
  fc.assert(
    fc.property(failures, random, errcode, (failures, random, errcode) => {
      const { delayMs, leastMs } = waitAfter(failures, random, new EccpError(errcode, 'No.'));
      const mayPass = errors[errcode].retry || errcode === 'ECCP_CLOCK_SKEW' || errcode === 'ECCP_KEY_ROLLBACK';
      assert.equal(leastMs, mayPass ? 0 : 60_000);
      assert.ok(delayMs >= leastMs && delayMs <= Math.max(leastMs, ceilingMs(failures)));
    }),
  );
});

test('what may do later is what the catalogue says, and nothing that it does not know', () => {
  for (const [code, { retry }] of Object.entries(errors)) assert.equal(isRetryable(code), retry);
  for (const code of ['ECCP_NOVEL', 'toString', '__proto__', '']) assert.equal(isRetryable(code), false);
});
