import type { Kysely } from 'kysely';
import { EccpError } from '../core/errors.ts';
import { nodeOf } from '../core/ids.ts';
import type { Draft } from '../core/room-log.ts';
import { RoomState } from '../core/room-state.ts';
import type { EventId, NodeName, RoomId, SendResult, SequencedEvent, UserId } from '../generated/api.ts';
import type { NodeIdentity } from '../storage/node-identity.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';
import { requireActive } from './accounts.ts';
import type { NodeStore } from './environment.ts';
import type { Invitations } from './invitations.ts';
import type { LogKeeper } from './log-keeper.ts';
import { noSuchRoom } from './room-access.ts';
import type { RoomWriter } from './room-writer.ts';
import type { Pending, Submissions } from './submissions.ts';

export interface RemoteMembershipsOptions {
  store: NodeStore;
  rooms: Rooms;
  keeper: LogKeeper;
  writer: RoomWriter;
  submissions: Submissions;
  invitations: Invitations;
  identity: NodeIdentity;
}

/** How often a join is written anew by what the host says is in force. */
const maxCorrections = 3;

/** What the room is believed to have: the host corrects it. */
interface Believed {
  /** The user's membership event in force, or null. */
  replaces: string | null;
  /** The version of this node's key document in the room, 0 for none. */
  version: number;
  host: NodeName;
}

/** Coming into rooms that this node takes no part in, and declining invitations to them. */
export class RemoteMemberships {
  readonly #options: RemoteMembershipsOptions;

  constructor(options: RemoteMembershipsOptions) {
    this.#options = options;
  }

  /**
   * Whether what this node holds of a room says nothing about a user: another node hosts it, and no user of this one is in it, so that
   * what is held is old; or the user's leave is on its way to the host (HOST-062).
   */
  isElsewhere(userId: UserId, roomId: RoomId): Promise<boolean> {
    const { store, rooms, submissions, identity } = this.#options;
    return store.read(async (db) => {
      const state = await rooms.load(db, roomId);
      if ((state?.host ?? nodeOf(roomId)) === identity.name) return false;
      if (state?.nodes.has(identity.name) !== true) return true;
      if ((await submissions.membershipSent(db, roomId, userId)) !== undefined) return true;
      return hasLeftEarly(db, rooms, state, userId); // the host has taken the leave, and its entry is to come
    });
  }

  /** Whether a user has left a room, and its log does not say so yet. */
  hasLeft(userId: UserId, roomId: RoomId): Promise<boolean> {
    const { store, rooms } = this.#options;
    return store.read(async (db) => {
      const state = await rooms.load(db, roomId);
      return state !== undefined && hasLeftEarly(db, rooms, state, userId);
    });
  }

  /**
   * Joins a room, or knocks at it, through its host. When a join returns, the log up to it is held (HOST-053).
   *
   * @throws EccpError the host's refusal, ECCP_UNREACHABLE.
   */
  async enter(
    userId: UserId,
    roomId: RoomId,
    membership: 'join' | 'knock',
    reason: string | undefined,
  ): Promise<SendResult> {
    const content = reason === undefined ? { membership } : { membership, reason };
    const result = await this.#tell(userId, roomId, content, false);
    if (membership === 'join')
      await this.#options.store.write((trx) => this.#options.invitations.end(trx, userId, roomId));
    return result;
  }

  /**
   * Ends an invitation or a knock at once, and tells the host when it can be reached.
   *
   * @returns undefined when there is none.
   * @throws EccpError the host's refusal.
   */
  async decline(userId: UserId, roomId: RoomId, reason: string | undefined): Promise<SendResult | undefined> {
    const { store, invitations } = this.#options;
    if (!(await this.isElsewhere(userId, roomId))) return undefined;
    if ((await store.read((db) => invitations.of(db, userId, roomId))) === undefined) return undefined;
    const content = reason === undefined ? { membership: 'leave' } : { membership: 'leave', reason };
    return this.#tell(userId, roomId, content, true);
  }

  /** Submits a membership event, and does so anew where the host says that something else is in force (HOST-052). */
  async #tell(userId: UserId, roomId: RoomId, content: Draft['content'], declines: boolean): Promise<SendResult> {
    const believed = await this.#believed(userId, roomId);
    for (let left = maxCorrections; ; left--) {
      try {
        const pending = await this.#submit(userId, roomId, content, believed, declines);
        return await this.#options.submissions.outcome(pending);
      } catch (error) {
        if (left <= 0 || !(error instanceof EccpError) || !correct(believed, error)) throw error;
      }
    }
  }

  async #believed(userId: UserId, roomId: RoomId): Promise<Believed> {
    const { store, rooms, submissions, invitations, identity } = this.#options;
    return store.read(async (db) => {
      const state = await rooms.load(db, roomId);
      const sent = await submissions.membershipSent(db, roomId, userId);
      const invitation = await invitations.of(db, userId, roomId);
      const known = invitation && (JSON.parse(invitation.event) as SequencedEvent);
      return {
        replaces: sent ?? known?.event_id ?? state?.get('eccp.room.member', userId)?.event_id ?? null,
        version: state?.keyDocument(identity.name)?.version ?? 0,
        host: (invitation?.host ?? state?.host ?? nodeOf(roomId)) as NodeName,
      };
    });
  }

  async #submit(
    userId: UserId,
    roomId: RoomId,
    content: Draft['content'],
    { replaces, version, host }: Believed,
    declines: boolean,
  ): Promise<Pending> {
    const { keeper, writer, invitations, identity } = this.#options;
    const documents = identity.chain.filter(({ document }) => document.version > version);
    const carried = version === 0 ? documents.slice(-1) : documents;
    const draft: Draft = {
      sender: userId,
      type: 'eccp.room.member',
      stateKey: userId,
      content: carried.length === 0 ? content : { ...content, node_keys: carried },
      replaces,
    };
    if (host === identity.name) throw noSuchRoom();
    return keeper.write(async (log) => {
      await requireActive(log.trx, userId);
      if (declines) {
        await invitations.end(log.trx, userId, roomId);
        log.tell(userId);
      }
      return writer.submit(log, RoomState.unheld(roomId), draft, { host, queues: declines });
    });
  }
}

async function hasLeftEarly(db: Kysely<Tables>, rooms: Rooms, state: RoomState, userId: UserId): Promise<boolean> {
  if (state.membership(userId) !== 'join') return false;
  return (await rooms.membership(db, state.roomId as RoomId, userId))?.membership === 'leave';
}

/** Takes in what the host says is in force. Whether that made a difference. */
function correct(believed: Believed, { errcode, details }: EccpError): boolean {
  if (errcode === 'ECCP_STATE_CONFLICT' && details.current !== undefined && details.current !== believed.replaces) {
    believed.replaces = details.current as EventId | null;
    return true;
  }
  if (errcode === 'ECCP_NOT_HOST' && details.host !== undefined && details.host !== believed.host) {
    believed.host = details.host as NodeName;
    return true;
  }
  if (errcode === 'ECCP_KEY_CONTINUITY' && details.version !== undefined && details.version !== believed.version) {
    believed.version = details.version;
    return true;
  }
  return false;
}
