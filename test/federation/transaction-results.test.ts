import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readResults } from '../../src/federation/transaction.ts';

const eventId = `$${'A'.repeat(43)}`;
type Items = Parameters<typeof readResults>[1];
const items = [{ kind: 'submission', eventId }] as unknown as Items;

function read(result: object) {
  return readResults({ submissions: [{ event_id: eventId, ...result }], entries: [], invites: [] }, items)?.[0];
}

test('HOST-090: the host that a refusal names is passed on, where it can be one', () => {
  const refusal = { errcode: 'ECCP_NOT_HOST', error: 'elsewhere' };
  assert.deepEqual(read({ ...refusal, host: 'example.org' }), { event_id: eventId, ...refusal, host: 'example.org' });
  for (const host of ['Example.org', '', 7, null]) {
    assert.deepEqual(read({ ...refusal, host }), { event_id: eventId, ...refusal });
  }
});
