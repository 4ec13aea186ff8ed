// Claims of prekeys between the node under test and fake ones (section 21.3).
import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { BAD_AGREEMENT_KEYS } from '../device-key-faults.ts';
import { type KeyedDevice, manifestOf, newPair, prekeyOf, ringOf, signManifest, signPrekey } from '../device-keys.ts';
import { DEVICE, guestOf } from '../guest-keys.ts';
import { homeOf } from '../guests.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';

// When Pat's node claims a prekey of Alice · … 30 times at once
When("{guest}'s node claims a prekey of {actor}", async function (this: EccpWorld, guest: string, whose: string) {
  this.judge(await claim(this, guest, whose));
});
When(
  "{guest}'s node claims a prekey of {actor} {int} times at once",
  async function (this: EccpWorld, guest: string, whose: string, times: number) {
    const claims = Array.from({ length: times }, () => claim(this, guest, whose));
    for (const answer of await Promise.all(claims)) this.judge(answer);
  },
);

async function claim(world: EccpWorld, guest: string, whose: string): Promise<Answer> {
  const { account, deviceId } = await world.actor(whose);
  const body = { devices: { [account.userId]: [deviceId] } };
  return await (await homeOf(world, guest)).send('POST', '/_eccp/federation/v1/keys/claim', body);
}

const { 'of 0': ZERO = '', 'of order 8': OF_ORDER_8 = '' } = BAD_AGREEMENT_KEYS;

// Given Pat's node gives out prekeys of Pat · … with "a prekey that another device signed"
const CLAIM_FAULTS: Readonly<Record<string, (keys: JsonObject, device: KeyedDevice, now: number) => JsonObject>> = {
  'a prekey that another device signed': (keys, device, now) => ({
    ...keys,
    prekey: signPrekey(prekeyOf(device, 'one_time', now), newPair()),
  }),
  'a signed prekey that another device signed': (keys, device, now) => ({
    ...keys,
    signed_prekey: signPrekey(prekeyOf(device, 'signed', now), newPair()),
  }),
  'a manifest that another device signed': (keys, device, now) => ({
    ...keys,
    manifest: signManifest(manifestOf(device, now), newPair()),
  }),
  'a signed prekey of all zeros': (keys, device, now) => ({
    ...keys,
    signed_prekey: signPrekey({ ...prekeyOf(device, 'signed', now), key: ZERO }, device.signing),
  }),
  'a one-time prekey of order 8': (keys, device, now) => ({
    ...keys,
    prekey: signPrekey({ ...prekeyOf(device, 'one_time', now), key: OF_ORDER_8 }, device.signing),
  }),
  'a manifest with an X25519 key of all zeros': (keys, device, now) => ({
    ...keys,
    manifest: signManifest({ ...manifestOf(device, now), x25519: ZERO }, device.signing),
  }),
  'a one-time prekey in place of the signed one': (keys) => ({ ...keys, signed_prekey: keys.prekey ?? {} }),
};
Given("{guest}'s node gives out prekeys of {guest}", async function (this: EccpWorld, teller: string, guest: string) {
  await giveOut(this, teller, guest, (keys) => keys);
});
Given(
  "{guest}'s node gives out prekeys of {guest} with {string}",
  async function (this: EccpWorld, teller: string, guest: string, words: string) {
    const fault = CLAIM_FAULTS[words];
    if (!fault) throw new HarnessError(`no fault is called ${words}`);
    await giveOut(this, teller, guest, fault);
  },
);
async function giveOut(
  world: EccpWorld,
  teller: string,
  guest: string,
  bend: (keys: JsonObject, device: KeyedDevice, now: number) => JsonObject,
): Promise<void> {
  const { device } = guestOf(world, guest);
  const now = ringOf(world).now;
  const right: JsonObject = {
    manifest: device.signed,
    signed_prekey: signPrekey(prekeyOf(device, 'signed', now), device.signing),
    prekey: signPrekey(prekeyOf(device, 'one_time', now), device.signing),
  };
  const keys = bend(right, device, now);
  world.saved.set('given out', keys);
  (await homeOf(world, teller)).behaviour.claimedKeys = () => ({ [device.user]: { [device.device]: keys } });
}

// When Alice claims a prekey of Pat's device · Then Alice got what Pat's node gave · Then Alice got nothing of Pat('s device)
When("{actor} claims a prekey of {guest}'s device", async function (this: EccpWorld, who: string, guest: string) {
  const body = { devices: { [await this.userId(guest)]: [DEVICE] } };
  await this.call(who, 'claimKeys', { body, deadline: 20_000 });
});
Then("{actor} got what {guest}'s node gave", async function (this: EccpWorld, _: string, guest: string) {
  const got = lookUp(this.answer.json, `devices[${await this.userId(guest)}].${DEVICE}`);
  expectEqual(show(got), show(this.saved.get('given out')), 'the claimed keys');
});
Then("{actor} got nothing of {guest}'s device", async function (this: EccpWorld, _: string, guest: string) {
  const got = lookUp(this.answer.json, `devices[${await this.userId(guest)}].${DEVICE}`);
  expectEqual(show(got), 'nothing', 'the claimed keys');
});
Then('{peer} is among the failures', async function (this: EccpWorld, alias: string) {
  const failure = lookUp(this.answer.json, `failures[${(await this.peer(alias)).name}].errcode`);
  expectThat(failure !== undefined, 'the node among the failures', show(lookUp(this.answer.json, 'failures')));
});
