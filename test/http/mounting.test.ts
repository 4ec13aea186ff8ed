import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createApp } from '../../src/http/server.ts';
import { authenticate, authenticatePeer, operations, startStub, stubHandlers } from './stub-node.ts';

const { signal: stopping } = new AbortController();
const logger = pino({ level: 'silent' });

test('every operation of the documents is served', async () => {
  await using node = await startStub();
  assert.ok(operations.length > 40);
  for (const { path, method, operation } of operations) {
    const { status } = await node.ask(method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'));
    assert.ok(status !== 404 && status !== 405, `${operation.operationId}: ${status}`);
  }
});

test('a missing handler and an extra one stop the start, by name', () => {
  const { joinRoom, ...rest } = stubHandlers();
  const handlers = { ...rest, joinRom: joinRoom } as unknown;
  assert.throws(
    () =>
      createApp({
        handlers: handlers as ReturnType<typeof stubHandlers>,
        authenticate,
        authenticatePeer,
        peerRefused: async () => {},
        limitClients: () => {},
        logger,
        stopping,
      }),
    new Error('no handler for joinRoom\nno operation for the handler joinRom'),
  );
});
