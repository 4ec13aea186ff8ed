// A blob while it comes in: bytes go to a file of their own, and are hashed on the way.
import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { MediaId } from '../../generated/api.ts';

export class BlobWriter {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256').update('eccp.media.v1\0'); // MED-001
  #size = 0;
  #closed: Promise<void> | undefined;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** @param path of a file that does not exist yet. */
  static async create(path: string): Promise<BlobWriter> {
    return new BlobWriter(path, await open(path, 'wx', 0o600));
  }

  /** How many bytes there are so far. */
  get size(): number {
    return this.#size;
  }

  /** @throws what the disk refuses. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done);
      done += bytesWritten;
    }
    this.#size += bytes.length;
  }

  /** Makes the bytes durable; to be called once, after the last of them. The file has yet to get the name that the hash gives it. */
  async finish(): Promise<MediaId> {
    await this.#file.sync();
    await this.#close();
    return this.#hash.digest('base64url') as MediaId;
  }

  /** Takes back what was written. May be called at any time, after the file has been renamed too. */
  async discard(): Promise<void> {
    await this.#close().catch(() => {});
    await rm(this.path, { force: true });
  }

  #close(): Promise<void> {
    this.#closed ??= this.#file.close();
    return this.#closed;
  }
}
