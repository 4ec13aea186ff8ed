// Where a request can hold an id of each kind.
import { HarnessError } from '../../outcome.ts';
import type { Json } from '../../wire/json.ts';

/** One operation and the part of it that takes the id. */
export interface Place {
  operation: string;
  /** The path parameter, or the JSON pointer of the body's member. */
  at: string;
  /** The body around the id, or the one that the operation needs besides. */
  body?: (id: string) => Json;
  /** Other path parameters than those of the scenario's room. */
  params?: Record<string, string>;
}

const user = (operation: string): Place => ({ operation, at: '/user_id', body: (id) => ({ user_id: id }) });
const bare = (operation: string, at: string): Place => ({ operation, at });
const empty = (operation: string, at: string): Place => ({ operation, at, body: () => ({}) });

const EVENT_TYPE = { eventType: 'org.example.state' };

const CREATION: Place = { operation: 'createRoom', at: '/invite/0', body: (id) => ({ invite: [id] }) };

const PLACES: Record<string, Place[]> = {
  'user id': [user('inviteMember'), user('kickMember'), user('banMember'), user('unbanMember'), CREATION],
  'device id': [
    { operation: 'renameDevice', at: 'deviceId', body: () => ({ name: 'x' }) },
    bare('revokeDevice', 'deviceId'),
  ],
  'room id': [
    bare('getRoom', 'roomId'),
    bare('listMessages', 'roomId'),
    bare('getState', 'roomId'),
    empty('joinRoom', 'roomId'),
    { operation: 'inviteMember', at: 'roomId', body: () => ({ user_id: '@nobody:example.org' }) },
  ],
  'room id to read': [bare('getRoom', 'roomId'), bare('listMessages', 'roomId'), bare('getState', 'roomId')],
  'user id to kick': [user('kickMember')],
  'event id': [
    bare('getEvent', 'eventId'),
    empty('redactEvent', 'eventId'),
    { operation: 'putReceipt', at: '/event_id', body: (id) => ({ event_id: id }) },
  ],
  'event id to be replaced': [
    { operation: 'putState', at: '/replaces', params: EVENT_TYPE, body: (id) => ({ content: {}, replaces: id }) },
  ],
  alias: [bare('getAlias', 'alias'), bare('deleteAlias', 'alias')],
  'alias to be made': [
    { operation: 'putAlias', at: 'alias', body: () => ({ room_id: '' }) },
    { operation: 'createRoom', at: '/alias', body: (id) => ({ alias: id }) },
  ],
  'event type': [
    empty('sendEvent', 'eventType'),
    { operation: 'sendEventWithTxn', at: 'eventType', params: { txnId: 'txn' }, body: () => ({}) },
    bare('getStateEvent', 'eventType'),
    bare('getKeyedState', 'eventType'),
    { operation: 'putState', at: 'eventType', body: () => ({ content: {} }) },
  ],
  'type of account data': [
    bare('getAccountData', 'type'),
    bare('getRoomAccountData', 'type'),
    empty('putRoomAccountData', 'type'),
  ],
  'state key': [
    { operation: 'getKeyedState', at: 'stateKey', params: EVENT_TYPE },
    { operation: 'putKeyedState', at: 'stateKey', params: EVENT_TYPE, body: () => ({ content: {} }) },
  ],
};

/** @throws HarnessError when there is no such kind of id. */
export function placesOf(kind: string): Place[] {
  const places = PLACES[kind];
  if (!places) throw new HarnessError(`no places for the kind "${kind}"; there are ${Object.keys(PLACES).join(', ')}`);
  return places;
}
