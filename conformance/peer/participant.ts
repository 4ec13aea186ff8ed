// A fake node as a participant of a room that the other node hosts: it submits events, and pulls and checks the log.
import type { Answer } from '../answer.ts';
import { ConformanceFailure } from '../outcome.ts';
import { isObject, type JsonObject, lookUp } from '../wire/json.ts';
import { replayLog } from '../wire/room-log.ts';
import { eventsOf } from '../wire/types.ts';
import { type Draft, type EventFaults, originEvent } from './events.ts';
import type { FakePeer } from './fake-peer.ts';
import type { RequestFaults } from './outgoing.ts';
import { type Origin, PeerRoom } from './room.ts';

/** What became of a submission. */
export interface Submitted {
  origin: Origin;
  answer: Answer;
  /** The item's result; empty where the request as a whole was refused. */
  result: JsonObject;
}

/** Hands an event to the host of its room. */
export async function submit(
  peer: FakePeer,
  roomId: string,
  origin: Origin,
  faults?: RequestFaults,
  bend: JsonObject = {},
): Promise<Submitted> {
  const answer = await peer.transact({ submissions: [{ room_id: roomId, ...origin, ...bend }] }, faults);
  const result = lookUp(answer.body, 'submissions.0');
  return { origin, answer, result: isObject(result) ? result : {} };
}

/** Makes an event for a room and hands it to the host. */
export async function propose(
  peer: FakePeer,
  roomId: string,
  draft: Draft,
  faults: { event?: EventFaults; request?: RequestFaults } = {},
): Promise<Submitted> {
  const origin = originEvent(peer.identity, peer.room(roomId), draft, faults.event, roomId);
  return await submit(peer, roomId, origin, faults.request);
}

/** The event by which a user joins, knocks or leaves. */
export function ownMembership(user: string, membership: string): Draft {
  return { type: 'eccp.room.member', sender: user, content: { membership }, stateKey: user };
}

/**
 * Joins a room of the other node, and takes its log from there.
 * @param replaces the event in force for the user: the invite, where there was one.
 */
export async function join(
  peer: FakePeer,
  roomId: string,
  user: string,
  replaces: string | null = null,
): Promise<Submitted> {
  peer.awaited.add(roomId);
  const known = peer.room(roomId) !== undefined;
  const bend: EventFaults['bend'] = (event) => {
    if (!known) event.replaces = replaces;
  };
  const submitted = await propose(peer, roomId, ownMembership(user, 'join'), { event: { bend } });
  if (submitted.result.status === 'sequenced') {
    const room = peer.rooms.get(roomId) ?? new PeerRoom(roomId);
    peer.rooms.set(roomId, room);
    await pull(peer, room);
  }
  return submitted;
}

/** Fetches the entries that a room lacks. @throws ConformanceFailure when the other node refuses them, or gives others. */
export async function pull(peer: FakePeer, room: PeerRoom): Promise<void> {
  for (;;) {
    const from = room.head.seq + 1;
    const path = `/_eccp/federation/v1/rooms/${encodeURIComponent(room.id)}/log?from=${from}&limit=200`;
    const answer = await peer.send('GET', path);
    if (!answer.ok) throw new ConformanceFailure(`the log of ${room.id}`, `${answer.status} ${answer.text}`);
    const entries = eventsOf(answer.body.entries);
    const head = lookUp(answer.body, 'head.entry.seq');
    for (const item of entries) if (item.entry.seq === room.head.seq + 1) room.append(item);
    if (room.head.seq < from && Number(head) >= from)
      throw new ConformanceFailure(`entry ${from} of ${room.id}`, `${entries.length} entries, none of them that one`);
    if (room.head.seq >= Number(head) || entries.length === 0) return;
  }
}

/** What is wrong with the logs that a fake node took from the other one, as anybody can tell who holds them. */
export function logProblems(peer: FakePeer): string[] {
  const others = [...peer.rooms.values()].filter(({ host }) => host === peer.setting.targetName);
  return others.flatMap(({ id, log }) =>
    replayLog(log).problems.map(({ seq, check, message }) => `entry ${seq} of ${id}, ${check}: ${message}`),
  );
}
