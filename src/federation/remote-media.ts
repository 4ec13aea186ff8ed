// Blobs of other nodes, for this node's users (section 28.4).
import { EccpError } from '../core/errors.ts';
import type { MediaId, MediaLimits, NodeName } from '../generated/api.ts';
import { blobOf, type OpenBlob } from '../services/media.ts';
import { BlobReader } from '../storage/media/blob-reader.ts';
import { type MediaFiles, openIfThere } from '../storage/media/media-files.ts';
import { MediaCache } from './media-cache.ts';
import { MediaFetch } from './media-fetch.ts';
import type { PeerClient } from './peer-client.ts';

export interface RemoteMediaOptions {
  readonly client: Pick<PeerClient, 'blob'>;
  readonly files: MediaFiles;
  /** By the policy in force. */
  readonly limits: () => MediaLimits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How many blobs may be on their way, from one node and from all: slow ones hold their places for as long as somebody waits. */
const most = { ofOne: 4, ofAll: 16 };
/** When to try again, in milliseconds. */
const waitMs = 1_000;
/** How often a copy may vanish between being found and being opened. */
const attempts = 3;

export class RemoteMedia {
  readonly #options: RemoteMediaOptions;
  readonly #cache: MediaCache;
  /** By node and media id: a node that lies spoils its own blob only. */
  readonly #fetches = new Map<string, MediaFetch>();

  constructor(options: RemoteMediaOptions) {
    this.#options = options;
    this.#cache = new MediaCache(options.files, () => options.limits().cache_bytes);
  }

  /** To be called once the folders are there. */
  start(): Promise<void> {
    return this.#cache.start();
  }

  /** Ends what is on its way. */
  async stop(): Promise<void> {
    const fetches = [...this.#fetches.values()];
    for (const fetch of fetches) fetch.abort();
    await Promise.all(fetches.map((fetch) => fetch.ended));
  }

  /**
   * A blob, from the copies or from the node that has it; then it can be read while it comes.
   *
   * @throws EccpError ECCP_NOT_FOUND, ECCP_TOO_LARGE, ECCP_UNAVAILABLE, and what PeerClient.blob throws.
   */
  async open(node: NodeName, id: MediaId): Promise<OpenBlob> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const copy = await this.#cache.open(id, this.#options.now());
      if (copy !== undefined) return blobOf(copy.file, copy.size);
      const blob = await this.#join(this.#fetch(node, id));
      if (blob !== undefined) return blob;
    }
    throw new EccpError('ECCP_UNAVAILABLE', 'The blob came and went.', { retry_after_ms: waitMs });
  }

  /** Undefined for one that ended before its file was open: well, and then there is a copy. */
  async #join(fetch: MediaFetch): Promise<OpenBlob | undefined> {
    fetch.enter();
    try {
      await fetch.begun;
      const file = await openIfThere(fetch.path);
      if (file !== undefined) {
        const { size } = fetch;
        return {
          size,
          read: (from, to) => new BlobReader(file, from, to, fetch).once('close', () => fetch.leave()),
          close: async () => {
            fetch.leave();
            await file.close();
          },
        };
      }
      if (fetch.failed) await fetch.until(0, 1); // throws what it failed with
      fetch.leave();
      return undefined;
    } catch (error) {
      fetch.leave();
      throw error;
    }
  }

  #fetch(node: NodeName, id: MediaId): MediaFetch {
    const key = `${node} ${id}`; // no node has a space in its name
    const known = this.#fetches.get(key);
    if (known !== undefined && !known.abandoned) return known; // MED-056
    const ofOne = [...this.#fetches.keys()].filter((other) => other.startsWith(`${node} `)).length;
    if (ofOne >= most.ofOne || this.#fetches.size >= most.ofAll) {
      throw new EccpError('ECCP_UNAVAILABLE', 'Too many blobs are on their way.', { retry_after_ms: waitMs });
    }
    const { client, files, limits } = this.#options;
    const fetch = new MediaFetch({
      node,
      id,
      files,
      cache: this.#cache,
      maxBytes: limits().max_bytes,
      ask: (signal) => client.blob(node, `/_eccp/federation/v1/media/${id}`, signal),
    });
    this.#fetches.set(key, fetch);
    void fetch.ended.then(() => {
      if (this.#fetches.get(key) === fetch) this.#fetches.delete(key);
    });
    return fetch;
  }
}
