import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** How much is read at once, in bytes: all that one answer keeps in memory. */
const portion = 64 * 1024;

/** Bytes of a file that may still grow. */
export interface Growth {
  /**
   * Waits until bytes beyond `position` may be given to somebody who wants those before `end`.
   *
   * @returns the end of what may be given, more than `position`.
   * @throws when they will never come.
   */
  until(position: number, end: number): Promise<number>;
}

/** A file that is as long as it will be. */
export const whole: Growth = { until: async (_position, end) => end };

/** A stretch of a file as a stream, each part in memory of its own. The file is closed with it, whether or not anything was read. */
export class BlobReader extends Readable {
  readonly #file: FileHandle;
  readonly #growth: Growth;
  readonly #end: number;
  #position: number;

  /**
   * @param from the first byte, and
   * @param to the one after the last.
   */
  constructor(file: FileHandle, from: number, to: number, growth: Growth = whole) {
    super({ highWaterMark: portion });
    this.#file = file;
    this.#growth = growth;
    this.#position = from;
    this.#end = to;
  }

  override _read(): void {
    this.#next().then(
      (bytes) => this.push(bytes),
      (error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#file.close().then(
      () => done(error),
      (failure) => done(error ?? failure),
    );
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#position >= this.#end) return null;
    const until = await this.#growth.until(this.#position, this.#end);
    const length = Math.min(portion, until - this.#position, this.#end - this.#position);
    const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafeSlow(length), 0, length, this.#position);
    if (bytesRead === 0) throw new Error('a blob is shorter than it was'); // half an answer then; better than a loop
    this.#position += bytesRead;
    return buffer.subarray(0, bytesRead);
  }
}
