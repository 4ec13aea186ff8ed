// Entries that a host signs and no node may accept, by the words in which scenarios ask for them.
import type { SequencedEvent } from '../wire/types.ts';
import { beyondL, cofactored, neutralR } from './edge-signatures.ts';
import { type Draft, type EventFaults, originEvent, sequenced } from './events.ts';
import type { FakePeer } from './fake-peer.ts';
import { say } from './host.ts';
import { nodeOf, type PeerRoom } from './room.ts';

/** A forged entry for the next place of a room that the fake node hosts; right entries that it needs before it go their usual way. */
export type Forgery = (peer: FakePeer, room: PeerRoom) => SequencedEvent;

const OTHER_HASH = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** Entries whose host signature is right: a node freezes the room before them. */
export const FORGERIES: Readonly<Record<string, Forgery>> = {
  'another state_root': (peer, room) => message(peer, room, {}, { state_root: OTHER_HASH }),
  'a host_ts before that of the entry before': (peer, room) => message(peer, room, {}, { host_ts: room.head.ts - 1 }),
  'an unknown member in the entry': (peer, room) => message(peer, room, {}, { x: 1 }),
  'an unknown member in the event': (peer, room) => message(peer, room, bent({ x: 1 })),
  'a member missing in the event': (peer, room) =>
    message(peer, room, {
      bend: (event) => {
        delete (event as { origin_ts?: number }).origin_ts;
      },
    }),
  'an event of another version': (peer, room) => message(peer, room, bent({ v: 2 })),
  'an epoch that no event began': (peer, room) => message(peer, room, {}, { epoch: 1 }),
  'another prev': (peer, room) => message(peer, room, {}, { prev: OTHER_HASH }),
  'a type of the protocol that nobody knows': (peer, room) =>
    next(peer, room, { ...hello(room), type: 'eccp.room.unheard_of' }),
  'another room in the event': (peer, room) => message(peer, room, bent({ room_id: `!${OTHER_HASH}:${room.host}` })),
  'an anchor off the chain': (peer, room) =>
    message(peer, room, bent({ anchor: { seq: room.head.seq, hash: OTHER_HASH } })),
  'an anchor ahead of it': (peer, room) =>
    message(peer, room, bent({ anchor: { seq: room.head.seq + 1, hash: OTHER_HASH } })),
  'no anchor': (peer, room) =>
    message(peer, room, {
      bend: (event) => {
        delete event.anchor;
      },
    }),
  'an event signature that does not verify': (peer, room) => ({ ...message(peer, room), signature: 'A'.repeat(86) }),
  'an event that stands in the log already': (peer, room) => {
    const { entry: _, entry_signature: __, ...origin } = say(peer, room, hello(room));
    return sequenced(peer.identity, room, { content: {}, nonce: '', ...origin });
  },
  'a stale replaces': (peer, room) => {
    say(peer, room, title(room, 'first'));
    return next(peer, room, title(room, 'second'), bent({ replaces: null }));
  },
  'a message of a user who is not joined': (peer, room) =>
    next(peer, room, { ...hello(room), sender: `@nobody:${peer.name}` }),
  'the join of a user who was not invited': (peer, room) => next(peer, room, own(room, 'uninvited', 'join')),
  'the join of a banned user': (peer, room) => {
    say(peer, room, { ...own(room, 'banned', 'ban'), sender: creatorOf(room) });
    return next(peer, room, own(room, 'banned', 'join'));
  },
  'the demotion of an equal': (peer, room) => {
    const [creator, equal] = [creatorOf(room), `@equal:${peer.name}`];
    say(peer, room, { ...own(room, 'equal', 'invite'), sender: creator });
    say(peer, room, own(room, 'equal', 'join'));
    say(peer, room, powers(creator, { [creator]: 100, [equal]: 100 }));
    return next(peer, room, powers(equal, { [creator]: 50, [equal]: 100 }));
  },
  'the join of somebody invited to a shadow room': (peer, room) => {
    const creator = creatorOf(room);
    say(peer, room, { ...own(room, 'invited', 'invite'), sender: creator });
    say(peer, room, { type: 'eccp.room.visibility', sender: creator, content: { visibility: 'shadow' }, stateKey: '' });
    return next(peer, room, own(room, 'invited', 'join'));
  },
  'a second create event': (peer, room) =>
    next(
      peer,
      room,
      {
        type: 'eccp.room.create',
        sender: creatorOf(room),
        content: { room_version: '1', node_keys: [peer.identity.newest] },
        stateKey: '',
      },
      {
        bend: (event) => {
          delete event.room_id;
          delete event.anchor;
        },
      },
    ),
  'more power than its sender has': (peer, room) => {
    const [creator, junior] = [creatorOf(room), `@junior:${peer.name}`];
    say(peer, room, { ...own(room, 'junior', 'invite'), sender: creator });
    say(peer, room, own(room, 'junior', 'join'));
    return next(peer, room, powers(junior, { [creator]: 100, [junior]: 100 }));
  },
};

/** Entries at which the copy is at fault, or that the host did not sign: they are refused, and the room goes on. */
export const BAD_COPIES: Readonly<Record<string, Forgery>> = {
  'an entry signature that does not verify': (peer, room) => ({
    ...message(peer, room),
    entry_signature: 'A'.repeat(86),
  }),
  'an entry signature whose S is not below L': (peer, room) => {
    const item = message(peer, room);
    return { ...item, entry_signature: beyondL(item.entry_signature) };
  },
  'an entry signature that holds only with the cofactor': (peer, room) => {
    const item = message(peer, room);
    return { ...item, entry_signature: cofactored(item.entry, peer.identity.key, 'eccp.entry-sig.v1') };
  },
  'an entry signature whose R is the neutral element': (peer, room) => {
    const item = message(peer, room);
    return { ...item, entry_signature: neutralR(item.entry, peer.identity.key, 'eccp.entry-sig.v1') };
  },
  'an entry under a key that the host does not have': (peer, room) =>
    sequenced({ key: peer.identity.newKey() }, room, originOf(peer, room)),
  'other content than the one that its hash is of': (peer, room) => ({
    ...message(peer, room),
    content: { body: 'something else' },
  }),
};

/** The user who made the room. */
export function creatorOf(room: PeerRoom): string {
  return room.log[0]?.event.sender ?? '';
}

function message(peer: FakePeer, room: PeerRoom, faults: EventFaults = {}, bend = {}): SequencedEvent {
  return sequenced(peer.identity, room, originEvent(peer.identity, room, hello(room), faults), bend);
}

function next(peer: FakePeer, room: PeerRoom, draft: Draft, faults: EventFaults = {}): SequencedEvent {
  return sequenced(peer.identity, room, originEvent(peer.identity, room, draft, faults));
}

function originOf(peer: FakePeer, room: PeerRoom) {
  return originEvent(peer.identity, room, hello(room));
}

function bent(members: object): EventFaults {
  return { bend: (event) => void Object.assign(event, members) };
}

function hello(room: PeerRoom): Draft {
  return { type: 'eccp.room.message', sender: creatorOf(room), content: { body: 'hello' } };
}

function title(room: PeerRoom, name: string): Draft {
  return { type: 'eccp.room.name', sender: creatorOf(room), content: { name }, stateKey: '' };
}

function own(room: PeerRoom, local: string, membership: string): Draft {
  const user = `@${local}:${nodeOf(creatorOf(room))}`;
  return { type: 'eccp.room.member', sender: user, content: { membership }, stateKey: user };
}

function powers(sender: string, users: Record<string, number>): Draft {
  return { type: 'eccp.room.power_levels', sender, content: { users }, stateKey: '' };
}
