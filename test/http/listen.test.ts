// The server around the application: what broken HTTP gets, and how the node stops.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { EccpError } from '../../src/core/errors.ts';
import type { MediaId, SyncResponse } from '../../src/generated/api.ts';
import { drain, LIMITS } from '../../src/http/listen.ts';
import type { Handlers } from '../../src/http/types.ts';
import { startStub } from './stub-node.ts';

const SYNC = '/_eccp/client/v1/sync';
const HOST = 'Host: node.example.org\r\n';
const empty: SyncResponse = {
  next_batch: 's1',
  rooms: { joined: {}, invited: {}, knocked: {}, left: {} },
  account_data: [],
  rejected: [],
};

/** Sends bytes as they are, and gives everything that comes until the node ends the connection. */
function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

function refusal(raw: string, status: number, errcode: string): void {
  const [head = '', body = ''] = raw.split('\r\n\r\n');
  assert.ok(head.startsWith(`HTTP/1.1 ${status} `), raw);
  assert.match(head, /\r\nX-Request-Id: [0-9a-f-]{36}\r\n/);
  assert.match(head, /\r\nAccess-Control-Allow-Origin: \*\r\n/);
  assert.equal(JSON.parse(body).path, errcode === 'ECCP_BAD_PARAM' ? '' : undefined);
  assert.equal(JSON.parse(body).errcode, errcode);
}

/** A sync that waits until it is interrupted; `started` resolves when a request has reached it. */
function waitingSync(): { started: Promise<AbortSignal>; handlers: Pick<Handlers, 'sync'> } {
  const { promise: started, resolve } = Promise.withResolvers<AbortSignal>();
  return {
    started,
    handlers: {
      sync: async ({ signal }) => {
        resolve(signal);
        if (!signal.aborted) await once(signal, 'abort');
        return { status: 200, body: empty };
      },
    },
  };
}

describe('broken HTTP', () => {
  test('is refused in the form of every refusal', async () => {
    await using node = await startStub();
    refusal(await exchange(node.port, 'HELLO\r\n\r\n'), 400, 'ECCP_BAD_PARAM');
    const large = `GET / HTTP/1.1\r\n${HOST}X-Large: ${'x'.repeat(17 * 1024)}\r\n\r\n`;
    refusal(await exchange(node.port, large), 413, 'ECCP_TOO_LARGE');
  });

  test('without a Host header is refused, but for HTTP/1.0, which had none', async () => {
    await using node = await startStub({ getHealth: async () => ({ status: 200, body: { status: 'ok' } }) });
    refusal(await exchange(node.port, 'GET /_eccp/client/v1/health HTTP/1.1\r\n\r\n'), 400, 'ECCP_BAD_PARAM');
    const old = await exchange(node.port, 'GET /_eccp/client/v1/health HTTP/1.0\r\n\r\n');
    assert.match(old, /^HTTP\/1\.1 200 /);
  });

  test('that expects what no node does is refused; what waits for 100 Continue gets it', async () => {
    await using node = await startStub();
    const login = `POST /_eccp/client/v1/login HTTP/1.1\r\n${HOST}Content-Length: 2\r\nConnection: close\r\n`;
    refusal(await exchange(node.port, `${login}Expect: foo\r\n\r\n{}`), 400, 'ECCP_BAD_PARAM');
    assert.match(await exchange(node.port, `${login}Expect: 100-continue\r\n\r\n{}`), /^HTTP\/1\.1 100 Continue\r\n/);
  });

  test('that never ends is refused after a while, not for good, headers and body alike', async () => {
    const limits = { ...LIMITS, headersTimeout: 40, requestTimeout: 60, connectionsCheckingInterval: 10 };
    await using node = await startStub({}, limits);
    refusal(await exchange(node.port, `GET / HTTP/1.1\r\n${HOST}`), 503, 'ECCP_UNAVAILABLE');
    const login = 'POST /_eccp/client/v1/login HTTP/1.1\r\n';
    const headers = `${HOST}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n`;
    refusal(await exchange(node.port, `${login}${headers}{`), 503, 'ECCP_UNAVAILABLE');
    assert.doesNotMatch(node.log.join(''), /unforeseen/);
  });
});

describe('a blob', () => {
  const upload = `POST /_eccp/client/v1/media/upload HTTP/1.1\r\n${HOST}Authorization: Bearer full\r\nConnection: close\r\n`;
  const bytes = 'Content-Type: application/octet-stream\r\nContent-Length: 6\r\n\r\n';
  const limits = { ...LIMITS, requestTimeout: 200 };
  const handlers: Pick<Handlers, 'uploadMedia'> = {
    uploadMedia: async ({ body }) => {
      let size = 0;
      for await (const part of body.bytes) size += part.length;
      return { status: 201, body: { media_id: 'A'.repeat(43) as MediaId, size } };
    },
  };

  test('may take longer than other requests, as long as it keeps coming', async () => {
    await using node = await startStub(handlers, limits);
    const socket = connect(node.port, '127.0.0.1');
    const answer = text(socket);
    socket.write(`${upload}${bytes}`);
    const start = performance.now();
    for (let i = 0; i < 6; i++) {
      await wait(60);
      socket.write('x');
    }
    assert.ok(performance.now() - start > limits.requestTimeout);
    assert.match(await answer, /^HTTP\/1\.1 201 /);
  });

  test('is given up once nothing comes', async () => {
    await using node = await startStub(handlers, limits);
    refusal(await exchange(node.port, `${upload}${bytes}x`), 503, 'ECCP_UNAVAILABLE');
    assert.doesNotMatch(node.log.join(''), /unforeseen/);
  });

  test('that is refused early gets its answer, though the rest still comes', async () => {
    const refusing = async () => {
      throw new EccpError('ECCP_TOO_LARGE', 'stub');
    };
    await using node = await startStub({ uploadMedia: refusing }, limits);
    const raw = await exchange(node.port, `${upload}${bytes}xxxxxx`);
    refusal(raw, 413, 'ECCP_TOO_LARGE');
  });
});

describe('a waiting request', () => {
  test('outlives the time-outs of incoming requests', async () => {
    const limits = { ...LIMITS, headersTimeout: 20, requestTimeout: 30, connectionsCheckingInterval: 5 };
    const { started, handlers } = waitingSync();
    await using node = await startStub(handlers, limits);
    const answer = node.ask('GET', SYNC, { token: 'full' });
    await started;
    // A request that is cut after the same time shows that the time has passed.
    await exchange(node.port, 'GET');
    await exchange(node.port, 'GET');
    node.stopping.abort();
    assert.equal((await answer).status, 200);
  });

  test('hears that its caller has gone', async () => {
    const { started, handlers } = waitingSync();
    await using node = await startStub(handlers);
    const socket = connect(node.port, '127.0.0.1');
    socket.write(`GET ${SYNC} HTTP/1.1\r\n${HOST}Authorization: Bearer full\r\n\r\n`);
    const signal = await started;
    socket.destroy();
    if (!signal.aborted) await once(signal, 'abort');
    assert.doesNotMatch(node.log.join(''), /unforeseen/);
  });
});

describe('a stopping node', () => {
  test('answers what waits, ends the connections, and takes no new ones', async () => {
    const { started, handlers } = waitingSync();
    await using node = await startStub(handlers);
    await node.ask('GET', '/'); // leaves an idle connection
    const answer = node.ask('GET', SYNC, { token: 'full' });
    await started;
    await drain(node.server, node.stopping, 60_000);
    const { status, headers } = await answer;
    assert.equal(status, 200);
    assert.equal(headers.connection, 'close');
    await assert.rejects(node.ask('GET', '/'), { code: 'ECONNREFUSED' });
  });

  test('cuts what does not end in time', async () => {
    const { promise: started, resolve } = Promise.withResolvers<void>();
    await using node = await startStub({
      getHealth: () => {
        resolve();
        return new Promise(() => {});
      },
    });
    const answer = node.ask('GET', '/_eccp/client/v1/health');
    const cut = assert.rejects(answer, { code: 'ECONNRESET' });
    await started;
    await drain(node.server, node.stopping, 10);
    await cut;
  });
});
