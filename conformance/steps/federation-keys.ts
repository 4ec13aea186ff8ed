// Keys that fake nodes publish, right ones and wrong ones, and what the node under test makes of them (chapter 13).
import { setTimeout as pause } from 'node:timers/promises';
import { Given, Then, When } from '@cucumber/cucumber';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { keyOf, type PeerKey } from '../peer/identity.ts';
import { ANSWER_FAULTS, CHAIN_FAULTS, FRESHNESS_FAULTS, recover } from '../peer/key-faults.ts';
import { join } from '../peer/participant.ts';
import type { SignedKeyDocument } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';

/** Milliseconds for which a statement holds whose end a scenario waits for. */
const SHORT = 1500;
/** Milliseconds after which a node asks again for keys that it asked for in vain, and some more. */
const AGAIN = 14_000;

// Given the peer publishes a chain with "a version that is left out" · … a freshness with "…" · … answers for its keys with "a redirect"   (peer/key-faults.ts)
Given('{peer} publishes key documents with {string}', async function (this: EccpWorld, alias: string, words: string) {
  const peer = await this.peer(alias);
  named(CHAIN_FAULTS, words)(peer.identity);
});
Given('{peer} publishes its keys with {string}', async function (this: EccpWorld, alias: string, words: string) {
  const peer = await this.peer(alias);
  const make = named(FRESHNESS_FAULTS, words);
  peer.behaviour.keys = (since) => ({ ...right(peer, since), freshness: make(peer.identity) });
});
Given('{peer} answers with {string} for its keys', async function (this: EccpWorld, alias: string, words: string) {
  const reply = named(ANSWER_FAULTS, words);
  (await this.peer(alias)).behaviour.intercept = ({ path }) => (path.endsWith('/keys') ? reply : undefined);
});

// Given the peer vouches for its keys for a moment only · When that moment has passed
Given('{peer} vouches for its keys for a moment only', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  peer.behaviour.keys = (since) => {
    const valid_until = Date.now() + SHORT;
    this.saved.set(`the moment of ${alias}`, valid_until);
    return { ...right(peer, since), freshness: peer.identity.freshness({ valid_until }) };
  };
});
When('the moment has passed for which {peer} vouched for its keys', async function (this: EccpWorld, alias: string) {
  const end = Number(this.saved.get(`the moment of ${alias}`));
  if (!Number.isFinite(end)) throw new HarnessError('nobody has asked for the keys yet');
  await pause(Math.max(0, end - Date.now()) + 50);
});

// Given the peer has a new key · … has revoked its key and has a new one · … has had 69 keys before   (published from then on)
Given('{peer} has a new key', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  oldKeys.set(peer, peer.identity.rotate());
});
Given('{peer} has revoked its key and has a new one', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  oldKeys.set(peer, peer.identity.rotate(true));
});
Given(
  '{peer} has revoked its key and has a new one in {room}',
  async function (this: EccpWorld, alias: string, name: string) {
    const peer = await this.peer(alias);
    const { id } = this.room(name);
    const user = [...(peer.room(id)?.memberships ?? [])].find(
      ([user, is]) => is === 'join' && user.endsWith(`:${peer.name}`),
    );
    if (!user) throw new HarnessError('nobody of the peer is in the room');
    oldKeys.set(peer, peer.identity.rotate(true));
    const { result } = await join(peer, id, user[0]);
    expectEqual(result.status, 'sequenced', 'what became of the repeated join');
  },
);
Given('{peer} has replaced its key without revoking it', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  oldKeys.set(peer, peer.identity.key);
  peer.identity.extend([peer.identity.newKey()]);
});
Given('{peer} has had {int} keys before', async function (this: EccpWorld, alias: string, count: number) {
  const { identity } = await this.peer(alias);
  for (let i = 0; i < count; i++) identity.extend([identity.newKey()]);
});
When('{peer} signs with its old key again', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  const old = oldKeys.get(peer);
  if (!old) throw new HarnessError('the peer has no old key');
  peer.identity.key = old;
});

When('{peer} signs with the key of its second document again', async function (this: EccpWorld, alias: string) {
  const { identity } = await this.peer(alias);
  identity.key = keyOf(`${identity.node} 2`);
});

// Given the peer publishes its first key document alone again · … publishes another document of the same version · … another branch …
When('{peer} publishes its first key document alone again', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  branches.set(peer, peer.identity.chain);
  peer.identity.chain = peer.identity.chain.slice(0, 1);
});
When('{peer} publishes its newest key document again', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  peer.identity.chain = branches.get(peer) ?? peer.identity.chain;
});
When('{peer} publishes another key document of the same version', async function (this: EccpWorld, alias: string) {
  fork(await this.peer(alias));
});
When('{peer} publishes a next key document on another branch', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  fork(peer);
  peer.identity.extend([peer.identity.key, peer.identity.newKey()]);
});
When('{peer} publishes a recovery document for its first one', async function (this: EccpWorld, alias: string) {
  const { identity } = await this.peer(alias);
  const [base] = identity.chain;
  if (base) recover(identity, base);
});

const oldKeys = new WeakMap<FakePeer, PeerKey>();
const branches = new WeakMap<FakePeer, SignedKeyDocument[]>();

/** Another document in place of the newest: the owner's own key signed both. */
function fork(peer: FakePeer): void {
  const { identity } = peer;
  branches.set(peer, identity.chain);
  identity.chain = identity.chain.slice(0, -1);
  const base = identity.chain.at(-1);
  identity.key = (base && identity.keysOf(base)[0]) ?? identity.key; // what continues it is signed by one of its keys
  identity.extend([identity.key, identity.newKey()]);
}

// When the peer asks for the head of the room until it is answered   (within the time after which keys are asked for again)
When('{peer} sends empty transactions until one is taken', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  const end = performance.now() + AGAIN;
  for (;;) {
    const answer = await peer.transact({});
    if (answer.ok || performance.now() > end) return void this.judge(answer);
    await pause(1000);
  }
});

// Then the peer was asked for its keys 2 times · Then the peer was asked for its keys after version 1
Then('{peer} was asked for its keys {int} time(s)', async function (this: EccpWorld, alias: string, times: number) {
  const asked = askedFor(await this.peer(alias));
  expectEqual(asked.length, times, `the requests for the keys (${asked.join(', ')})`);
});
Then(
  '{peer} was asked for its keys after version {int}',
  async function (this: EccpWorld, alias: string, version: number) {
    const asked = askedFor(await this.peer(alias));
    const found = asked.some((query) => query === `since=${version}` || (version === 0 && query === ''));
    expectThat(found, `a request for the keys since ${version}`, asked.join(', '));
  },
);

Then(
  '{peer} was asked for its keys at most {int} time(s)',
  async function (this: EccpWorld, alias: string, most: number) {
    const asked = askedFor(await this.peer(alias));
    expectThat(asked.length <= most, `at most ${most} requests for the keys`, asked.join(', '));
  },
);
Then('{peer} was not asked for its keys where the redirect leads', async function (this: EccpWorld, alias: string) {
  const asked = askedFor(await this.peer(alias));
  expectThat(asked.length > 0 && !asked.includes('elsewhere=1'), 'requests before the redirect only', asked.join(', '));
});

// Then the peer was not sent "a secret"   (in no request, whatever was answered)
Then('{peer} was not sent {string}', async function (this: EccpWorld, alias: string, text: string) {
  const id = this.event(text);
  const sent = (await this.peer(alias)).requests.filter(({ body }) => body.includes(id));
  expectEqual(sent.length, 0, `the requests with "${text}"`);
});

function askedFor(peer: FakePeer): string[] {
  return peer.requests.filter(({ path }) => path.endsWith('/keys')).map(({ query }) => query.toString());
}

function right({ identity }: FakePeer, since: number) {
  return { documents: identity.chain.filter(({ document }) => document.version > since) };
}

function named<T>(table: Readonly<Record<string, T>>, words: string): T {
  const found = table[words];
  if (found === undefined)
    throw new HarnessError(`nothing is called "${words}"; there are ${Object.keys(table).join(', ')}`);
  return found;
}
