import type { IncomingMessage } from 'node:http';
import { EccpError } from '../core/errors.ts';
import type { MediaId } from '../generated/api.ts';
import type { Growth } from '../storage/media/blob-reader.ts';
import type { BlobWriter } from '../storage/media/blob-writer.ts';
import type { MediaFiles } from '../storage/media/media-files.ts';
import { DialError } from './dial-error.ts';
import type { MediaCache } from './media-cache.ts';
import { unreachable } from './peer-answer.ts';

export interface FetchOptions {
  readonly node: string;
  readonly id: MediaId;
  readonly files: Pick<MediaFiles, 'begin'>;
  readonly cache: MediaCache;
  /** The largest blob that is taken. */
  readonly maxBytes: number;
  /** Asks the other node. @throws EccpError of why it does not give the blob */
  ask(signal: AbortSignal): Promise<IncomingMessage>;
}

/** One blob on its way from another node into a file, from which everybody who waits for it reads while it grows. */
export class MediaFetch implements Growth {
  /** Resolves once the size is known and the file there. */
  readonly begun: Promise<void>;
  /** Resolves when nothing more will come, well or not. */
  readonly ended: Promise<void>;
  readonly #options: FetchOptions;
  readonly #begin = Promise.withResolvers<void>();
  readonly #nobody = new AbortController();
  #change = Promise.withResolvers<void>();
  #waiting = 0;
  #writer: BlobWriter | undefined;
  #size = 0;
  #failure: unknown;
  #verified = false;

  constructor(options: FetchOptions) {
    this.#options = options;
    this.begun = this.#begin.promise;
    this.begun.catch(() => {}); // whoever waits hears of it
    this.ended = this.#run();
  }

  get size(): number {
    return this.#size;
  }

  get path(): string {
    return this.#writer?.path ?? '';
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether it was ended before its time: nobody new should wait for it. */
  get abandoned(): boolean {
    return this.#nobody.signal.aborted;
  }

  enter(): void {
    this.#waiting += 1;
  }

  /** The last one to leave ends it (MED-060). */
  leave(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.abort();
  }

  /** Ends it, if it goes on still. */
  abort(): void {
    this.#nobody.abort(new DialError('nobody waits for it any more'));
  }

  /** All but the last byte of what somebody wants may go out before it is known whether the whole is right (MED-052). */
  async until(position: number, end: number): Promise<number> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const limit = this.#verified ? end : Math.min(this.#writer?.size ?? 0, end - 1);
      if (limit > position) return limit;
      await this.#change.promise;
    }
  }

  async #run(): Promise<void> {
    let reserved = 0;
    let answer: IncomingMessage | undefined;
    try {
      answer = await this.#options.ask(this.#nobody.signal);
      this.#size = this.#announced(answer);
      this.#options.cache.reserve(this.#size);
      reserved = this.#size;
      this.#writer = await this.#options.files.begin();
      this.#begin.resolve();
      await this.#take(answer, this.#writer);
      reserved = 0;
      this.#verified = true;
    } catch (error) {
      this.#failure = this.#explained(error);
      this.#begin.reject(this.#failure);
    } finally {
      answer?.destroy();
      this.#options.cache.release(reserved);
      await this.#writer?.discard().catch(() => {}); // what stays goes at the next start
      this.#wake();
    }
  }

  async #take(answer: IncomingMessage, writer: BlobWriter): Promise<void> {
    const { node, id, cache } = this.#options;
    for await (const part of answer) {
      await writer.write(part);
      this.#wake();
    }
    if (writer.size !== this.#size) throw unreachable(node, 'it gave a blob of another length than it announced');
    if ((await writer.finish()) !== id) throw unreachable(node, 'it gave a blob with another hash'); // MED-053
    await cache.keep(writer, id);
  }

  /** How many bytes there will be. Throws ECCP_TOO_LARGE, ECCP_UNREACHABLE. */
  #announced({ headers }: IncomingMessage): number {
    const { node, maxBytes } = this.#options;
    const length = headers['content-length'];
    const encoding = headers['content-encoding'] ?? 'identity';
    // Node.js has checked that what is announced is a number.
    if (length === undefined || length === '0' || encoding !== 'identity') {
      throw unreachable(node, 'it gave an answer without the length of a blob'); // MED-055
    }
    if (Number(length) > maxBytes) {
      throw new EccpError('ECCP_TOO_LARGE', `${node} has a blob of ${length} bytes; this node takes ${maxBytes}.`); // MED-054
    }
    return Number(length);
  }

  /** What those who wait are told; errors of this node's own disk stay what they are. */
  #explained(error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException;
    const cut = error instanceof DialError || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
    return cut ? unreachable(this.#options.node, 'it broke off', error) : error;
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
