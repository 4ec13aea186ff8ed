// The checks that come before a handler, in their order, and what every answer has.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventId } from '../../src/generated/api.ts';
import { type Answered, startStub } from './stub-node.ts';

const BASE = '/_eccp/client/v1';
const ROOM = `!${'A'.repeat(43)}:node.example.org`;
const SEND = `${BASE}/rooms/${encodeURIComponent(ROOM)}/send/eccp.room.message`;
const JSON_TYPE = { 'content-type': 'application/json' };
const sent = { event_id: `$${'A'.repeat(43)}` as EventId, status: 'sequenced', seq: 1 } as const;

function refused(answer: Answered, status: number, errcode: string, path?: string): void {
  assert.equal(answer.json?.errcode, errcode, answer.text);
  assert.equal(answer.status, status);
  assert.equal(answer.json.path, path);
  assert.equal(typeof answer.json.error, 'string');
  assert.deepEqual(Object.keys(answer.json), path === undefined ? ['errcode', 'error'] : ['errcode', 'error', 'path']);
  hasCommonHeaders(answer);
}

function hasCommonHeaders({ headers }: Answered): void {
  assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/);
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal(headers['access-control-expose-headers'], 'X-Request-Id');
  assert.equal(headers['x-powered-by'], undefined);
}

describe('a request', () => {
  test('reaches its handler decoded and typed', async () => {
    let seen: object = {};
    await using node = await startStub({
      sendEvent: async ({ params, query, headers, body, session, address }) => {
        seen = { params, query, headers, body, userId: session.userId, address };
        return { status: 200, body: sent };
      },
      listMessages: async ({ query }) => {
        seen = query;
        return { status: 200, body: { events: [] } };
      },
    });
    const headers = { 'Idempotency-Key': 'k-1' };
    const answer = await node.ask('PUT', SEND, { token: 'full', headers, body: { body: 'ø' } });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, sent);
    hasCommonHeaders(answer);
    assert.deepEqual(seen, {
      params: { roomId: ROOM, eventType: 'eccp.room.message' },
      query: {},
      headers: { 'Idempotency-Key': 'k-1' },
      body: { body: 'ø' },
      userId: '@ada:node.example.org',
      address: '127.0.0.1',
    });
    const messages = `${BASE}/rooms/${ROOM}/messages`;
    await node.ask('GET', `${messages}?from=12&unknown=1&unknown=2`, { token: 'read' });
    assert.deepEqual(seen, { from: 12, dir: 'b', limit: 50 });
    for (const wrong of ['limit=1e1', 'limit=+5', 'limit=0x5', 'limit=', 'limit=5&limit=5', 'limit=101', 'limit=%ff']) {
      refused(await node.ask('GET', `${messages}?${wrong}`, { token: 'read' }), 400, 'ECCP_BAD_PARAM', 'limit');
    }
  });

  test('is checked in one order', async () => {
    await using node = await startStub();
    const unfit = 'x'.repeat(1024 * 1024 + 1);
    refused(await node.ask('PUT', `${BASE}/nothing`, { body: unfit }), 404, 'ECCP_NOT_FOUND');
    const wrongMethod = await node.ask('POST', SEND, { body: unfit });
    refused(wrongMethod, 405, 'ECCP_METHOD_NOT_ALLOWED');
    assert.equal(wrongMethod.headers.allow, 'PUT, OPTIONS');
    const withoutToken = await node.ask('PUT', SEND, { body: unfit });
    refused(withoutToken, 401, 'ECCP_MISSING_TOKEN');
    assert.equal(withoutToken.headers['www-authenticate'], 'Bearer');
    refused(await node.ask('PUT', SEND, { headers: { authorization: 'Basic full' } }), 401, 'ECCP_MISSING_TOKEN');
    refused(await node.ask('PUT', SEND, { token: 'old', body: unfit }), 401, 'ECCP_UNKNOWN_TOKEN');
    refused(await node.ask('PUT', SEND, { token: 'read', body: unfit }), 403, 'ECCP_FORBIDDEN');
    refused(await node.ask('PUT', SEND, { token: 'full', body: unfit }), 415, 'ECCP_UNSUPPORTED_MEDIA_TYPE');
    refused(await node.ask('PUT', SEND, { token: 'full', body: unfit, headers: JSON_TYPE }), 413, 'ECCP_TOO_LARGE');
    const badRoom = SEND.replace('!', '');
    refused(
      await node.ask('PUT', badRoom, { token: 'full', body: '{"a":1,}', headers: JSON_TYPE }),
      400,
      'ECCP_BAD_JSON',
    );
    refused(await node.ask('PUT', badRoom, { token: 'full', body: {} }), 400, 'ECCP_BAD_PARAM', 'roomId');
    refused(await node.ask('PUT', SEND, { token: 'full', body: {} }), 501, 'ECCP_CAPABILITY');
  });

  test('has a path taken as it is written', async () => {
    await using node = await startStub({ getHealth: async () => ({ status: 200, body: { status: 'ok' } }) });
    assert.equal((await node.ask('GET', `${BASE}/health`)).status, 200);
    for (const path of [
      `${BASE}/x/../health`,
      `${BASE}/health/`,
      `${BASE}/Health`,
      `/${BASE}/health`,
      `${BASE}//health`,
      '/',
      '*',
    ]) {
      refused(await node.ask('GET', path), 404, 'ECCP_NOT_FOUND');
    }
    for (const bad of ['%', '%zz', '%ff', '%c0%af', '%EF%BF%BD']) {
      const path = `${BASE}/rooms/${bad}/messages?limit=%`;
      refused(await node.ask('GET', path), 401, 'ECCP_MISSING_TOKEN');
      refused(await node.ask('GET', path, { token: 'read' }), 400, 'ECCP_BAD_PARAM', 'roomId');
      refused(await node.ask('GET', `/${bad}`), 404, 'ECCP_NOT_FOUND');
    }
  });

  test('has a strict body', async () => {
    await using node = await startStub({ login: async () => ({ status: 200, body: JSON.parse('{}') }) });
    const login = (body: string, type = 'application/json') =>
      node.ask('POST', `${BASE}/login`, { body, headers: { 'content-type': type } });
    const good = '{"user":"ada","password":"correct horse"}';
    refused(await login('{"user":"ada","user":"eve","password":"correct horse"}'), 400, 'ECCP_BAD_JSON');
    refused(await login('{"user":"ada","password":"correct horse","n":1.5}'), 400, 'ECCP_BAD_JSON');
    refused(await login(''), 400, 'ECCP_BAD_JSON');
    refused(await login('\ufeff{}'), 400, 'ECCP_BAD_ENCODING');
    for (const value of ['[]', '7', 'null', '""']) refused(await login(value), 400, 'ECCP_BAD_JSON');
    refused(await login('{"user":"ada"}'), 400, 'ECCP_BAD_PARAM', '/password');
    refused(await login('{"user":7,"password":"correct horse"}'), 400, 'ECCP_BAD_PARAM', '/user');
    for (const type of ['text/plain', 'application/json; charset=latin1', 'application/jsonp', '']) {
      refused(await login(good, type), 415, 'ECCP_UNSUPPORTED_MEDIA_TYPE');
    }
    const gzip = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    refused(await node.ask('POST', `${BASE}/login`, { body: good, headers: gzip }), 415, 'ECCP_UNSUPPORTED_MEDIA_TYPE');
    const chunked = { ...JSON_TYPE, 'transfer-encoding': 'chunked' };
    const large = JSON.stringify({ user: 'a'.repeat(1024 * 1024), password: 'p' });
    refused(await node.ask('POST', `${BASE}/login`, { body: large, headers: chunked }), 413, 'ECCP_TOO_LARGE');
  });

  test('has its body ignored where none is declared', async () => {
    await using node = await startStub({ getHealth: async () => ({ status: 200, body: { status: 'ok' } }) });
    assert.equal(
      (await node.ask('GET', `${BASE}/health`, { body: 'anything', headers: { 'content-length': '8' } })).status,
      200,
    );
  });
});

describe('an answer', () => {
  test('to HEAD is that to GET without its body', async () => {
    await using node = await startStub({ getHealth: async () => ({ status: 200, body: { status: 'ok' } }) });
    const answer = await node.ask('HEAD', `${BASE}/health`);
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '');
    hasCommonHeaders(answer);
  });

  test('to OPTIONS tells a browser what it may send', async () => {
    await using node = await startStub();
    const answer = await node.ask('OPTIONS', SEND);
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-methods'], 'PUT, OPTIONS');
    assert.equal(answer.headers['access-control-allow-headers'], 'Authorization, Content-Type, Idempotency-Key, Range');
    hasCommonHeaders(answer);
  });

  test('shows nothing of an unforeseen error, which the log has under its request id', async () => {
    await using node = await startStub({
      getHealth: async () => {
        throw new URIError('secret at /home/x');
      },
      getVersions: async () => ({ status: 200, body: JSON.parse('{"node":7}') }),
    });
    const answer = await node.ask('GET', `${BASE}/health`);
    refused(answer, 503, 'ECCP_UNAVAILABLE');
    assert.doesNotMatch(answer.text + JSON.stringify(answer.headers), /secret|home|\.ts/);
    const line = node.log.find((entry) => entry.includes('secret'));
    assert.ok(line?.includes(String(answer.headers['x-request-id'])), line);
    refused(await node.ask('GET', `${BASE}/versions`), 503, 'ECCP_UNAVAILABLE'); // checkAnswers
  });

  test('has a log line with the route, never the ids in it or the token', async () => {
    await using node = await startStub({ joinRoom: async () => ({ status: 200, body: sent }) });
    const answer = await node.ask('POST', `${BASE}/rooms/${ROOM}/join?x=1`, { token: 'full', body: {} });
    const lines = node.log.map((line) => JSON.parse(line));
    assert.equal(lines.length, 1);
    const { request_id, method, route, status } = lines[0];
    assert.deepEqual(
      { request_id, method, route, status },
      { request_id: answer.headers['x-request-id'], method: 'POST', route: `${BASE}/rooms/{roomId}/join`, status: 200 },
    );
    assert.doesNotMatch(node.log.join(''), /AAAA|full/);
  });
});
