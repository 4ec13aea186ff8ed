// Chapter 14 and 15 from the asking side: what is sent to a peer, what of its answers counts, and what each failure is called.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { EccpError } from '../../src/core/errors.ts';
import { bodyDigest, parseAuthorization, verifyRequest } from '../../src/core/request-signature.ts';
import { generateSigningKey } from '../../src/core/signing.ts';
import { PeerRefusal } from '../../src/federation/peer-answer.ts';
import { PeerClient, type PeerClientOptions } from '../../src/federation/peer-client.ts';
import type { NodeName } from '../../src/generated/api.ts';
import { certified, fakeResolver, json, type PeerServer, rerouted, roots, startPeer } from './peer-server.ts';

const key = generateSigningKey();
const exchange = '/_eccp/federation/v1/transactions';
const keys = '/_eccp/federation/v1/keys?since=0';
const accepted = json({ submissions: [] });

type Given = Partial<PeerClientOptions> & { ask?: ConstructorParameters<typeof PeerClient>[1] };

/** A client that speaks TLS with peers on loopback, whatever their name. */
function clientFor(t: TestContext, given: Given = {}): PeerClient {
  return unrooted(t, { trustedRoots: roots, ...given });
}

/** The same, but it asks the system whom to trust. */
function unrooted(t: TestContext, { ask, ...given }: Given = {}): PeerClient {
  let nonces = 0;
  const options = {
    name: 'home.test',
    key: () => key,
    now: () => 1_775_001_600_000,
    random: (length: number) => Buffer.alloc(length, ++nonces),
    resolver: fakeResolver({ 'node1.test': ['127.0.0.1'], 'node2.test': ['127.0.0.1'] }),
    allowInsecureLoopback: false,
    allowedRanges: ['127.0.0.0/8'],
    checkPolicy: async () => {},
    fetchKeys: async () => {},
    timeouts: { answer: 10_000, discovery: 5_000 },
  };
  const client = new PeerClient({ ...options, ...given }, ask);
  t.after(() => client.close());
  return client;
}

/** A client and a peer that speak plain HTTP. */
async function plainPair(t: TestContext, answer: RequestListener, given: Given = {}) {
  const peer = await started(t, answer, undefined);
  const client = clientFor(t, { allowInsecureLoopback: true, ...given });
  return { peer, client, node: `127.0.0.1:${peer.port}` as NodeName };
}

async function started(t: TestContext, ...args: Parameters<typeof startPeer>): Promise<PeerServer> {
  const peer = await startPeer(...args);
  t.after(() => peer[Symbol.asyncDispose]());
  return peer;
}

function named(host: string, { port }: { port: number }): NodeName {
  return `${host}:${port}` as NodeName;
}

/** Fails with the code, and with a message that names no address (PEER-032) beside the peer's own name. */
async function fails(promise: Promise<unknown>, errcode: string, says?: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof EccpError, String(error));
    assert.equal(error.errcode, errcode, error.message);
    if (says) assert.match(error.message, says);
    return true;
  });
}

describe('a signed request', () => {
  test('carries a signature over what is sent, and the body byte for byte', async (t) => {
    const { peer, client, node } = await plainPair(t, accepted);
    const body = { submissions: [], padding: 'Grüße' };
    assert.deepEqual(await client.signed(node, 'POST', `${exchange}?a=%2f`, body), { submissions: [] });
    const [request] = peer.requests;
    assert.ok(request);
    assert.equal(request.body, JSON.stringify(body));
    assert.equal(request.headers['content-type'], 'application/json');
    assert.equal(request.headers.host, node);
    const fields = parseAuthorization([request.headers.authorization ?? '']);
    const { signature, ...said } = fields;
    assert.deepEqual(said, {
      origin: 'home.test',
      destination: node,
      key: key.keyId,
      ts: 1_775_001_600_000,
      nonce: 'AQEBAQEBAQEBAQEBAQEBAQ',
      digest: bodyDigest(request.body),
    });
    const line = { method: request.method, uri: request.url };
    assert.deepEqual(line, { method: 'POST', uri: `${exchange}?a=%2f` });
    assert.ok(verifyRequest(key.publicKey, fields, line));
    assert.equal(signature.length, 86);
  });

  test('without a body is signed over no bytes', async (t) => {
    const { peer, client, node } = await plainPair(t, accepted);
    await client.signed(node, 'GET', '/_eccp/federation/v1/rooms/%21room/head');
    const [request] = peer.requests;
    const fields = parseAuthorization([request?.headers.authorization ?? '']);
    assert.equal(fields.digest, '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
    assert.equal(request?.url, '/_eccp/federation/v1/rooms/%21room/head');
    assert.equal(request.headers['content-type'], undefined);
    assert.ok(verifyRequest(key.publicKey, fields, { method: 'GET', uri: request.url }));
  });

  test('has a nonce of its own each time', async (t) => {
    const { peer, client, node } = await plainPair(t, accepted);
    for (let i = 0; i < 3; i++) await client.signed(node, 'POST', exchange, {});
    const nonces = peer.requests.map(({ headers }) => parseAuthorization([headers.authorization ?? '']).nonce);
    assert.equal(new Set(nonces).size, 3);
  });

  test('names the peer as destination also where it is served under another name', async (t) => {
    const peer = await started(
      t,
      (request, response) => {
        const isDocument = request.url?.startsWith('/.well-known/') === true;
        (isDocument ? json({ server: named('node2.test', peer) }) : accepted)(request, response);
      },
      certified('node'),
    );
    using ask = rerouted(peer.port);
    await clientFor(t, { ask }).signed('node1.test' as NodeName, 'POST', exchange, {});
    const [document, request] = peer.requests;
    assert.equal(document?.headers.host, `node1.test:${peer.port}`); // 443, had it not been rerouted
    assert.equal(request?.headers.host, named('node2.test', peer));
    assert.equal(parseAuthorization([request?.headers.authorization ?? '']).destination, 'node1.test');
  });
});

test('an unsigned request is not signed', async (t) => {
  const { peer, client, node } = await plainPair(t, json({ documents: [] }));
  assert.deepEqual(await client.get(node, keys), { documents: [] });
  assert.deepEqual([peer.requests[0]?.method, peer.requests[0]?.url], ['GET', keys]);
  assert.equal(peer.requests[0]?.headers.authorization, undefined);
});

describe('who may not be asked', () => {
  test('by policy is not even looked up', async (t) => {
    const denied = new EccpError('ECCP_POLICY_DENIED', 'blocked');
    const resolver = fakeResolver({});
    const client = clientFor(t, { resolver, checkPolicy: () => Promise.reject(denied) });
    const node = 'node1.test:1' as NodeName;
    await assert.rejects(client.get(node, keys), denied);
    await assert.rejects(client.signed(node, 'POST', exchange, {}), denied);
    assert.deepEqual(resolver.asked, []);
  });

  test('because of quarantine may still be asked for keys (KEY-042)', async (t) => {
    const quarantined = new EccpError('ECCP_QUARANTINED', 'in dispute');
    const { peer, client, node } = await plainPair(t, json({}), { checkQuarantine: () => Promise.reject(quarantined) });
    await assert.rejects(client.signed(node, 'POST', exchange, {}), quarantined);
    assert.deepEqual(peer.requests, []);
    assert.deepEqual(await client.get(node, keys), {});
  });

  test('because its addresses are closed is refused without telling them', async (t) => {
    const resolver = fakeResolver({ 'evil.test': ['10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1'] });
    const client = clientFor(t, { resolver, allowedRanges: [] });
    await assert.rejects(client.get('evil.test:1' as NodeName, keys), {
      errcode: 'ECCP_POLICY_DENIED',
      message: 'evil.test:1 has no address that this node may dial.',
    });
    for (const node of ['127.0.0.1:1', '10.0.0.1', '169.254.169.254:80', '[::1]:1', '[::ffff:7f00:1]:1']) {
      await fails(client.signed(node as NodeName, 'POST', exchange, {}), 'ECCP_POLICY_DENIED');
    }
  });
});

describe('the checked address is the one that is dialled (PEER-014)', () => {
  test('also where a second look would give another one', async (t) => {
    const peer = await started(t, accepted, certified('node'));
    const resolver = fakeResolver({ 'node1.test': [['127.0.0.1'], ['10.0.0.1']] });
    const client = clientFor(t, { resolver });
    await client.signed(named('node1.test', peer), 'POST', exchange, {});
    assert.deepEqual(resolver.asked, ['node1.test'], 'nobody looked a second time');
    assert.equal(peer.requests.length, 1);
  });

  test('and an answer that has become closed is not dialled', async (t) => {
    const peer = await started(t, accepted, certified('node'));
    const resolver = fakeResolver({ 'node1.test': [['127.0.0.1'], ['10.0.0.1']] });
    let now = 0;
    const client = clientFor(t, { resolver, now: () => now });
    await client.get(named('node1.test', peer), keys);
    now = 60_000;
    await fails(client.get(named('node1.test', peer), keys), 'ECCP_POLICY_DENIED');
    assert.equal(peer.requests.length, 1);
  });

  test('and of several addresses one that works', async (t) => {
    const peer = await started(t, accepted, certified('node'));
    const resolver = fakeResolver({ 'node1.test': ['127.0.0.2', '127.0.0.1'] });
    const client = clientFor(t, { resolver });
    await client.get(named('node1.test', peer), keys);
    assert.equal(peer.requests.length, 1);
  });
});

describe('TLS', () => {
  test('of a peer that the trusted roots vouch for is accepted, by name and by address', async (t) => {
    const peer = await started(t, accepted, certified('node'));
    const client = clientFor(t);
    for (const name of ['node1.test', 'node2.test', '127.0.0.1']) await client.get(named(name, peer), keys);
    assert.equal(peer.requests.length, 3);
  });

  const refused: [string, string, Given, RegExp][] = [
    ['that nobody vouches for', 'node', { trustedRoots: certified('elsewhere').cert }, /vouched for by nobody/],
    ['for another name', 'elsewhere', {}, /for another name/],
    ['that has expired', 'expired', {}, /has expired/],
  ];
  for (const [what, certificate, given, says] of refused) {
    test(`with a certificate ${what} is refused, and nothing is sent (PEER-021, PEER-022)`, async (t) => {
      let received = 0;
      const server = createTlsServer(certified(certificate), (socket) => {
        socket.on('error', () => {}).on('data', ({ length }) => (received += length));
      });
      await once(server.on('tlsClientError', () => {}).listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as { port: number };
      const client = clientFor(t, given);
      for (const host of ['node1.test', '127.0.0.1']) {
        const asked = client.signed(named(host, { port }), 'POST', exchange, { padding: 'x'.repeat(10_000) });
        await fails(asked, 'ECCP_UNREACHABLE', says);
      }
      await new Promise((resolve) => server.close(resolve));
      assert.equal(received, 0);
    });
  }

  test('is checked by the roots of the system where none are named', async (t) => {
    const peer = await started(t, accepted, certified('node'));
    await fails(unrooted(t).get(named('node1.test', peer), keys), 'ECCP_UNREACHABLE', /vouched for by nobody/);
    assert.deepEqual(peer.requests, []);
  });

  test('is checked whatever the environment says', async (t) => {
    t.mock.method(process, 'emitWarning', () => {}); // Node.js warns of the variable
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
    const peer = await started(t, accepted, certified('elsewhere'));
    await fails(clientFor(t).get(named('node1.test', peer), keys), 'ECCP_UNREACHABLE');
    assert.deepEqual(peer.requests, []);
  });

  test('below 1.3 is refused (PEER-020)', async (t) => {
    const peer = await started(t, accepted, { ...certified('node'), maxVersion: 'TLSv1.2' });
    await fails(clientFor(t).get(named('node1.test', peer), keys), 'ECCP_UNREACHABLE', /no handshake of TLS 1\.3/);
    assert.deepEqual(peer.requests, []);
  });

  test('is not given up for a peer that speaks plain HTTP', async (t) => {
    const peer = await started(t, accepted);
    await fails(clientFor(t).get(named('node1.test', peer), keys), 'ECCP_UNREACHABLE', /no handshake of TLS 1\.3/);
    assert.deepEqual(peer.requests, []);
  });
});

describe('an answer', () => {
  const raw =
    (status: number, headers: Record<string, string>, body = ''): RequestListener =>
    (_request, response) =>
      void response.writeHead(status, headers).end(body);
  const typed = { 'content-type': 'application/json' };

  test('is JSON whatever the parameters of its type', async (t) => {
    const { client, node } = await plainPair(
      t,
      raw(200, { 'content-type': 'Application/JSON; charset=utf-8' }, '{"a":1}'),
    );
    assert.deepEqual(await client.get(node, keys), { a: 1 });
  });

  const useless: [string, RequestListener, RegExp][] = [
    ['a redirect, which is not followed (PEER-025)', raw(307, { location: '/elsewhere' }), /redirect/],
    ['another status than 200', raw(201, typed, '{}'), /status 201/],
    ['no content', raw(204, {}), /status 204/],
    ['another type', raw(200, { 'content-type': 'text/html' }, '{}'), /not declared/],
    ['a type that only begins the same', raw(200, { 'content-type': 'application/jsonp' }, '{}'), /not declared/],
    ['no type', raw(200, {}, '{}'), /not declared/],
    ['a refusal with an unknown code', json({ errcode: 'ECCP_TEAPOT', error: 'x' }, 418), /status 418/],
    ['a refusal with a code of Object', json({ errcode: 'constructor', error: 'x' }, 400), /status 400/],
    ['a refusal without a sentence', json({ errcode: 'ECCP_REPLAY' }, 401), /status 401/],
    ['a refusal that is not declared as JSON', raw(403, {}, '{"errcode":"ECCP_REPLAY","error":"x"}'), /status 403/],
    ['a gateway that fails', raw(502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>'), /status 502/],
    ['a connection that is cut', (request) => void request.socket.destroy(), /was cut/],
    [
      'one that is cut in the middle',
      (request, response) => {
        response.writeHead(200, typed).write('{"a":');
        setImmediate(() => request.socket.destroy());
      },
      /was cut/,
    ],
  ];
  for (const [what, answer, says] of useless) {
    test(`is none: ${what}`, async (t) => {
      const { peer, client, node } = await plainPair(t, answer);
      await fails(client.signed(node, 'POST', exchange, {}), 'ECCP_UNREACHABLE', says);
      await fails(client.get(node, keys), 'ECCP_UNREACHABLE', says);
      assert.equal(peer.requests.length, 2);
    });
  }

  test('that is no HTTP is none', async (t) => {
    const server = createServer((socket: Socket) => void socket.on('error', () => {}).end('HELLO\r\n\r\n'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    t.after(() => server.close());
    const node = named('127.0.0.1', server.address() as { port: number });
    await fails(clientFor(t, { allowInsecureLoopback: true }).get(node, keys), 'ECCP_UNREACHABLE');
  });

  test('breaks chapter 2: keys are refused with its code, all else as no answer', async (t) => {
    const bodies: [string, string][] = [
      ['{"a":1,"a":2}', 'ECCP_BAD_JSON'],
      ['{"a":1.5}', 'ECCP_BAD_JSON'],
      ['{', 'ECCP_BAD_JSON'],
      ['', 'ECCP_BAD_JSON'],
      ['\ufeff{}', 'ECCP_BAD_ENCODING'],
    ];
    for (const [body, errcode] of bodies) {
      const { client, node } = await plainPair(t, raw(200, typed, body));
      await fails(client.get(node, keys), errcode);
      await fails(client.signed(node, 'POST', exchange, {}), 'ECCP_UNREACHABLE', /breaks chapter 2/);
    }
  });

  test('may have 8 MiB, and not a byte more (PEER-027)', async (t) => {
    const most = 8 * 1024 * 1024;
    const sized = (size: number) => plainPair(t, raw(200, typed, '"'.concat('x'.repeat(size - 2), '"')));
    const largest = await sized(most);
    assert.equal(((await largest.client.get(largest.node, keys)) as string).length, most - 2);
    const larger = await sized(most + 1);
    await fails(larger.client.get(larger.node, keys), 'ECCP_UNREACHABLE', /larger than 8388608 bytes/);
  });

  test('that never comes, or never ends, is given up (PEER-026)', async (t) => {
    const answers: RequestListener[] = [
      () => {},
      (_request, response) => void response.writeHead(200, typed).write('['),
    ];
    for (const answer of answers) {
      const { client, node } = await plainPair(t, answer, { timeouts: { answer: 50, discovery: 50 } });
      await fails(client.get(node, keys), 'ECCP_UNREACHABLE', /no answer in time/);
    }
    const { client, node } = await plainPair(t, () => {});
    await fails(client.signed(node, 'POST', exchange, {}, 50), 'ECCP_UNREACHABLE', /no answer in time/);
  });

  test('from nobody at all is a refused connection', async (t) => {
    const { port } = await (async () => {
      await using peer = await startPeer(accepted);
      return peer;
    })();
    const client = clientFor(t, { allowInsecureLoopback: true });
    await fails(
      client.get(named('127.0.0.1', { port }), keys),
      'ECCP_UNREACHABLE',
      /^127.0.0.1:\d+ could not be reached: the connection was refused\.$/,
    );
    await fails(client.get(named('lost.test', { port }), keys), 'ECCP_UNREACHABLE', /no address/);
  });
});

describe('a refusal of the peer', () => {
  test('comes with its code and its wait (PEER-031)', async (t) => {
    const refusal = { errcode: 'ECCP_LIMIT_EXCEEDED', error: 'Slow down.', retry_after_ms: 1500 };
    const { client, node } = await plainPair(t, json(refusal, 429));
    for (const ask of [() => client.signed(node, 'POST', exchange, {}), () => client.get(node, keys)]) {
      await assert.rejects(ask, (error) => {
        assert.ok(error instanceof PeerRefusal);
        assert.equal(error.errcode, 'ECCP_LIMIT_EXCEEDED');
        assert.deepEqual(error.details, { retry_after_ms: 1500 });
        assert.equal(error.message, `${node} refused: Slow down.`);
        return true;
      });
    }
  });

  test('of what chapter 2 forbids stays one', async (t) => {
    const { client, node } = await plainPair(t, json({ errcode: 'ECCP_BAD_JSON', error: 'no' }, 400));
    await assert.rejects(client.signed(node, 'POST', exchange, {}), PeerRefusal);
  });

  test('cannot write to a terminal or fill a log, and its wait is a time', async (t) => {
    const error = `\u001b[2J\r\n\u202e${'x'.repeat(1000)}`;
    const refusal = { errcode: 'ECCP_UNAVAILABLE', error, retry_after_ms: -1, path: 'secret' };
    const { client, node } = await plainPair(t, json(refusal, 503));
    await assert.rejects(client.get(node, keys), (error) => {
      assert.ok(error instanceof PeerRefusal);
      assert.deepEqual(error.details, {});
      assert.doesNotMatch(error.message, /\p{C}/u);
      assert.ok(error.message.length < 300);
      return true;
    });
  });
});

describe('connections', () => {
  test('are kept for the next request', async (t) => {
    const peer = await started(t, accepted, certified('node'));
    const client = clientFor(t);
    for (let i = 0; i < 5; i++) await client.signed(named('node1.test', peer), 'POST', exchange, {});
    assert.equal(peer.requests.length, 5);
    assert.equal(peer.connections(), 1);
  });

  test('are at most eight to one peer', async (t) => {
    const { peer, client, node } = await plainPair(t, accepted);
    await Promise.all(Array.from({ length: 40 }, () => client.get(node, keys)));
    assert.equal(peer.requests.length, 40);
    assert.ok(peer.connections() <= 8, `${peer.connections()} connections`);
  });

  test('that the peer closes under a request are opened anew, with a new signature', async (t) => {
    let answered = 0;
    const { peer, client, node } = await plainPair(t, (request, response) => {
      if (++answered === 2) request.socket.destroy();
      else accepted(request, response);
    });
    await client.signed(node, 'POST', exchange, {});
    await client.signed(node, 'POST', exchange, { padding: 'x' });
    assert.deepEqual(
      peer.requests.map(({ body }) => body),
      ['{}', '{"padding":"x"}', '{"padding":"x"}'],
    );
    const nonces = peer.requests.map(({ headers }) => parseAuthorization([headers.authorization ?? '']).nonce);
    assert.equal(new Set(nonces).size, 3);
    assert.equal(peer.connections(), 2);
  });

  test('that the peer closes one after another cost one more request, not one each', async (t) => {
    const used = new Set<object>();
    const waiting: (() => void)[] = [];
    const { peer, client, node } = await plainPair(t, (request, response) => {
      if (used.has(request.socket)) return void request.socket.destroy();
      used.add(request.socket);
      waiting.push(() => accepted(request, response));
      if (used.size >= 3) for (const answer of waiting.splice(0)) answer(); // the first three at the same time
    });
    await Promise.all([1, 2, 3].map(() => client.signed(node, 'POST', exchange, {})));
    await client.signed(node, 'POST', exchange, { padding: 'x' });
    assert.equal(peer.requests.length, 5);
    assert.equal(peer.connections(), 4);
  });

  test('go to the next target where the first cannot be reached', async (t) => {
    const peer = await started(t, accepted, certified('node'));
    const record = { name: 'node2.test', weight: 0 };
    const service = [
      { ...record, priority: 1, port: 1 },
      { ...record, priority: 2, port: peer.port },
    ];
    const hosts = { 'node1.test': ['127.0.0.1'], 'node2.test': ['127.0.0.1'] };
    const resolver = fakeResolver(hosts, { '_eccp-server._tcp.node1.test': service });
    const client = clientFor(t, { resolver, ask: async () => ({ status: 404, headers: {}, body: Buffer.from('') }) });
    await client.signed('node1.test' as NodeName, 'POST', exchange, {});
    assert.equal(peer.requests[0]?.headers.host, named('node1.test', peer));
  });

  test('that fail make the name be looked up anew', async (t) => {
    const peer = await started(t, accepted, certified('node'));
    const resolver = fakeResolver({ 'node1.test': [['127.0.0.2'], ['127.0.0.1']] });
    const client = clientFor(t, { resolver });
    const node = named('node1.test', peer);
    await fails(client.get(node, keys), 'ECCP_UNREACHABLE');
    await client.get(node, keys);
    assert.deepEqual(resolver.asked, ['node1.test', 'node1.test']);
  });

  test('end when the client is closed, and no more are opened', async (t) => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const { peer, client, node } = await plainPair(t, () => resolve());
    const asked = client.get(node, keys);
    const failed = fails(asked, 'ECCP_UNREACHABLE', /the node is stopping/);
    await arrived;
    client.close();
    await failed;
    await fails(client.get(node, keys), 'ECCP_UNREACHABLE', /the node is stopping/);
    assert.equal(peer.requests.length, 1);
  });
});
