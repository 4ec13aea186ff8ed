// Requests of other nodes over HTTP: what the authenticator is given, in which order, and how refusals look.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { mock, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EccpError } from '../../src/core/errors.ts';
import { type Authorization, bodyDigest, parseAuthorization, signRequest } from '../../src/core/request-signature.ts';
import { generateSigningKey } from '../../src/core/signing.ts';
import type { SignedRequest } from '../../src/federation/authenticate.ts';
import { Authenticator } from '../../src/federation/authenticate.ts';
import type { LogHead, NodeName } from '../../src/generated/api.ts';
import { federationInfoHandlers } from '../../src/http/handlers/federation-info.ts';
import type { AppOptions } from '../../src/http/types.ts';
import { type Answered, operations, type StubNode, startStub } from './stub-node.ts';

const BASE = '/_eccp/federation/v1';
const TRANSACTIONS = `${BASE}/transactions`;
const ROOM = `!${'A'.repeat(43)}:node.example.org`;
const peer = 'peer.example.net' as NodeName;
const JSON_TYPE = { 'content-type': 'application/json' };
const FED = { authorization: 'ECCP-FED x' };
const results = { submissions: [], entries: [], invites: [] };

function refused({ status, json, headers }: Answered, expected: number, errcode: string): void {
  assert.equal(json?.errcode, errcode, JSON.stringify(json));
  assert.equal(status, expected);
  assert.equal(headers['www-authenticate'], expected === 401 ? 'ECCP-FED' : undefined);
}

/** A stub whose authenticator keeps what it is given. */
async function watchedStub(
  authenticate?: (request: SignedRequest) => Promise<NodeName>,
  peerRefused: AppOptions['peerRefused'] = async () => {},
) {
  const seen: (Omit<SignedRequest, 'body'> & { bytes?: string })[] = [];
  const peers: unknown[] = [];
  const node = await startStub(
    {
      exchange: async (request) => {
        peers.push(request.peer, request.body);
        return { status: 200, body: results };
      },
      getLogHead: async (request) => {
        peers.push(request.peer, request.params.roomId);
        return { status: 200, body: head };
      },
    },
    undefined,
    {
      authenticatePeer: async (request) => {
        const { body, ...rest } = request;
        if (authenticate) return authenticate(request);
        seen.push({ ...rest, bytes: Buffer.from(await body()).toString() });
        return peer;
      },
      peerRefused,
    },
  );
  return { node, seen, peers };
}

const head: LogHead = JSON.parse(`{
  "entry": {
    "v": 1, "room_id": "${ROOM}", "epoch": 0, "seq": 0, "prev": null, "event_id": "$${'A'.repeat(43)}",
    "host_key": "ed25519:${'A'.repeat(43)}", "host_ts": 1, "state_root": "${'A'.repeat(43)}"
  },
  "entry_signature": "${'A'.repeat(86)}"
}`);

test('the authenticator is given the raw target, every header and the raw bytes; the handler the peer', async () => {
  const { node, seen, peers } = await watchedStub();
  await using _ = node;
  const text = ' {"submissions" :[]}\n';
  const answer = await node.ask('POST', `${TRANSACTIONS}?a=%2f%zz&b`, {
    headers: { ...JSON_TYPE, authorization: 'ECCP-FED one' },
    body: text,
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(seen, [
    {
      method: 'POST',
      uri: `${TRANSACTIONS}?a=%2f%zz&b`,
      authorization: ['ECCP-FED one'],
      requestId: answer.headers['x-request-id'],
      address: '127.0.0.1',
      bytes: text,
    },
  ]);
  assert.deepEqual(peers, [peer, { submissions: [] }]);
  assert.deepEqual(answer.json, results);
});

test('AUTH-031: without a body its bytes are none; one that the operation ignores is read all the same', async () => {
  const { node, seen, peers } = await watchedStub();
  await using _ = node;
  const path = `${BASE}/rooms/%21${ROOM.slice(1)}/head`;
  assert.equal((await node.ask('GET', path, { headers: FED })).status, 200);
  assert.equal((await node.ask('HEAD', path, { headers: FED })).status, 200);
  const ignored = await node.ask('GET', path, { headers: { ...FED, 'content-length': '3' }, body: 'any' });
  assert.equal(ignored.status, 200);
  assert.deepEqual(
    seen.map(({ method, uri, bytes }) => [method, uri, bytes]),
    [
      ['GET', path, ''],
      ['HEAD', path, ''],
      ['GET', path, 'any'],
    ],
  );
  assert.deepEqual(peers.slice(0, 2), [peer, ROOM]);
});

test('AUTH-011: two Authorization headers both reach the authenticator', async () => {
  const { node, seen } = await watchedStub();
  await using _ = node;
  const headers = { ...JSON_TYPE, authorization: ['ECCP-FED one', 'ECCP-FED two'] };
  await node.ask('POST', TRANSACTIONS, { headers, body: '{}' });
  await node.ask('POST', TRANSACTIONS, { headers: JSON_TYPE, body: '{}' });
  assert.deepEqual(
    seen.map(({ authorization }) => authorization),
    [['ECCP-FED one', 'ECCP-FED two'], []],
  );
});

test('AUTH-010: path and method, then the peer, then the form of the body; all but the first two are told', async () => {
  const told: string[] = [];
  const { node } = await watchedStub(
    async ({ authorization, body }) => {
      if (authorization[0] !== 'ECCP-FED x') throw new EccpError('ECCP_BAD_AUTH', 'stub');
      await body();
      return peer;
    },
    async ({ uri, requestId }, { errcode }) => {
      assert.ok(requestId);
      told.push(`${errcode} ${uri.slice(BASE.length)}`);
    },
  );
  await using _ = node;
  const ask = (path: string, body: string, headers = {}, method = 'POST') => node.ask(method, path, { body, headers });
  refused(await ask(`${BASE}/nothing`, 'x'), 404, 'ECCP_NOT_FOUND');
  refused(await ask(TRANSACTIONS, 'x', {}, 'PUT'), 405, 'ECCP_METHOD_NOT_ALLOWED');
  refused(await ask(TRANSACTIONS, 'x'), 401, 'ECCP_BAD_AUTH');
  refused(await ask(`${BASE}/rooms/x/head`, '', {}, 'GET'), 401, 'ECCP_BAD_AUTH');
  refused(await ask(`${BASE}/rooms/%/head`, '', {}, 'GET'), 401, 'ECCP_BAD_AUTH');
  refused(await ask(TRANSACTIONS, 'x', { authorization: 'Bearer full' }), 401, 'ECCP_BAD_AUTH'); // AUTH-030
  const large = ' '.repeat(4 * 1024 * 1024 + 1);
  refused(await ask(TRANSACTIONS, large, { ...FED, 'content-type': 'text/plain' }), 413, 'ECCP_TOO_LARGE');
  refused(await ask(TRANSACTIONS, 'x', { ...FED, 'content-type': 'text/plain' }), 415, 'ECCP_UNSUPPORTED_MEDIA_TYPE');
  refused(await ask(TRANSACTIONS, 'x', { ...FED, ...JSON_TYPE }), 400, 'ECCP_BAD_JSON');
  refused(await ask(TRANSACTIONS, '{"a":1.5}', { ...FED, ...JSON_TYPE }), 400, 'ECCP_BAD_JSON');
  refused(await ask(TRANSACTIONS, '', { ...FED, ...JSON_TYPE }), 400, 'ECCP_BAD_JSON');
  refused(await ask(TRANSACTIONS, '{"submissions":1}', { ...FED, ...JSON_TYPE }), 400, 'ECCP_BAD_PARAM');
  refused(await ask(`${BASE}/rooms/x/head`, '', FED, 'GET'), 400, 'ECCP_BAD_PARAM');
  assert.deepEqual(told, [
    'ECCP_BAD_AUTH /transactions',
    'ECCP_BAD_AUTH /rooms/x/head',
    'ECCP_BAD_AUTH /rooms/%/head',
    'ECCP_BAD_AUTH /transactions',
    'ECCP_TOO_LARGE /transactions',
    'ECCP_UNSUPPORTED_MEDIA_TYPE /transactions',
    'ECCP_BAD_JSON /transactions',
    'ECCP_BAD_JSON /transactions',
    'ECCP_BAD_JSON /transactions',
    'ECCP_BAD_PARAM /transactions',
    'ECCP_BAD_PARAM /rooms/x/head',
  ]);
});

test('AUD-007: what the operation itself refuses is told, too, and the answer waits for the record', async () => {
  const { promise: recorded, resolve: record } = Promise.withResolvers<void>();
  const told: string[] = [];
  const exchange = async () => {
    throw new EccpError('ECCP_TOO_LARGE', 'stub');
  };
  await using node = await startStub({ exchange }, undefined, {
    authenticatePeer: async () => peer,
    peerRefused: async (_, { errcode }) => {
      told.push(errcode);
      await recorded;
    },
  });
  const answered = node.ask('POST', TRANSACTIONS, { headers: { ...JSON_TYPE, ...FED }, body: '{}' });
  let settled = false;
  void answered.finally(() => (settled = true));
  while (told.length === 0) await setImmediate();
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  assert.equal(settled, false);
  record();
  refused(await answered, 413, 'ECCP_TOO_LARGE');
  assert.deepEqual(told, ['ECCP_TOO_LARGE']);
});

test('AUTH-017: a node over its limit waits for its refusal, whose body nobody reads; others are refused at once', async () => {
  let errcode: 'ECCP_LIMIT_EXCEEDED' | 'ECCP_POLICY_DENIED' = 'ECCP_LIMIT_EXCEEDED';
  const { node } = await watchedStub(async () => {
    throw new EccpError(errcode, 'stub', errcode === 'ECCP_LIMIT_EXCEEDED' ? { retry_after_ms: 20 } : {});
  });
  await using _ = node;
  const room = `${BASE}/rooms/%2f${ROOM}`;
  const paths = [TRANSACTIONS, `${room}/log?from=x`, `${room}/events/%`];
  const headers = { ...FED, 'content-length': '1' };
  const ask = (path: string) => node.ask(path === TRANSACTIONS ? 'POST' : 'GET', path, { headers, body: 'x' });
  for (const path of paths) {
    const start = performance.now();
    const answer = await ask(path);
    refused(answer, 429, 'ECCP_LIMIT_EXCEEDED');
    assert.equal(answer.json?.retry_after_ms, 20);
    assert.match(String(answer.headers['x-request-id']), /^[\w-]{8,64}$/);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.equal(answer.headers['x-content-type-options'], undefined, 'Express had nothing to do with it');
    assert.ok(performance.now() - start >= 99, path);
  }
  errcode = 'ECCP_POLICY_DENIED';
  mock.timers.enable({ apis: ['setTimeout'] }); // nothing that waits would come to an end
  try {
    for (const path of paths) refused(await ask(path), 403, 'ECCP_POLICY_DENIED');
  } finally {
    mock.timers.reset();
  }
});

test('AUTH-010: a target in absolute form is one that Express finds the operation of', async () => {
  const { node, seen } = await watchedStub();
  await using _ = node;
  const uri = `http://127.0.0.1:${node.port}${TRANSACTIONS}`;
  const answer = await node.ask('POST', uri, { headers: { ...FED, ...JSON_TYPE }, body: '{}' });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(
    seen.map((request) => [request.uri, request.bytes]),
    [[uri, '{}']],
  );
});

test('JSON-040: the body of exchange may have 4 MiB, announced or not, and not a byte more; others 1 MiB', async () => {
  const { node } = await watchedStub();
  await using _ = node;
  const fits = `{}${' '.repeat(4 * 1024 * 1024 - 2)}`;
  const chunked = { 'transfer-encoding': 'chunked' };
  for (const more of [{}, chunked]) {
    const headers = { ...JSON_TYPE, ...FED, ...more };
    assert.equal((await node.ask('POST', TRANSACTIONS, { headers, body: fits })).status, 200);
    refused(await node.ask('POST', TRANSACTIONS, { headers, body: `${fits} ` }), 413, 'ECCP_TOO_LARGE');
  }
  const headers = { ...FED, 'content-length': String(1024 * 1024 + 1) };
  const path = `${BASE}/rooms/${ROOM}/head`;
  refused(await node.ask('GET', path, { headers, body: 'x'.repeat(1024 * 1024 + 1) }), 413, 'ECCP_TOO_LARGE');
});

test('a whole signed request is checked as it was sent', async () => {
  const key = generateSigningKey();
  const now = 1_775_001_600_000;
  let last: Authorization | undefined;
  const authenticator = new Authenticator({
    name: 'node.example.org',
    now: () => now,
    // The memory of nonces and the keys are tested elsewhere.
    store: { write: async () => true } as never,
    peerKeys: { checkQuarantine: async () => {}, key: async () => key.publicKey },
    policy: async () => {},
    limit: () => {},
    audit: async () => {},
  });
  const { node } = await watchedStub((request) => {
    if (request.authorization.length === 1) last = parseAuthorization(request.authorization);
    return authenticator.authenticate(request);
  });
  await using _ = node;
  const body = '{"entries":[],"x":"é"}';
  const uri = `${TRANSACTIONS}?x=%2F&y`;
  const named = { origin: peer, destination: 'node.example.org', ts: now, nonce: 'BgYGBgYGBgYGBgYGBgYGBg' };
  const authorization = signRequest(key, { method: 'POST', uri, body, ...named });
  const ask = (path: string, text: string, header: string | string[] = authorization) =>
    node.ask('POST', path, { headers: { ...JSON_TYPE, authorization: header }, body: text });
  assert.equal((await ask(uri, body)).status, 200);
  assert.equal(last?.digest, bodyDigest(body));
  refused(await ask(uri, body.replace('é', 'e')), 400, 'ECCP_BAD_SIGNATURE');
  refused(await ask(uri.replace('%2F', '%2f'), body), 400, 'ECCP_BAD_SIGNATURE');
  refused(await ask(TRANSACTIONS, body), 400, 'ECCP_BAD_SIGNATURE');
  refused(await ask(uri, body, [authorization, authorization]), 401, 'ECCP_BAD_AUTH');
  refused(await ask(uri, body, authorization.replace('"node.', '"other.')), 401, 'ECCP_WRONG_DESTINATION');
  refused(await ask(uri, body, `${authorization.slice(0, -1)}="`), 400, 'ECCP_BAD_ENCODING');
});

test('a peer that leaves before its body is read makes no noise', async () => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<unknown>();
  const { node } = await watchedStub(async ({ body }) => {
    reach();
    await gone;
    await body().then(end, end);
    throw new EccpError('ECCP_BAD_AUTH', 'stub');
  });
  await using _ = node;
  const socket = connect(node.port, '127.0.0.1');
  socket.write(`POST ${TRANSACTIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: ECCP-FED x\r\nContent-Length: 9\r\n\r\n{`);
  await reached;
  const [accepted] = await Promise.all([connectionEnded(node), socket.destroy()]);
  assert.equal(accepted, true);
  leave();
  assert((await ended) instanceof Error);
  await setImmediate();
  assert.doesNotMatch(node.log.join(''), /unforeseen/);
});

async function connectionEnded({ server }: StubNode): Promise<boolean> {
  for (;;) {
    const count = await new Promise<number>((resolve) => server.getConnections((_error, open) => resolve(open)));
    if (count === 0) return true;
    await setImmediate();
  }
}

test('POL-015: clients are limited; operators, other nodes and monitors are not', async () => {
  let asked = 0;
  const limitClients = () => {
    asked++;
    throw new EccpError('ECCP_LIMIT_EXCEEDED', 'slower', { retry_after_ms: 40 });
  };
  await using node = await startStub({}, undefined, { limitClients });
  for (const { path, method, operation } of operations) {
    const before = asked;
    const answer = await node.ask(method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'), { token: 'full' });
    const { operationId } = operation;
    const isFree = operationId === 'getHealth' || operationId === 'getVersions' || !path.startsWith('/_eccp/client/');
    assert.equal(asked - before, isFree ? 0 : 1, operationId);
    assert.equal(answer.status === 429, !isFree, operationId);
    if (!isFree) assert.equal(answer.json?.retry_after_ms, 40);
  }
});

test('KEY-001 to KEY-004: what a node says of itself, to anybody', async () => {
  let healthy = true;
  const sinces: number[] = [];
  const versions = {
    node: 'node.example.org' as NodeName,
    software: { name: 'eccp-node', version: '1' },
    versions: ['0.1'],
    classes: ['core', 'federation'],
    capabilities: { aliases: true },
    registration: { mode: 'open' as const },
  };
  const keyId = `ed25519:${'A'.repeat(43)}`;
  const freshness = {
    freshness: { node: versions.node, version: 1, document_hash: 'A'.repeat(43), valid_from: 1, valid_until: 2 },
    key: keyId,
    signature: 'A'.repeat(86),
  };
  const keys = {
    keyId,
    since(version: number) {
      sinces.push(version);
      return { documents: [], freshness };
    },
  };
  const self = { versions, kind: 'private' as const, region: 'north' };
  await using node = await startStub(federationInfoHandlers(self, keys, () => healthy));
  const { registration: _, ...common } = versions;
  const { node: name, software, ...offered } = common;
  const version = {
    node: name,
    software,
    versions: ['0.1'],
    region: 'north',
    kind: 'private',
    status: 'online',
    key: keyId,
  };
  assert.deepEqual((await node.ask('GET', `${BASE}/version`)).json, version);
  healthy = false;
  assert.deepEqual((await node.ask('GET', `${BASE}/version`)).json, { ...version, status: 'degraded' });
  assert.deepEqual((await node.ask('GET', `${BASE}/capabilities`)).json, offered);
  assert.deepEqual((await node.ask('GET', `${BASE}/keys`)).json, { documents: [], freshness });
  assert.equal((await node.ask('GET', `${BASE}/keys?since=7`)).status, 200);
  assert.equal((await node.ask('GET', `${BASE}/keys?since=-1`)).json?.path, 'since');
  assert.deepEqual(sinces, [0, 7]);
});
