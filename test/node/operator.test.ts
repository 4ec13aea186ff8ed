// operator.json: who may read it is the operator, for as long as the node runs.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Operator, operatorFile } from '../../src/operator.ts';
import type { Session } from '../../src/services/sessions.ts';

const loopback: AddressInfo = { address: '127.0.0.1', family: 'IPv4', port: 8448 };
const certificate = fileURLToPath(new URL('../fixtures/tls/node.pem', import.meta.url));

async function start(t: TestContext) {
  const dataDir = await mkdtemp(join(tmpdir(), 'eccp-operator-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const stopping = new AbortController();
  const options = { dataDir, serverName: 'node.test', bootstrapAdmin: 'root@example.org', random: randomBytes };
  const make = () => new Operator({ ...options, stopping: stopping.signal });
  const read = async () => JSON.parse(await readFile(operatorFile(dataDir), 'utf8'));
  return { dataDir, stopping, make, read };
}

test('the file is for its owner alone, also where one with another mode was left behind', async (t) => {
  const { dataDir, make, read } = await start(t);
  await writeFile(operatorFile(dataDir), 'left behind', { mode: 0o644 });
  await writeFile(`${operatorFile(dataDir)}.new`, 'left behind too', { mode: 0o644 });
  await make().announce(loopback);
  assert.equal((await stat(operatorFile(dataDir))).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(dataDir), ['operator.json']);
  const { url, token, ...rest } = await read();
  assert.deepEqual([url, rest], ['http://127.0.0.1:8448', {}]);
  assert.equal(Buffer.from(token, 'base64url').length, 32);
});

test('the token stands for the first administrator with the scope admin alone; others go their way', async (t) => {
  const { make, read } = await start(t);
  const operator = make();
  await operator.announce(loopback);
  const { token } = await read();
  const user = { userId: '@ada:node.test' } as Session;
  const find = operator.or(async (other) => (other === 'hers' ? user : undefined));
  const { tokenHash, ...session } = (await find(token)) ?? assert.fail();
  assert.deepEqual(session, { userId: '@root:node.test', deviceId: 'OPERATOR', scopes: ['admin'] });
  assert.notEqual(tokenHash, token);
  assert.equal(await find('hers'), user);
  for (const wrong of ['', token.slice(1), `${token}x`, token.toLowerCase()])
    assert.equal(await find(wrong), undefined);
});

test('each start has a token of its own', async (t) => {
  const { make, read } = await start(t);
  const first = make();
  await first.announce(loopback);
  const { token } = await read();
  const second = make();
  await second.announce(loopback);
  assert.notEqual((await read()).token, token);
  assert.equal(await second.or(async () => undefined)(token), undefined);
});

test('the file goes when the node stops, and none is written after that', async (t) => {
  const { dataDir, stopping, make } = await start(t);
  const operator = make();
  await operator.announce(loopback);
  stopping.abort();
  assert.ok(!existsSync(operatorFile(dataDir)));
  await operator.announce(loopback);
  assert.deepEqual(await readdir(dataDir), []);
});

test('the address is one of this machine, whatever the node listens on', async (t) => {
  const { make, read } = await start(t);
  const operator = make();
  const expected = {
    '0.0.0.0': 'http://127.0.0.1:8448',
    '::': 'http://[::1]:8448',
    '::1': 'http://[::1]:8448',
    '192.0.2.1': 'http://192.0.2.1:8448',
  };
  for (const [address, url] of Object.entries(expected)) {
    await operator.announce({ address, family: address.includes(':') ? 'IPv6' : 'IPv4', port: 8448 });
    assert.equal((await read()).url, url);
  }
});

test('for HTTPS it has the node’s own certificate and no other of the chain', async (t) => {
  const { dataDir, make, read } = await start(t);
  const own = await readFile(certificate, 'utf8');
  const authority = await readFile(certificate.replace('node.pem', 'ca.pem'), 'utf8');
  const chain = join(dataDir, 'chain.pem');
  await writeFile(chain, own + authority);
  await make().announce(loopback, chain);
  const { url, ca } = await read();
  assert.equal(url, 'https://127.0.0.1:8448');
  assert.equal(ca.trim(), own.trim());
});
