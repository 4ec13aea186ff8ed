// Power for those whose account vouches for a device (section 29.3). The keys are made on the spot: a log asks nobody for them.
import { Given, When } from '@cucumber/cucumber';
import {
  accountKeyOf,
  crossSign,
  manifestOf,
  newAgreementKey,
  newPair,
  signAccountKey,
  signManifest,
} from '../device-keys.ts';
import { homeOf, submittedOf } from '../guests.ts';
import { expectThat, HarnessError } from '../outcome.ts';
import { createRoom as hostRoom } from '../peer/host.ts';
import { propose } from '../peer/participant.ts';
import { isObject, type Json, type JsonObject, lookUp } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { createRoom } from './base/rooms.ts';
import { getState, putState } from './base/state.ts';
import { saying } from './federation-entries.ts';

const TYPE = 'eccp.room.power_levels';

/** Of a user: what a power levels event carries of right keys, and the pair of the account key. */
function keysOf(user: string) {
  const [pair, signing] = [newPair(), newPair()];
  const { key, signed } = accountKeyOf(user, pair, Date.now());
  const device = { user, device: 'SOMEPHONE', signing, agreement: newAgreementKey(), signed: {}, oneTime: [] };
  const manifest = signManifest(manifestOf(device, Date.now()), signing);
  manifest.cross_signature = crossSign(manifest.manifest ?? null, pair);
  return { account_key: signed, manifest, key, pair };
}

type Keys = ReturnType<typeof keysOf>;

/** What `verified` says of a user, right or wrong: by how scenarios call it. `other` has keys of somebody else. */
const VERIFIED: Readonly<Record<string, (user: string, keys: Keys, other: string) => JsonObject>> = {
  'his keys': (user, { account_key, manifest }) => ({ [user]: { account_key, manifest } }),
  'a manifest without a cross-signature': (user, { account_key, manifest }) => {
    const { cross_signature: _, ...rest } = manifest;
    return { [user]: { account_key, manifest: rest } };
  },
  'a manifest of Carol': (user, { account_key }, other) => ({
    [user]: { account_key, manifest: keysOf(other).manifest },
  }),
  'an account key of Carol': (user, { manifest }, other) => ({
    [user]: { account_key: keysOf(other).account_key, manifest },
  }),
  'no account key': (user, { manifest }) => ({ [user]: { manifest } }),
  'no manifest': (user, { account_key }) => ({ [user]: { account_key } }),
  'a member that nobody knows': (user, { account_key, manifest }) => ({ [user]: { account_key, manifest, more: 1 } }),
  'keys that are a string': (user) => ({ [user]: 'keys' }),
  'an account key of small order': (user, { key, pair, manifest }) => {
    const weak = { ...key, ed25519: `AQ${'A'.repeat(41)}` }; // the neutral element
    return { [user]: { account_key: signAccountKey(weak, pair), manifest } };
  },
  'an account key of version 2 alone': (user, { key, pair, manifest }) => ({
    [user]: { account_key: signAccountKey({ ...key, version: 2 }, pair), manifest },
  }),
  'another signature of the account key': (user, { account_key, key, manifest }) => ({
    [user]: { account_key: { ...account_key, signature: signAccountKey(key, newPair()).signature ?? '' }, manifest },
  }),
  'another signature of the manifest': (user, { account_key, manifest }) => ({
    [user]: { account_key, manifest: { ...manifest, signature: account_key.signature ?? '' } },
  }),
  'a cross-signature by another key': (user, { account_key, manifest }) => ({
    [user]: {
      account_key,
      manifest: { ...manifest, cross_signature: crossSign(manifest.manifest ?? null, newPair()) },
    },
  }),
  'his keys, and wrong ones of Carol': (user, { account_key, manifest }, other) => {
    const wrong = keysOf(other);
    return {
      [user]: { account_key, manifest },
      [other]: {
        account_key: wrong.account_key,
        manifest: { ...wrong.manifest, cross_signature: crossSign(1, newPair()) },
      },
    };
  },
};

/** The member `verified`, or none. */
async function verified(world: EccpWorld, whom: string, how: string): Promise<JsonObject> {
  if (how === 'no keys') return {};
  const make = VERIFIED[how];
  if (!make) throw new HarnessError(`no keys "${how}"; there are ${Object.keys(VERIFIED).join(', ')}`);
  const user = await world.userId(whom);
  return { verified: make(user, keysOf(user), await world.userId('Carol')) };
}

// Given Alice has a public room for verified moderators
Given(
  '{actor} has a(n) {visibility} room for verified moderators',
  async function (this: EccpWorld, who: string, visibility: string) {
    await createRoom(this, who, 'room', { visibility, requireVerified: true });
    const create = await getState(this, who, 'room', 'eccp.room.create');
    const asks = lookUp(create.json, 'content.require_verified') === true;
    expectThat(asks, 'a room whose create event says require_verified', 'one that does not');
  },
);

// Given Pat's node hosts a public room for verified moderators
Given(
  "{guest}'s node hosts a(n) {visibility} room for verified moderators",
  async function (this: EccpWorld, guest: string, visibility: string) {
    const creator = await this.userId(guest);
    const create = { require_verified: true };
    const { id } = hostRoom(await homeOf(this, guest), creator, visibility, 'joined', true, create);
    this.rooms.set('room', { id, owner: guest, visibility });
  },
);

// When Alice opens a direct room with Bob as it comes   (nothing is added to the request)
When(
  '{actor} opens a direct room with {actor} as it comes',
  async function (this: EccpWorld, who: string, whom: string) {
    const body = { direct: true, invite: [await this.userId(whom)] };
    const answer = await this.call(who, 'createRoom', { body });
    this.rooms.set('room', { id: String(answer.body.room_id), owner: who, visibility: 'private' });
  },
);

// When Alice raises Bob to power 50 in the room with his keys · … with no keys   (or lowers; VERIFIED above has the rest)
When(
  '{actor} raises {actor} to power {int} in {room} with {}',
  async function (this: EccpWorld, who: string, whom: string, power: number, alias: string, how: string) {
    const { users, replaces } = await levelsOf(this, who, alias);
    const content = { users: { ...users, [await this.userId(whom)]: power }, ...(await verified(this, whom, how)) };
    await putState(this, who, alias, TYPE, '', { content, replaces });
  },
);

// When Alice raises Bob and Carol to power 50 in the room with keys of Bob's alone
When(
  "{actor} raises {actor} and {actor} to power {int} in {room} with keys of {actor}'s alone",
  async function (this: EccpWorld, who: string, one: string, other: string, power: number, alias: string, of: string) {
    const { users, replaces } = await levelsOf(this, who, alias);
    const raised = { [await this.userId(one)]: power, [await this.userId(other)]: power };
    const content = { users: { ...users, ...raised }, ...(await verified(this, of, 'his keys')) };
    await putState(this, who, alias, TYPE, '', { content, replaces });
  },
);

// Given the power levels of the room let Pat change them, with keys of Pat's
Given(
  "the power levels of {room} let {guest} change them, with keys of {guest}'s",
  async function (this: EccpWorld, alias: string, guest: string, _same: string) {
    const { owner } = this.room(alias);
    const { users, replaces } = await levelsOf(this, owner, alias);
    const user = await this.userId(guest);
    const content = { users: { ...users, [user]: 100 }, ...(await verified(this, guest, 'his keys')) };
    await putState(this, owner, alias, TYPE, '', { content, replaces });
    const peer = await homeOf(this, guest);
    const id = this.events.get(TYPE);
    const room = peer.room(this.room(alias).id);
    await peer.until('the power levels', () => room?.log.some(({ event_id }) => event_id === id) === true);
  },
);

// When Pat's node submits power 50 for Bob in the room with his keys
When(
  "{guest}'s node submits power {int} for {actor} in {room} with {}",
  async function (this: EccpWorld, guest: string, power: number, whom: string, alias: string, how: string) {
    const { users } = await levelsOf(this, this.room(alias).owner, alias);
    const content = { users: { ...users, [await this.userId(whom)]: power }, ...(await verified(this, whom, how)) };
    const draft = { type: TYPE, sender: await this.userId(guest), content, stateKey: '' };
    const submitted = await propose(await homeOf(this, guest), this.room(alias).id, draft);
    submittedOf(this).push(submitted);
    this.judge(submitted.answer);
  },
);

// When Pat gives Alice power 50 in the room with no keys   (which Pat's node hosts)
When(
  '{guest} gives {actor} power {int} in {room} with {}',
  async function (this: EccpWorld, guest: string, whom: string, power: number, alias: string, how: string) {
    const sender = await this.userId(guest);
    const users = { [sender]: 100, [await this.userId(whom)]: power };
    const content = { users, ...(await verified(this, whom, how)) };
    await saying(this, guest, alias, { type: TYPE, sender, content, stateKey: '' });
  },
);

/** The users of the power levels in force, and their event. */
async function levelsOf(world: EccpWorld, who: string, alias: string): Promise<{ users: JsonObject; replaces: Json }> {
  const { body } = world.succeeded(await getState(world, who, alias, TYPE));
  const users = lookUp(body, 'content.users');
  return { users: isObject(users) ? users : {}, replaces: body.event_id ?? null };
}
