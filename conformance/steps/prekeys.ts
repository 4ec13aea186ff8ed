// Prekeys: what devices leave with the node, and what others get of it (chapter 21).
import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { BAD_AGREEMENT_KEYS } from '../device-key-faults.ts';
import { type KeyedDevice, newPair, prekeyOf, ringOf, signPrekey } from '../device-keys.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { isObject, type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { syncUntil, viewOf } from './base/sync.ts';
import { publishManifest } from './device-keys.ts';

const { 'of 0': ZERO = '' } = BAD_AGREEMENT_KEYS;

/** Bodies of uploadKeys that are not to be taken, by the words in which scenarios ask for them. */
const FAULTS: Readonly<Record<string, (device: KeyedDevice, now: number) => JsonObject>> = {
  'another user': (device, now) =>
    oneTime(device, { ...prekeyOf(device, 'one_time', now), user: '@nobody:example.org' }),
  'another device': (device, now) => oneTime(device, { ...prekeyOf(device, 'one_time', now), device: 'NOSUCHDEVICE' }),
  'another kind than its place': (device, now) => oneTime(device, prekeyOf(device, 'fallback', now)),
  'a member that nobody knows': (device, now) => oneTime(device, { ...prekeyOf(device, 'one_time', now), x: 1 }),
  'an id with a space': (device, now) => oneTime(device, { ...prekeyOf(device, 'one_time', now), id: 'a b' }),
  'the signature of another device': (device, now) =>
    oneTime({ ...device, signing: newPair() }, prekeyOf(device, 'one_time', now)),
  'a bad signature beside good ones': (device, now) => {
    const good = Array.from({ length: 3 }, () => signPrekey(prekeyOf(device, 'one_time', now), device.signing));
    return { one_time_prekeys: [...good, signPrekey(prekeyOf(device, 'one_time', now), newPair())] };
  },
  'a bad signature on the signed prekey': (device, now) => ({
    signed_prekey: signPrekey(prekeyOf(device, 'signed', now), newPair()),
  }),
  'a bad signature on the fallback prekey': (device, now) => ({
    fallback_prekey: signPrekey(prekeyOf(device, 'fallback', now), newPair()),
  }),
  'a signed prekey with a key of 0': (device, now) => ({
    signed_prekey: signPrekey({ ...prekeyOf(device, 'signed', now), key: ZERO }, device.signing),
  }),
  'a fallback prekey with a key of 0': (device, now) => ({
    fallback_prekey: signPrekey({ ...prekeyOf(device, 'fallback', now), key: ZERO }, device.signing),
  }),
  'a signed prekey of an earlier time': (device) => ({
    signed_prekey: signPrekey(prekeyOf(device, 'signed', 1), device.signing),
  }),
  'a fallback prekey of the same time': (device) => ({
    fallback_prekey: signPrekey(prekeyOf(device, 'fallback', createdOf(device.fallback)), device.signing),
  }),
  'an id that another prekey had': (device, now) => {
    const [held] = device.oneTime;
    return oneTime(device, { ...prekeyOf(device, 'one_time', now), id: lookUp(held, 'prekey.id') ?? '' });
  },
  ...Object.fromEntries(
    Object.entries(BAD_AGREEMENT_KEYS).map(([words, key]) => [
      `a key ${words}`,
      (device: KeyedDevice, now: number) => oneTime(device, { ...prekeyOf(device, 'one_time', now), key }),
    ]),
  ),
};

/** Leaves one-time prekeys of the actor's device with the node. */
async function leave(world: EccpWorld, who: string, count: number): Promise<Answer> {
  const ring = ringOf(world);
  const device = ring.device(await world.actor(who));
  const made = Array.from({ length: count }, () => signPrekey(prekeyOf(device, 'one_time', ring.now), device.signing));
  const answer = await world.call(who, 'uploadKeys', { body: { one_time_prekeys: made }, bad: count > 500 });
  if (answer.ok) device.oneTime.push(...made);
  return answer;
}

async function leaveReplaced(world: EccpWorld, who: string, kind: 'signed' | 'fallback'): Promise<void> {
  const ring = ringOf(world);
  const device = ring.device(await world.actor(who));
  const made = signPrekey(prekeyOf(device, kind, ring.now), device.signing);
  const answer = await world.call(who, 'uploadKeys', { body: { [`${kind}_prekey`]: made } });
  if (!answer.ok) return;
  if (kind === 'signed') device.signedPrekey = made;
  else device.fallback = made;
}

// Given Alice can be written to   (a manifest and a signed prekey) · Given Alice and Bob can be written to
Given('{actors} can be written to', async function (this: EccpWorld, names: string[]) {
  for (const who of names) {
    await publishManifest(this, who);
    await leaveReplaced(this, who, 'signed');
  }
});

// Given Alice has left 3 one-time prekeys · When Alice leaves 3 one-time prekeys · … a signed prekey · … a fallback prekey
Given('{actor} has left {int} one-time prekey(s)', async function (this: EccpWorld, who: string, count: number) {
  await leave(this, who, count);
});
When('{actor} leaves {int} one-time prekey(s)', async function (this: EccpWorld, who: string, count: number) {
  await leave(this, who, count);
});
Given('{actor} has left a fallback prekey', async function (this: EccpWorld, who: string) {
  await leaveReplaced(this, who, 'fallback');
});
When(
  /^(\w+(?: on "[^"]+")?) leaves a new (signed|fallback) prekey$/,
  async function (this: EccpWorld, who: string, kind: 'signed' | 'fallback') {
    await leaveReplaced(this, who, kind);
  },
);

// When Alice leaves the same prekeys again   (all that she has left)
When('{actor} leaves the same prekeys again', async function (this: EccpWorld, who: string) {
  const { signedPrekey, fallback, oneTime } = ringOf(this).device(await this.actor(who));
  const body = {
    ...(signedPrekey && { signed_prekey: signedPrekey }),
    ...(fallback && { fallback_prekey: fallback }),
    one_time_prekeys: oneTime,
  };
  await this.call(who, 'uploadKeys', { body });
});

// When Alice leaves prekeys with "another user"
When('{actor} leaves prekeys with {string}', async function (this: EccpWorld, who: string, words: string) {
  const ring = ringOf(this);
  const body = FAULTS[words]?.(ring.device(await this.actor(who)), ring.now);
  if (!body) throw new HarnessError(`no fault is called ${words}`);
  await this.call(who, 'uploadKeys', { body, bad: true });
});

// When Alice publishes a manifest together with a bad prekey
When('{actor} leaves a one-time prekey without having a manifest', async function (this: EccpWorld, who: string) {
  const ring = ringOf(this);
  const device = ring.device(await this.actor(who));
  await this.call(who, 'uploadKeys', { body: oneTime(device, prekeyOf(device, 'one_time', ring.now)) });
});

// When Bob claims a prekey of Alice · … 50 times at once
When('{actor} claims a prekey of {actor}', async function (this: EccpWorld, who: string, whose: string) {
  this.judge(await claim(this, who, whose));
});
When(
  '{actor} claims a prekey of {actor} {int} times at once',
  async function (this: EccpWorld, who: string, whose: string, times: number) {
    await this.actor(who);
    const claims = Array.from({ length: times }, () => claim(this, who, whose));
    for (const answer of await Promise.all(claims)) this.judge(answer);
  },
);

// Then Bob got what Alice published, and a one-time prekey · … and the fallback prekey · … and no prekey   (the last claim)
Then(
  /^(\w+) got what (\w+(?: on "[^"]+")?) published, and (a one-time prekey|the fallback prekey|no prekey)$/,
  async function (this: EccpWorld, _: string, whose: string, what: string) {
    const device = ringOf(this).device(await this.actor(whose));
    const claimed = lookUp(this.answer.json, `devices[${device.user}].${device.device}`);
    expectEqual(show(lookUp(claimed, 'manifest')), show(device.signed), 'the manifest');
    expectEqual(show(lookUp(claimed, 'signed_prekey')), show(device.signedPrekey), 'the signed prekey');
    const prekey = lookUp(claimed, 'prekey');
    if (what === 'a one-time prekey') {
      const left = device.oneTime.map((one) => show(one));
      expectThat(left.includes(show(prekey)), 'one of the one-time prekeys', show(prekey));
    } else expectEqual(show(prekey), what === 'no prekey' ? 'nothing' : show(device.fallback), 'the prekey');
  },
);

// Then nobody got anything of Alice   (the last claim)
Then('nobody got anything of {actor}', async function (this: EccpWorld, whose: string) {
  const user = await this.userId(whose);
  expectEqual(show(lookUp(this.answer.json, `devices[${user}]`)), 'nothing', 'what was claimed');
});

// Then these claims gave 20 different one-time prekeys of Alice and 30 times the fallback prekey   (all When steps)
Then(
  'these claims gave {int} different one-time prekeys of {actor} and {int} times the fallback prekey',
  async function (this: EccpWorld, count: number, whose: string, times: number) {
    const device = ringOf(this).device(await this.actor(whose));
    const got = this.answers
      .map(({ json }) => lookUp(json, `devices[${device.user}].${device.device}`))
      .filter(isObject)
      .map(({ prekey }) => prekey);
    expectEqual(got.length, count + times, 'the number of claims');
    const left = new Set(device.oneTime.map((one) => show(one)));
    const oneTimes = got.map((prekey) => show(prekey)).filter((prekey) => left.has(prekey));
    expectEqual(oneTimes.length, count, 'the one-time prekeys that were handed out');
    expectEqual(new Set(oneTimes).size, count, 'how many of them are different');
    const fallbacks = got.filter((prekey) => show(prekey) === show(device.fallback));
    expectEqual(fallbacks.length, times, 'how often the fallback prekey was handed out');
  },
);

// Then these claims gave the one-time prekeys of Alice in the order in which she left them
Then(
  'these claims gave the one-time prekeys of {actor} in the order in which she left them',
  async function (this: EccpWorld, whose: string) {
    const device = ringOf(this).device(await this.actor(whose));
    const path = `devices[${device.user}].${device.device}.prekey.prekey.id`;
    const ids = this.answers.map(({ json }) => lookUp(json, path)).filter((id) => id !== undefined);
    const left = device.oneTime.map((one) => lookUp(one, 'prekey.id'));
    expectThat(ids.length > 1, 'several prekeys', String(ids.length));
    expectEqual(ids.join(' '), left.slice(0, ids.length).join(' '), 'the prekeys');
  },
);

// Then Alice's sync tells of 3 one-time prekeys and a fallback · … and no fallback
Then(
  /^(\w+(?: on "[^"]+")?)'s sync tells of (\d+) one-time prekeys? and (a|no) fallback$/,
  async function (this: EccpWorld, who: string, count: string, fallback: string) {
    const expected = show({ one_time: Number(count), fallback: fallback === 'a' });
    const told = () => show(viewOf(this, who).answers.at(-1)?.prekeys);
    await syncUntil(this, who, `prekeys of ${expected}`, () => told() === expected);
  },
);

async function claim(world: EccpWorld, who: string, whose: string): Promise<Answer> {
  const { account, deviceId } = await world.actor(whose);
  return await world.peek(who, 'claimKeys', { body: { devices: { [account.userId]: [deviceId] } } });
}

function oneTime({ signing }: KeyedDevice, prekey: JsonObject): JsonObject {
  return { one_time_prekeys: [signPrekey(prekey, signing)] };
}

function createdOf(signed: JsonObject | undefined): number {
  return Number(lookUp(signed, 'prekey.created'));
}
