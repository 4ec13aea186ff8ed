import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { nodeOf } from '../core/ids.ts';
import { type CheckedSnapshot, checkSnapshot } from '../core/snapshot.ts';
import type { EventId, NodeName, RoomId, UserId } from '../generated/api.ts';
import type { Rooms } from '../storage/rooms.ts';
import { adopt } from '../storage/snapshots.ts';
import { breathing } from './breath.ts';
import type { Recorder } from './evidence.ts';
import type { LogKeeper } from './log-keeper.ts';
import { noSuchRoom } from './room-access.ts';
import type { Submissions } from './submissions.ts';

export interface SnapshotJoinOptions {
  rooms: Rooms;
  keeper: LogKeeper;
  submissions: Submissions;
  audit: Recorder;
  /** A key of another node that is in force now. @throws EccpError why there is none. */
  keyOf: (node: NodeName, keyId: string) => Promise<string>;
  nodeName: string;
}

/** Rooms that this node comes into through a snapshot (section 18.4). Their logs are verified afterwards: see LogVerification. */
export class SnapshotJoin {
  readonly #options: SnapshotJoinOptions;

  constructor(options: SnapshotJoinOptions) {
    this.#options = options;
  }

  /**
   * Starts a room from a snapshot. One that is held already stays as it is.
   *
   * @param host the node that gave it.
   * @param received untrusted.
   * @throws EccpError why it is not to be started from; that is on record then. ECCP_NOT_FOUND for a room that nobody is joining.
   */
  async take(roomId: RoomId, host: NodeName, received: Json): Promise<void> {
    let checked: CheckedSnapshot;
    try {
      checked = await this.#check(roomId, host, received);
    } catch (error) {
      if (error instanceof EccpError) {
        const { errcode, message } = error;
        const detail = { reason: message };
        const kind = 'room.snapshot_refused';
        await this.#options.audit.record({ kind, actor: host, subject: roomId, errcode, detail });
      }
      throw error;
    }
    await this.#adopt(roomId, checked);
  }

  async #check(roomId: RoomId, host: NodeName, received: Json): Promise<CheckedSnapshot> {
    const { keyOf, nodeName } = this.#options;
    const checked = await checkSnapshot(received, roomId, breathing());
    const { state, hostKey } = checked;
    if (state.host !== host) throw new EccpError('ECCP_NOT_HOST', 'The room has another host.'); // PULL-050
    if (!state.nodes.has(nodeName)) throw new EccpError('ECCP_FORBIDDEN', 'None of this node’s users is joined.'); // PULL-056
    if ((await keyOf(host, hostKey.id)) !== hostKey.publicKey) {
      throw new EccpError('ECCP_BAD_SIGNATURE', 'The host has no such key now.'); // PULL-055
    }
    return checked;
  }

  async #adopt(roomId: RoomId, checked: CheckedSnapshot): Promise<void> {
    const { rooms, keeper, submissions, nodeName } = this.#options;
    const { state, older, recent } = checked;
    const own = [...older, ...recent].filter(({ event }) => nodeOf(event.sender) === nodeName);
    const ownIds = new Set(own.map(({ event_id }) => event_id));
    await keeper.write(async (log) => {
      if ((await rooms.load(log.trx, roomId)) !== undefined) return;
      if (!(await submissions.awaits(log.trx, roomId))) throw noSuchRoom();
      await adopt(log.trx, rooms, checked, async (eventId) =>
        ownIds.has(eventId) ? submissions.take(log.trx, eventId) : undefined,
      );
      for (const { type, state_key } of state.entries()) {
        if (type === 'eccp.room.member' && nodeOf(state_key) === nodeName) log.tell(state_key as UserId);
      }
    });
    for (const { event_id, entry } of own) submissions.sequenced(event_id as EventId, entry.seq);
  }
}
