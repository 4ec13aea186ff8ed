import { randomBytes } from 'node:crypto';
import type { CallOptions } from '../../world.ts';

/** One request to a room, but for the room itself. */
export interface Probe extends CallOptions {
  /** Other than well formed: only the sameness of the answers counts. */
  odd?: boolean;
}

/** What the requests name of the room: things that are really there, so that a node which looks them up first gives itself away. */
export interface Inside {
  message: string;
  state: string;
  /** The creator. */
  member: string;
  outsider: string;
  account: string;
  unique: string;
}

const message = (body: string) => ({ body });
const state = { eventType: 'eccp.room.name' };

/** Requests for every operation on a room. */
export const PROBES: Record<string, (inside: Inside) => Probe[]> = {
  getRoom: () => [{}],
  joinRoom: () => [{ body: {} }, { body: { reason: 'please' } }, { body: { reason: 7 }, odd: true }],
  knockRoom: () => [{ body: {} }, { body: { reason: 'please' } }],
  leaveRoom: () => [{ body: {} }],
  forgetRoom: () => [{}],
  inviteMember: onMember,
  kickMember: onMember,
  banMember: onMember,
  unbanMember: onMember,
  listMembers: () => [{}, { query: { membership: 'join' } }, { query: { membership: 'boss' }, odd: true }],
  getState: () => [{}],
  getStateEvent: () => [state, { eventType: 'eccp.room.topic' }, { eventType: 'org.example.x' }].map(withParams),
  getKeyedState: ({ member }) => [
    { params: { eventType: 'eccp.room.member', stateKey: member } },
    { params: { eventType: 'org.example.x', stateKey: 'k' } },
  ],
  putState: (inside) => [
    { params: state, body: { content: { name: 'mine' } } },
    { params: state, body: { content: { name: 'mine' }, replaces: inside.state } },
    { params: state, body: { content: { name: 'mine' }, replaces: null } },
    { params: state, body: { content: { name: 7 } }, odd: true },
    { params: { eventType: 'eccp.room.power_levels' }, body: { content: {} }, odd: true },
    { params: { eventType: 'eccp.room.create' }, body: { content: {} }, odd: true },
    { params: { eventType: 'eccp.room.nothing' }, body: { content: {} }, odd: true },
    { params: { eventType: 'eccp.room.visibility' }, body: { content: { visibility: 'shadow' } }, odd: true },
    { params: { eventType: 'org.example.x' }, body: { content: { x: 'x'.repeat(62_000) } }, odd: true },
  ],
  putKeyedState: ({ member, outsider }) => [
    { params: { eventType: 'org.example.x', stateKey: 'k' }, body: { content: {} } },
    { params: { eventType: 'org.example.x', stateKey: member }, body: { content: {} } },
    {
      params: { eventType: 'eccp.room.member', stateKey: outsider },
      body: { content: { membership: 'join' } },
      odd: true,
    },
  ],
  listMessages: () => [
    {},
    { query: { dir: 'f' } },
    { query: { from: 3, limit: 1 } },
    { query: { from: 999_999 } },
    { query: { limit: 0 }, odd: true },
  ],
  getEvent: ({ message: eventId }) => [{ params: { eventId } }, { params: { eventId: eventIdOfNothing() } }],
  sendEvent: ({ unique }) => [
    { params: { eventType: 'eccp.room.message' }, body: message('let me in') },
    { params: { eventType: 'eccp.room.message' }, body: message('again'), headers: { 'Idempotency-Key': unique } },
    { params: { eventType: 'eccp.room.message' }, body: {}, odd: true },
    { params: { eventType: 'eccp.room.topic' }, body: { topic: 't' }, odd: true },
    { params: { eventType: 'eccp.room.redaction' }, body: {}, odd: true },
    { params: { eventType: 'eccp.room.message' }, body: message('x'.repeat(62_000)), odd: true },
  ],
  sendEventWithTxn: ({ unique }) => [
    { params: { eventType: 'eccp.room.message', txnId: unique }, body: message('let me in') },
    { params: { eventType: 'org.example.x', txnId: unique }, body: {} },
  ],
  transferRoom: () => [{ body: { node: 'peer.example.net' } }, { body: { node: 7 }, odd: true }],
  redactEvent: ({ message: eventId }) => [
    { params: { eventId }, body: {} },
    { params: { eventId: eventIdOfNothing() }, body: {} },
    { params: { eventId }, body: {}, headers: { 'Idempotency-Key': 'k' } },
  ],
  putReceipt: ({ message: event_id }) => [{ body: { event_id } }, { body: { event_id: eventIdOfNothing() } }],
  putTyping: () => [{ body: { typing: true } }, { body: { typing: false } }],
  getRoomAccountData: () => [{ params: { type: 'org.example.data' } }],
  putRoomAccountData: () => [{ params: { type: 'org.example.data' }, body: { mine: true } }],
};

function onMember({ member, outsider, account }: Inside): Probe[] {
  return [{ user_id: member }, { user_id: outsider }, { user_id: account }, { user_id: 'nobody' }].map((body) => ({
    body,
    odd: body.user_id === 'nobody',
  }));
}

function withParams(params: Record<string, string>): Probe {
  return { params };
}

function eventIdOfNothing(): string {
  return `$${randomBytes(32).toString('base64url')}`;
}
