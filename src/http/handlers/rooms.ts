import type { Memberships } from '../../services/memberships.ts';
import type { RoomService } from '../../services/rooms.ts';
import type { StateEvents } from '../../services/state-events.ts';
import type { Transfers } from '../../services/transfers.ts';
import type { Handlers } from '../types.ts';
import { contentOf } from './content.ts';

type RoomHandlers = Pick<
  Handlers,
  | 'createRoom'
  | 'getRoom'
  | 'joinRoom'
  | 'knockRoom'
  | 'leaveRoom'
  | 'forgetRoom'
  | 'transferRoom'
  | 'inviteMember'
  | 'kickMember'
  | 'banMember'
  | 'unbanMember'
  | 'listMembers'
  | 'getState'
  | 'getStateEvent'
  | 'getKeyedState'
  | 'putState'
  | 'putKeyedState'
>;

export function roomHandlers({
  rooms,
  memberships,
  state,
  transfers,
}: {
  rooms: RoomService;
  memberships: Memberships;
  state: StateEvents;
  transfers: Transfers;
}): RoomHandlers {
  return {
    createRoom: async ({ session, body }) => {
      const { roomId, isNew } = await rooms.create(session.userId, body);
      return { status: isNew ? 201 : 200, body: { room_id: roomId } };
    },
    getRoom: async ({ session, params }) => ({
      status: 200,
      body: await rooms.describe(session.userId, params.roomId),
    }),
    joinRoom: async ({ session, params, body }) => ({
      status: 200,
      body: await memberships.join(session.userId, params.roomId, body.reason),
    }),
    knockRoom: async ({ session, params, body }) => ({
      status: 200,
      body: await memberships.knock(session.userId, params.roomId, body.reason),
    }),
    leaveRoom: async ({ session, params, body }) => ({
      status: 200,
      body: await memberships.leave(session.userId, params.roomId, body.reason, session.deviceId),
    }),
    forgetRoom: async ({ session, params }) => {
      await memberships.forget(session.userId, params.roomId);
      return { status: 200, body: {} };
    },
    transferRoom: async ({ session, params, body }) => ({
      status: 200,
      body: await transfers.transfer(session.userId, params.roomId, body.node),
    }),
    inviteMember: async ({ session, params, body }) => ({
      status: 200,
      body: await memberships.invite(session.userId, params.roomId, body.user_id, body.reason),
    }),
    kickMember: async ({ session, params, body }) => ({
      status: 200,
      body: await memberships.kick(session.userId, params.roomId, body.user_id, body.reason),
    }),
    banMember: async ({ session, params, body }) => ({
      status: 200,
      body: await memberships.ban(session.userId, params.roomId, body.user_id, body.reason),
    }),
    unbanMember: async ({ session, params, body }) => ({
      status: 200,
      body: await memberships.unban(session.userId, params.roomId, body.user_id, body.reason),
    }),
    listMembers: async ({ session, params, query }) => ({
      status: 200,
      body: { members: await memberships.list(session.userId, params.roomId, query.membership) },
    }),
    getState: async ({ session, params }) => ({
      status: 200,
      body: { events: await state.list(session, params.roomId) },
    }),
    getStateEvent: async ({ session, params }) => ({
      status: 200,
      body: await state.get(session, params.roomId, params.eventType, ''),
    }),
    getKeyedState: async ({ session, params }) => ({
      status: 200,
      body: await state.get(session, params.roomId, params.eventType, params.stateKey),
    }),
    putState: async ({ session, params, body }) => ({
      status: 200,
      body: await state.put(session, params.roomId, params.eventType, '', contentOf(body.content), body.replaces),
    }),
    putKeyedState: async ({ session, params, body }) => ({
      status: 200,
      body: await state.put(
        session,
        params.roomId,
        params.eventType,
        params.stateKey,
        contentOf(body.content),
        body.replaces,
      ),
    }),
  };
}
