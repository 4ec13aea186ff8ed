import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { EccpError } from '../core/errors.ts';
import type { MediaId, MediaLimits, MediaUploaded, NodeName } from '../generated/api.ts';
import { BlobReader } from '../storage/media/blob-reader.ts';
import type { BlobWriter } from '../storage/media/blob-writer.ts';
import type { MediaFiles } from '../storage/media/media-files.ts';
import { accountOf } from './accounts.ts';
import type { Environment, NodeStore } from './environment.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { Session } from './sessions.ts';
import { type UnderWay, UploadsUnderWay } from './uploads-under-way.ts';

/** A blob that somebody is about to get. To be closed, or read as one stream, which closes it. */
export interface OpenBlob {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `from` up to but not including `to`. */
  read(from: number, to: number): Readable;
  close(): Promise<void>;
}

/** Where blobs of other nodes come from. */
export interface RemoteMedia {
  /** @throws EccpError of why the other node's blob is not to be had (section 28.4). */
  open(node: NodeName, id: MediaId): Promise<OpenBlob>;
}

export interface MediaOptions {
  store: NodeStore;
  environment: Environment;
  files: MediaFiles;
  /** By the policy in force. */
  limits: () => MediaLimits;
  remote: RemoteMedia;
  nodeName: NodeName;
}

/** The blobs of this node's users: files that are named by a hash, and rows that say whose they are (chapter 28). */
export class Media {
  readonly #options: MediaOptions;
  readonly #underWay = new UploadsUnderWay();
  /** Bytes and rows of one blob change together, one act after another. */
  readonly #acts = new KeyedQueue<MediaId>();

  constructor(options: MediaOptions) {
    this.#options = options;
  }

  /** To be called before anything else: removes what a crash left between a file and its row (MED-008). */
  async start(): Promise<void> {
    const { files, store } = this.#options;
    await files.start();
    for await (const ids of files.uploads()) {
      const rows = await store.read((db) =>
        db.selectFrom('media').select('media_id').distinct().where('media_id', 'in', ids).execute(),
      );
      const owned = new Set<string>(rows.map((row) => row.media_id));
      for (const id of ids) if (!owned.has(id)) await files.remove(id);
    }
  }

  /**
   * Keeps bytes as they come. Resolves when they are durable.
   *
   * @param announced how many there will be, where that is known.
   * @throws EccpError ECCP_TOO_LARGE, ECCP_QUOTA_EXCEEDED, ECCP_LIMIT_EXCEEDED, ECCP_BAD_PARAM; what broke off the bytes.
   */
  async upload(
    session: Session,
    announced: number | undefined,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<MediaUploaded> {
    const { files } = this.#options;
    this.#checkSize(announced ?? 0);
    if (announced === 0) throw nothing();
    const used = await this.#used(session);
    const claim = this.#underWay.enter(session.userId, announced ?? 0);
    let writer: BlobWriter | undefined;
    try {
      this.#checkQuota(used + claim.all());
      writer = await files.begin();
      await this.#write(writer, bytes, claim, used);
      if (writer.size === 0) throw nothing();
      return await this.#keep(session, writer);
    } finally {
      claim.leave();
      await writer?.discard();
    }
  }

  /** @throws EccpError ECCP_NOT_FOUND, and for another node's what RemoteMedia.open throws. */
  async open(node: NodeName, id: MediaId): Promise<OpenBlob> {
    return node === this.#options.nodeName ? this.openOwn(id) : this.#options.remote.open(node, id);
  }

  /** What a user of this node uploaded. @throws EccpError ECCP_NOT_FOUND */
  async openOwn(id: MediaId): Promise<OpenBlob> {
    const { store, files } = this.#options;
    const row = await store.read((db) =>
      db.selectFrom('media').select('size').where('media_id', '=', id).limit(1).executeTakeFirst(),
    );
    if (row === undefined) throw notThere();
    const file = await files.open(id);
    if (file === undefined) throw notThere(); // deleted in between
    return blobOf(file, row.size);
  }

  /** @throws EccpError ECCP_NOT_FOUND for what the user did not upload. */
  async delete({ userId }: Session, node: NodeName, id: MediaId): Promise<void> {
    const { store, nodeName } = this.#options;
    if (node !== nodeName) throw notThere();
    await this.#acts.run(id, async () => {
      const { numDeletedRows } = await store.write((trx) =>
        trx.deleteFrom('media').where('media_id', '=', id).where('user_id', '=', userId).executeTakeFirst(),
      );
      if (numDeletedRows === 0n) throw notThere();
      await this.#removeUnowned(id);
    });
  }

  /** Removes the files of uploads whose rows have gone with their account, where nobody else has the same. */
  async dropped(ids: readonly MediaId[]): Promise<void> {
    for (const id of ids) await this.#acts.run(id, () => this.#removeUnowned(id));
  }

  async #write(writer: BlobWriter, bytes: AsyncIterable<Uint8Array>, claim: UnderWay, used: number): Promise<void> {
    for await (const part of bytes) {
      this.#checkSize(writer.size + part.length); // MED-005
      claim.grow(writer.size + part.length);
      this.#checkQuota(used + claim.all());
      await writer.write(part);
    }
  }

  /** Gives the bytes their name, then their row: a file without a row is swept away at the next start, a row without a file would be a loss. */
  async #keep({ userId }: Session, writer: BlobWriter): Promise<MediaUploaded> {
    const { files, store, environment } = this.#options;
    const { size } = writer;
    const id = await writer.finish();
    return this.#acts.run(id, async () => {
      await files.keep(writer, id);
      try {
        await store.write(async (trx) => {
          const account = await accountOf(trx, userId);
          if (account === undefined || account.deactivated_ts !== null) {
            throw new EccpError('ECCP_UNKNOWN_TOKEN', 'The account has ended meanwhile.');
          }
          const row = { media_id: id, user_id: userId, size, uploaded_ts: environment.now() };
          await trx
            .insertInto('media')
            .values(row)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
          const { used } = await trx
            .selectFrom('media')
            .select(({ fn }) => fn.sum<number>('size').as('used'))
            .where('user_id', '=', userId)
            .executeTakeFirstOrThrow();
          this.#checkQuota(Number(used)); // others of the user may have ended since this one began
        });
      } catch (error) {
        await this.#removeUnowned(id);
        throw error;
      }
      return { media_id: id, size };
    });
  }

  async #removeUnowned(id: MediaId): Promise<void> {
    const { store, files } = this.#options;
    const owner = await store.read((db) =>
      db.selectFrom('media').select('user_id').where('media_id', '=', id).limit(1).executeTakeFirst(),
    );
    if (owner === undefined) await files.remove(id);
  }

  async #used({ userId }: Session): Promise<number> {
    const row = await this.#options.store.read((db) =>
      db
        .selectFrom('media')
        .select(({ fn }) => fn.sum<number | null>('size').as('used'))
        .where('user_id', '=', userId)
        .executeTakeFirst(),
    );
    return Number(row?.used ?? 0);
  }

  #checkSize(size: number): void {
    const max = this.#options.limits().max_bytes;
    if (size > max) throw new EccpError('ECCP_TOO_LARGE', `The blob is larger than ${max} bytes.`); // MED-004
  }

  #checkQuota(bytes: number): void {
    const max = this.#options.limits().user_bytes;
    if (bytes > max) throw new EccpError('ECCP_QUOTA_EXCEEDED', `All uploads of a user may have ${max} bytes.`); // MED-006
  }
}

/** A file of a blob that is there as a whole. */
export function blobOf(file: FileHandle, size: number): OpenBlob {
  return { size, read: (from, to) => new BlobReader(file, from, to), close: () => file.close() };
}

function notThere(): EccpError {
  return new EccpError('ECCP_NOT_FOUND', 'There is no such blob.');
}

function nothing(): EccpError {
  return new EccpError('ECCP_BAD_PARAM', 'A blob has at least one byte.', { path: '' }); // MED-007
}
