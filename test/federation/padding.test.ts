// FED-033
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import { padded } from '../../src/federation/padding.ts';

const bytes = (value: JsonObject) => Buffer.byteLength(JSON.stringify(value));
const isPowerOfTwo = (n: number) => Number.isInteger(Math.log2(n));

/** A transaction of exactly so many bytes, with letters of two bytes where that comes out even. */
function ofLength(length: number): JsonObject {
  const letters = length - bytes({ heads: '' });
  const transaction = { heads: letters % 2 === 0 ? 'é'.repeat(letters / 2) : 'a'.repeat(letters) };
  assert.equal(bytes(transaction), length);
  return transaction;
}

test('a transaction comes to a power of two of at least 1024 bytes, and is otherwise the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 12, max: 20_000 }), (length) => {
      const transaction = ofLength(length);
      const { padding = '', ...rest } = padded(transaction);
      assert.deepEqual(rest, transaction);
      const size = bytes(padded(transaction));
      assert.ok(isPowerOfTwo(size) && size >= 1024);
      assert.ok(size < 2 * Math.max(1024, length + 13), 'no larger class than needed');
      assert.match(padding as string, /^A*$/);
    }),
  );
});

test('every length around a class boundary', () => {
  for (let length = 1000; length <= 1030; length++) {
    assert.equal(bytes(padded(ofLength(length))), length <= 1011 || length === 1024 ? 1024 : 2048, `${length}`);
  }
});

test('an empty transaction is padded too', () => {
  assert.equal(bytes(padded({})), 1024);
});

test('the largest class is what a transaction may be; what no class can hold stays as it is', () => {
  const most = 4 * 1024 * 1024;
  assert.equal(bytes(padded(ofLength(3.5 * 1024 * 1024 + 1000))), most);
  assert.equal(bytes(padded(ofLength(most - 13))), most);
  assert.deepEqual(padded(ofLength(most - 12)), ofLength(most - 12));
});
