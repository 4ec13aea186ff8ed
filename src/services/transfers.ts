import type { Json, JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { type SignedHostConsent, signConsent } from '../core/host-transfer.ts';
import { nodeOf } from '../core/ids.ts';
import { checkRules } from '../core/room-rules.ts';
import type { NodeName, RoomId, SendResult, UserId } from '../generated/api.ts';
import { verifiedFrom } from '../storage/events.ts';
import type { NodeIdentity } from '../storage/node-identity.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { NodeStore } from './environment.ts';
import { joinedRoom, noSuchRoom } from './room-access.ts';
import { joinedUsers, type RoomWriter } from './room-writer.ts';

/** Asks another node to host a room; its answer is untrusted. Throws the EccpError of its refusal, or of why there is none. */
export type AskConsent = (node: NodeName, roomId: RoomId) => Promise<Json>;

export interface TransfersOptions {
  store: NodeStore;
  rooms: Rooms;
  writer: RoomWriter;
  identity: NodeIdentity;
  askConsent: AskConsent;
}

/** Giving rooms another host (section 17.7). */
export class Transfers {
  readonly #options: TransfersOptions;

  constructor(options: TransfersOptions) {
    this.#options = options;
  }

  /** @throws EccpError what the rules, the new host or the old one refuse. */
  async transfer(userId: UserId, roomId: RoomId, node: NodeName): Promise<SendResult> {
    const { store, rooms, writer, identity, askConsent } = this.#options;
    await store.read(async (db) => {
      const state = await joinedRoom(db, rooms, roomId, userId);
      checkRules(state, { type: 'eccp.room.host', stateKey: '', sender: userId, content: {} }); // before anybody is asked
    });
    const consent = node === identity.name ? await this.consent(node, roomId) : await askConsent(node, roomId);
    return writer.act(async (changes) => {
      const state = await joinedRoom(changes.trx, rooms, roomId, userId);
      const content = { node, consent: consent as JsonObject };
      const { result } = await changes.append(state, { sender: userId, type: 'eccp.room.host', stateKey: '', content });
      return result;
    });
  }

  /**
   * Agrees that this node will host a room next. It does where one of its own users is in charge of the room.
   *
   * @param asker the node that asks, authenticated.
   * @throws EccpError ECCP_NOT_FOUND for a room that the asker takes no part in, ECCP_ROOM_FROZEN, ECCP_FORBIDDEN;
   *   ECCP_UNAVAILABLE while this node has not verified the log from its beginning: a host has all of it.
   */
  consent(asker: NodeName, roomId: RoomId): Promise<SignedHostConsent> {
    const { store, rooms, identity } = this.#options;
    return store.read(async (db) => {
      const state = await rooms.load(db, roomId);
      if (state === undefined || !state.nodes.has(asker)) throw noSuchRoom();
      await rooms.requireOpen(db, roomId);
      const isTrusted = joinedUsers(state).some((user) => nodeOf(user) === identity.name && state.power(user) >= 100);
      if (!isTrusted || state.host === identity.name) {
        throw new EccpError('ECCP_FORBIDDEN', 'This node hosts a room where one of its own users has power 100.'); // HOST-087
      }
      if ((await verifiedFrom(db, roomId)) > 0) {
        throw new EccpError('ECCP_UNAVAILABLE', 'This node has not read the whole log yet.'); // PULL-047
      }
      const consent = { room_id: roomId, epoch: state.nextEpoch + 1, node: identity.name };
      return signConsent(consent, identity.keyIn(state.keyDocument(identity.name)));
    });
  }
}
