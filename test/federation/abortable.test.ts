import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { unlessAborted } from '../../src/federation/abortable.ts';

test('a promise’s outcome comes through, and leaves nothing behind on the signal', async () => {
  const { signal } = new AbortController();
  const fault = new Error('a fault');
  assert.equal(await unlessAborted(signal, Promise.resolve(7)), 7);
  await assert.rejects(unlessAborted(signal, Promise.reject(fault)), (error) => error === fault);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('an abort comes first, before the call or after it, and what the promise comes to is nobody’s concern', async () => {
  for (const before of [true, false]) {
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<void>();
    const reason = new Error('stopped');
    if (before) controller.abort(reason);
    const outcome = assert.rejects(unlessAborted(controller.signal, promise), (error) => error === reason);
    controller.abort(reason);
    await outcome;
    reject(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  }
});
