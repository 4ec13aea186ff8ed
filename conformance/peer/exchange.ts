// What a fake node does with the items of a transaction: it takes part in rooms like an honest node, unless a scenario says otherwise.
import { isObject, type Json, type JsonObject } from '../wire/json.ts';
import { replayLog } from '../wire/room-log.ts';
import type { SequencedEvent, SignedKeyDocument } from '../wire/types.ts';
import type { FakePeer } from './fake-peer.ts';
import { admit } from './host.ts';
import { signatureProblems } from './item-checks.ts';
import { pull } from './participant.ts';
import { entryHash, nodeOf, PeerRoom } from './room.ts';

type Asked = { method: string; uri: string };

/** Handles the sections in their order and answers with a result for each item. */
export async function exchange(peer: FakePeer, request: Asked, body: JsonObject): Promise<JsonObject> {
  const invites = items(body.invites).map((item) => invite(peer, request, item));
  const entries: JsonObject[] = [];
  for (const item of items(body.entries)) entries.push(await entry(peer, request, item as unknown as SequencedEvent));
  const submissions = items(body.submissions).map((item) => submission(peer, request, item));
  const device_changes = items(body.device_changes).map((item) => deviceItem(peer, request, item, item.user));
  const to_device = items(body.to_device).map((item) => deviceItem(peer, request, item, item.sender));
  return { submissions, entries, invites, device_changes, to_device };
}

/** @param user whose it is: one of the node that sent it. */
function deviceItem(peer: FakePeer, request: Asked, item: JsonObject, user: Json | undefined): JsonObject {
  const id = String(item.id);
  if (nodeOf(String(user)) !== peer.setting.targetName) peer.blame(request, `the item ${id} is of ${String(user)}`);
  return { id, status: 'applied' };
}

function invite(peer: FakePeer, request: Asked, item: JsonObject): JsonObject {
  for (const problem of inviteProblems(peer, item))
    peer.blame(request, `the invitation ${String(item.event_id)}: ${problem}`);
  peer.invites.push(item);
  return { event_id: item.event_id ?? '', status: 'applied' };
}

/** What is wrong with an invitation, as far as its receiver can tell: the room, whom it is for, hashes and signatures of both entries. */
function inviteProblems(peer: FakePeer, item: JsonObject): string[] {
  const [create, invited] = [item.create, item.invite] as unknown as SequencedEvent[];
  if (!create || !invited) return ['it lacks an entry'];
  const { problems } = replayLog([create]);
  const host = (create.content?.node_keys as unknown as SignedKeyDocument[] | undefined)?.at(-1)?.document;
  const keys = (item.keys as unknown as SignedKeyDocument[] | undefined)?.at(-1)?.document;
  const id = `!${create.event_id.slice(1)}:${nodeOf(create.event.sender)}`;
  return [
    ...problems.map(({ check, message }) => `create, ${check}: ${message}`),
    ...(item.room_id === id && invited.event.room_id === id ? [] : [`its room is not ${id}`]),
    ...(item.event_id === invited.event_id ? [] : ['it is named otherwise than its event']),
    ...(invited.content?.membership === 'invite' ? [] : ['its event is no invite']),
    ...(nodeOf(invited.event.state_key ?? '') === peer.name ? [] : [`it is for ${invited.event.state_key}`]),
    ...signatureProblems(invited, keys, host),
  ];
}

async function entry(peer: FakePeer, request: Asked, item: SequencedEvent): Promise<JsonObject> {
  const { event_id } = item;
  const id = item.entry.room_id;
  const room = peer.room(id) ?? (peer.awaited.has(id) ? new PeerRoom(id) : undefined);
  if (!room) return { event_id, errcode: 'ECCP_NOT_FOUND', error: 'no such room' };
  peer.rooms.set(id, room);
  if (item.entry.seq > room.head.seq + 1) await pull(peer, room);
  const held = room.log[item.entry.seq];
  if (!held && item.entry.seq > room.head.seq + 1)
    return { event_id, errcode: 'ECCP_GAP', error: 'entries are missing' };
  if (!held) room.append(item);
  else if (entryHash(held.entry) !== entryHash(item.entry)) {
    peer.blame(request, `entry ${item.entry.seq} of ${id} is another than the one that came before`);
    return { event_id, errcode: 'ECCP_CHAIN_FORK', error: 'another entry has that place' };
  }
  return { event_id, status: 'applied' };
}

function submission(peer: FakePeer, request: Asked, item: JsonObject): JsonObject {
  const event_id = item.event_id ?? '';
  const room = peer.room(String(item.room_id));
  if (!room) return { event_id, errcode: 'ECCP_NOT_FOUND', error: 'no such room' };
  if (room.host !== peer.name) {
    if (nodeOf(room.id) !== peer.name)
      peer.blame(request, `${String(event_id)} was submitted to ${peer.name}, and ${room.host} hosts its room`);
    return { event_id, errcode: 'ECCP_NOT_HOST', error: `${room.host} hosts the room`, host: room.host };
  }
  return peer.behaviour.judge?.(item) ?? admit(peer, request, room, item);
}

function items(section: Json | undefined): JsonObject[] {
  return (Array.isArray(section) ? section : []).filter(isObject);
}
