// Keys of devices: what users publish, and what others see of it (chapter 20).
import { Given, Then, When } from '@cucumber/cucumber';
import { ACCOUNT_KEY_FAULTS, type Faulty, MANIFEST_FAULTS, REVOCATION_FAULTS } from '../device-key-faults.ts';
import {
  accountKeyOf,
  crossSign,
  type KeyedAccount,
  type KeyedDevice,
  manifestOf,
  newPair,
  revocationsOf,
  ringOf,
  signManifest,
} from '../device-keys.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import { isObject, type Json, type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { syncOnce, syncUntil, viewOf } from './base/sync.ts';
import { devicesOf } from './devices.ts';

/** Uploads a manifest of the actor's device, with the account's signature where it has an account key and `vouched`. */
export async function publishManifest(world: EccpWorld, who: string, vouched = false): Promise<KeyedDevice> {
  const ring = ringOf(world);
  const device = ring.device(await world.actor(who));
  const manifest = manifestOf(device, ring.now);
  const account = ring.accounts.get(device.user);
  const signed = signManifest(manifest, device.signing);
  if (vouched) signed.cross_signature = crossSign(manifest, accountOf(account).pair);
  const answer = await world.call(who, 'uploadKeys', { body: { manifest: signed } });
  if (answer.ok) device.signed = signed;
  return device;
}

/** Puts the account key after the one in force, or the first. @param continued whether the one in force signs it. */
export async function publishAccountKey(world: EccpWorld, who: string, continued: boolean): Promise<void> {
  const ring = ringOf(world);
  const user = await world.userId(who);
  const held = ring.accounts.get(user);
  const pair = newPair();
  const { key, signed } = accountKeyOf(user, pair, ring.now, held?.key, continued ? held?.pair : undefined);
  const list = held?.revocations?.revocations as JsonObject | undefined;
  const revocations = list && revocationsOf(user, Number(list.version), list.revoked as Json[], pair);
  const body = { account_key: signed, ...(revocations && { revocations }) };
  const answer = await world.call(who, 'putAccountKeys', { body });
  if (!answer.ok) return;
  ring.accounts.set(user, { user, pair, key, signed, ...(revocations && { revocations }) });
  for (const device of ring.devices.values()) if (device.user === user) delete device.signed.cross_signature;
}

// Given Alice has published a manifest · When Alice on "phone" publishes a manifest · … publishes a manifest that her account vouches for
Given('{actors} has/have published a manifest', async function (this: EccpWorld, names: string[]) {
  for (const who of names) await publishManifest(this, who);
});
When('{actor} publishes a manifest', async function (this: EccpWorld, who: string) {
  await publishManifest(this, who);
});
When('{actor} publishes a manifest that her/his account vouches for', async function (this: EccpWorld, who: string) {
  await publishManifest(this, who, true);
});

// Given the keys of devices are used by Alice, where the node declares them
Given(
  'the keys of devices are used by {actor}, where the node declares them',
  async function (this: EccpWorld, who: string) {
    if (!this.run.facts.capabilities.has('e2ee')) return;
    await publishAccountKey(this, who, false);
    await publishManifest(this, who, true);
    await this.call(who, 'queryKeys', { body: { users: [await this.userId(who)] } });
    const { account, deviceId } = await this.actor(who);
    await this.call(who, 'claimKeys', { body: { devices: { [account.userId]: [deviceId] } } });
    const params = { type: 'org.example.note', txnId: this.unique() };
    await this.call(who, 'sendToDevice', { params, body: { messages: { [account.userId]: { [deviceId]: {} } } } });
  },
);

// When Alice publishes the same manifest again
When('{actor} publishes the same manifest again', async function (this: EccpWorld, who: string) {
  const { signed } = ringOf(this).device(await this.actor(who));
  await this.call(who, 'uploadKeys', { body: { manifest: signed } });
});

// When Alice publishes a manifest with "another user"   (a fault of device-key-faults.ts)
When('{actor} publishes a manifest with {string}', async function (this: EccpWorld, who: string, words: string) {
  const manifest = named(MANIFEST_FAULTS, words)(await faulty(this, who));
  await this.call(who, 'uploadKeys', { body: { manifest }, bad: true });
});

// When Alice on "new" publishes a manifest with the key of Alice on "phone"   (which has been revoked meanwhile)
When(
  '{actor} publishes a manifest with the key of {actor}',
  async function (this: EccpWorld, who: string, whose: string) {
    const ring = ringOf(this);
    const { user, deviceId } = { user: await this.userId(who), deviceId: (await this.actor(who)).deviceId };
    const former = ring.former.get(`${user} ${(await this.actor(whose)).deviceId}`);
    if (!former) throw new HarnessError(`no step has revoked the device of ${whose}`);
    const manifest = signManifest(manifestOf({ ...former, device: deviceId }, ring.now), former.signing);
    await this.call(who, 'uploadKeys', { body: { manifest } });
  },
);

// Given Alice has an account key · When Alice publishes the next account key · … resets her account key
Given('{actors} has/have an account key', async function (this: EccpWorld, names: string[]) {
  for (const who of names) await publishAccountKey(this, who, false);
});
When('{actor} publishes the next account key', async function (this: EccpWorld, who: string) {
  await publishAccountKey(this, who, true);
});
When('{actor} resets her account key', async function (this: EccpWorld, who: string) {
  await publishAccountKey(this, who, false);
});

// When Alice publishes the next account key without her list of revocations
When(
  '{actor} publishes the next account key without her list of revocations',
  async function (this: EccpWorld, who: string) {
    const ring = ringOf(this);
    const { user, key, pair } = accountOf(ring.accounts.get(await this.userId(who)));
    const { signed } = accountKeyOf(user, newPair(), ring.now, key, pair);
    await this.call(who, 'putAccountKeys', { body: { account_key: signed } });
  },
);

// When Alice publishes an account key with "another user" · When Alice publishes the same account key again
When('{actor} publishes an account key with {string}', async function (this: EccpWorld, who: string, words: string) {
  const account_key = named(ACCOUNT_KEY_FAULTS, words)(await faulty(this, who));
  await this.call(who, 'putAccountKeys', { body: { account_key }, bad: true });
});
When('{actor} publishes the same account key and list again', async function (this: EccpWorld, who: string) {
  const { signed, revocations } = accountOf(ringOf(this).accounts.get(await this.userId(who)));
  await this.call(who, 'putAccountKeys', { body: { account_key: signed, ...(revocations && { revocations }) } });
});

// When Alice vouches for Alice on "phone" · … · When Alice vouches for Alice on "phone" with the key of a stranger
When('{actor} vouches for {actor}', async function (this: EccpWorld, who: string, whom: string) {
  const ring = ringOf(this);
  const device = ring.device(await this.actor(whom));
  const { pair } = accountOf(ring.accounts.get(await this.userId(who)));
  const signature = crossSign(device.signed.manifest ?? {}, pair);
  const body = { cross_signatures: { [device.device]: signature } };
  const answer = await this.call(who, 'putAccountKeys', { body });
  if (answer.ok) device.signed.cross_signature = signature;
});
When(
  '{actor} vouches for {actor} with the key of a stranger',
  async function (this: EccpWorld, who: string, whom: string) {
    const device = ringOf(this).device(await this.actor(whom));
    const body = { cross_signatures: { [device.device]: crossSign(device.signed.manifest ?? {}, newPair()) } };
    await this.call(who, 'putAccountKeys', { body });
  },
);
When('{actor} vouches for the device {string}', async function (this: EccpWorld, who: string, device: string) {
  const body = { cross_signatures: { [device]: crossSign({}, newPair()) } };
  await this.call(who, 'putAccountKeys', { body });
});

// When Alice lists Alice on "phone" as revoked · … lists the key of Alice on "phone" as revoked, under another device id
When('{actor} lists {actor} as revoked', async function (this: EccpWorld, who: string, whom: string) {
  await revoke(this, who, ringOf(this).device(await this.actor(whom)));
});
When(
  '{actor} lists the key of {actor} as revoked, under another device id',
  async function (this: EccpWorld, who: string, whom: string) {
    await revoke(this, who, ringOf(this).device(await this.actor(whom)), 'NOSUCHDEVICE');
  },
);

// Given Alice lists a device as revoked that nobody has
Given('{actor} lists a device as revoked that nobody has', async function (this: EccpWorld, who: string) {
  const user = await this.userId(who);
  await revoke(this, who, { user, device: 'NOSUCHDEVICE', signing: newPair(), agreement: '', signed: {}, oneTime: [] });
});

// When Alice publishes a list of revocations with "the same version"
When(
  '{actor} publishes a list of revocations with {string}',
  async function (this: EccpWorld, who: string, words: string) {
    const revocations = named(REVOCATION_FAULTS, words)(await faulty(this, who));
    await this.call(who, 'putAccountKeys', { body: { revocations }, bad: true });
  },
);

// When Alice publishes a good account key together with a manifest's cross-signature by a stranger
When(
  '{actor} publishes the next account key with a cross-signature of {actor} by a stranger',
  async function (this: EccpWorld, who: string, whom: string) {
    const ring = ringOf(this);
    const device = ring.device(await this.actor(whom));
    const { user, key, pair } = accountOf(ring.accounts.get(await this.userId(who)));
    const { signed } = accountKeyOf(user, newPair(), ring.now, key, pair);
    const cross_signatures = { [device.device]: crossSign(device.signed.manifest ?? {}, newPair()) };
    await this.call(who, 'putAccountKeys', { body: { account_key: signed, cross_signatures } });
  },
);

// When Bob asks for the keys of Alice and Carol
When('{actor} asks for the keys of {actors}', async function (this: EccpWorld, who: string, names: string[]) {
  const users = await Promise.all(names.map((name) => this.userId(name)));
  await this.call(who, 'queryKeys', { body: { users } });
});

// Then Bob sees the keys that Alice has published · Then Bob sees no keys of Alice
Then('{actor} sees the keys that {actor} has published', async function (this: EccpWorld, who: string, whose: string) {
  const seen = await keysOf(this, who, whose);
  expectThat(seen !== undefined, `the keys of ${whose}`, 'none');
  const ring = ringOf(this);
  const user = await this.userId(whose);
  const account = ring.accounts.get(user);
  const manifests = [...ring.devices.values()]
    .filter((device) => device.user === user && device.signed.manifest !== undefined)
    .toSorted((a, b) => (a.device < b.device ? -1 : 1))
    .map(({ signed }) => signed);
  expectEqual(canonical(seen.manifests ?? []), canonical(manifests), 'the manifests');
  expectEqual(show(seen.account_key), show(account?.signed), 'the account key');
  expectEqual(show(seen.revocations), show(account?.revocations), 'the list of revocations');
});
Then('{actor} sees no keys of {actor}', async function (this: EccpWorld, who: string, whose: string) {
  expectEqual(show(await keysOf(this, who, whose)), 'nothing', `the keys of ${whose}`);
});

// Then the export has the keys that Alice sees of Alice   (when asking again)
Then(
  'the export has the keys that {actor} sees of {actor}',
  async function (this: EccpWorld, who: string, whose: string) {
    const exported = this.succeeded(this.answer).body.keys ?? null;
    const seen = await keysOf(this, who, whose);
    expectThat(seen !== undefined, `the keys of ${whose}`, 'none');
    expectEqual(canonical(exported), canonical(seen), 'the keys of the export');
  },
);

// Then Alice sees 2 manifests of Alice
Then(
  '{actor} sees {int} manifests of {actor}',
  async function (this: EccpWorld, who: string, count: number, whose: string) {
    const manifests = (await keysOf(this, who, whose))?.manifests;
    expectEqual(Array.isArray(manifests) ? manifests.length : 0, count, 'the number of manifests');
  },
);

// Given Bob has noted the stream of Alice's keys · Then the stream of Alice's keys has grown, as Bob sees it
Given("{actor} has noted the stream of {actor}'s keys", async function (this: EccpWorld, who: string, whose: string) {
  this.saved.set(`stream of ${whose}`, (await keysOf(this, who, whose))?.stream ?? 0);
});
Then(
  "the stream of {actor}'s keys has grown, as {actor} sees it",
  async function (this: EccpWorld, whose: string, who: string) {
    const before = Number(this.saved.get(`stream of ${whose}`));
    const now = Number((await keysOf(this, who, whose))?.stream);
    expectThat(now > before, `a stream beyond ${before}`, String(now));
    this.saved.set(`stream of ${whose}`, now);
  },
);
Then(
  "the stream of {actor}'s keys is the same, as {actor} sees it",
  async function (this: EccpWorld, whose: string, who: string) {
    const now = (await keysOf(this, who, whose))?.stream;
    expectEqual(now, this.saved.get(`stream of ${whose}`), 'the stream');
  },
);

// Then Alice sees the device of Alice on "phone" as verified · … as not verified
Then(
  /^(\w+(?: on "[^"]+")?) sees the device of (\w+(?: on "[^"]+")?) as (not )?verified$/,
  async function (this: EccpWorld, who: string, whose: string, not: string | null) {
    const id = (await this.actor(whose)).deviceId;
    const device = (await devicesOf(this, who)).find(({ device_id }) => device_id === id);
    expectEqual(device?.verified, not === null, `verified of the device of ${whose}`);
  },
);

// Then Bob's sync names Alice under "changed" · … under "left" · Then Bob's sync names nobody under "left"
Then(
  "{actor}'s sync names {actors} under {string}",
  async function (this: EccpWorld, who: string, names: string[], section: string) {
    const users = await Promise.all(names.map((name) => this.userId(name)));
    const all = (view = viewOf(this, who)) => users.every((user) => listOf(view, section).has(user));
    await syncUntil(this, who, `${users.join(', ')} under ${section}`, all);
  },
);
Then(
  "{actor}'s sync does not name {actor} under {string}",
  async function (this: EccpWorld, who: string, whom: string, section: string) {
    this.succeeded(await syncOnce(this, who));
    const named = listOf(viewOf(this, who), section).has(await this.userId(whom));
    expectThat(!named, `${whom} to stay out of ${section}`, 'the user is named');
  },
);

function listOf({ changed, parted }: ReturnType<typeof viewOf>, section: string): ReadonlySet<Json> {
  if (section === 'changed') return changed;
  if (section === 'left') return parted;
  throw new HarnessError(`device_lists has no ${section}`);
}

async function keysOf(world: EccpWorld, who: string, whose: string): Promise<JsonObject | undefined> {
  const user = await world.userId(whose);
  const answer = await world.must(who, 'queryKeys', { body: { users: [user] } });
  const keys = lookUp(answer.body, `users[${user}]`);
  return isObject(keys) ? keys : undefined;
}

async function revoke(world: EccpWorld, who: string, device: KeyedDevice, id = device.device): Promise<void> {
  const ring = ringOf(world);
  const account = accountOf(ring.accounts.get(await world.userId(who)));
  const list = account.revocations?.revocations as JsonObject | undefined;
  const before = Array.isArray(list?.revoked) ? list.revoked : [];
  const revoked = [...before, { device: id, ed25519: device.signing.publicKey }];
  const revocations = revocationsOf(account.user, Number(list?.version ?? 0) + 1, revoked, account.pair);
  const answer = await world.call(who, 'putAccountKeys', { body: { revocations } });
  if (!answer.ok) return;
  account.revocations = revocations;
  const name = `${device.user} ${device.device}`;
  ring.devices.delete(name);
  ring.former.set(name, device);
}

async function faulty(world: EccpWorld, who: string): Promise<Faulty> {
  const ring = ringOf(world);
  const device = ring.device(await world.actor(who));
  const stranger = { user: `@nobody:${world.run.facts.node}`, device: 'NOSUCHDEVICE' };
  return { device, account: ring.accounts.get(device.user), stranger, now: ring.now };
}

function accountOf(account: KeyedAccount | undefined): KeyedAccount {
  if (!account) throw new HarnessError('no step has given the user an account key');
  return account;
}

function named<T>(faults: Readonly<Record<string, T>>, words: string): T {
  const fault = faults[words];
  if (fault === undefined) throw new HarnessError(`no fault is called ${words}`);
  return fault;
}
