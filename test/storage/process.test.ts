import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { open, present } from './fixture.ts';

const child = join(import.meta.dirname, 'process.child.ts');

test('killed in the middle of concurrent writes, again and again: nothing acknowledged is lost', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-kill-'));
  let acknowledged = 0;
  for (const lines of [1, 300, 700]) {
    const process_ = spawn(process.execPath, [child, directory, 'until-killed'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    let killed = false;
    for await (const chunk of process_.stdout) {
      output += String(chunk);
      if (killed || output.split('\n').length <= lines) continue;
      killed = process_.kill('SIGKILL');
    }
    assert.equal(process_.signalCode ?? 'SIGKILL', 'SIGKILL');
    const last = output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1);
    acknowledged = Math.max(acknowledged, Number(last));
    const { store, events } = await open(directory);
    const found = await present(store);
    await store.close();
    assert.ok(events.some(({ event }) => event === 'lock_taken_over'));
    assert.ok(found.length >= acknowledged, `${found.length} of ${acknowledged}`);
    assert.deepEqual(
      found,
      Array.from(found, (_, index) => index + 1),
    );
  }
  assert.ok(acknowledged > 1000, `${acknowledged}`);
  await rm(directory, { recursive: true });
});

test('a file size limit (EFBIG): what does not fit is refused, the rest goes on', {
  skip: process.platform === 'win32',
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-limit-'));
  const limited = spawnSync('sh', ['-c', `ulimit -f 2000; exec "$0" "$@"`, process.execPath, child, directory], {
    encoding: 'utf8',
  });
  assert.equal(limited.status, 0, limited.stderr);
  assert.match(limited.stdout, /^1\n2\nrefused 3: .*EFBIG.*\n4\npresent 1,2,4\n$/);
  const { store } = await open(directory);
  assert.deepEqual(await present(store), [1, 2, 4]);
  await store.close();
  await rm(directory, { recursive: true });
});
