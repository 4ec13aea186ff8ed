// What the log gets of a request that is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailable } from '../../src/storage/errors.ts';
import { startStub } from './stub-node.ts';

const HEALTH = '/_eccp/client/v1/health';

async function refusedFor(error: Error): Promise<{ answer: unknown; lines: Record<string, unknown>[] }> {
  await using node = await startStub({
    getHealth: () => {
      throw error;
    },
  });
  const { status, json } = await node.ask('GET', HEALTH);
  const lines = node.log.map((line) => JSON.parse(line)).filter(({ level }) => level > 20);
  return { answer: { status, errcode: json?.errcode, members: Object.keys(json ?? {}).length }, lines };
}

const unavailable = { status: 503, errcode: 'ECCP_UNAVAILABLE', members: 2 };

test('a store that takes no writes is one short line for each request', async () => {
  const cause = new Error('ENOSPC: no space left on device');
  const { answer, lines } = await refusedFor(new StoreUnavailable('the journal cannot be written', { cause }));
  assert.deepEqual(answer, unavailable);
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.level, 40);
  assert.equal(lines[0]?.reason, 'the journal cannot be written');
  assert.match(String(lines[0]?.request_id), /^[0-9a-f-]{36}$/);
  assert.doesNotMatch(JSON.stringify(lines), /\\n\s+at /, 'no stack');
});

test('an error nobody foresaw comes with its stack', async () => {
  const { answer, lines } = await refusedFor(new Error('broken'));
  assert.deepEqual(answer, unavailable);
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.level, 50);
  assert.match(JSON.stringify(lines), /\\n\s+at /);
});
