// What an act of a fake node leaves behind: in the log, and with other nodes.
import { Given, Then } from '@cucumber/cucumber';
import { expectEqual, expectThat } from '../outcome.ts';
import type { EccpWorld } from '../world.ts';
import { wholeLog } from './base/log.ts';
import { readLog } from './base/messages.ts';

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
