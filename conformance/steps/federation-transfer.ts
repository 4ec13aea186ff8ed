// Rooms that get another host (section 17.7).
import { Given, Then, When } from '@cucumber/cucumber';
import { copyOf, homeOf, submittedOf } from '../guests.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { originEvent, sequenced } from '../peer/events.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { extend } from '../peer/host.ts';
import { ownMembership } from '../peer/participant.ts';
import type { PeerRoom } from '../peer/room.ts';
import { CONSENT, type Consenting, giveAway } from '../peer/transfer.ts';
import { show } from '../wire/json.ts';
import { replayLog } from '../wire/room-log.ts';
import type { SequencedEvent } from '../wire/types.ts';
import { type EccpWorld, GUESTS } from '../world.ts';
import { wholeLog } from './base/log.ts';
import { readLog } from './base/messages.ts';
import { askNode, consenting } from './federation-consent.ts';
import { handOver } from './federation-entries.ts';

/** The last transfer that a fake node signed. */
const transfers = new WeakMap<EccpWorld, { host: FakePeer; item: SequencedEvent }>();

// When Alice transfers the room to the peer   (from then on a user of the peer is whom the room belongs to, in the words of later steps)
When('{actor} transfers {room} to {peer}', async function (this: EccpWorld, who: string, name: string, alias: string) {
  const peer = await this.peer(alias);
  const { id } = this.room(name);
  const answer = await this.call(who, 'transferRoom', { params: { roomId: id }, body: { node: peer.name } });
  if (!answer.ok) return;
  this.events.set('the transfer', String(answer.body.event_id));
  await peer.until(`the transfer of ${id}`, () => peer.room(id)?.host === peer.name);
  belongsTo(this, name, alias);
});
When(
  '{actor} transfers {room} to the node {string}',
  async function (this: EccpWorld, who: string, name: string, node: string) {
    const named = node === 'of their own' ? this.run.facts.node : node;
    await this.call(who, 'transferRoom', { params: { roomId: this.room(name).id }, body: { node: named } });
  },
);

// Then the transfer is the last entry of epoch 0, and "hello" is of epoch 1 and of the peer   (of its host, that is)
Then(
  /^the transfer is the last entry of epoch (\d+), and "([^"]+)" comes after it, of epoch (\d+), as (\w+) sees it$/,
  async function (this: EccpWorld, before: string, text: string, after: string, who: string) {
    const log = await wholeLog(this, who, 'room');
    const place = log.findIndex(({ event }) => event.type === 'eccp.room.host');
    const [transfer, next] = [log[place], log.find(({ event_id }) => event_id === this.event(text))];
    if (!transfer || !next)
      throw new ConformanceFailure(`the transfer and "${text}" in the log`, `${log.length} entries`);
    expectEqual(transfer.entry.epoch, Number(before), 'the epoch of the transfer');
    const epochs = log.slice(place + 1).map(({ entry }) => entry.epoch);
    expectEqual(epochs.join(), epochs.map(() => Number(after)).join(), 'the epochs after it');
    expectThat(next.entry.seq > transfer.entry.seq, `"${text}" after the transfer`, String(next.entry.seq));
  },
);

// Then the whole log of the room holds, as the peer has it   (hashes, signatures, hosts and epochs, from entry 0 on)
Then('the whole log of {room} holds, as {peer} has it', async function (this: EccpWorld, name: string, alias: string) {
  const peer = await this.peer(alias);
  await peer.delivered();
  const log = peer.room(this.room(name).id)?.log ?? [];
  expectThat(log.length > 0, 'a log', 'none');
  const problems = replayLog(log).problems.map(({ seq, check, message }) => `entry ${seq}, ${check}: ${message}`);
  expectEqual(problems.join('; '), '', 'what is wrong with it');
});

// Then the host of the room is the peer, as Alice sees it · … is Alice's node, …   (getRoom)
Then(
  /^the host of the room is (the peer(?: "[^"]+")?|the node under test), as (\w+) sees it$/,
  async function (this: EccpWorld, whom: string, who: string) {
    const [, alias] = /"([^"]+)"/.exec(whom) ?? [];
    const expected = whom === 'the node under test' ? this.run.facts.node : (await this.peer(alias ?? 'peer')).name;
    const body = await this.read(who, 'getRoom', { params: { roomId: this.room('room').id } });
    expectEqual(body.host, expected, 'host of the room');
  },
);

// Then the result names the peer as the host
Then('the result names {peer} as the host', async function (this: EccpWorld, alias: string) {
  const result = submittedOf(this).at(-1)?.result;
  expectEqual(result?.host, (await this.peer(alias)).name, 'host in the result');
});
Then('the result names the node under test as the host', function (this: EccpWorld) {
  expectEqual(submittedOf(this).at(-1)?.result.host, this.run.facts.node, 'host in the result');
});

// When Pat moves the room to the node under test   (with its consent)
When('{guest} moves {room} to the node under test', async function (this: EccpWorld, guest: string, name: string) {
  const host = await homeOf(this, guest);
  const room = await copyOf(this, guest, name);
  const consent = this.succeeded(await askNode(host, room.id)).body;
  giveAway(host, room, await this.userId(guest), this.run.facts.node, consent);
  await host.delivered();
});

// When Pat moves the room to the peer "two" · … with "a consent for another room"   (peer/transfer.ts)
When('{guest} moves {room} to {peer}', async function (this: EccpWorld, guest: string, name: string, alias: string) {
  await move(this, guest, name, await this.peer(alias), CONSENT);
  belongsTo(this, name, alias);
});
When(
  '{guest} moves {room} to {peer} with {string}',
  async function (this: EccpWorld, guest: string, name: string, alias: string, words: string) {
    await move(this, guest, name, await this.peer(alias), consenting(words));
  },
);

// When Pat moves the room to the peer "two" without more ado   (whoever is in the room)
When(
  '{guest} moves {room} to {peer} without more ado',
  async function (this: EccpWorld, guest: string, name: string, alias: string) {
    await move(this, guest, name, await this.peer(alias), CONSENT);
  },
);

// Then the transfer is refused with ECCP_BAD_EVENT by the node   (the last that a fake node signed, which is the last entry of its log)
Then('the transfer is refused with {errcodes} by the node', async function (this: EccpWorld, codes: string[]) {
  const { host, item } = transferOf(this);
  const result = (await host.delivered()).get(item.event_id) ?? {};
  expectThat(codes.includes(String(result.errcode)), `a refusal with ${codes.join(' or ')}`, show(result));
});

// Then the transfer is not in the room, as Alice sees it
Then('the transfer is not in {room}, as {actor} sees it', async function (this: EccpWorld, name: string, who: string) {
  const { item } = transferOf(this);
  const found = (await readLog(this, who, name)).filter(({ entry }) => entry.seq >= item.entry.seq);
  expectEqual(found.length, 0, `the entries from ${item.entry.seq} on`);
});

// When the peer hands over an entry of epoch 0 in the room   (for the next place, signed by itself: a message of one of its users)
When(
  '{peer} hands over an entry of epoch {int} in {room}',
  async function (this: EccpWorld, alias: string, epoch: number, name: string) {
    const peer = await this.peer(alias);
    const room = peer.room(this.room(name).id);
    const sender = [...(room?.memberships ?? [])].find(([user, is]) => is === 'join' && user.endsWith(`:${peer.name}`));
    if (!room || !sender) throw new HarnessError(`nobody of ${peer.name} is in the room`);
    const draft = { type: 'eccp.room.message', sender: sender[0], content: { body: 'out of turn' } };
    const item = sequenced(peer.identity, room, originEvent(peer.identity, room, draft), { epoch });
    await handOver(this, peer, item);
  },
);

// Given Ruth leaves the room on the peer   (which hosts it)
Given('{guest} leaves {room} on {peer}', async function (this: EccpWorld, guest: string, name: string, alias: string) {
  const host = await this.peer(alias);
  const room = await copyOf(this, guest, name);
  const home = await homeOf(this, guest);
  extend(host, room, originEvent(home.identity, room, ownMembership(await this.userId(guest), 'leave')));
  await host.delivered();
});

function transferOf(world: EccpWorld): { host: FakePeer; item: SequencedEvent } {
  const transfer = transfers.get(world);
  if (!transfer) throw new HarnessError('no fake node has given a room away');
  return transfer;
}

async function move(world: EccpWorld, guest: string, name: string, to: FakePeer, make: Consenting): Promise<void> {
  const host = await homeOf(world, guest);
  const room: PeerRoom = await copyOf(world, guest, name);
  transfers.set(world, { host, item: giveAway(host, room, await world.userId(guest), to.name, make(to, room)) });
  if (host.behaviour.fansOut) await host.delivered();
}

/** The room belongs to a user of another node now: steps about its host mean that node. */
function belongsTo(world: EccpWorld, name: string, alias: string): void {
  const owner = Object.keys(GUESTS).find((guest) => GUESTS[guest] === alias);
  if (owner === undefined) throw new HarnessError(`nobody lives on the peer "${alias}"`);
  world.rooms.set(name, { ...world.room(name), owner });
}
