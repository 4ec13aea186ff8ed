// ACC-025, ACC-026 and ACC-028: the one-time password of the first administrator, on a real node.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from './client.ts';
import { type NodeProcess, startProcess } from './node-process.ts';

let directory: string;
let node: NodeProcess;
let client: Client;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'eccp-bootstrap-'));
  node = await startProcess(directory);
  client = new Client(node.url);
});

after(async () => {
  client.close();
  await node.end('SIGKILL');
  await rm(directory, { recursive: true });
});

test('a one-time password gives a token for the account alone, until it is changed', async () => {
  assert.match(node.output(), /Administrator: @admin:node\.test\n/);
  const [, oneTime] = /One-time password, shown only now: (\S+)/.exec(node.output()) ?? [];
  assert.ok(oneTime && oneTime.length >= 16, 'a one-time password is printed');
  const login = { user: 'admin', password: oneTime };

  for (const scopes of [undefined, ['read', 'write', 'account']]) {
    const granted = await client.must('POST', '/login', undefined, { ...login, ...(scopes ? { scopes } : {}) });
    assert.deepEqual(granted.scopes, ['account']);
    assert.equal(granted.must_change_password, true);
  }
  const { access_token: first } = await client.must('POST', '/login', undefined, login);
  const account = await client.must('GET', '/account', first);
  assert.deepEqual(account.scopes, ['account']);
  assert.equal(account.admin, true);
  assert.equal(account.contact, 'admin@node.test');
  assert.equal(account.must_change_password, true);
  for (const [method, path, body] of [
    ['GET', '/devices'],
    ['GET', '/sync'],
    ['POST', '/rooms', {}],
  ] as const) {
    const answer = await client.call(method, path, first, body);
    assert.equal(`${answer.status} ${answer.body.errcode}`, '403 ECCP_FORBIDDEN', `${method} ${path}`);
  }

  const weak = await client.call('POST', '/account/password', first, { old_password: oneTime, new_password: 'short' });
  assert.equal(weak.body.errcode, 'ECCP_WEAK_PASSWORD');
  assert.equal((await client.must('POST', '/login', undefined, login)).must_change_password, true);

  const { access_token: asking } = await client.must('POST', '/login', undefined, login);
  const change = { old_password: oneTime, new_password: 'correct horse battery' };
  const renewed = await client.must('POST', '/account/password', asking, change);
  assert.deepEqual(renewed.scopes.toSorted(), ['account', 'admin', 'read', 'write']);
  assert.equal(renewed.must_change_password, false);
  assert.equal((await client.call('GET', '/devices', renewed.access_token)).status, 200);
  assert.equal((await client.call('POST', '/rooms', renewed.access_token, {})).status, 201);
  for (const token of [first, asking]) assert.equal((await client.call('GET', '/account', token)).status, 401);

  assert.equal((await client.call('POST', '/login', undefined, login)).body.errcode, 'ECCP_BAD_AUTH');
  const again = await client.must('POST', '/login', undefined, { user: 'admin', password: change.new_password });
  assert.equal(again.must_change_password, false);
  assert.equal(again.scopes.length, 4);
});
