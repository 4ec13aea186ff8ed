// A fake node as a room's host: it puts events in order, hands entries on and invites users of the other node.
import type { Answer } from '../answer.ts';
import type { JsonObject } from '../wire/json.ts';
import { isObject } from '../wire/json.ts';
import type { SequencedEvent } from '../wire/types.ts';
import { type Draft, type EventFaults, foundRoom, originEvent, sequenced } from './events.ts';
import type { FakePeer } from './fake-peer.ts';
import { originProblems } from './item-checks.ts';
import { nodeOf, type Origin, type PeerRoom } from './room.ts';

/** A new room of a user of the fake node, which hosts it. @param create more members of the create event. */
export function createRoom(
  peer: FakePeer,
  creator: string,
  visibility: string,
  history = 'joined',
  withPower = true,
  create: JsonObject = {},
): PeerRoom {
  const room = foundRoom(peer.identity, creator, visibility, history, '1', withPower, create);
  peer.rooms.set(room.id, room);
  return room;
}

/** Sequences an event of one of the host's own users and hands it on. */
export function say(peer: FakePeer, room: PeerRoom, draft: Draft, faults?: EventFaults): SequencedEvent {
  return extend(peer, room, originEvent(peer.identity, room, draft, faults));
}

/** Puts an event into the log and, where the host does so by itself, on its way to the other node. */
export function extend(peer: FakePeer, room: PeerRoom, origin: Origin): SequencedEvent {
  const before = room.nodes;
  const item = sequenced(peer.identity, room, origin);
  room.append(item);
  const { targetName } = peer.setting;
  const concerned = [...before, ...room.nodes, nodeOf(origin.event.state_key ?? '')];
  if (peer.behaviour.fansOut && concerned.includes(targetName)) peer.queue(item);
  return item;
}

/** Invites a user of the other node: its node does not take part yet, so the invite goes alone. @returns the answer to the transaction. */
export async function invite(
  peer: FakePeer,
  room: PeerRoom,
  inviter: string,
  user: string,
  bend: (item: JsonObject) => JsonObject = (item) => item,
  faults?: EventFaults,
): Promise<{ item: SequencedEvent; answer: Answer }> {
  const content = { membership: 'invite' };
  const draft = { type: 'eccp.room.member', sender: inviter, content, stateKey: user };
  const item = sequenced(peer.identity, room, originEvent(peer.identity, room, draft, faults));
  room.append(item);
  return { item, answer: await peer.transact({ invites: [bend(inviteItem(peer, room, item))] }) };
}

/** An invitation on its way to the node of whom it invites. */
export function inviteItem(peer: FakePeer, room: PeerRoom, invited: SequencedEvent): JsonObject {
  const [create] = room.log;
  const visibility = room.log.findLast(({ event }) => event.type === 'eccp.room.visibility')?.content?.visibility;
  return {
    event_id: invited.event_id,
    room_id: room.id,
    invite: invited,
    create: create ?? null,
    keys: [peer.identity.newest],
    preview: { visibility: visibility ?? 'private' },
  };
}

/** Sequences what the other node submits; a submission that no node may make is held against it. */
export function admit(
  peer: FakePeer,
  request: { method: string; uri: string },
  room: PeerRoom,
  submission: JsonObject,
): JsonObject {
  const { room_id: _, ...rest } = submission;
  const origin = rest as unknown as Origin;
  const held = room.log.find(({ event_id }) => event_id === origin.event_id);
  if (held) return { event_id: held.event_id, status: 'sequenced', seq: held.entry.seq };
  const conflict = conflictOf(room, origin);
  if (conflict) return conflict;
  for (const problem of originProblems(room, origin, peer.setting.targetName)) {
    peer.blame(request, `the submission ${origin.event_id}: ${problem}`);
  }
  const { entry } = extend(peer, room, origin);
  return { event_id: origin.event_id, status: 'sequenced', seq: entry.seq };
}

/** A state event whose time has passed: no fault, but nothing to sequence either. */
function conflictOf(room: PeerRoom, { event, content, event_id }: Origin): JsonObject | undefined {
  if (event.state_key === undefined) return undefined;
  const other = event.type === 'eccp.room.member' && event.state_key !== event.sender;
  if (other && isObject(content) && ['ban', 'leave'].includes(String(content.membership))) return undefined;
  const current = room.inForce(event.type, event.state_key);
  if (event.replaces === current) return undefined;
  return { event_id, errcode: 'ECCP_STATE_CONFLICT', error: 'other state is in force', current };
}
