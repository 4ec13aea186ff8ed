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

test('MAN-050: a node without results for devices never takes such items; other nodes name them by their ids', () => {
  const both = [...items, { kind: 'to_device', eventId: 'item-1' }] as unknown as Items;
  const submissions = [{ event_id: eventId, status: 'sequenced', seq: 7 }];
  const answer = { submissions, entries: [], invites: [] };
  const errcodes = (results: ReturnType<typeof readResults>) => results?.map(({ errcode }) => errcode);
  assert.deepEqual(errcodes(readResults(answer, both)), [undefined, 'ECCP_CAPABILITY']);
  const known = { ...answer, device_changes: [], to_device: [{ id: 'item-1', status: 'applied' }] };
  assert.deepEqual(errcodes(readResults(known, both)), [undefined, undefined]);
  for (const to_device of [[], [{ id: 'item-2', status: 'applied' }], [{ event_id: 'item-1', status: 'applied' }], 7]) {
    assert.equal(readResults({ ...known, to_device }, both), undefined);
  }
  assert.equal(readResults(known, items), undefined, 'a result for what was not sent');
});
