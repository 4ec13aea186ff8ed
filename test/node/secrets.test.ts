// ACC-020 and ACC-051: what a node that was stopped has on its disk of passwords and tokens.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from './client.ts';
import { startProcess } from './node-process.ts';

const password = 'the same words for two';

test('the disk has Argon2id hashes with salts of their own, and neither a password nor a token', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-secrets-'));
  const node = await startProcess(directory);
  const client = new Client(node.url);
  const tokens: string[] = [];
  for (const username of ['ada', 'grace']) {
    tokens.push((await client.must('POST', '/register', undefined, { username, password })).access_token);
  }
  tokens.push((await client.must('POST', '/login', undefined, { user: 'ada', password })).access_token);
  const changed = { old_password: password, new_password: 'other words than before' };
  tokens.push((await client.must('POST', '/account/password', tokens.at(-1), changed)).access_token);
  const [, oneTime = ''] = /shown only now: (\S+)/.exec(node.output()) ?? [];
  assert.notEqual(oneTime, '');
  client.close();
  assert.equal(await node.end('SIGTERM'), 0);

  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const disk = (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n');
  assert.ok(disk.includes('@grace:node.test'), 'the accounts are on the disk');
  for (const secret of [password, changed.new_password, oneTime, ...tokens]) {
    for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64url')]) {
      assert.ok(!disk.includes(form), 'a password or a token is on the disk');
    }
  }

  const hashes = disk.matchAll(/\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)/g);
  const found = [...new Map([...hashes].map((match) => [match[0], match])).values()];
  assert.ok(found.length >= 3, `${found.length} hashes`);
  for (const [, memory, passes, lanes, salt = ''] of found) {
    assert.ok(Number(memory) >= 64 * 1024, `${memory} KiB`);
    assert.ok(Number(passes) >= 3, `${passes} passes`);
    assert.ok(Number(lanes) >= 2, `${lanes} lanes`);
    assert.ok(Buffer.from(salt, 'base64').length >= 16, salt);
  }
  const salts = found.map(([, , , , salt]) => salt);
  assert.equal(new Set(salts).size, salts.length, 'every hash has a salt of its own');
  await rm(directory, { recursive: true });
});
