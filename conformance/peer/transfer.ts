// Rooms that get another host: consents that a fake node gives, and transfers that it makes (section 17.7).
import type { JsonObject } from '../wire/json.ts';
import { signJson } from '../wire/signature.ts';
import type { SequencedEvent } from '../wire/types.ts';
import type { FakePeer } from './fake-peer.ts';
import { say } from './host.ts';
import type { PeerKey } from './identity.ts';
import type { PeerRoom } from './room.ts';
import type { Reply, Request } from './server.ts';
import { refusal } from './serving.ts';

const OTHER_ROOM = 'A'.repeat(43);
const DOMAIN = 'eccp.host-consent-sig.v1';

/** Makes a consent of a fake node to host a room next. */
export type Consenting = (peer: FakePeer, room: PeerRoom) => JsonObject;

/** A right consent. */
export const CONSENT: Consenting = (peer, room) => signed(peer, room);

/** What is wrong with a consent, by the words in which scenarios ask for it; but for the last ones each is signed as it stands. */
export const CONSENT_FAULTS: Readonly<Record<string, Consenting>> = {
  'a consent for another room': (peer, room) =>
    signed(peer, room, { room_id: `!${OTHER_ROOM}:${room.id.slice(room.id.indexOf(':') + 1)}` }),
  'a consent of another node': (peer, room) => signed(peer, room, { node: 'another.example.org' }),
  'a consent for a later epoch': (peer, room) => signed(peer, room, { epoch: room.epoch + 2 }),
  'a consent with a member that nobody knows': (peer, room) => signed(peer, room, { x: 1 }),
  'a consent under a key that its document does not list': (peer, room) =>
    signed(peer, room, {}, peer.identity.newKey()),
  'a consent whose signature does not verify': (peer, room) => ({
    ...signed(peer, room),
    signature: 'A'.repeat(86),
  }),
  'a consent in another domain': (peer, room) => signed(peer, room, {}, peer.identity.key, 'eccp.event-sig.v1'),
};

/** Makes a fake node answer for its consent to host a room. */
export function agree(peer: FakePeer, consenting: Consenting = CONSENT): void {
  onAsked(peer, (room) => ({ status: 200, body: consenting(peer, room) }));
}

/** Makes a fake node refuse to host any room. */
export function disagree(peer: FakePeer, errcode: string): void {
  onAsked(peer, () => refusal(peer, errcode));
}

/** Whether a request asks for the consent to host a room. */
export function asksForConsent({ method, path }: { method: string; path: string }, roomId: string): boolean {
  return method === 'POST' && decodeURIComponent(path) === `/_eccp/federation/v1/rooms/${roomId}/consent`;
}

/** Signs the event by which a fake node, as the host of a room, gives it away, and hands it on. */
export function giveAway(
  host: FakePeer,
  room: PeerRoom,
  sender: string,
  node: string,
  consent: JsonObject,
): SequencedEvent {
  return say(host, room, { type: 'eccp.room.host', sender, content: { node, consent }, stateKey: '' });
}

function onAsked(peer: FakePeer, answer: (room: PeerRoom) => Reply): void {
  peer.behaviour.intercept = async (request: Request) => {
    const room = [...peer.rooms.values()].find(({ id }) => asksForConsent(request, id));
    if (!room) return undefined;
    if (!(await peer.authentic(request))) return refusal(peer, 'ECCP_BAD_SIGNATURE');
    return answer(room);
  };
}

function signed(
  peer: FakePeer,
  room: PeerRoom,
  bend: JsonObject = {},
  key: PeerKey = peer.identity.key,
  domain = DOMAIN,
): JsonObject {
  const consent = { room_id: room.id, epoch: room.epoch + 1, node: peer.name, ...bend };
  return { consent, key: key.id, signature: signJson(key.seed, domain, consent) };
}
