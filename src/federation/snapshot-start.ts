import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { isCount } from '../core/members.ts';
import type { NodeName, RoomId } from '../generated/api.ts';
import { unlessAborted } from './abortable.ts';
import { roomPath, type SignedGet, seqOf } from './log-page.ts';

/** Up to here a log is fetched as quickly as a snapshot of it. */
const quickLength = 1000;

export interface SnapshotStartOptions {
  readonly client: SignedGet;
  /** Checks and takes a snapshot. @throws EccpError why it does not. */
  readonly joins: { take(roomId: RoomId, host: NodeName, received: Json): Promise<void> };
  readonly backfill: { add(roomId: RoomId): void };
}

/** Starts rooms with long logs from a snapshot of their host (section 18.4). */
export class SnapshotStart {
  readonly #options: SnapshotStartOptions;

  constructor(options: SnapshotStartOptions) {
    this.#options = options;
  }

  /** @returns whether the room is held now; otherwise its log is to be read (PULL-049). */
  async start(roomId: RoomId, peer: NodeName, signal: AbortSignal): Promise<boolean> {
    const { client, joins, backfill } = this.#options;
    const ask = (what: 'head' | 'snapshot') =>
      unlessAborted(signal, client.signed(peer, 'GET', roomPath(roomId, what)));
    try {
      const last = seqOf(await ask('head'));
      if (!isCount(last) || last <= quickLength) return false;
      await joins.take(roomId, peer, await ask('snapshot'));
    } catch (error) {
      if (error instanceof EccpError) return false;
      throw error;
    }
    backfill.add(roomId);
    return true;
  }
}
