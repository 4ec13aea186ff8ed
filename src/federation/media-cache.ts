import { renameSync } from 'node:fs';
import { type FileHandle, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { EccpError } from '../core/errors.ts';
import type { MediaId } from '../generated/api.ts';
import type { BlobWriter } from '../storage/media/blob-writer.ts';
import { type MediaFiles, openIfThere } from '../storage/media/media-files.ts';

/** When there may be room again, in milliseconds. */
const waitMs = 5_000;

/** Copies of other nodes' blobs. Those that nobody asked for longest go first. */
export class MediaCache {
  readonly #files: MediaFiles;
  readonly #limit: () => number;
  /** Sizes, the one asked for last at the end. */
  readonly #kept = new Map<MediaId, number>();
  /** Bytes that are kept, and that are on their way. */
  #bytes = 0;
  #evicted = 0;

  /** @param limit the most bytes, as the policy has it now. */
  constructor(files: MediaFiles, limit: () => number) {
    this.#files = files;
    this.#limit = limit;
  }

  /** To be called first: finds what is there. */
  async start(): Promise<void> {
    const ids = (await readdir(this.#files.cache)) as MediaId[];
    const found: { id: MediaId; size: number; usedMs: number }[] = [];
    for (const id of ids) {
      const { size, mtimeMs: usedMs } = await stat(this.#path(id));
      found.push({ id, size, usedMs });
    }
    for (const { id, size } of found.sort((a, b) => a.usedMs - b.usedMs)) this.#add(id, size);
  }

  /** A copy, open for reading; undefined where there is none. */
  async open(id: MediaId, now: number): Promise<{ file: FileHandle; size: number } | undefined> {
    const size = this.#kept.get(id);
    if (size === undefined) return undefined;
    this.#kept.delete(id);
    this.#kept.set(id, size);
    const file = await openIfThere(this.#path(id));
    if (file === undefined) return undefined;
    await utimes(this.#path(id), now / 1000, now / 1000).catch(() => {}); // for the order after a restart
    return { file, size };
  }

  /**
   * Makes room for a blob that is about to come (MED-058); to be released, or used by keep().
   *
   * @throws EccpError ECCP_TOO_LARGE, ECCP_UNAVAILABLE while others take up the room.
   */
  reserve(size: number): void {
    const limit = this.#limit();
    if (size > limit) throw new EccpError('ECCP_TOO_LARGE', `The blob is larger than the ${limit} bytes kept of all.`);
    while (this.#bytes + size > limit) {
      const [oldest] = this.#kept;
      if (oldest === undefined) {
        const details = { retry_after_ms: waitMs };
        throw new EccpError('ECCP_UNAVAILABLE', 'Other blobs are on their way that take up the room.', details);
      }
      this.#evict(...oldest);
    }
    this.#bytes += size;
  }

  release(size: number): void {
    this.#bytes -= size;
  }

  /** Takes finished bytes in, for which room was reserved. */
  async keep(writer: BlobWriter, id: MediaId): Promise<void> {
    await rename(writer.path, this.#path(id));
    this.release(this.#kept.has(id) ? 2 * writer.size : writer.size); // another node may have given the same meanwhile
    this.#add(id, writer.size);
  }

  #add(id: MediaId, size: number): void {
    this.#kept.set(id, size);
    this.#bytes += size;
  }

  /** The name goes at once: a copy of the same blob that comes a moment later has to find it free. */
  #evict(id: MediaId, size: number): void {
    this.#kept.delete(id);
    this.#bytes -= size;
    this.#evicted += 1;
    const aside = this.#files.aside(`evicted-${this.#evicted}`);
    try {
      renameSync(this.#path(id), aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    rm(aside, { force: true }).catch(() => {}); // what is left there goes at the next start
  }

  #path(id: MediaId): string {
    return join(this.#files.cache, id);
  }
}
