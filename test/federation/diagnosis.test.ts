// POL-040 to POL-043: the steps to a peer, up to the first that fails.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { EccpError } from '../../src/core/errors.ts';
import { generateSigningKey } from '../../src/core/signing.ts';
import { PeerClient, type PeerClientOptions } from '../../src/federation/peer-client.ts';
import type { Diagnosis, NodeName } from '../../src/generated/api.ts';
import { certified, fakeResolver, json, roots, startPeer } from './peer-server.ts';

const key = generateSigningKey();

async function diagnose(t: TestContext, node: string, given: Partial<PeerClientOptions> = {}): Promise<Diagnosis> {
  const client = new PeerClient(
    {
      name: 'home.test',
      key: () => key,
      now: Date.now,
      random: (length) => Buffer.alloc(length, 7),
      resolver: fakeResolver({ 'node1.test': ['127.0.0.1'] }),
      allowInsecureLoopback: false,
      allowedRanges: ['127.0.0.0/8'],
      trustedRoots: roots,
      checkPolicy: async () => {},
      fetchKeys: async () => {},
      timeouts: { answer: 5_000, discovery: 5_000 },
      ...given,
    },
    async () => ({ status: 404, headers: {}, body: Buffer.from('') }),
  );
  t.after(() => client.close());
  const diagnosis = await client.diagnose(node as NodeName);
  assert.equal(diagnosis.node, node);
  for (const { ms } of diagnosis.steps) assert.ok(Number.isInteger(ms) && ms >= 0);
  assert.ok(diagnosis.latency_ms >= Math.max(...diagnosis.steps.map(({ ms }) => ms)) - 1);
  return diagnosis;
}

async function peerOf(t: TestContext, ...args: Parameters<typeof startPeer>) {
  const peer = await startPeer(...args);
  t.after(() => peer[Symbol.asyncDispose]());
  return peer;
}

/** `step`, or `step: ECCP_…` for the one that failed. */
function told({ steps }: Diagnosis): string[] {
  for (const { ok, errcode } of steps) assert.equal(ok, errcode === undefined);
  return steps.map(({ step, errcode }) => (errcode === undefined ? step : `${step}: ${errcode}`));
}

describe('a peer that answers', () => {
  test('over TLS is reachable by all steps, each with what it found', async (t) => {
    const peer = await peerOf(t, json({}), certified('node'));
    const fetched: string[] = [];
    const fetchKeys = async (node: string) => void fetched.push(node);
    const node = `node1.test:${peer.port}`;
    const diagnosis = await diagnose(t, node, { fetchKeys });
    assert.equal(diagnosis.reachability, 'reachable');
    const steps = ['policy', 'discovery', 'address', 'connection', 'tls', 'keys', 'authentication'];
    assert.deepEqual(told(diagnosis), steps);
    const details = Object.fromEntries(diagnosis.steps.map(({ step, detail }) => [step, detail]));
    assert.equal(details.discovery, 'the name says it');
    assert.equal(details.address, `127.0.0.1 port ${peer.port}`);
    assert.equal(details.connection, `${node} at 127.0.0.1 port ${peer.port}`);
    assert.match(
      details.tls ?? '',
      /^TLSv1\.3, a certificate for DNS:localhost, .*DNS:node1\.test.* until .*2120 GMT$/,
    );
    assert.deepEqual(fetched, [node]);
    assert.deepEqual(
      peer.requests.map(({ method, url, body }) => `${method} ${url} ${body}`),
      ['POST /_eccp/federation/v1/transactions {}'],
    );
  });

  test('over plain HTTP has no step of TLS', async (t) => {
    const peer = await peerOf(t, json({}));
    const diagnosis = await diagnose(t, `localhost:${peer.port}`, {
      allowInsecureLoopback: true,
      resolver: fakeResolver({ localhost: ['127.0.0.1'] }),
    });
    assert.deepEqual(told(diagnosis), ['policy', 'discovery', 'address', 'connection', 'keys', 'authentication']);
    assert.equal(diagnosis.reachability, 'reachable');
  });

  test('and refuses what is signed is not reachable, by its own code', async (t) => {
    const peer = await peerOf(
      t,
      json({ errcode: 'ECCP_POLICY_DENIED', error: 'We do not know you.' }, 403),
      certified('node'),
    );
    const diagnosis = await diagnose(t, `node1.test:${peer.port}`);
    assert.equal(diagnosis.reachability, 'unreachable');
    assert.equal(told(diagnosis).at(-1), 'authentication: ECCP_POLICY_DENIED');
    assert.match(diagnosis.steps.at(-1)?.detail ?? '', /refused: We do not know you\./);
  });
});

describe('the first step that fails is the last', () => {
  const before = (step: string, errcode: string) => {
    const steps = ['policy', 'discovery', 'address', 'connection', 'tls', 'keys', 'authentication'];
    return [...steps.slice(0, steps.indexOf(step)), `${step}: ${errcode}`];
  };
  const denied = (errcode: 'ECCP_POLICY_DENIED' | 'ECCP_KEY_ROLLBACK' | 'ECCP_QUARANTINED') => async () => {
    throw new EccpError(errcode, 'so it is');
  };

  test('policy', async (t) => {
    const resolver = fakeResolver({});
    const diagnosis = await diagnose(t, 'node1.test', { checkPolicy: denied('ECCP_POLICY_DENIED'), resolver });
    assert.deepEqual(told(diagnosis), before('policy', 'ECCP_POLICY_DENIED'));
    assert.equal(diagnosis.reachability, 'unreachable');
    assert.deepEqual(resolver.asked, []);
  });

  test('discovery', async (t) => {
    const service = [{ name: '.', port: 0, priority: 0, weight: 0 }];
    const resolver = fakeResolver({ 'node1.test': ['127.0.0.1'] }, { '_eccp-server._tcp.node1.test': service });
    assert.deepEqual(told(await diagnose(t, 'node1.test', { resolver })), before('discovery', 'ECCP_UNREACHABLE'));
  });

  test('address, which the operator is shown', async (t) => {
    const resolver = fakeResolver({ 'node1.test': ['169.254.169.254', '::ffff:127.0.0.1'] });
    const diagnosis = await diagnose(t, 'node1.test:1', { resolver });
    assert.deepEqual(told(diagnosis), before('address', 'ECCP_POLICY_DENIED'));
    assert.match(
      diagnosis.steps.at(-1)?.detail ?? '',
      /169\.254\.169\.254 is in 169\.254\.0\.0\/16 \(link-local\); ::ffff:127/,
    );
    const lost = await diagnose(t, 'lost.test');
    assert.deepEqual(told(lost), before('address', 'ECCP_UNREACHABLE'));
  });

  test('connection', async (t) => {
    const { port } = await (async () => {
      await using peer = await startPeer(json({}));
      return peer;
    })();
    const diagnosis = await diagnose(t, `node1.test:${port}`);
    assert.deepEqual(told(diagnosis), before('connection', 'ECCP_UNREACHABLE'));
    assert.match(diagnosis.steps.at(-1)?.detail ?? '', /the connection was refused.*ECONNREFUSED/);
  });

  test('tls: a certificate for another name, none at all, and a handshake that never comes', async (t) => {
    const elsewhere = await peerOf(t, json({}), certified('elsewhere'));
    const plain = await peerOf(t, json({}));
    const silent = createServer((socket) => void socket.on('error', () => {}));
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    t.after(() => silent.close());
    const { port } = silent.address() as { port: number };
    const cases: [number, RegExp][] = [
      [elsewhere.port, /for another name.*elsewhere\.test/],
      [plain.port, /no handshake of TLS 1\.3/],
      [port, /no answer in time/],
    ];
    for (const [port, says] of cases) {
      const diagnosis = await diagnose(t, `node1.test:${port}`, { timeouts: { answer: 1_000, discovery: 300 } });
      assert.deepEqual(told(diagnosis), before('tls', 'ECCP_UNREACHABLE'));
      assert.match(diagnosis.steps.at(-1)?.detail ?? '', says);
    }
  });

  test('keys, and a quarantine only at what is signed', async (t) => {
    const peer = await peerOf(t, json({}), certified('node'));
    const node = `node1.test:${peer.port}`;
    const rolledBack = await diagnose(t, node, { fetchKeys: denied('ECCP_KEY_ROLLBACK') });
    assert.deepEqual(told(rolledBack), before('keys', 'ECCP_KEY_ROLLBACK'));
    const quarantined = await diagnose(t, node, { checkQuarantine: denied('ECCP_QUARANTINED') });
    assert.deepEqual(told(quarantined), before('authentication', 'ECCP_QUARANTINED'));
  });
});

test('everything is looked up anew (POL-043)', async (t) => {
  const peer = await peerOf(t, json({}), certified('node'));
  const resolver = fakeResolver({ 'node1.test': [['127.0.0.1'], ['127.0.0.1'], ['10.0.0.1']] });
  const client = new PeerClient({
    name: 'home.test',
    key: () => key,
    now: () => 0,
    random: (length) => Buffer.alloc(length, 7),
    resolver,
    allowInsecureLoopback: false,
    allowedRanges: ['127.0.0.0/8'],
    trustedRoots: roots,
    checkPolicy: async () => {},
    fetchKeys: async () => {},
  });
  t.after(() => client.close());
  const node = `node1.test:${peer.port}` as NodeName;
  assert.equal((await client.diagnose(node)).reachability, 'reachable');
  assert.deepEqual(told(await client.diagnose(node)).at(-1), 'address: ECCP_POLICY_DENIED');
});

test('a fault of the node itself is no finding about the peer', async (t) => {
  const fault = new Error('disk full');
  await assert.rejects(diagnose(t, 'node1.test', { checkPolicy: () => Promise.reject(fault) }), fault);
});
