// What operators decide about the policy and about peers, and what the node then says of them (sections 19.1, 19.3 and 19.4).
import { setTimeout as pause } from 'node:timers/promises';
import { After, Given, Then, When } from '@cucumber/cucumber';
import { fill, fillJson } from '../fill.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { changePolicy, decidePeer, listedPeers, notePolicy, policyBefore, policyOf, restorePolicy } from '../policy.ts';
import { canonical } from '../wire/canonical.ts';
import { firstDifference, isObject, type JsonObject, lookUp, show } from '../wire/json.ts';
import { type EccpWorld, OPERATOR } from '../world.ts';

/** Milliseconds in which what waits for a peer has to have gone. */
const ARRIVAL = 10_000;

// Scenarios share one node: whatever the operator does to its policy is undone, before anything else asks the node for something.
After({ tags: '@cap-admin' }, async function (this: EccpWorld) {
  await restorePolicy(this);
});

// When the operator sets "federation.mode" of the policy to "moderated"   (JSON)
When(
  /^the operator sets "([^"]+)" of the policy to (.+)$/,
  async function (this: EccpWorld, path: string, text: string) {
    await changePolicy(this, path, await fillJson(this, text));
  },
);

// When the operator changes the policy as of an earlier version · … as of a later version
When(
  /^the operator changes the policy as of (an earlier|a later) version$/,
  async function (this: EccpWorld, when: string) {
    await changePolicy(this, 'federation.metadata_padding', true, { later: when === 'a later' ? 1 : -1 });
  },
);

// When the operator puts a policy with the member "federation.limit.x" in force   (one that no policy has)
When('the operator puts a policy with the member {string} in force', async function (this: EccpWorld, path: string) {
  await changePolicy(this, path, 1, { bad: true });
});

// When the operator puts a policy without "federation" in force
When('the operator puts a policy without {string} in force', async function (this: EccpWorld, member: string) {
  const { version, policy } = await notePolicy(this);
  const { [member]: _, ...rest } = policy;
  await this.call(OPERATOR, 'putPolicy', { body: { replaces: version, policy: rest }, bad: true });
});

// Then the answer is the policy in force, which has "moderated" as "federation.mode"   (JSON)
Then(
  /^the answer is the policy in force, which has (.+) as "([^"]+)"$/,
  async function (this: EccpWorld, text: string, path: string) {
    const found = await policyOf(this);
    expectEqual(canonical(this.succeeded(this.answer).body), canonical({ ...found }), 'the answer');
    expectEqual(show(lookUp(found.policy, path)), show(await fillJson(this, text)), `${path} of the policy`);
  },
);

// Then nothing of the policy has changed but "federation.mode"   (since the operator's last act)
Then('nothing of the policy has changed but {string}', async function (this: EccpWorld, path: string) {
  const [was, is] = [policyBefore(this).policy, (await policyOf(this)).policy];
  expectThat(show(lookUp(was, path)) !== show(lookUp(is, path)), `another ${path}`, show(lookUp(is, path)));
  expectEqual(canonical(without(is, path)), canonical(without(was, path)), 'the rest of the policy');
});

// Then the policy is as it was   (before the operator's last act, the version too)
Then('the policy is as it was', async function (this: EccpWorld) {
  expectEqual(canonical({ ...(await policyOf(this)) }), canonical({ ...policyBefore(this) }), 'the policy');
});

// Then the version of the policy has gone up by 1   (since the operator's last act)
Then('the version of the policy has gone up by {int}', async function (this: EccpWorld, count: number) {
  this.noSurprise();
  expectEqual((await policyOf(this)).version - policyBefore(this).version, count, 'the versions since then');
});

const PEER = '(the peer(?: "[^"]+")?|the node "[^"]+")';
const ACTS: Readonly<Record<string, string>> = {
  approves: 'approve',
  blocks: 'block',
  unblocks: 'unblock',
  'lifts the quarantine of': 'lift_quarantine',
  'takes the limit away from': 'limit',
};

// When the operator approves the peer · blocks · unblocks · lifts the quarantine of · takes the limit away from · blocks the node "x.example.org"
When(
  new RegExp(`^the operator (${Object.keys(ACTS).join('|')}) ${PEER}$`),
  async function (this: EccpWorld, act: string, whom: string) {
    await decidePeer(this, await nodeNamed(this, whom), { action: ACTS[act] ?? '' });
  },
);

// When the operator resumes the room
When('the operator resumes {room}', async function (this: EccpWorld, name: string) {
  await this.call(OPERATOR, 'resumeRoom', { params: { roomId: this.room(name).id } });
});
When('the operator resumes a room that does not exist', async function (this: EccpWorld) {
  await this.call(OPERATOR, 'resumeRoom', { params: { roomId: `!${'A'.repeat(43)}:${this.run.facts.node}` } });
});

// When the operator limits the peer to 1 a second and 2 at once
When(
  new RegExp(`^the operator limits ${PEER} to (\\d+) a second and (\\d+) at once$`),
  async function (this: EccpWorld, whom: string, rate: string, burst: string) {
    const limit = { per_second: Number(rate), burst: Number(burst) };
    await decidePeer(this, await nodeNamed(this, whom), { action: 'limit', limit });
  },
);

// Then listPeers says of the peer:   (doc string: JSON, a subset) · Then listPeers says before long of the peer:
Then(new RegExp(`^listPeers says of ${PEER}:$`), async function (this: EccpWorld, whom: string, text: string) {
  this.noSurprise();
  const expected = await fillJson(this, text);
  const found = await listed(this, whom);
  const difference = firstDifference(found, expected);
  expectThat(difference === undefined, show(expected), `${difference} in ${show(found)}`);
});
Then(
  new RegExp(`^listPeers says before long of ${PEER}:$`),
  async function (this: EccpWorld, whom: string, text: string) {
    const expected = await fillJson(this, text);
    for (const end = performance.now() + ARRIVAL; ; await pause(100)) {
      const found = await listed(this, whom);
      const difference = firstDifference(found, expected);
      if (difference === undefined) return;
      expectThat(performance.now() < end, show(expected), `${difference} in ${show(found)}`);
    }
  },
);

// Then listPeers says no "quarantined" of the peer · Then listPeers gives a reason as "quarantined" of the peer
Then(
  new RegExp(`^listPeers says no "([^"]+)" of ${PEER}$`),
  async function (this: EccpWorld, member: string, whom: string) {
    const found = await listed(this, whom);
    expectThat(found !== undefined && !(member in found), `${whom} without ${member}`, show(found));
  },
);
Then(
  new RegExp(`^listPeers gives a reason as "([^"]+)" of ${PEER}$`),
  async function (this: EccpWorld, member: string, whom: string) {
    const found = await listed(this, whom);
    const reason = found?.[member];
    expectThat(typeof reason === 'string' && reason.trim() !== '', `${member} in words`, show(found));
  },
);

// Given listPeers does not name the peer
Given(new RegExp(`^listPeers does not name ${PEER}$`), async function (this: EccpWorld, whom: string) {
  expectEqual(show(await listed(this, whom)), 'nothing', `what listPeers says of ${whom}`);
});

// Then listPeers names each peer once, in order
Then('listPeers names each peer once, in order', async function (this: EccpWorld) {
  const names = (await listedPeers(this)).map(({ node }) => String(node));
  expectThat(names.length > 1, 'several peers', names.join());
  expectEqual(names.join(' '), [...new Set(names)].sort().join(' '), 'the order of the peers');
});

// Then the answer is what listPeers says of the peer
Then(new RegExp(`^the answer is what listPeers says of ${PEER}$`), async function (this: EccpWorld, whom: string) {
  const found = await listed(this, whom);
  expectEqual(canonical(this.succeeded(this.answer).body), canonical(found ?? null), 'the answer');
});

// Then the peer was sent nothing   (no request came, not even for its keys)
Then('{peer} was sent nothing', async function (this: EccpWorld, alias: string) {
  const { requests } = await this.peer(alias);
  expectEqual(requests.map(({ method, uri }) => `${method} ${uri}`).join(), '', 'the requests that came');
});

/** The node that the words name: `the peer`, `the peer "two"`, `the node "example.org"`. */
export async function nodeNamed(world: EccpWorld, words: string): Promise<string> {
  const [, kind, name] = /^the (peer|node)(?: "([^"]+)")?$/.exec(words) ?? [];
  if (kind === 'node' && name !== undefined) return await fill(world, name);
  if (kind !== 'peer') throw new HarnessError(`“${words}” names no node`);
  return (await world.peer(name ?? 'peer')).name;
}

async function listed(world: EccpWorld, words: string): Promise<JsonObject | undefined> {
  const name = await nodeNamed(world, words);
  return (await listedPeers(world)).find(({ node }) => node === name);
}

/** A copy that lacks one member. */
function without(value: JsonObject, path: string): JsonObject {
  const [step = '', ...rest] = path.split('.');
  const inner = value[step];
  if (rest.length > 0 && isObject(inner)) return { ...value, [step]: without(inner, rest.join('.')) };
  const { [step]: _, ...others } = value;
  return others;
}
