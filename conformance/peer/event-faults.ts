// Events that a node may not submit, by the words in which scenarios ask for them.

import { HarnessError } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import type { Json, JsonObject } from '../wire/json.ts';
import { beyondL, cofactored, neutralR } from './edge-signatures.ts';
import { type Draft, type EventFaults, originEvent } from './events.ts';
import type { FakePeer } from './fake-peer.ts';
import { ownMembership } from './participant.ts';
import { nodeOf, type Origin } from './room.ts';

/** An event on its way to a host, with the room that is named beside it. */
export interface Item {
  room_id: string;
  origin: Origin;
}

/** Makes such an event of a user who is joined. */
export type EventFault = (peer: FakePeer, roomId: string, user: string) => Item;

const OTHER_HASH = 'A'.repeat(43);

/** What is wrong with each. */
export const EVENT_FAULTS: Readonly<Record<string, EventFault>> = {
  // its form
  'a member that nobody knows': message({ bend: set({ x: 1 }) }),
  'another version of events': message({ bend: set({ v: 2 }) }),
  'no origin_ts': message({ bend: without('origin_ts') }),
  'an origin_ts that is a text': message({ bend: set({ origin_ts: '1' }) }),
  'a state key that its type does not have': message({ bend: set({ state_key: '', replaces: null }) }),
  'a type of the protocol that nobody knows': (peer, roomId, user) =>
    item(peer, roomId, { type: 'eccp.room.unheard_of', sender: user, content: {} }),
  'a type that is none': message({ bend: set({ type: 'Message' }) }),
  'content that nests 25 deep': (peer, roomId, user) => item(peer, roomId, hello(user, deep(25))),
  'content that nests 24 deep': (peer, roomId, user) => item(peer, roomId, hello(user, deep(24))),
  'a membership that nobody knows': (peer, roomId, user) => item(peer, roomId, ownMembership(user, 'unheard_of')),
  'its room created once more': (peer, roomId, user) =>
    item(peer, roomId, {
      type: 'eccp.room.create',
      sender: user,
      content: { room_version: '1' },
      stateKey: '',
    }),
  '61441 bytes': (peer, roomId, user) => item(peer, roomId, sized(peer, roomId, user, 61_441)),
  '61440 bytes': (peer, roomId, user) => item(peer, roomId, sized(peer, roomId, user, 61_440)),
  // what it says it is
  'an id that is not its hash': message({ spoil: set({ event_id: `$${OTHER_HASH}` }) }),
  'other content than its hash is of': message({ spoil: set({ content: { body: 'other' } }) }),
  'no content': message({ spoil: without('content') }),
  'no nonce': message({ spoil: without('nonce') }),
  'no signature': message({ spoil: without('signature') }),
  'a padded nonce': message({ spoil: ({ nonce }) => ({ nonce: `${nonce}==` }) }),
  'a padded content_hash': message({ bend: ({ content_hash }) => ({ content_hash: `${content_hash}=` }) }),
  'another room in the event': message({
    bend: ({ room_id }) => ({ room_id: `!${OTHER_HASH}:${nodeOf(String(room_id))}` }),
  }),
  'another room beside the event': (peer, roomId, user) => ({
    room_id: `!${OTHER_HASH}:${nodeOf(roomId)}`,
    origin: make(peer, roomId, hello(user)),
  }),
  // who says so
  'a sender of the node that hosts the room': (peer, roomId) =>
    item(peer, roomId, hello(`@somebody:${nodeOf(roomId)}`)),
  'a sender of a third node': (peer, roomId) => item(peer, roomId, hello('@eve:example.org')),
  'a sender who is not joined': (peer, roomId) => item(peer, roomId, hello(`@nobody:${peer.name}`)),
  'a key that the room does not know': (peer, roomId, user) => {
    const { key } = peer.identity;
    peer.identity.key = peer.identity.newKey();
    const event = make(peer, roomId, hello(user));
    peer.identity.key = key;
    return { room_id: roomId, origin: event };
  },
  'a signature that does not verify': message({ spoil: set({ signature: 'A'.repeat(86) }) }),
  'a signature whose S is not below L': message({ spoil: ({ signature }) => ({ signature: beyondL(signature) }) }),
  'a signature that holds only with the cofactor': (peer, roomId, user) => {
    const right = make(peer, roomId, hello(user));
    const signature = cofactored(right.event, peer.identity.key, 'eccp.event-sig.v1');
    return { room_id: roomId, origin: { ...right, signature } };
  },
  'a signature whose R is the neutral element': (peer, roomId, user) => {
    const right = make(peer, roomId, hello(user));
    return {
      room_id: roomId,
      origin: { ...right, signature: neutralR(right.event, peer.identity.key, 'eccp.event-sig.v1') },
    };
  },
  'key documents that its node does not publish': (peer, roomId, user) => {
    const { chain, key } = peer.identity;
    peer.identity.rotate();
    const event = make(peer, roomId, ownMembership(user, 'join'));
    Object.assign(peer.identity, { chain, key });
    return { room_id: roomId, origin: event };
  },
  "the key documents of another user's node": (peer, roomId, user) =>
    item(peer, roomId, {
      type: 'eccp.room.member',
      sender: user,
      content: { membership: 'invite', node_keys: [peer.identity.newest] },
      stateKey: `@somebody-else:${peer.name}`,
    }),
  'the key that was revoked': (peer, roomId, user) => {
    const { key, chain } = peer.identity;
    const [old] = chain.map((signed) => peer.identity.keysOf(signed)[0]);
    peer.identity.key = old ?? key;
    const event = make(peer, roomId, hello(user));
    peer.identity.key = key;
    return { room_id: roomId, origin: event };
  },
  // its place
  'no anchor': message({ bend: without('anchor') }),
  'an anchor off the chain': message({ bend: set({ anchor: { seq: 1, hash: OTHER_HASH } }) }),
  'an anchor ahead of the log': message({ bend: set({ anchor: { seq: 999_999, hash: OTHER_HASH } }) }),
  'an anchor where none belongs': own({ bend: set({ anchor: { seq: 0, hash: OTHER_HASH } }) }),
  'a stale replaces': own({ bend: set({ replaces: `$${OTHER_HASH}` }) }),
  'no replaces': own({ bend: without('replaces') }),
};

/**
 * An event with the fault that the words name.
 * @throws HarnessError for words that name none.
 */
export function faultyItem(words: string, ...about: Parameters<EventFault>): Item {
  const fault = EVENT_FAULTS[words];
  if (!fault) throw new HarnessError(`no fault "${words}"; there are ${Object.keys(EVENT_FAULTS).join(', ')}`);
  return fault(...about);
}

/** A message with faults. A function gives the members that differ. */
function message(faults: { bend?: (event: JsonObject) => object; spoil?: (origin: Origin) => object }): EventFault {
  return (peer, roomId, user) => item(peer, roomId, hello(user), bent(faults));
}

/** The repeated join of the user with faults. */
function own(faults: Parameters<typeof message>[0]): EventFault {
  return (peer, roomId, user) => item(peer, roomId, ownMembership(user, 'join'), bent(faults));
}

function bent({ bend, spoil }: Parameters<typeof message>[0]): EventFaults {
  return {
    ...(bend ? { bend: (event) => void Object.assign(event, bend(event)) } : {}),
    ...(spoil ? { spoil: (event) => void Object.assign(event, spoil(event)) } : {}),
  };
}

function set(members: object): () => object {
  return () => members;
}

function without(member: string): (target: object) => object {
  return (target) => {
    Reflect.deleteProperty(target, member);
    return {};
  };
}

function item(peer: FakePeer, roomId: string, draft: Draft, faults?: EventFaults): Item {
  return { room_id: roomId, origin: make(peer, roomId, draft, faults) };
}

function make(peer: FakePeer, roomId: string, draft: Draft, faults?: EventFaults): Origin {
  return originEvent(peer.identity, peer.room(roomId), draft, faults, roomId);
}

function hello(sender: string, content: JsonObject = { body: 'hello' }): Draft {
  return { type: 'eccp.room.message', sender, content };
}

/** Content in which objects nest so many deep, itself being the first; a message has a body besides. */
function deep(levels: number): JsonObject {
  let inner: Json = 1;
  for (let level = 1; level < levels; level++) inner = { a: inner };
  return { body: 'hello', a: inner };
}

/** A message that counts so many bytes by LOG-018. */
function sized(peer: FakePeer, roomId: string, user: string, bytes: number): Draft {
  const { event, content, nonce } = make(peer, roomId, hello(user, { body: '' }));
  const length = canonical(event).length + canonical({ content, nonce }).length;
  return hello(user, { body: 'x'.repeat(bytes - length) });
}
