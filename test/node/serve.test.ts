// eccp-node serve as an operator meets it: first boot, second boot, stop, mistakes.
import { strict as assert } from 'node:assert';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type TestContext, test } from 'node:test';
import { Client } from './client.ts';
import { runToEnd, startProcess } from './node-process.ts';

async function temporary(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-serve-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function mode(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

const required = [
  '--server-name',
  'node.test',
  '--public-base-url',
  'http://node.test',
  '--bootstrap-admin',
  'admin@node.test',
];

test('the first boot makes folders, key and administrator; the second finds them and changes nothing', async (t) => {
  const directory = join(await temporary(t), 'data');
  const first = await startProcess(directory);
  t.after(() => first.end('SIGKILL'));
  for (const folder of ['', 'store', 'media', 'keys']) assert.equal(await mode(join(directory, folder)), '700', folder);
  assert.equal(await mode(join(directory, 'keys', 'signing-key.pem')), '600');
  const password = /One-time password, shown only now: (\S+)/.exec(first.output())?.[1];
  assert.ok(password);
  assert.match(first.output(), /@admin:node\.test/);

  const client = new Client(first.url);
  const grant = await client.must('POST', '/login', undefined, { user: 'admin', password });
  const account = await client.must('GET', '/account', grant.access_token);
  assert.deepEqual(
    { user: account.user_id, admin: account.admin, contact: account.contact, scopes: account.scopes },
    { user: '@admin:node.test', admin: true, contact: 'admin@node.test', scopes: ['account'] },
  );
  client.close();
  assert.equal(await first.end('SIGTERM'), 0);

  const keys = await readFile(join(directory, 'keys', 'signing-key.pem'), 'utf8');
  const documents = await readFile(join(directory, 'keys', 'key-documents.json'), 'utf8');
  const second = await startProcess(directory);
  t.after(() => second.end('SIGKILL'));
  assert.doesNotMatch(second.output(), /password/i);
  assert.equal(await readFile(join(directory, 'keys', 'signing-key.pem'), 'utf8'), keys);
  assert.equal(await readFile(join(directory, 'keys', 'key-documents.json'), 'utf8'), documents);
  const again = new Client(second.url);
  assert.equal((await again.call('GET', '/account', grant.access_token)).status, 200, 'the session is still there');
  assert.equal((await again.call('POST', '/login', undefined, { user: 'admin', password })).status, 200);
  again.close();
  assert.equal(await second.end('SIGTERM'), 0);
});

test('SIGTERM ends a node within five seconds with exit code 0, and a waiting sync with an answer', async (t) => {
  const node = await startProcess(await temporary(t));
  t.after(() => node.end('SIGKILL'));
  const client = new Client(node.url);
  const { token } = await client.register('waiter');
  const { next_batch } = await client.must('GET', '/sync', token);
  const waiting = client.call('GET', `/sync?timeout=60000&since=${next_batch}`, token);
  await client.must('GET', '/health'); // sent after the sync: the sync is being waited on
  const start = performance.now();
  const [code, answer] = await Promise.all([node.end('SIGTERM'), waiting]);
  assert.equal(code, 0);
  assert.ok(performance.now() - start < 5_000);
  assert.equal(answer.status, 200);
  client.close();
});

test('a sync token and what it leads to outlast a restart (SYNC-007)', async (t) => {
  const directory = await temporary(t);
  const first = await startProcess(directory);
  t.after(() => first.end('SIGKILL'));
  const client = new Client(first.url);
  const { token } = await client.register('reader');
  const room = await client.createRoom(token);
  const { next_batch } = await client.must('GET', '/sync', token);
  const sent = await client.must('PUT', `/rooms/${room}/send/eccp.room.message/t`, token, { body: 'hello' });
  const before = await client.must('GET', `/sync?since=${next_batch}`, token);
  client.close();
  await first.end('SIGTERM');
  const second = await startProcess(directory);
  t.after(() => second.end('SIGKILL'));
  const again = new Client(second.url);
  const after = await again.must('GET', `/sync?since=${next_batch}`, token);
  assert.deepEqual(after.rooms, before.rooms);
  const [section] = Object.values<{ timeline: { events: { event_id: string }[] } }>(after.rooms.joined);
  assert.deepEqual(
    section?.timeline.events.map((e) => e.event_id),
    [sent.event_id],
  );
  again.close();
});

test('one process holds a data directory: a second is told who', async (t) => {
  const directory = await temporary(t);
  const node = await startProcess(directory);
  t.after(() => node.end('SIGKILL'));
  const second = await runToEnd(['serve', ...required, '--data-dir', directory, '--listen', '127.0.0.1:0']);
  assert.equal(second.code, 1);
  assert.match(second.output, new RegExp(`process ${node.child.pid}`));
});

test('keys of another node name are not used', async (t) => {
  const directory = await temporary(t);
  const node = await startProcess(directory);
  assert.equal(await node.end('SIGTERM'), 0);
  const other = required.with(1, 'other.test');
  const { code, output } = await runToEnd(['serve', ...other, '--data-dir', directory, '--listen', '127.0.0.1:0']);
  assert.equal(code, 1);
  assert.match(output, /keys of node\.test: start with --server-name node\.test/);
});

test('a damaged journal stops the boot with file and offset, until --repair is asked for', async (t) => {
  const directory = await temporary(t);
  const node = await startProcess(directory);
  await node.end('SIGTERM');
  const journal = join(directory, 'store', 'journal-1.log');
  const bytes = await readFile(journal);
  const at = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(journal, bytes);
  const args = ['serve', ...required, '--data-dir', directory, '--listen', '127.0.0.1:0'];
  const { code, output } = await runToEnd(args);
  assert.equal(code, 1);
  assert.match(output, /journal-1\.log is damaged at byte \d+.*--repair/);
  assert.deepEqual(await readFile(journal), bytes, 'nothing was changed');
  const repaired = await startProcess(directory, ['--repair']);
  assert.equal(await repaired.end('SIGTERM'), 0);
});

test('behind a proxy on this machine, failed logins count for the address that the proxy names', async (t) => {
  const node = await startProcess(await temporary(t));
  t.after(() => node.end('SIGKILL'));
  const login = async (address: string) => {
    const answer = await fetch(`${node.url}/_eccp/client/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ user: 'admin', password: 'certainly wrong' }),
    });
    return ((await answer.json()) as { errcode: string }).errcode;
  };
  for (let i = 0; i < 5; i++) assert.equal(await login('192.0.2.1'), 'ECCP_BAD_AUTH');
  assert.equal(await login('192.0.2.1'), 'ECCP_LOCKED_OUT');
  assert.equal(await login('192.0.2.2'), 'ECCP_BAD_AUTH');
});

const mistakes: [string, string[], RegExp][] = [
  ['no flags', ['serve'], /--server-name/],
  ['an unknown flag', ['serve', ...required, '--colour', 'red'], /--colour/],
  ['an unknown command', ['server'], /server/],
  ['a bad server name', ['serve', ...required.with(1, 'Not A Name')], /--server-name Not A Name is not a node name/],
  [
    'a server name that leaves no room for user names',
    ['serve', ...required.with(1, `${'long.'.repeat(37)}name1`)],
    /--server-name .* has 190 characters.*at most 189/,
  ],
  ['a bad base URL', ['serve', ...required.with(3, 'node.test')], /--public-base-url/],
  ['a bad administrator', ['serve', ...required.with(5, 'admin')], /--bootstrap-admin/],
  ['a bad address', ['serve', ...required, '--listen', '8448'], /--listen 8448/],
  ['a token mode without token', ['serve', ...required, '--registration', 'token'], /--registration-token/],
  ['an unknown mode', ['serve', ...required, '--registration', 'maybe'], /open, token and closed/],
];

for (const [name, args, says] of mistakes) {
  test(`${name} is exit code 2 and a line that helps`, async () => {
    const { code, output } = await runToEnd(args);
    assert.equal(code, 2);
    assert.match(output, says);
    assert.doesNotMatch(output, /\n\s+at /, 'no stack');
    assert.doesNotMatch(output, /^\{/m, 'no log line');
  });
}

test('a port in use is said so', async (t) => {
  const node = await startProcess(await temporary(t));
  t.after(() => node.end('SIGKILL'));
  const address = new URL(node.url).host;
  const data = await temporary(t);
  const { code, output } = await runToEnd(['serve', ...required, '--data-dir', data, '--listen', address]);
  assert.equal(code, 1);
  assert.match(output, /listens on .* already/);
  assert.doesNotMatch(output, /"err"/, 'the line says all there is to say');
});

test('a server name of 189 characters is the longest that can be used', async (t) => {
  const name = `${'long.'.repeat(37)}name`;
  const node = await startProcess(await temporary(t), ['--server-name', name]);
  assert.match(node.output(), new RegExp(`@admin:${name}`));
  assert.equal(await node.end('SIGTERM'), 0);
});
