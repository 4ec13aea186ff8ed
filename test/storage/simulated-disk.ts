// A disk that can lose power: it keeps apart what was synced, and what only the running system can see.
import { basename, dirname } from 'node:path';
import type { Files, OpenFile } from '../../src/storage/sqljs/files.ts';

type Change = { at: number; data: Uint8Array } | { truncate: number };
interface Inode {
  current: Buffer;
  durable: Buffer;
  /** What the next successful sync makes durable. */
  pending: Change[];
}
type NameChange = { remove?: string; set?: [name: string, inode: Inode] };

export type Operation = 'open' | 'read' | 'write' | 'truncate' | 'sync' | 'rename' | 'remove' | 'syncDirectory';
/** `short`: half of the bytes are written, and there is no error. `half-error`: half of them are, and there is one. */
export type Fault = 'error' | 'short' | 'half-error';

function apply(bytes: Buffer, change: Change): Buffer {
  if ('truncate' in change) {
    return Buffer.concat([
      bytes.subarray(0, change.truncate),
      Buffer.alloc(Math.max(0, change.truncate - bytes.length)),
    ]);
  }
  const result = Buffer.alloc(Math.max(bytes.length, change.at + change.data.length));
  bytes.copy(result);
  result.set(change.data, change.at);
  return result;
}

const weight = (change: Change): number => ('truncate' in change ? 1 : change.data.length);

function applyNames(names: Map<string, Inode>, change: NameChange): void {
  if (change.remove !== undefined) names.delete(change.remove);
  if (change.set) names.set(...change.set);
}

export class SimulatedDisk implements Files {
  names = new Map<string, Inode>();
  durableNames = new Map<string, Inode>();
  pendingNames: NameChange[] = [];
  syncs = 0;
  locked = false;
  /** Asked before each operation. @param bytes how many are to be written. */
  fault: (operation: Operation, name: string, bytes: number) => Fault | undefined = () => undefined;
  /** Awaited before each operation. */
  hold: (operation: Operation, name: string) => Promise<void> | undefined = () => undefined;
  /** Told after each change and after each sync. */
  boundary: () => void = () => undefined;

  makeDirectory = async (): Promise<void> => undefined;
  list = async (): Promise<string[]> => [...this.names.keys()];

  async lock() {
    if (this.locked) throw new Error('locked');
    this.locked = true;
    return {
      verify: async () => undefined,
      release: async () => {
        this.locked = false;
      },
    };
  }

  async read(path: string, limit?: number): Promise<Buffer> {
    await this.#before('read', path);
    return Buffer.from(this.#inode(path).current.subarray(0, limit));
  }

  async open(path: string, mode: 'create' | 'existing'): Promise<OpenFile> {
    await this.#before('open', path);
    const name = basename(path);
    if (mode === 'create' && !this.names.has(name)) {
      this.#rename({ set: [name, { current: Buffer.alloc(0), durable: Buffer.alloc(0), pending: [] }] });
    }
    const inode = this.#inode(path);
    const change = (each: Change) => {
      inode.current = apply(inode.current, each);
      inode.pending.push(each);
      this.boundary();
    };
    if (mode === 'create' && inode.current.length > 0) change({ truncate: 0 });
    return {
      write: async (data, at) => {
        const fault = await this.#before('write', path, data.length);
        const written = fault ? data.subarray(0, Math.ceil(data.length / 2)) : data;
        change({ at, data: Buffer.from(written) });
        if (fault === 'half-error') throw new Error('simulated: no space left on device');
        return written.length;
      },
      truncate: async (length) => {
        await this.#before('truncate', path);
        change({ truncate: length });
      },
      sync: async () => {
        // As Linux does it: after a failed fsync the pages count as clean, and no later one writes them.
        await this.#before('sync', path, 0, () => inode.pending.splice(0));
        this.syncs++;
        for (const each of inode.pending.splice(0)) inode.durable = apply(inode.durable, each);
        this.boundary();
      },
      close: async () => undefined,
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#before('rename', to);
    this.#rename({ remove: basename(from), set: [basename(to), this.#inode(from)] });
  }

  async remove(path: string): Promise<void> {
    await this.#before('remove', path);
    this.#inode(path);
    this.#rename({ remove: basename(path) });
  }

  async syncDirectory(path: string): Promise<void> {
    if (path === dirname('/store')) return;
    await this.#before('syncDirectory', path);
    for (const each of this.pendingNames.splice(0)) applyNames(this.durableNames, each);
    this.boundary();
  }

  /** A copy, which `crash` and `contents` can be asked of later. */
  clone(): SimulatedDisk {
    const copies = new Map<Inode, Inode>();
    const copy = (inode: Inode): Inode => {
      const made = copies.get(inode) ?? { ...inode, pending: [...inode.pending] };
      copies.set(inode, made);
      return made;
    };
    const disk = new SimulatedDisk();
    for (const [name, inode] of this.names) disk.names.set(name, copy(inode));
    for (const [name, inode] of this.durableNames) disk.durableNames.set(name, copy(inode));
    disk.pendingNames = this.pendingNames.map(({ remove, set }) => ({
      ...(remove === undefined ? {} : { remove }),
      ...(set === undefined ? {} : { set: [set[0], copy(set[1])] as [string, Inode] }),
    }));
    return disk;
  }

  /** Bytes of a file that were written and not synced. */
  unsynced(name: string): number {
    return (this.names.get(name)?.pending ?? []).reduce((sum, change) => sum + weight(change), 0);
  }

  /**
   * What may be found after the power is gone: of each file what was synced and a prefix of the rest, of the names those
   * that were synced and any of the changes after.
   * @param keep how many bytes of a file's rest to keep; @param keepName whether a change of names had come through.
   */
  crash(keep: (name: string, bytes: number) => number, keepName: () => boolean): SimulatedDisk {
    const names = new Map(this.durableNames);
    for (const change of this.pendingNames) if (keepName()) applyNames(names, change);
    const disk = new SimulatedDisk();
    for (const [name, inode] of names) {
      let left = keep(
        name,
        inode.pending.reduce((sum, change) => sum + weight(change), 0),
      );
      let bytes = inode.durable;
      for (const change of inode.pending) {
        if (left <= 0) break;
        bytes = apply(bytes, 'truncate' in change ? change : { at: change.at, data: change.data.subarray(0, left) });
        left -= weight(change);
      }
      disk.put(name, bytes);
    }
    return disk;
  }

  put(name: string, bytes: Buffer): void {
    const inode = { current: bytes, durable: bytes, pending: [] };
    this.names.set(name, inode);
    this.durableNames.set(name, inode);
  }

  contents(): Record<string, string> {
    return Object.fromEntries([...this.names].sort().map(([name, { current }]) => [name, current.toString('hex')]));
  }

  #inode(path: string): Inode {
    const inode = this.names.get(basename(path));
    if (inode === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return inode;
  }

  #rename(change: NameChange): void {
    applyNames(this.names, change);
    this.pendingNames.push(change);
    this.boundary();
  }

  async #before(operation: Operation, path: string, bytes = 0, failed?: () => void): Promise<Fault | undefined> {
    await this.hold(operation, basename(path));
    const fault = this.fault(operation, basename(path), bytes);
    if (fault === 'error') {
      failed?.();
      throw new Error(`simulated: ${operation} failed`);
    }
    return fault;
  }
}
