// Keys of devices between the node under test and fake ones (section 20.6).
import { Given, Then, When } from '@cucumber/cucumber';
import { BAD_AGREEMENT_KEYS } from '../device-key-faults.ts';
import {
  accountKeyOf,
  crossSign,
  manifestOf,
  newAgreementKey,
  newPair,
  revocationsOf,
  ringOf,
  signManifest,
} from '../device-keys.ts';
import { DEVICE, type GuestKeys, guestOf, guests, serveKeys, vouched } from '../guest-keys.ts';
import { homeOf } from '../guests.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { ownMembership, propose } from '../peer/participant.ts';
import { list } from '../peer/serving.ts';
import { isObject, type Json, type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';

// Given Pat has keys   (an account key, a list of revocations, a device that the account vouches for; Pat's node serves them)
Given('{guest} has keys', async function (this: EccpWorld, guest: string) {
  const [peer, user, ring] = [await homeOf(this, guest), await this.userId(guest), ringOf(this)];
  const device = { user, device: DEVICE, signing: newPair(), agreement: newAgreementKey(), signed: {}, oneTime: [] };
  const account = newPair();
  const first = accountKeyOf(user, newPair(), ring.now);
  const { signed } = accountKeyOf(user, account, ring.now, first.key);
  const revocations = revocationsOf(user, 2, [], account);
  const right = { account_key: signed, revocations };
  const held = { device, account, keys: {}, right };
  const all = guests.get(this) ?? new Map<string, GuestKeys>();
  guests.set(this, all.set(guest, held));
  serveKeys(held, { stream: 1, account_key: signed, revocations, manifests: [vouched(held, ring.now)] });
  peer.behaviour.userKeys = ({ users }) =>
    Object.fromEntries(
      [...all.values()].flatMap((one) =>
        list(users ?? []).includes(one.device.user) ? [[one.device.user, one.keys]] : [],
      ),
    );
});

// When Pat's keys change   (nobody is told) · When Pat's node tells that they have changed
When("{guest}'s keys change", async function (this: EccpWorld, guest: string) {
  const held = guestOf(this, guest);
  const stream = Number(held.keys.stream) + 1;
  serveKeys(held, { ...held.keys, stream, manifests: [vouched(held, ringOf(this).now)] });
});
When(
  "{guest}'s node tells that {guest}'s keys have changed",
  async function (this: EccpWorld, teller: string, guest: string) {
    await tell(this, teller, [await changeOf(this, guest)]);
  },
);
When(
  "{guest}'s node tells {int} times that {guest}'s keys have changed, with the same id",
  async function (this: EccpWorld, teller: string, times: number, guest: string) {
    const item = await changeOf(this, guest);
    for (let i = 0; i < times; i++) await tell(this, teller, [item]);
  },
);
When(
  "{guest}'s node tells in its own name that {actor}'s keys have changed",
  async function (this: EccpWorld, teller: string, whose: string) {
    await tell(this, teller, [{ id: this.unique(), user: await this.userId(whose), stream: 1_000_000_000 }]);
  },
);

/** What Pat's node says in place of the right keys, each of which may not be believed. */
const FAULTS: Readonly<Record<string, (guest: GuestKeys, now: number) => JsonObject>> = {
  'a manifest that another device signed': ({ device, keys }, now) => ({
    ...keys,
    manifests: [signManifest(manifestOf(device, now), newPair())],
  }),
  'a manifest with an X25519 key of all zeros': ({ device, keys }, now) => ({
    ...keys,
    manifests: [signManifest({ ...manifestOf(device, now), x25519: BAD_AGREEMENT_KEYS['of 0'] ?? '' }, device.signing)],
  }),
  'a cross-signature by a stranger': ({ device, keys }) => {
    const manifest = device.signed.manifest ?? {};
    return { ...keys, manifests: [{ ...device.signed, cross_signature: crossSign(manifest, newPair()) }] };
  },
  "another user's manifest": ({ device, keys }, now) => {
    const manifest = { ...manifestOf(device, now), user: '@nobody:example.org' };
    return { ...keys, manifests: [signManifest(manifest, device.signing)] };
  },
  'a device that its own list revokes': ({ device, account, keys }) => ({
    ...keys,
    revocations: revocationsOf(device.user, 3, [{ device: DEVICE, ed25519: device.signing.publicKey }], account),
  }),
  'a list that a stranger signed': ({ device, keys }) => ({
    ...keys,
    revocations: revocationsOf(device.user, 3, [], newPair()),
  }),
  'a list of a lower version': ({ device, account, keys }) => ({
    ...keys,
    revocations: revocationsOf(device.user, 1, [], account),
  }),
  'no list any more': ({ keys: { revocations: _, ...keys } }) => keys,
  'an account key of a lower version': ({ device, keys }, now) => {
    const pair = newPair();
    const revocations = revocationsOf(device.user, 3, [], pair);
    return { ...keys, account_key: accountKeyOf(device.user, pair, now).signed, revocations, manifests: [] };
  },
  'an account key without its signature': ({ keys }) => {
    const { signature } = signManifest({}, newPair());
    return { ...keys, account_key: { ...(keys.account_key as JsonObject), signature: signature ?? '' } };
  },
  'nothing that has the form': ({ keys: { manifests: _, ...keys } }) => keys,
};

// When Pat's node shows "a list of a lower version", and tells that Pat's keys have changed
When(
  "{guest}'s node shows {string}, and tells that {guest}'s keys have changed",
  async function (this: EccpWorld, teller: string, words: string, guest: string) {
    const held = guestOf(this, guest);
    const fault = FAULTS[words];
    if (!fault) throw new HarnessError(`no fault is called ${words}`);
    held.keys = { ...fault(held, ringOf(this).now), stream: Number(held.keys.stream) + 1 };
    await tell(this, teller, [await changeOf(this, guest)]);
  },
);

// When Pat's keys are right again, and Pat's node tells so
When(
  "{guest}'s keys are right again, and {guest}'s node tells so",
  async function (this: EccpWorld, guest: string, teller: string) {
    const held = guestOf(this, guest);
    const { account_key, revocations } = held.right;
    const stream = Number(held.keys.stream) + 1;
    serveKeys(held, {
      stream,
      account_key: account_key ?? {},
      revocations: revocations ?? {},
      manifests: [vouched(held, ringOf(this).now)],
    });
    await tell(this, teller, [await changeOf(this, guest)]);
  },
);

// Given Pat leaves the room of the node under test
Given('{guest} leaves {room} of the node under test', async function (this: EccpWorld, guest: string, alias: string) {
  const [peer, user, { id }] = [await homeOf(this, guest), await this.userId(guest), this.room(alias)];
  const { result } = await propose(peer, id, ownMembership(user, 'leave'));
  expectEqual(result.status, 'sequenced', 'the leave');
  await peer.until('the leave', () => peer.room(id)?.memberships.get(user) === 'leave');
});

// Then Alice sees the keys that Pat's node serves · Then Alice gets no keys of Pat, and the peer among the failures
Then("{actor} sees the keys that {guest}'s node serves", async function (this: EccpWorld, who: string, guest: string) {
  const { keys, device } = guestOf(this, guest);
  const answer = await this.must(who, 'queryKeys', { body: { users: [device.user] } });
  expectEqual(show(lookUp(answer.body, `users[${device.user}]`)), show(sorted(keys)), 'the keys');
  expectEqual(show(answer.body.failures), '{}', 'the failures');
});
Then(
  '{actor} gets no keys of {guest}, and {peer} among the failures',
  async function (this: EccpWorld, who: string, guest: string, alias: string) {
    const user = await this.userId(guest);
    const answer = await this.must(who, 'queryKeys', { body: { users: [user] }, deadline: 20_000 });
    expectEqual(show(lookUp(answer.body, `users[${user}]`)), 'nothing', 'the keys');
    const failure = lookUp(answer.body, `failures[${(await this.peer(alias)).name}].errcode`);
    expectThat(failure !== undefined, 'the node among the failures', show(answer.body.failures));
  },
);

/** Members in the order in which the node under test writes them. */
function sorted({ stream, account_key, revocations, manifests }: JsonObject): JsonObject {
  return {
    stream: stream ?? 0,
    account_key: account_key ?? {},
    revocations: revocations ?? {},
    manifests: manifests ?? [],
  };
}

// Given the peer cuts off questions about keys · … answers them again · Given the peer knows no sections for devices
Given('{peer} cuts off questions about keys', async function (this: EccpWorld, alias: string) {
  (await this.peer(alias)).behaviour.intercept = ({ path }) => (path.includes('/v1/keys/') ? 'cut' : undefined);
});
Given('{peer} answers questions about keys again', async function (this: EccpWorld, alias: string) {
  delete (await this.peer(alias)).behaviour.intercept;
});
Given('{peer} knows no sections for devices', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  peer.behaviour.intercept = async (request) => {
    const body = request.path.endsWith('/transactions') ? (JSON.parse(request.body.toString()) as JsonObject) : {};
    if (body.device_changes === undefined && body.to_device === undefined) return undefined;
    peer.transactions.push(body);
    return { status: 200, body: { submissions: [], entries: [], invites: [] } };
  };
});

// Then the peer is told that Alice's keys have changed · … 2 times, each item once
Then("{peer} is told that {actor}'s keys have changed", async function (this: EccpWorld, alias: string, whose: string) {
  const [peer, user] = [await this.peer(alias), await this.userId(whose)];
  await peer.until(`a change of ${whose}`, () => changesAt(peer, user).length > 0);
  const told = changesAt(peer, user).at(-1)?.stream;
  const answer = await peer.send('POST', '/_eccp/federation/v1/keys/query', { users: [user] });
  expectEqual(told, lookUp(answer.body, `users[${user}].stream`), 'the stream');
});
Then(
  "{peer} is told {int} times that {actor}'s keys have changed, each time in another item",
  async function (this: EccpWorld, alias: string, times: number, whose: string) {
    const [peer, user] = [await this.peer(alias), await this.userId(whose)];
    await peer.until(`${times} changes of ${whose}`, () => changesAt(peer, user).length >= times);
    const ids = changesAt(peer, user).map(({ id }) => id);
    expectEqual(ids.length, times, 'the items');
    expectEqual(new Set(ids).size, times, 'how many of them are different');
  },
);
Then("{peer} is not told of {actor}'s keys", async function (this: EccpWorld, alias: string, whose: string) {
  expectEqual(changesAt(await this.peer(alias), await this.userId(whose)).length, 0, 'the items');
});

function changesAt(peer: FakePeer, user: string): JsonObject[] {
  const items = peer.transactions.flatMap(({ device_changes }) => list(device_changes));
  return items.filter(isObject).filter((item) => item.user === user);
}

// When Pat's node asks for the keys of Alice and Bob · Then Pat's node sees the keys that Alice has published
When("{guest}'s node asks for the keys of {actors}", async function (this: EccpWorld, guest: string, names: string[]) {
  const users = await Promise.all(names.map((name) => this.userId(name)));
  this.judge(await (await homeOf(this, guest)).send('POST', '/_eccp/federation/v1/keys/query', { users }));
});
Then(
  "{guest}'s node has got the keys that {actor} has published, and nobody else's",
  async function (this: EccpWorld, _: string, whose: string) {
    const ring = ringOf(this);
    const user = await this.userId(whose);
    expectEqual(Object.keys((this.answer.body.users ?? {}) as JsonObject).join(), user, 'whose keys came');
    const keys = lookUp(this.answer.body, `users[${user}]`);
    const { signed } = ring.device(await this.actor(whose));
    expectEqual(show(lookUp(keys, 'manifests')), show([signed]), 'the manifests');
    expectEqual(show(lookUp(keys, 'account_key')), show(ring.accounts.get(user)?.signed), 'the account key');
  },
);

async function changeOf(world: EccpWorld, guest: string): Promise<JsonObject> {
  const { device, keys } = guestOf(world, guest);
  return { id: world.unique(), user: device.user, stream: keys.stream ?? 0 };
}

async function tell(world: EccpWorld, teller: string, device_changes: Json[]): Promise<void> {
  world.judge(await (await homeOf(world, teller)).transact({ device_changes }));
}
