import type { Kysely } from 'kysely';
import type { JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { entryHash } from '../core/event.ts';
import { nodeOf } from '../core/ids.ts';
import { RoomState } from '../core/room-state.ts';
import { hash } from '../core/signing.ts';
import type {
  CreateRoomRequest,
  Hash,
  JoinRule,
  NodeName,
  Room,
  RoomId,
  UserId,
  Visibility,
} from '../generated/api.ts';
import { type Rooms, textOf } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';
import { requireActive } from './accounts.ts';
import type { Directory } from './directory.ts';
import type { NodeStore } from './environment.ts';
import type { Invitations } from './invitations.ts';
import type { Invite } from './invite-item.ts';
import type { Memberships } from './memberships.ts';
import { joinedRoom, readableRoom, type Standing, standing } from './room-access.ts';
import { joinedUsers, type RoomChanges, type RoomWriter } from './room-writer.ts';

/** schemas/Predecessor.json */
type Predecessor = { room_id: RoomId; seq: number; hash: Hash };

const joinRules: Record<Visibility, JoinRule> = {
  public: 'open',
  private: 'invite',
  invite_only: 'knock',
  shadow: 'payload',
};

export interface RoomServiceOptions {
  store: NodeStore;
  rooms: Rooms;
  writer: RoomWriter;
  memberships: Memberships;
  directory: Directory;
  invitations: Invitations;
}

/** Creating rooms and telling what they are (sections 8.1 and 8.4). */
export class RoomService {
  readonly #options: RoomServiceOptions;

  constructor(options: RoomServiceOptions) {
    this.#options = options;
  }

  /** @returns the room, and whether it is new: a direct room of the same two is found again (ROOM-013). */
  create(userId: UserId, request: CreateRoomRequest): Promise<{ roomId: RoomId; isNew: boolean }> {
    const { writer, memberships, directory } = this.#options;
    checkRequest(userId, request);
    return writer.write(async (changes) => {
      const { trx } = changes;
      await requireActive(trx, userId);
      const predecessor = request.predecessor && (await this.#predecessor(trx, userId, request.predecessor));
      const invited = [...new Set([...(request.invite ?? []), ...(predecessor?.members ?? [])])];
      for (const target of invited) await memberships.requireUser(trx, target); // ROOM-005
      const other = request.direct === true ? invited[0] : undefined;
      const existing = other && (await directRoomOf(trx, userId, other));
      if (existing !== undefined) return { roomId: existing, isNew: false };
      const roomId = await this.#found(changes, userId, { ...request, invite: invited }, predecessor?.place);
      if (other !== undefined) await setDirectRoom(trx, roomId, pairOf(userId, other));
      if (request.alias !== undefined) await directory.claim(trx, userId, request.alias, roomId, '/alias'); // ROOM-006
      return { roomId, isNew: true };
    });
  }

  /** What a client tells its user about a room (ROOM-040 to ROOM-045). */
  describe(userId: UserId, roomId: RoomId): Promise<Room> {
    const { store, rooms, directory, invitations } = this.#options;
    return store.read(async (db) => {
      const invitation = await invitations.of(db, userId, roomId);
      if (invitation?.item != null) return describeInvited(JSON.parse(invitation.item) as Invite); // HOST-066
      const asker = await standing(db, rooms, roomId, userId);
      const state = await this.#shownState(db, userId, roomId, asker);
      const joined = joinedUsers(state);
      const name = textOf(state, 'eccp.room.name', 'name');
      const topic = textOf(state, 'eccp.room.topic', 'topic');
      return {
        room_id: roomId,
        membership: asker.membership ?? 'leave',
        ...(name === null ? {} : { name }),
        ...(topic === null ? {} : { topic }),
        visibility: state.visibility,
        join_rule: joinRules[state.visibility],
        history_visibility: state.historyVisibility,
        direct: state.get('eccp.room.create')?.content?.direct === true,
        encrypted: state.isEncrypted, // ENC-012
        bots: false,
        bridges: false,
        host: state.host as NodeName,
        nodes: [...new Set(joined.map((user) => nodeOf(user) as NodeName))].sort(),
        member_count: joined.length,
        aliases: state === asker.state ? await directory.aliasesOf(db, roomId) : [],
        head: await this.#readableHead(db, userId, roomId, asker),
      };
    });
  }

  /** The present state, or for a user who is no longer in a room that is not public, the state at the end of that time. */
  async #shownState(
    db: Kysely<Tables>,
    userId: UserId,
    roomId: RoomId,
    { state, membership, everJoined }: Standing,
  ): Promise<RoomState> {
    const present = membership === 'join' || membership === 'invite' || membership === 'knock';
    if (present || state.visibility === 'public') return state;
    if (!everJoined) throw new EccpError('ECCP_FORBIDDEN', 'This needs a user who is or was in the room.'); // ROOM-043, ROOM-045
    const { stateUpTo } = await readableRoom(db, this.#options.rooms, roomId, userId);
    return this.#options.rooms.stateUpTo(db, state, stateUpTo); // ROOM-044
  }

  async #readableHead(
    db: Kysely<Tables>,
    userId: UserId,
    roomId: RoomId,
    { everJoined }: Standing,
  ): Promise<Room['head']> {
    const ranges = everJoined ? (await readableRoom(db, this.#options.rooms, roomId, userId)).ranges : [];
    const seq = ranges.at(-1)?.to ?? 0; // ROOM-042
    const { entry } = await db
      .selectFrom('events')
      .select('entry')
      .where('room_id', '=', roomId)
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow();
    return { seq, hash: hash('eccp.entry.v1', entry) as Hash }; // stored in canonical form
  }

  /** Where a room ends that a new one continues, and who is in it besides the one who continues it. */
  async #predecessor(
    trx: Kysely<Tables>,
    userId: UserId,
    roomId: RoomId,
  ): Promise<{ place: Predecessor; members: UserId[] }> {
    const state = await joinedRoom(trx, this.#options.rooms, roomId, userId);
    if (state.power(userId) < 100) throw new EccpError('ECCP_FORBIDDEN', 'Only power 100 continues a room in another.');
    const { seq, hash } = state.head;
    const members = joinedUsers(state).filter((member) => member !== userId); // ROOM-019
    return { place: { room_id: roomId, seq, hash: hash as Hash }, members };
  }

  /** The entries that every room begins with, in their order (LOG-053). */
  async #found(
    changes: RoomChanges,
    userId: UserId,
    request: CreateRoomRequest,
    predecessor: Predecessor | undefined,
  ): Promise<RoomId> {
    const visibility = request.visibility ?? 'private';
    const direct = request.direct === true;
    const admins = direct ? [userId, ...(request.invite ?? [])] : [userId]; // ROOM-012
    let state = RoomState.empty;
    const put = async (type: string, stateKey: string, content: JsonObject): Promise<void> => {
      ({ state } = await changes.append(state, { sender: userId, type, stateKey, content }));
    };
    await put('eccp.room.create', '', {
      room_version: '1',
      ...(direct && { direct }),
      ...((request.requireVerified ?? !direct) && { require_verified: true }), // ENC-020
      ...(predecessor && { predecessor }), // ROOM-018
    });
    await put('eccp.room.member', userId, { membership: 'join' });
    await put('eccp.room.power_levels', '', { users: Object.fromEntries(admins.map((admin) => [admin, 100])) }); // ROOM-008
    await put('eccp.room.visibility', '', { visibility });
    await put('eccp.room.history_visibility', '', { history_visibility: request.historyVisibility ?? 'joined' });
    const encrypted = request.encrypted ?? visibility !== 'public'; // ENC-010, ENC-011
    if (encrypted) await put('eccp.room.encryption', '', { algorithm: 'eccp.room.v1' });
    if (request.name !== undefined) await put('eccp.room.name', '', { name: request.name });
    if (request.topic !== undefined) await put('eccp.room.topic', '', { topic: request.topic });
    for (const target of request.invite ?? []) await put('eccp.room.member', target, { membership: 'invite' });
    return state.roomId as RoomId;
  }
}

/** What an invitation tells of a room that the node takes no part in. Of its members it tells the one who invites. */
function describeInvited({ room_id, invite, create, preview }: Invite): Room {
  const host = nodeOf(room_id) as NodeName;
  return {
    room_id,
    membership: 'invite',
    ...preview,
    join_rule: joinRules[preview.visibility],
    history_visibility: 'joined',
    direct: create.content?.direct === true,
    bots: false,
    bridges: false,
    host,
    nodes: [...new Set([host, nodeOf(invite.event.sender) as NodeName])].sort(),
    member_count: 1,
    aliases: [],
    head: { seq: 0, hash: entryHash(create.entry) as Hash },
  };
}

function checkRequest(userId: UserId, request: CreateRoomRequest): void {
  const visibility = request.visibility ?? 'private';
  if (visibility === 'shadow') throw new EccpError('ECCP_CAPABILITY', 'This node does not offer Shadow Rooms.'); // ROOM-007
  if (request.joinRule !== undefined && request.joinRule !== joinRules[visibility]) {
    throw badParam('/joinRule', `A ${visibility} room has the join rule ${joinRules[visibility]}.`); // ROOM-003
  }
  const invite = request.invite ?? [];
  if (invite.includes(userId)) throw badParam('/invite', 'The creator is in the room already.');
  if (request.direct !== true) return;
  if (visibility !== 'private') throw badParam('/visibility', 'A direct room is private.'); // ROOM-011
  if (invite.length !== 1) throw badParam('/invite', 'A direct room has one other user.'); // ROOM-011
}

/** The direct room of two users, while the asking one is joined and the other joined or invited (ROOM-013). */
async function directRoomOf(db: Kysely<Tables>, userId: UserId, other: UserId): Promise<RoomId | undefined> {
  const row = await db
    .selectFrom('rooms')
    .innerJoin('memberships as mine', 'mine.room_id', 'rooms.room_id')
    .innerJoin('memberships as theirs', 'theirs.room_id', 'rooms.room_id')
    .select('rooms.room_id')
    .where('rooms.direct_pair', '=', pairOf(userId, other))
    .where('mine.user_id', '=', userId)
    .where('mine.membership', '=', 'join')
    .where('theirs.user_id', '=', other)
    .where('theirs.membership', 'in', ['join', 'invite'])
    .executeTakeFirst();
  return row?.room_id;
}

/** Makes a room the direct room of two users, in place of one that they no longer have. */
async function setDirectRoom(trx: Kysely<Tables>, roomId: RoomId, pair: string): Promise<void> {
  await trx.updateTable('rooms').set({ direct_pair: null }).where('direct_pair', '=', pair).execute();
  await trx.updateTable('rooms').set({ direct_pair: pair }).where('room_id', '=', roomId).execute();
}

function pairOf(one: UserId, other: UserId): string {
  return [one, other].sort().join(' ');
}

function badParam(path: string, message: string): EccpError {
  return new EccpError('ECCP_BAD_PARAM', message, { path });
}
