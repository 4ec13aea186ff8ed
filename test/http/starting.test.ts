// A server that listens before the node is ready.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createHttpServer, drain, listen, onceReady } from '../../src/http/listen.ts';
import { memoryLogger } from './stub-node.ts';

test('callers wait until the node is ready; those who leave before are forgotten', async () => {
  const { promise: ready, resolve: goOn } = Promise.withResolvers<void>();
  const served: (string | undefined)[] = [];
  const held = onceReady(ready, (request, response) => {
    served.push(request.url);
    response.end('served');
  });
  const server = createHttpServer(held, memoryLogger([]));
  const { port } = await listen(server, '127.0.0.1', 0);

  const leaving = new AbortController();
  const left = assert.rejects(fetch(`http://127.0.0.1:${port}/left`, { signal: leaving.signal }));
  const [, response] = await once(server, 'request');
  leaving.abort();
  await Promise.all([left, once(response, 'close')]);
  const stayed = fetch(`http://127.0.0.1:${port}/stayed`);
  await once(server, 'request');
  assert.deepEqual(served, []);

  goOn();
  assert.equal(await (await stayed).text(), 'served');
  assert.deepEqual(served, ['/stayed']);
  await drain(server, new AbortController(), 1_000);
});
