// Encrypting clients: how they come, what they know of each other, and how they go.
import { Given, Then, When } from '@cucumber/cucumber';
import { conversationOf, nameOf } from '../../conversation.ts';
import { ringOf } from '../../device-keys.ts';
import { unrefused, until } from '../../hearing.ts';
import { expectEqual, expectThat } from '../../outcome.ts';
import type { EccpWorld } from '../../world.ts';

// Given Alice, Alice on "laptop" and Pat have encrypting clients   (of the suite's own: whoever has no such device yet gets one)
Given('{actors} has/have (an )encrypting client(s)', async function (this: EccpWorld, names: string[]) {
  for (const who of names) await conversationOf(this).begin(who);
});

// When Bob disowns Bob on "tablet"   (by a list of revocations that his account key signs)
When('{actor} disowns {actor}', async function (this: EccpWorld, who: string, whom: string) {
  const conversation = conversationOf(this);
  const { link, identity } = conversation.client(whom);
  const account = conversation.accounts.get(link.user);
  if (!account) return;
  const revocations = account.revoke(identity.device.party);
  const peer = await this.home(nameOf(who));
  if (peer) {
    await conversation.home(peer).setAccount(link.user, account.published(ringOf(this).now), revocations);
    return;
  }
  await this.must(who, 'putAccountKeys', { body: { revocations } });
  const ring = ringOf(this);
  const held = ring.accounts.get(link.user);
  if (held) held.revocations = revocations;
  ring.devices.delete(`${link.user} ${link.device}`);
});

// Then Alice and Bob learn of Carol on "phone" · … learn that Bob on "tablet" is gone   (their syncs say so)
Then('{actors} learn(s) of {actor}', async function (this: EccpWorld, names: string[], whom: string) {
  for (const who of names) await learns(this, who, whom, true);
});
Then('{actors} learn(s) that {actor} is gone', async function (this: EccpWorld, names: string[], whom: string) {
  for (const who of names) await learns(this, who, whom, false);
});

async function learns(world: EccpWorld, who: string, whom: string, isThere: boolean): Promise<void> {
  const conversation = conversationOf(world);
  const [client, other] = [conversation.client(who), conversation.client(whom)];
  const what = isThere ? `learn of ${whom}` : `learn that ${whom} is gone`;
  await until(world, who, what, async () => {
    const devices = await unrefused(`${who} to ${what}`, () => client.keys.devicesOf([other.link.user]));
    return devices.some(({ ed25519 }) => ed25519 === other.id) === isThere ? true : undefined;
  });
}

// Then the node has 9 one-time prekeys of Alice left
Then(
  'the node has {int} one-time prekeys of {actor} left',
  async function (this: EccpWorld, count: number, who: string) {
    const client = conversationOf(this).client(who);
    await client.sync();
    expectEqual(client.prekeys.one_time, count, `the one-time prekeys of ${who}`);
    expectEqual(client.prekeys.fallback, true, `whether the fallback prekey of ${who} is there`);
  },
);

// Then everything came as it was sent   (to all clients, so far: each content as it was, once, under its sender's name)
Then('everything came as it was sent', async function (this: EccpWorld) {
  const { witness } = conversationOf(this);
  expectThat(witness.compared > 0, 'something to compare', 'nothing that came');
  expectEqual(witness.problems.join('; '), '', 'what came otherwise than it was sent');
});

// Then every session began with a one-time prekey that no other had
Then('every session began with a one-time prekey that no other had', function (this: EccpWorld) {
  const { witness, clients } = conversationOf(this);
  const oneTime = new Set(clients.flatMap(({ identity }) => identity.oneTime.map(({ prekey }) => prekey.id)));
  const used = [...witness.prekeys.values()];
  expectThat(used.length > 1, 'several sessions', String(used.length));
  expectEqual(used.filter((id) => !oneTime.has(id)).join(), '', 'prekeys that are none of one time');
  expectEqual(new Set(used).size, used.length, 'how many different one-time prekeys were used');
});
