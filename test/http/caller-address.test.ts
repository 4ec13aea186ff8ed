// Whose address counts for lock-outs and limits, behind a proxy and without one.
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { callerAddress } from '../../src/http/caller-address.ts';

const cases: [connection: string, forwarded: string | undefined, caller: string][] = [
  ['192.0.2.1', undefined, '192.0.2.1'],
  ['192.0.2.1', '198.51.100.7', '192.0.2.1'], // whoever connects from elsewhere says nothing about others
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['127.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['::1', '2001:db8::7', '2001:db8::7'],
  ['::ffff:127.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['127.0.0.1', '203.0.113.9, 198.51.100.7', '198.51.100.7'], // what stands before it, its sender made up
  ['127.0.0.1', '198.51.100.7,127.0.0.3 , ::1', '198.51.100.7'],
  ['127.0.0.1', '127.0.0.2, 127.0.0.3', '127.0.0.2'],
  ['127.0.0.1', '198.51.100.7, 127.evil.example', '127.evil.example'],
];

for (const [remoteAddress, forwarded, caller] of cases) {
  test(`from ${remoteAddress}, for ${forwarded}: ${caller}`, () => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    assert.equal(callerAddress({ socket: { remoteAddress }, headers } as unknown as IncomingMessage), caller);
  });
}
