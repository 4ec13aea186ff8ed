// Blobs as files: `uploads` under their media ids, `cache` with copies of other nodes', `incoming` what is not there yet.
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MediaId } from '../../generated/api.ts';
import { BlobWriter } from './blob-writer.ts';

export class MediaFiles {
  readonly #root: string;
  #count = 0;

  /** @param root the folder; it exists. Nothing else may write there. */
  constructor(root: string) {
    this.#root = root;
  }

  /** To be called first: makes the folders, and removes what was under way when the node ended (MED-008). */
  async start(): Promise<void> {
    await rm(this.#incoming(), { recursive: true, force: true });
    for (const path of [this.#incoming(), this.#uploads(), this.cache])
      await mkdir(path, { recursive: true, mode: 0o700 });
  }

  /** The folder of copies. */
  get cache(): string {
    return join(this.#root, 'cache');
  }

  /** @throws what the disk refuses. */
  begin(): Promise<BlobWriter> {
    this.#count += 1;
    return BlobWriter.create(join(this.#incoming(), String(this.#count)));
  }

  /** A path for what is on its way out. */
  aside(name: string): string {
    return join(this.#incoming(), name);
  }

  /** Gives finished bytes the name of an upload; where there are such, they take their place. Resolves when that is durable. */
  async keep(writer: BlobWriter, id: MediaId): Promise<void> {
    const path = this.#upload(id);
    const folder = dirname(path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(writer.path, path);
    await syncDirectory(folder);
    await syncDirectory(this.#uploads()); // somebody else may have made the folder a moment ago
  }

  /** An upload, open for reading; undefined where there is none. */
  async open(id: MediaId): Promise<FileHandle | undefined> {
    return openIfThere(this.#upload(id));
  }

  async remove(id: MediaId): Promise<void> {
    await rm(this.#upload(id), { force: true });
  }

  /** All uploads, some at a time. */
  async *uploads(): AsyncGenerator<MediaId[]> {
    for (const folder of await readdir(this.#uploads())) {
      yield (await readdir(join(this.#uploads(), folder))) as MediaId[];
    }
  }

  #incoming(): string {
    return join(this.#root, 'incoming');
  }

  #uploads(): string {
    return join(this.#root, 'uploads');
  }

  /** In folders by the first two characters, so that none gets too many. */
  #upload(id: MediaId): string {
    return join(this.#uploads(), id.slice(0, 2), id);
  }
}

export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return; // which cannot open a directory
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
