// What users of fake nodes do in rooms, and how users come into rooms of the other side.
import { ConformanceFailure, HarnessError } from './outcome.ts';
import { originEvent } from './peer/events.ts';
import type { FakePeer } from './peer/fake-peer.ts';
import { extend, invite, say } from './peer/host.ts';
import { join, ownMembership, type Submitted } from './peer/participant.ts';
import type { PeerRoom } from './peer/room.ts';
import { isObject, lookUp, show } from './wire/json.ts';
import type { EccpWorld } from './world.ts';

/** A place in a log. */
export interface Head {
  seq: number;
  hash: string;
}

const submissions = new WeakMap<EccpWorld, Submitted[]>();
const heads = new WeakMap<EccpWorld, ReadonlyMap<string, Head>>();
/** Of rooms that fake nodes host: the first user of the node under test in each. */
const readers = new WeakMap<EccpWorld, ReadonlyMap<string, string>>();

/** What the scenario's fake nodes have submitted, oldest first. */
export function submittedOf(world: EccpWorld): Submitted[] {
  const list = submissions.get(world) ?? [];
  submissions.set(world, list);
  return list;
}

/** The fake node of a guest. @throws HarnessError for a user of the node under test. */
export async function homeOf(world: EccpWorld, guest: string): Promise<FakePeer> {
  const peer = await world.home(guest);
  if (!peer) throw new HarnessError(`${guest} lives on no fake node`);
  return peer;
}

/** A room as the fake node of a guest holds it. */
export async function copyOf(world: EccpWorld, guest: string, alias: string): Promise<PeerRoom> {
  const peer = await homeOf(world, guest);
  const room = peer.room(world.room(alias).id);
  if (!room) throw new HarnessError(`${peer.name} does not hold the room "${alias}"`);
  return room;
}

/** The head of a room as a user of the node under test sees it. */
export async function headOf(world: EccpWorld, alias: string): Promise<Head> {
  const reader = await readerOf(world, alias);
  if (reader === undefined) throw new HarnessError(`nobody of the node is in the room "${alias}"`);
  const { head } = await world.read(reader, 'getRoom', { params: { roomId: world.room(alias).id } });
  if (!isObject(head)) throw new ConformanceFailure('the head of the room', show(head));
  return { seq: Number(head.seq), hash: String(head.hash) };
}

/** The heads before the last act of a fake node, by room. */
export function notedHeads(world: EccpWorld): ReadonlyMap<string, Head> {
  return heads.get(world) ?? new Map();
}

/** Remembers the head before a fake node does something in a room, where a user of the node under test can see it. */
export async function noteHead(world: EccpWorld, alias: string): Promise<void> {
  if ((await readerOf(world, alias)) === undefined) return;
  heads.set(world, new Map(notedHeads(world)).set(alias, await headOf(world, alias)));
}

/** A user of the node under test who is in a room: who made it, or came into it first. */
async function readerOf(world: EccpWorld, alias: string): Promise<string | undefined> {
  const { owner } = world.room(alias);
  return (await world.home(owner)) ? readers.get(world)?.get(alias) : owner;
}

/** Keeps a submission for the Then steps, with its answer; the event is named. */
export function keep(world: EccpWorld, name: string, submitted: Submitted): void {
  submittedOf(world).push(submitted);
  world.events.set(name, submitted.origin.event_id);
  world.judge(submitted.answer);
}

/** Joins a guest to a room of the node under test, in the place of the invite where there is one. */
export async function guestJoins(world: EccpWorld, guest: string, alias: string): Promise<Submitted> {
  const peer = await homeOf(world, guest);
  const user = await world.userId(guest);
  const { id } = world.room(alias);
  const invited = peer.invites.findLast(
    (item) => item.room_id === id && lookUp(item, 'invite.event.state_key') === user,
  );
  return await join(peer, id, user, invited ? String(invited.event_id) : null);
}

/** Makes somebody a member of a room where that takes two nodes, or one that is fake. */
export async function bringAcross(world: EccpWorld, name: string, alias: string): Promise<void> {
  const { id, owner, visibility } = world.room(alias);
  const host = await world.home(owner);
  const user = await world.userId(name);
  if (!host) {
    const peer = await homeOf(world, name);
    if (visibility !== 'public') await inviteGuest(world, name, alias);
    const { result } = await guestJoins(world, name, alias);
    if (result.status !== 'sequenced') throw new ConformanceFailure(`${name}'s join to be sequenced`, show(result));
    const seq = Number(result.seq);
    world.events.set(`${name}'s join`, String(result.event_id));
    await peer.until(`entry ${seq} of the room, ${name}'s join`, () => (peer.room(id)?.head.seq ?? -1) >= seq);
    return;
  }
  const room = await copyOf(world, owner, alias);
  const inviter = await world.userId(owner);
  const home = await world.home(name);
  if (home) {
    if (visibility !== 'public')
      say(host, room, { type: 'eccp.room.member', sender: inviter, content: { membership: 'invite' }, stateKey: user });
    extend(host, room, originEvent(home.identity, room, ownMembership(user, 'join')));
    home.rooms.set(id, room); // fake nodes need not tell each other
    await host.delivered();
    return;
  }
  if (visibility !== 'public' && room.nodes.includes(host.setting.targetName)) {
    say(host, room, { type: 'eccp.room.member', sender: inviter, content: { membership: 'invite' }, stateKey: user });
    await host.delivered();
  } else if (visibility !== 'public') {
    const { answer } = await invite(host, room, inviter, user);
    const status = lookUp(answer.body, 'invites.0.status');
    if (status !== 'applied') throw new ConformanceFailure(`the invitation of ${name} to be taken`, answer.text);
  }
  await world.must(name, 'joinRoom', { params: { roomId: id }, body: {}, deadline: 20_000 });
  const known = readers.get(world) ?? new Map<string, string>();
  if (!known.has(alias)) readers.set(world, new Map(known).set(alias, name));
}

/** Invites a guest as the owner of a room of the node under test, and waits until the guest's node knows. */
export async function inviteGuest(world: EccpWorld, guest: string, alias: string): Promise<void> {
  const peer = await homeOf(world, guest);
  const { id, owner } = world.room(alias);
  const body = { user_id: await world.userId(guest) };
  const answer = await world.must(owner, 'inviteMember', { params: { roomId: id }, body });
  const event = String(answer.body.event_id);
  world.events.set(`${guest}'s invite`, event);
  await peer.until(
    `the invite of ${guest}`,
    () =>
      peer.invites.some((item) => item.event_id === event) ||
      peer.room(id)?.log.some((item) => item.event_id === event) === true,
  );
}
