// The first administrator outlasts a first boot that goes wrong.
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Client } from './client.ts';
import { type NodeProcess, runToEnd, startProcess } from './node-process.ts';

async function temporary(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-first-boot-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function start(t: TestContext, directory: string): Promise<NodeProcess> {
  const node = await startProcess(directory);
  t.after(() => node.end('SIGKILL'));
  return node;
}

/** A server on a free port, that keeps it busy. */
async function listening(t: TestContext): Promise<{ address: string; free(): Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const free = async () => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  t.after(free);
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, free };
}

function oneTimePassword(node: NodeProcess): string | undefined {
  return /Administrator: @admin:node\.test\nOne-time password, shown only now: (\S+)\n/.exec(node.output())?.[1];
}

async function login(node: NodeProcess, password: string | undefined): Promise<number> {
  const client = new Client(node.url);
  const answer = await client.call('POST', '/login', undefined, { user: 'admin', password });
  client.close();
  return answer.status;
}

test('a first boot whose port is taken leaves the administrator to the next', async (t) => {
  const directory = await temporary(t);
  const { address, free } = await listening(t);
  const flags = ['--server-name', 'node.test', '--public-base-url', 'http://node.test'];
  const where = ['--data-dir', directory, '--listen', address];
  const failed = await runToEnd(['serve', ...flags, '--bootstrap-admin', 'admin@node.test', ...where]);
  assert.equal(failed.code, 1);
  assert.doesNotMatch(failed.output, /password/i);
  await free();
  const node = await start(t, directory);
  assert.equal(await login(node, oneTimePassword(node)), 200);
});

test('only the first boot gives a one-time password, and it holds until it is changed', async (t) => {
  const directory = await temporary(t);
  const first = await start(t, directory);
  const password = oneTimePassword(first);
  assert.ok(password);
  await first.end('SIGKILL');
  const second = await start(t, directory);
  assert.doesNotMatch(second.output(), /password/i);
  assert.equal(await login(second, password), 200);
});
