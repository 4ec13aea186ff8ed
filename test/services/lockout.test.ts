// ACC-036: what a client of one address within a few seconds cannot see of the lock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EccpError } from '../../src/core/errors.ts';
import { Lockout } from '../../src/services/lockout.ts';

const minute = 60_000;
const wrong = async () => undefined;
const right = async () => 'let in';

async function failures(lockout: Lockout, times: number): Promise<void> {
  for (let i = 0; i < times; i++) assert.equal(await lockout.attempt('@ada:node.test', '192.0.2.1', wrong), undefined);
}

async function retryAfter(attempt: Promise<unknown>): Promise<unknown> {
  const error = await attempt.then(
    () => assert.fail('let in'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EccpError && error.errcode === 'ECCP_LOCKED_OUT');
  return error.details.retry_after_ms;
}

test('a lock lasts 15 minutes, is not prolonged by further attempts, and begins anew after five more failures', async () => {
  let now = 1_000_000;
  const lockout = new Lockout(() => now);
  await failures(lockout, 5);
  assert.equal(await retryAfter(lockout.attempt('@ada:node.test', '192.0.2.1', right)), 15 * minute);
  now += 15 * minute - 1;
  assert.equal(await retryAfter(lockout.attempt('@ada:node.test', '192.0.2.1', right)), 1);
  now += 1;
  await failures(lockout, 4);
  assert.equal(await lockout.attempt('@ada:node.test', '192.0.2.1', right), 'let in');
});

test('another address is not locked, nor is another account', async () => {
  const lockout = new Lockout(() => 0);
  await failures(lockout, 5);
  assert.equal(await lockout.attempt('@ada:node.test', '192.0.2.2', right), 'let in');
  assert.equal(await lockout.attempt('@grace:node.test', '192.0.2.1', right), 'let in');
  await retryAfter(lockout.attempt('@ada:node.test', '192.0.2.1', right));
});

test('addresses of one IPv6 network count as one', async () => {
  const lockout = new Lockout(() => 0);
  const wrong = async () => undefined;
  for (const host of ['1', '2', 'a:b:c:d', 'ffff:0:0:1', '5']) {
    await lockout.attempt('@ada:node.test', `2001:db8:1:2:${host.includes(':') ? host : `:${host}`}`, wrong);
  }
  await retryAfter(lockout.attempt('@ada:node.test', '2001:db8:1:2::9', right));
  assert.equal(await lockout.attempt('@ada:node.test', '2001:db8:1:3::9', right), 'let in');
});
