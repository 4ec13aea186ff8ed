/**
 * One process holds the data directory. The file `lock` says which: pid, host, since. It appears whole (written beside
 * and linked, which fails if one is there), and its holder rewrites it every few seconds, as a heartbeat.
 *
 * A lock is stale when its process is known to be dead. A process can be looked up by pid only from the same boot and
 * the same pid namespace; its start time tells it from a later one that got the same pid. A holder that cannot be looked up
 * (another container or machine, or before a reboot) is taken for dead when its heart has not beaten for STALE_AFTER.
 * Because a stalled holder might come back after that, it looks whether the lock is still its own before it writes again.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DirectoryLocked, LockLost } from '../errors.ts';

const BEAT_EVERY = 5_000;
const STALE_AFTER = 30_000;

export interface DirectoryLock {
  /** Cheap unless the heartbeat is overdue. @throws LockLost when another process has taken the directory. */
  verify(): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  token: string;
  pid: number;
  host: string;
  /** ISO 8601, for people. */
  since: string;
  /** Where the pid means something: a boot and a pid namespace, or a host. */
  space: string;
  /** When the process started, in the kernel's ticks; empty where that cannot be known. */
  started: string;
}

const readOrEmpty = (path: string): Promise<string> => fs.readFile(path, 'utf8').catch(() => '');

// Field 22 of /proc/<pid>/stat; the second field, in parentheses, may contain spaces. Linux only.
const startOf = async (pid: number): Promise<string> =>
  (await readOrEmpty(`/proc/${pid}/stat`)).replace(/^.*\) /s, '').split(' ')[19] ?? '';

async function describeSelf(): Promise<Holder> {
  const boot = await readOrEmpty('/proc/sys/kernel/random/boot_id');
  const namespace = await fs.readlink('/proc/self/ns/pid').catch(() => '');
  return {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    space: boot && namespace ? `${boot.trim()} ${namespace}` : hostname(),
    started: await startOf(process.pid),
  };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // EPERM: it lives, and is another user's
  }
}

async function isStale(holder: Holder, self: Holder, age: number): Promise<boolean> {
  if (holder.space !== self.space) return age > STALE_AFTER;
  if (!alive(holder.pid)) return true;
  if (holder.started !== '') return holder.started !== (await startOf(holder.pid));
  // No start times here. Still, a lock with our own pid that is older than we are is not ours.
  return holder.pid === process.pid && Date.parse(holder.since) < Date.now() - process.uptime() * 1000 - 1000;
}

/** @param takenOver told who held a stale lock. @throws DirectoryLocked naming the holder. */
export async function lockDirectory(directory: string, takenOver: (holder: string) => void): Promise<DirectoryLock> {
  const path = join(directory, 'lock');
  const self = await describeSelf();
  const beside = join(directory, `lock.${self.token}`);
  try {
    const before = await claim(path, beside, self);
    if (before) takenOver(describe(before));
  } finally {
    await fs.rm(beside, { force: true });
  }
  return hold(path, JSON.stringify(self));
}

/**
 * Puts our lock at `path`. Two processes may find the same stale lock, and the slower one must not remove the lock of the
 * faster. So a stale lock is replaced, in one step, only by who holds the claim to it, which is a lock in its own right:
 * if its holder dies too, the same rule takes it over.
 * @returns whose stale lock it replaced, if any. @throws DirectoryLocked
 */
async function claim(path: string, beside: string, self: Holder): Promise<Holder | undefined> {
  for (;;) {
    await fs.writeFile(beside, JSON.stringify(self));
    if (await linked(beside, path)) return undefined;
    // Both times are the file system's: its clock and ours need not agree.
    const [text, now, beat] = await Promise.all([
      readOrEmpty(path),
      fs.stat(beside),
      fs.stat(path).catch(() => undefined),
    ]);
    if (text === '' || beat === undefined) continue; // let go of just now
    const theirs = JSON.parse(text) as Holder;
    const age = now.mtimeMs - beat.mtimeMs;
    if (!(await isStale(theirs, self, age))) throw lockedBy(theirs, age);
    const claimed = `${path}.after-${theirs.token}`;
    await claim(claimed, beside, self);
    if ((await readOrEmpty(path)) === text) {
      await fs.rename(claimed, path);
      return theirs;
    }
    await fs.rm(claimed);
  }
}

const describe = ({ pid, host, since }: Holder): string => `process ${pid} on ${host} since ${since}`;

function lockedBy(holder: Holder, age: number): DirectoryLocked {
  const ago = Math.max(0, Math.round(age / 1000));
  return new DirectoryLocked(
    `the data directory is held by ${describe(holder)} (last sign of life ${ago} s ago). If that process is dead, and was on ` +
      `another machine or in another container, its lock is taken over ${STALE_AFTER / 1000} s after its last sign of life`,
  );
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await fs.link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function hold(path: string, mine: string): DirectoryLock {
  let lost = false;
  let beaten = Date.now(); // not a monotonic clock: those stand still while the machine sleeps
  const beat = async (): Promise<void> => {
    lost ||= (await readOrEmpty(path)) !== mine;
    if (lost) return;
    const file = await fs.open(path, 'r+'); // the same bytes at the same place: works on a full disk, and sets the time
    try {
      await file.write(mine, 0);
    } finally {
      await file.close();
    }
    beaten = Date.now();
  };
  const timer = setInterval(() => void beat().catch(() => undefined), BEAT_EVERY).unref();
  return {
    async verify() {
      if (!lost && Math.abs(Date.now() - beaten) > STALE_AFTER / 2) await beat();
      if (lost) throw new LockLost('another process has taken over the data directory: this one must be restarted');
    },
    async release() {
      clearInterval(timer);
      if ((await readOrEmpty(path)) === mine) await fs.rm(path, { force: true });
    },
  };
}
