// What an act of a fake node leaves behind: in the log, with other nodes, in the audit log.
import { Given, Then } from '@cucumber/cucumber';
import { auditOf } from '../audit.ts';
import { headBefore, headOf, submittedOf } from '../guests.ts';
import { ConformanceFailure, expectEqual, expectThat } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import type { EccpWorld } from '../world.ts';
import { wholeLog } from './base/log.ts';
import { readLog, sendEvent } from './base/messages.ts';

// Then nothing of it is in the room, and nothing reached the peer "two"   (a user of that peer is joined, and the room's owner speaks once more)
Then(
  'nothing of it is in {room}, and nothing reached {peer}',
  async function (this: EccpWorld, alias: string, witness: string) {
    const before = headBefore(this, alias);
    const now = await headOf(this, alias);
    expectEqual(`${now.seq} ${now.hash}`, `${before.seq} ${before.hash}`, 'the head of the room');
    await sendEvent(this, this.room(alias).owner, alias, 'eccp.room.message', { body: 'afterwards' }, 'afterwards');
    const id = this.event('afterwards');
    const peer = await this.peer(witness);
    const log = () => peer.room(this.room(alias).id)?.log ?? [];
    await peer.until('the next message of the room', () => log().some(({ event_id }) => event_id === id));
    const since = log().filter(({ entry }) => entry.seq > before.seq);
    expectEqual(since.map(({ event_id }) => event_id).join(), id, `what reached ${peer.name} since then`);
  },
);

// Then the log of the room is as it was
Then('the log of {room} is as it was', async function (this: EccpWorld, alias: string) {
  const before = headBefore(this, alias);
  const now = await headOf(this, alias);
  expectEqual(`${now.seq} ${now.hash}`, `${before.seq} ${before.hash}`, 'the head of the room');
});

// Then the refusal of the peer is on record, where an operator is there to read it   (the code of the last When's answer; without --admin-token nothing is read)
Then(
  'the refusal of {peer} is on record, where an operator is there to read it',
  async function (this: EccpWorld, alias: string) {
    if (this.run.adminToken === undefined) return;
    const peer = await this.peer(alias);
    await recorded(this, peer, 'federation.refused', String(this.answer.body.errcode));
  },
);

// Then the item of the peer is on record with that code, where an operator is there to read it   (the last that it submitted)
Then(
  'the item of {peer} is on record with that code, where an operator is there to read it',
  async function (this: EccpWorld, alias: string) {
    if (this.run.adminToken === undefined) return;
    const result = submittedOf(this).at(-1)?.result;
    await recorded(this, await this.peer(alias), 'federation.item_refused', String(result?.errcode));
  },
);

// Then a refused item of the peer is on record with ECCP_NOT_FOUND, where an operator is there to read it
Then(
  'a refused item of {peer} is on record with {errcodes}, where an operator is there to read it',
  async function (this: EccpWorld, alias: string, [errcode = '']: string[]) {
    if (this.run.adminToken === undefined) return;
    await recorded(this, await this.peer(alias), 'federation.item_refused', errcode);
  },
);

// Then the peer and the peer "two" hold the same log of the room as Alice
Then(
  '{peer} and {peer} hold the same log of {room} as {actor}',
  async function (this: EccpWorld, one: string, two: string, alias: string, who: string) {
    const expected = (await wholeLog(this, who, alias)).map(({ event_id }) => event_id).join(' ');
    for (const name of [one, two]) {
      const log = () => (this.peers.get(name)?.room(this.room(alias).id)?.log ?? []).map(({ event_id }) => event_id);
      await (await this.peer(name)).until('the whole log', () => log().length >= expected.split(' ').length);
      expectEqual(log().join(' '), expected, `the events that ${name} holds`);
    }
  },
);

// Given the power levels of the room have reached the peer
Given('the power levels of {room} have reached {peer}', async function (this: EccpWorld, alias: string, name: string) {
  const { id, owner } = this.room(alias);
  const params = { roomId: id, eventType: 'eccp.room.power_levels' };
  const { event_id } = await this.read(owner, 'getStateEvent', { params });
  const peer = await this.peer(name);
  await peer.until('the power levels', () => peer.room(id)?.inForce('eccp.room.power_levels') === event_id);
});

/** Waits for a record with this actor and code. */
export async function recorded(world: EccpWorld, peer: FakePeer, kind: string, errcode: string): Promise<void> {
  const found = await auditOf(
    world,
    (record) => record.kind === kind && record.actor === peer.name && record.errcode === errcode,
  );
  if (!found) throw new ConformanceFailure(`a record ${kind} of ${peer.name} with ${errcode}`, 'none in the audit log');
}

// Then exactly 1 of the requests succeeds, and the others are refused with ECCP_REPLAY   (all When steps)
Then(
  'exactly {int} of the requests succeeds, and the others are refused with {errcodes}',
  function (this: EccpWorld, count: number, codes: string[]) {
    const { answers } = this;
    const good = answers.filter(({ ok }) => ok).length;
    const refused = answers.filter(({ body }) => codes.includes(String(body.errcode))).length;
    expectThat(
      good === count && refused === answers.length - count,
      `${count} accepted and ${answers.length - count} refused with ${codes.join(' or ')}`,
      answers.map(({ status, body }) => `${status} ${body.errcode ?? ''}`).join(', '),
    );
  },
);

// Then "hello" is in the room once, as Alice sees it
Then(
  '{string} is in {room} {int} time(s), as {actor} sees it',
  async function (this: EccpWorld, text: string, alias: string, times: number, who: string) {
    const id = this.event(text);
    const found = (await readLog(this, who, alias)).filter(({ event_id }) => event_id === id);
    expectEqual(found.length, times, `the entries of "${text}"`);
  },
);

// Then "hello" reaches the peer   (its copy of the room has it, the entries before it too)
Then('{string} reaches {peer}', async function (this: EccpWorld, text: string, alias: string) {
  const id = this.event(text);
  const peer = await this.peer(alias);
  const rooms = () => [...peer.rooms.values()];
  await peer.until(`"${text}"`, () => rooms().some(({ log }) => log.some(({ event_id }) => event_id === id)));
});

// Then the peer has found nothing wrong with at least 2 signed requests   (of the node under test)
Then(
  '{peer} has found nothing wrong with at least {int} signed request(s)',
  async function (this: EccpWorld, alias: string, count: number) {
    const peer = await this.peer(alias);
    expectEqual(peer.faults.join('; '), '', 'what is wrong with the requests');
    expectThat(peer.authenticated >= count, `at least ${count} signed requests`, `${peer.authenticated} that hold`);
  },
);
