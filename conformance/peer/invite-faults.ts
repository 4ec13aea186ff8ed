// Invitations that no node may take, by the words in which scenarios ask for them (section 17.4).
import type { JsonObject } from '../wire/json.ts';
import type { SequencedEvent } from '../wire/types.ts';
import { type Draft, foundRoom, originEvent, sequenced } from './events.ts';
import type { FakePeer } from './fake-peer.ts';
import { inviteItem } from './host.ts';
import type { PeerRoom } from './room.ts';

/** Makes such an invitation of a user of the other node to a room that the fake node hosts. */
export type InviteFault = (peer: FakePeer, room: PeerRoom, inviter: string, user: string) => JsonObject;

const OTHER_HASH = 'A'.repeat(43);

/** What is wrong with each. */
export const INVITE_FAULTS: Readonly<Record<string, InviteFault>> = {
  nothing: (...about) => item(...about),
  'another room beside it': (peer, ...about) => ({ ...item(peer, ...about), room_id: `!${OTHER_HASH}:${peer.name}` }),
  'the create event of another room': (peer, room, inviter, user) => {
    const [create] = foundRoom(peer.identity, inviter, 'private', 'joined').log;
    return { ...item(peer, room, inviter, user), create: create ?? null };
  },
  'the invite to another room': (peer, room, inviter, user) => {
    const other = foundRoom(peer.identity, inviter, 'private', 'joined');
    const invite = invited(peer, other, inviter, user);
    return { ...item(peer, room, inviter, user), invite, event_id: invite.event_id };
  },
  'a join in place of the invite': (peer, room, inviter, user) => with_(peer, room, membership(inviter, user, 'join')),
  'a ban in place of the invite': (peer, room, inviter, user) => with_(peer, room, membership(inviter, user, 'ban')),
  'a message in place of the invite': (peer, room, inviter) =>
    with_(peer, room, { type: 'eccp.room.message', sender: inviter, content: { body: 'hello' } }),
  'a user who does not exist': (peer, room, inviter) =>
    with_(peer, room, membership(inviter, `@no-such-user:${peer.setting.targetName}`, 'invite')),
  'a user of a third node': (peer, room, inviter) =>
    with_(peer, room, membership(inviter, '@eve:example.org', 'invite')),
  'an event signature that does not verify': (peer, room, inviter, user) =>
    inviteItem(peer, room, { ...invited(peer, room, inviter, user), signature: 'A'.repeat(86) }),
  'an entry signature that does not verify': (peer, room, inviter, user) =>
    inviteItem(peer, room, { ...invited(peer, room, inviter, user), entry_signature: 'A'.repeat(86) }),
  'an entry under a key that the host does not have': (peer, room, inviter, user) => {
    const origin = originEvent(peer.identity, room, membership(inviter, user, 'invite'));
    return inviteItem(peer, room, sequenced({ key: peer.identity.newKey() }, room, origin));
  },
  'a room version that nobody knows': (peer, _room, inviter, user) => {
    const other = foundRoom(peer.identity, inviter, 'private', 'joined', '99');
    return inviteItem(peer, other, invited(peer, other, inviter, user));
  },
  'no create event': (...about) => without('create', item(...about)),
  'no key document': (...about) => without('keys', item(...about)),
  'no preview': (...about) => without('preview', item(...about)),
  'a preview that is none': (...about) => ({ ...item(...about), preview: { visibility: 'unheard_of' } }),
  'a preview whose name is no text': (...about) => ({ ...item(...about), preview: { visibility: 'private', name: 5 } }),
  'a preview that does not say yes or no to encryption': (...about) => ({
    ...item(...about),
    preview: { visibility: 'private', encrypted: 'perhaps' },
  }),
};

function item(peer: FakePeer, room: PeerRoom, inviter: string, user: string): JsonObject {
  return inviteItem(peer, room, invited(peer, room, inviter, user));
}

function invited(peer: FakePeer, room: PeerRoom, inviter: string, user: string): SequencedEvent {
  return sequenced(peer.identity, room, originEvent(peer.identity, room, membership(inviter, user, 'invite')));
}

function with_(peer: FakePeer, room: PeerRoom, draft: Draft): JsonObject {
  return inviteItem(peer, room, sequenced(peer.identity, room, originEvent(peer.identity, room, draft)));
}

function membership(sender: string, user: string, what: string): Draft {
  return { type: 'eccp.room.member', sender, content: { membership: what }, stateKey: user };
}

function without(member: string, { [member]: _, ...rest }: JsonObject): JsonObject {
  return rest;
}
