import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryLocked, LockLost } from '../../src/storage/errors.ts';
import { lockDirectory } from '../../src/storage/sqljs/lock.ts';
import { open, present, write } from './fixture.ts';

async function temporary(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-lock-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A lock as this process would write it, with changes. */
async function someLock(directory: string, changes: Record<string, unknown>): Promise<void> {
  const lock = await lockDirectory(directory, () => undefined);
  const holder = JSON.parse(await readFile(join(directory, 'lock'), 'utf8')) as Record<string, unknown>;
  await lock.release();
  await writeFile(join(directory, 'lock'), JSON.stringify({ ...holder, ...changes }));
}

const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

test('the second to open is told who holds the directory, and gets in after the first has closed', () =>
  temporary(async (directory) => {
    const { store } = await open(directory);
    await write(store, 1);
    await assert.rejects(open(directory), (error) => {
      assert.ok(error instanceof DirectoryLocked);
      assert.ok(error.message.includes(`process ${process.pid} on ${hostname()} since 2`), error.message);
      return true;
    });
    await write(store, 2);
    await store.close();
    const again = await open(directory);
    assert.deepEqual(await present(again.store), [1, 2]);
    await again.store.close();
    assert.deepEqual(await readdir(directory), ['journal-1.log']);
  }));

test('the lock of a dead process is taken over', () =>
  temporary(async (directory) => {
    const pid = deadPid();
    await someLock(directory, { pid, token: 'old' });
    const { store, events } = await open(directory);
    assert.equal(events.length, 1);
    assert.ok(events[0]?.event === 'lock_taken_over' && events[0].holder.includes(`process ${pid}`));
    await store.close();
  }));

test(
  'a living process with the same pid as the dead holder does not keep the lock',
  { skip: process.platform !== 'linux' },
  () =>
    temporary(async (directory) => {
      const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      try {
        for (const pid of [process.pid, other.pid]) {
          await someLock(directory, { pid, token: 'old', started: '1' });
          await (await lockDirectory(directory, () => undefined)).release();
        }
      } finally {
        other.kill();
      }
    }),
);

test('a holder that cannot be looked up keeps the lock as long as its heart beats', () =>
  temporary(async (directory) => {
    await someLock(directory, { space: 'another machine', host: 'elsewhere', token: 'old' });
    await assert.rejects(
      lockDirectory(directory, () => undefined),
      /held by process \d+ on elsewhere/,
    );
    const before = Date.now() / 1000 - 31;
    await utimes(join(directory, 'lock'), before, before);
    await (await lockDirectory(directory, () => undefined)).release();
  }));

test('of many who find a stale lock, one gets it', () =>
  temporary(async (directory) => {
    await someLock(directory, { pid: deadPid(), token: 'old' });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => lockDirectory(directory, () => undefined)),
    );
    const holders = results.filter((result) => result.status === 'fulfilled');
    assert.equal(holders.length, 1);
    await holders[0]?.value.verify();
    for (const result of results) assert.ok(result.status === 'fulfilled' || result.reason instanceof DirectoryLocked);
    await holders[0]?.value.release();
    assert.deepEqual(await readdir(directory), []);
  }));

test('a holder that was stalled sees before it writes that its lock is gone', (context) =>
  temporary(async (directory) => {
    const lock = await lockDirectory(directory, () => undefined);
    await writeFile(join(directory, 'lock'), 'of another');
    await lock.verify(); // the heartbeat is not overdue: this must stay cheap
    const now = Date.now();
    context.mock.method(Date, 'now', () => now + 20_000);
    await assert.rejects(lock.verify(), LockLost);
    context.mock.restoreAll();
    await assert.rejects(lock.verify(), LockLost);
    await lock.release();
    assert.equal(await readFile(join(directory, 'lock'), 'utf8'), 'of another');
  }));
