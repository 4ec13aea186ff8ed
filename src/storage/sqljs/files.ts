/**
 * The only place where the store touches the disk, small enough to be replaced in tests by one that loses power.
 * `write` may be short, as POSIX allows; whoever calls it goes on from there. Nothing is durable before `sync`, and no
 * name (created, renamed, removed) before `syncDirectory`.
 */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { type DirectoryLock, lockDirectory } from './lock.ts';

export interface OpenFile {
  /** @returns how many bytes were written, possibly fewer than given. */
  write(data: Uint8Array, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Files {
  makeDirectory(path: string): Promise<void>;
  list(directory: string): Promise<string[]>;
  /** @param limit read at most this many bytes from the start; the whole file when absent. */
  read(path: string, limit?: number): Promise<Buffer>;
  /** `create` makes the file or empties it. */
  open(path: string, mode: 'create' | 'existing'): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** @throws DirectoryLocked when another process holds the directory. */
  lock(directory: string, takenOver: (holder: string) => void): Promise<DirectoryLock>;
}

/** Writes all of `data`, however many calls that takes. */
export async function writeFully(file: OpenFile, data: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < data.length) {
    const written = await file.write(data.subarray(done), position + done);
    if (written <= 0) throw new Error('the disk accepts no more bytes');
    done += written;
  }
}

/** Makes `path` appear durably and as a whole: written beside, synced, renamed, directory synced. */
export async function writeBeside(files: Files, path: string, fill: (file: OpenFile) => Promise<void>): Promise<void> {
  const beside = `${path}.tmp`;
  try {
    const file = await files.open(beside, 'create');
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(beside, path);
  } catch (error) {
    await files.remove(beside).catch(() => undefined);
    throw error;
  }
  await files.syncDirectory(dirname(path));
}

// Callbacks rather than fs/promises: a quarter less time for each write and fsync.
const settle = (resolve: () => void, reject: (error: Error) => void) => (error: Error | null) =>
  error ? reject(error) : resolve();

class NodeFile implements OpenFile {
  readonly #fd: number;
  constructor(fd: number) {
    this.#fd = fd;
  }
  write(data: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) =>
      fs.write(this.#fd, data, 0, data.length, position, (error, written) =>
        error ? reject(error) : resolve(written),
      ),
    );
  }
  truncate(length: number): Promise<void> {
    return new Promise((resolve, reject) => fs.ftruncate(this.#fd, length, settle(resolve, reject)));
  }
  // fdatasync leaves out only what reading back does not need (times); a changed length is always flushed.
  sync(): Promise<void> {
    return new Promise((resolve, reject) => fs.fdatasync(this.#fd, settle(resolve, reject)));
  }
  close(): Promise<void> {
    return new Promise((resolve, reject) => fs.close(this.#fd, settle(resolve, reject)));
  }
}

export const nodeFiles: Files = {
  async makeDirectory(path) {
    await fs.promises.mkdir(path, { recursive: true });
  },
  list: (directory) => fs.promises.readdir(directory),
  async read(path, limit) {
    if (limit === undefined) return await fs.promises.readFile(path);
    const handle = await fs.promises.open(path, 'r');
    try {
      const buffer = Buffer.alloc(limit);
      let length = 0;
      while (length < limit) {
        const { bytesRead } = await handle.read(buffer, length, limit - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return buffer.subarray(0, length);
    } finally {
      await handle.close();
    }
  },
  async open(path, mode) {
    const flags = mode === 'create' ? 'w' : 'r+';
    return new NodeFile(
      await new Promise<number>((resolve, reject) =>
        fs.open(path, flags, 0o600, (error, fd) => (error ? reject(error) : resolve(fd))),
      ),
    );
  },
  rename: (from, to) => fs.promises.rename(from, to),
  remove: (path) => fs.promises.rm(path),
  async syncDirectory(path) {
    if (process.platform === 'win32') return; // Windows cannot open a directory; NTFS journals names by itself.
    const handle = await fs.promises.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  lock: lockDirectory,
};
