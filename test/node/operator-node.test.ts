// The operator of a real node: from flags to operator.json, the commands, and what outlasts a kill.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { operatorFile } from '../../src/operator.ts';
import { Client } from './client.ts';
import { type NodeProcess, runToEnd, startProcess } from './node-process.ts';

async function temporary(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-operator-node-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function start(t: TestContext, directory: string, ...args: string[]): Promise<NodeProcess> {
  const node = await startProcess(directory, args);
  t.after(() => node.end('SIGKILL'));
  return node;
}

async function run(directory: string, ...args: string[]): Promise<string> {
  const { code, output } = await runToEnd([...args, '--data-dir', directory]);
  assert.equal(code, 0, output);
  return output;
}

async function operatorOf(directory: string): Promise<{ url: string; token: string }> {
  return JSON.parse(await readFile(operatorFile(directory), 'utf8'));
}

test('the commands reach a node by its data directory; its file goes when it stops', async (t) => {
  const directory = await temporary(t);
  const node = await start(t, directory, '--federation-mode', 'allow_list', '--federation-allow', 'friend.test');
  assert.equal((await stat(operatorFile(directory))).mode & 0o777, 0o600);
  assert.match(await run(directory, 'peers', 'list'), /^friend\.test +allowed/m);
  assert.match(await run(directory, 'peers', 'approve', 'other.test'), /^other\.test: allowed, approved/);
  assert.match(await run(directory, 'peers', 'block', 'friend.test'), /^friend\.test: blocked/);
  assert.match(await run(directory, 'audit', 'verify'), /^The audit log of node\.test holds: 5 records, 0 to 4\./);
  const kinds = (await run(directory, 'audit', 'tail')).trimEnd().split('\n');
  assert.deepEqual(
    kinds.map((line) => line.split('  ').slice(1, 4).join(' ')),
    [
      'policy.changed node -',
      'peer.approved @admin:node.test other.test',
      'policy.changed @admin:node.test -',
      'peer.blocked @admin:node.test friend.test',
      'policy.changed @admin:node.test -',
    ],
  );
  assert.equal(await node.end('SIGTERM'), 0);
  assert.ok(!existsSync(operatorFile(directory)));
});

test('the operator’s token administrates and does nothing else, and a user’s token does not', async (t) => {
  const directory = await temporary(t);
  const node = await start(t, directory);
  const { url, token } = await operatorOf(directory);
  assert.equal(url, node.url);
  const client = new Client(url);
  t.after(() => client.close());
  for (const [method, path, body] of [
    ['GET', '/devices'],
    ['GET', '/sync'],
    ['POST', '/rooms', {}],
    ['GET', '/account/export'],
  ] as const) {
    const answer = await client.call(method, path, token, body);
    assert.equal(`${answer.status} ${answer.body.errcode}`, '403 ECCP_FORBIDDEN', `${method} ${path}`);
  }
  const user = await client.register('ada');
  for (const [given, status] of [
    [token, 200],
    [user.token, 403],
    ['x'.repeat(43), 401],
  ] as const) {
    const answer = await fetch(`${url}/_eccp/admin/v1/policy`, { headers: { authorization: `Bearer ${given}` } });
    assert.equal(answer.status, status);
  }
});

test('policy and audit log outlast a kill, the token does not', async (t) => {
  const directory = await temporary(t);
  const first = await start(t, directory);
  const before = await operatorOf(directory);
  await run(directory, 'peers', 'block', 'bad.test');
  const exported = await run(directory, 'audit', 'export');
  await first.end('SIGKILL');
  const gone = await runToEnd(['peers', 'list', '--data-dir', directory]);
  assert.equal(gone.code, 1);
  assert.match(gone.output, /nothing listens at .*; start it/);
  await start(t, directory, '--federation-mode', 'moderated');
  const now = await operatorOf(directory);
  assert.notEqual(now.token, before.token);
  const old = await fetch(`${now.url}/_eccp/admin/v1/policy`, { headers: { authorization: `Bearer ${before.token}` } });
  assert.equal(old.status, 401);
  const answer = await fetch(`${now.url}/_eccp/admin/v1/policy`, { headers: { authorization: `Bearer ${now.token}` } });
  const { version, policy } = (await answer.json()) as {
    version: number;
    policy: { federation: { mode: string; block: string[] } };
  };
  assert.deepEqual([version, policy.federation.mode, policy.federation.block], [1, 'open', ['bad.test']]);
  assert.match(await run(directory, 'peers', 'list'), /^bad\.test +blocked/m);
  assert.ok((await run(directory, 'audit', 'export')).startsWith(exported.trimEnd()));
  assert.match(await run(directory, 'audit', 'verify'), / holds: /);
});
