// ACC-025, ACC-026, ACC-053, ACC-056: which scopes a session of an administrator has, and one of anybody else.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Accounts } from '../../src/services/accounts.ts';
import { Lockout } from '../../src/services/lockout.ts';
import { Notifier } from '../../src/services/notifier.ts';
import { Passwords } from '../../src/services/passwords.ts';
import { type Session, Sessions } from '../../src/services/sessions.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { openSqljsStore } from '../../src/storage/sqljs/sqljs-store.ts';
import type { Tables } from '../../src/storage/tables.ts';

const password = 'correct horse battery';
const forUsers = ['read', 'write', 'account'] as const;

async function start(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-scopes-'));
  const store = await openSqljsStore<Tables>({ directory, migrations, log: () => {} });
  t.after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  const environment = { now: () => 1_767_225_600_000, elapsed: () => 0, random: randomBytes };
  const sessions = new Sessions(store, environment);
  const parts = { sessions, passwords: new Passwords(), lockout: new Lockout(() => 0), notifier: new Notifier() };
  const accounts = new Accounts({
    ...parts,
    store,
    environment,
    nodeName: 'node.test',
    registration: { mode: 'open' },
  });
  const sessionOf = async (token: string): Promise<Session> =>
    (await sessions.find(token)) ?? assert.fail('no session');
  return { accounts, sessionOf };
}

test('an administrator has the scope admin as well, once the one-time password was changed', async (t) => {
  const { accounts, sessionOf } = await start(t);
  let oneTime = '';
  await accounts.bootstrapAdmin('root@example.org', (admin) => {
    oneTime = admin.password;
  });
  const user = 'root';
  const first = await accounts.login({ user, password: oneTime, scopes: [...forUsers, 'admin'] }, '');
  assert.deepEqual(first.scopes, ['account']);
  const changed = await accounts.changePassword(await sessionOf(first.access_token), oneTime, password, '');
  assert.deepEqual(changed.scopes, [...forUsers, 'admin']);
  assert.deepEqual((await sessionOf(changed.access_token)).scopes, [...forUsers, 'admin']);
  assert.deepEqual((await accounts.login({ user, password }, '')).scopes, [...forUsers, 'admin']);
  const narrow = await accounts.login({ user, password, scopes: ['admin', 'account'] }, '');
  assert.deepEqual(narrow.scopes, ['admin', 'account']);
  const renewed = await accounts.changePassword(await sessionOf(narrow.access_token), password, `${password}!`, '');
  assert.deepEqual(renewed.scopes, ['admin', 'account'], 'no more than the session had');
});

test('nobody else gets it, by asking either', async (t) => {
  const { accounts } = await start(t);
  const user = 'ada';
  assert.deepEqual((await accounts.register({ username: user, password })).scopes, forUsers);
  assert.deepEqual((await accounts.login({ user, password }, '')).scopes, forUsers);
  const asking = { user, scopes: ['read', 'admin'] as ('read' | 'admin')[] };
  await assert.rejects(accounts.login({ ...asking, password }, ''), { errcode: 'ECCP_FORBIDDEN' });
  await assert.rejects(accounts.login({ ...asking, password: 'wrong' }, ''), { errcode: 'ECCP_BAD_AUTH' });
});
