// Keys of devices and messages for them, between the node under test and fake ones (sections 20.6, 21.3 and 22.3).
import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import {
  accountKeyOf,
  crossSign,
  type KeyedDevice,
  manifestOf,
  newAgreementKey,
  newPair,
  prekeyOf,
  revocationsOf,
  ringOf,
  type SigningPair,
  signManifest,
  signPrekey,
} from '../device-keys.ts';
import { homeOf } from '../guests.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { ownMembership, propose } from '../peer/participant.ts';
import { list } from '../peer/serving.ts';
import { isObject, type Json, type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';

const TYPE = 'org.example.note';
const DEVICE = 'GUESTDEVICE';

/** What a user of a fake node has, and what the fake node says of it. */
interface GuestKeys {
  device: KeyedDevice;
  account: SigningPair;
  keys: JsonObject;
  /** What it served first. */
  right: JsonObject;
}

const guests = new WeakMap<EccpWorld, Map<string, GuestKeys>>();

function guestOf(world: EccpWorld, guest: string): GuestKeys {
  const keys = guests.get(world)?.get(guest);
  if (!keys) throw new HarnessError(`no step has given keys to ${guest}`);
  return keys;
}

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

function serveKeys(guest: GuestKeys, keys: JsonObject): void {
  guest.keys = keys;
  const [signed] = list(keys.manifests);
  if (isObject(signed)) guest.device.signed = signed;
}

function vouched({ device, account }: GuestKeys, created: number): JsonObject {
  const manifest = manifestOf(device, created);
  return { ...signManifest(manifest, device.signing), cross_signature: crossSign(manifest, account) };
}

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

// When Pat's node hands "hello" to Bob · … 3 times, with the same id · … with "a sender of another node"
When(
  "{guest}'s node hands {string} to {actor}",
  async function (this: EccpWorld, guest: string, text: string, whom: string) {
    await hand(this, guest, [await itemFor(this, guest, whom, { text })]);
  },
);
When(
  "{guest}'s node hands {string} to {actor}, {int} times with the same id",
  async function (this: EccpWorld, guest: string, text: string, whom: string, times: number) {
    const item = await itemFor(this, guest, whom, { text });
    await hand(this, guest, [item, item]);
    for (let i = 2; i < times; i++) await hand(this, guest, [item]);
  },
);
When(
  "{guest}'s node hands {string} to {actor}, with {string}",
  async function (this: EccpWorld, guest: string, text: string, whom: string, words: string) {
    const item = await itemFor(this, guest, whom, { text });
    const user = await this.userId(whom);
    const bent: Record<string, JsonObject> = {
      'a sender of the node': { sender: await this.userId('Alice') },
      'a sender of a third node': { sender: '@nobody:third.example.org' },
      'a content of 61441 bytes': { messages: { [user]: { [DEVICE]: { x: 'y'.repeat(61_441 - 8) } } } },
      'a device that is none': { messages: { [user]: { device: { text } } } },
      'no messages': { messages: [] },
      'a device that nobody has': { messages: { [user]: { [DEVICE]: { text } } } },
    };
    if (!bent[words]) throw new HarnessError(`no fault is called ${words}`);
    await hand(this, guest, [{ ...item, ...bent[words] }]);
  },
);

// Then the item is applied · Then the item is refused with ECCP_BAD_EVENT   (the last of the section "to_device" or "device_changes")
Then('the item of {string} is applied', function (this: EccpWorld, section: string) {
  for (const result of resultsOf(this.answer, section)) {
    expectEqual(result.status, 'applied', 'the status');
    expectThat(typeof result.id === 'string', 'the id of the item', show(result));
  }
});
Then('the item of {string} is refused with {errcodes}', function (this: EccpWorld, section: string, [code]: string[]) {
  const [result] = resultsOf(this.answer, section);
  expectEqual(result?.errcode, code, 'the code');
  expectEqual(result?.status, undefined, 'the status');
});

// When Pat's node sends a transaction with 20 changes of keys, 20 messages and 11 entries   (that are nothing but ids)
When(
  "{guest}'s node sends a transaction with {int} changes of keys, {int} messages and {int} entries",
  async function (this: EccpWorld, guest: string, one: number, two: number, three: number) {
    const items = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `item-${i}` }));
    const entries = Array.from({ length: three }, (_, i) => ({ event_id: `$${String(i).padStart(42, 'A')}A` }));
    const transaction = { device_changes: items(one), to_device: items(two), entries };
    this.judge(await (await homeOf(this, guest)).transact(transaction));
  },
);

// Then the peer gets "hello" from Alice for the device "GUESTDEVICE" of Pat, once
Then(
  '{peer} gets {string} from {actor} for the device {string} of {guest}, once',
  async function (this: EccpWorld, alias: string, text: string, who: string, device: string, guest: string) {
    const peer = await this.peer(alias);
    const [user, { account, deviceId }] = [await this.userId(guest), await this.actor(who)];
    const contents = () => messagesAt(peer).map(({ messages }) => lookUp(messages, `[${user}].${device}.text`));
    await peer.until(`"${text}"`, () => contents().includes(text));
    expectEqual(contents().filter((one) => one === text).length, 1, 'how often it came');
    const item = messagesAt(peer).find(({ messages }) => lookUp(messages, `[${user}].${device}.text`) === text);
    expectEqual(
      `${show(item?.sender)} ${show(item?.sender_device)}`,
      `${show(account.userId)} ${show(deviceId)}`,
      'the sender',
    );
    expectEqual(item?.type, TYPE, 'the type');
    const ids = messagesAt(peer).map(({ id }) => id);
    expectEqual(new Set(ids).size, ids.length, 'how many ids are different');
  },
);

function messagesAt(peer: FakePeer): JsonObject[] {
  return peer.transactions.flatMap(({ to_device }) => list(to_device)).filter(isObject);
}

async function changeOf(world: EccpWorld, guest: string): Promise<JsonObject> {
  const { device, keys } = guestOf(world, guest);
  return { id: world.unique(), user: device.user, stream: keys.stream ?? 0 };
}

async function tell(world: EccpWorld, teller: string, device_changes: Json[]): Promise<void> {
  world.judge(await (await homeOf(world, teller)).transact({ device_changes }));
}

async function itemFor(world: EccpWorld, guest: string, whom: string, content: JsonObject): Promise<JsonObject> {
  const [sender, { account, deviceId }] = [await world.userId(guest), await world.actor(whom)];
  const messages = { [account.userId]: { [deviceId]: content } };
  return { id: world.unique(), sender, sender_device: DEVICE, type: TYPE, messages };
}

async function hand(world: EccpWorld, guest: string, to_device: Json[]): Promise<void> {
  world.judge(await (await homeOf(world, guest)).transact({ to_device }));
}

function resultsOf({ json }: Answer, section: string): JsonObject[] {
  const results = list(lookUp(json, section)).filter(isObject);
  expectThat(results.length > 0, `results of ${section}`, show(json));
  return results;
}
