import type { Kysely } from 'kysely';
import { EccpError } from '../core/errors.ts';
import { nodeOf } from '../core/ids.ts';
import { checkRules } from '../core/room-rules.ts';
import type { RoomState } from '../core/room-state.ts';
import type { DeviceId, EventId, Member, Membership, RoomId, SendResult, UserId } from '../generated/api.ts';
import { stateAt } from '../storage/events.ts';
import type { Origin, Rooms } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';
import { isActive, requireActive } from './accounts.ts';
import type { NodeStore } from './environment.ts';
import type { RemoteMemberships } from './remote-memberships.ts';
import { joinedRoom, notJoined, readableRoom, standing } from './room-access.ts';
import { inForce, type Reaching, type RoomChanges, type RoomWriter } from './room-writer.ts';

/** Joining, knocking, leaving, and what members do to others (section 8.2). What is allowed is chapter 9's. */
export class Memberships {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;
  readonly #writer: RoomWriter;
  readonly #remote: RemoteMemberships;
  readonly #nodeName: string;

  constructor(store: NodeStore, rooms: Rooms, writer: RoomWriter, remote: RemoteMemberships, nodeName: string) {
    this.#store = store;
    this.#rooms = rooms;
    this.#writer = writer;
    this.#remote = remote;
    this.#nodeName = nodeName;
  }

  async join(userId: UserId, roomId: RoomId, reason: string | undefined): Promise<SendResult> {
    if (await this.#remote.isElsewhere(userId, roomId)) return this.#remote.enter(userId, roomId, 'join', reason);
    return this.#actOnSelf(userId, roomId, 'join', reason, { repeats: true });
  }

  async knock(userId: UserId, roomId: RoomId, reason: string | undefined): Promise<SendResult> {
    if (await this.#remote.isElsewhere(userId, roomId)) return this.#remote.enter(userId, roomId, 'knock', reason);
    return this.#actOnSelf(userId, roomId, 'knock', reason, { repeats: true });
  }

  /**
   * From a room that only an invitation tells of, the invitation is declined.
   *
   * @param deviceId is told by sync when a leave that was queued is refused (HOST-058).
   */
  async leave(userId: UserId, roomId: RoomId, reason: string | undefined, deviceId?: DeviceId): Promise<SendResult> {
    const declined = await this.#remote.decline(userId, roomId, reason);
    if (declined !== undefined) return declined;
    if (await this.#remote.hasLeft(userId, roomId)) throw notJoined(); // HOST-062
    const origin = deviceId && { deviceId, txnId: null, digest: null };
    return this.#actOnSelf(userId, roomId, 'leave', reason, { queues: true }, origin);
  }

  invite(userId: UserId, roomId: RoomId, target: UserId, reason: string | undefined): Promise<SendResult> {
    return this.#writer.act(
      async (changes) => {
        const state = await joinedRoom(changes.trx, this.#rooms, roomId, userId);
        await this.requireUser(changes.trx, target);
        return this.#put(changes, state, userId, target, 'invite', reason);
      },
      { repeats: true },
    );
  }

  ban(userId: UserId, roomId: RoomId, target: UserId, reason: string | undefined): Promise<SendResult> {
    return this.#writer.act(async (changes) => {
      const state = await joinedRoom(changes.trx, this.#rooms, roomId, userId);
      return this.#put(changes, state, userId, target, 'ban', reason);
    });
  }

  kick(userId: UserId, roomId: RoomId, target: UserId, reason: string | undefined): Promise<SendResult> {
    return this.#endOther(userId, roomId, target, reason, ['join', 'invite', 'knock']);
  }

  unban(userId: UserId, roomId: RoomId, target: UserId, reason: string | undefined): Promise<SendResult> {
    return this.#endOther(userId, roomId, target, reason, ['ban']);
  }

  /** Gives up what the user may still read (ROOM-026, ROOM-027). */
  async forget(userId: UserId, roomId: RoomId): Promise<void> {
    await this.#store.write(async (trx) => {
      const { membership } = await standing(trx, this.#rooms, roomId, userId);
      if (membership !== 'leave' && membership !== 'ban') {
        throw new EccpError('ECCP_FORBIDDEN', 'Only a room that one has left can be forgotten.');
      }
      await trx
        .updateTable('memberships')
        .set(({ ref }) => ({ forgotten_seq: ref('seq'), ever_joined: 0 }))
        .where('room_id', '=', roomId)
        .where('user_id', '=', userId)
        .execute();
    });
  }

  /** Sorted by user id; without `membership` everyone who has one other than `leave` (ROOM-025). */
  list(userId: UserId, roomId: RoomId, membership: Membership | undefined): Promise<Member[]> {
    return this.#store.read(async (db) => {
      const { state, stateUpTo } = await readableRoom(db, this.#rooms, roomId, userId);
      const rows = await stateAt(db, roomId, stateUpTo);
      const levels = rows.find((row) => row.type === 'eccp.room.power_levels')?.content;
      const powers = levels ? state.levelsOf(JSON.parse(levels)) : state.levels;
      const members = rows
        .filter((row) => row.type === 'eccp.room.member')
        .map((row): Member => {
          const content = JSON.parse(row.content ?? '{}') as { membership: Membership; reason?: string };
          return {
            user_id: row.state_key as UserId,
            membership: content.membership,
            power: powers.ofUser(row.state_key ?? ''),
            event_id: row.event_id,
            ...(content.reason === undefined ? {} : { reason: content.reason }),
          };
        });
      return members
        .filter((m) => (membership === undefined ? m.membership !== 'leave' : m.membership === membership))
        .sort((a, b) => (a.user_id < b.user_id ? -1 : 1));
    });
  }

  /** Takes a user out of every room that the user is joined to, is invited to or knocks at, as far as its log goes on (ACC-072). */
  async leaveAll(changes: RoomChanges, userId: UserId): Promise<void> {
    const rows = await changes.trx
      .selectFrom('memberships')
      .select('room_id')
      .where('user_id', '=', userId)
      .where('membership', 'in', ['join', 'invite', 'knock'])
      .orderBy('room_id')
      .execute();
    for (const { room_id } of rows) {
      const state = await this.#rooms.load(changes.trx, room_id);
      if (state === undefined || (await this.#rooms.isFrozen(changes.trx, room_id))) continue;
      await this.#put(changes, state, userId, userId, 'leave', undefined);
    }
  }

  /** @throws EccpError ECCP_NOT_FOUND for a user of this node without an active account (ROOM-005, ROOM-023). Others only their node knows. */
  async requireUser(db: Kysely<Tables>, userId: UserId): Promise<void> {
    if (nodeOf(userId) !== this.#nodeName || (await isActive(db, userId))) return;
    throw new EccpError('ECCP_NOT_FOUND', 'There is no such user.');
  }

  #actOnSelf(
    userId: UserId,
    roomId: RoomId,
    to: Membership,
    reason: string | undefined,
    reaching: Reaching,
    origin?: Origin,
  ): Promise<SendResult> {
    return this.#writer.act(async (changes) => {
      await requireActive(changes.trx, userId);
      const { state } = await standing(changes.trx, this.#rooms, roomId, userId);
      return this.#put(changes, state, userId, userId, to, reason, origin);
    }, reaching);
  }

  #endOther(
    userId: UserId,
    roomId: RoomId,
    target: UserId,
    reason: string | undefined,
    from: Membership[],
  ): Promise<SendResult> {
    return this.#writer.act(async (changes) => {
      const state = await joinedRoom(changes.trx, this.#rooms, roomId, userId);
      const membership = target === userId ? undefined : state.membership(target);
      if (membership === undefined || !from.includes(membership)) {
        throw new EccpError('ECCP_FORBIDDEN', `This needs another user whose membership is ${from.join(' or ')}.`); // ROOM-029
      }
      return this.#put(changes, state, userId, target, 'leave', reason);
    });
  }

  async #put(
    changes: RoomChanges,
    state: RoomState,
    sender: UserId,
    target: UserId,
    membership: Membership,
    reason: string | undefined,
    origin?: Origin,
  ): Promise<SendResult> {
    const content = reason === undefined ? { membership } : { membership, reason };
    const draft = { sender, type: 'eccp.room.member', stateKey: target, content };
    const held = state.get(draft.type, target);
    if (held !== undefined && membership !== 'leave' && held.content?.membership === membership) {
      if (sender !== target) checkRules(state, draft);
      return inForce(changes.trx, state, held.event_id as EventId); // ROOM-022
    }
    const { result } = await changes.append(state, draft, origin);
    return result;
  }
}
