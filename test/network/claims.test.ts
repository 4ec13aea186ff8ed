// PRE-023, PRE-024, PRE-030 and PRE-032 for a thousand claims at once of five hundred one-time prekeys, through the device's own node and through
// another one, also while both are killed: each prekey goes to one claim, and the fallback to all that come too late.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SignedPrekey } from '../../src/generated/api.ts';
import { Claimer, Owner, pool } from './claimed.ts';
import { Network, type NetworkNode } from './nodes.ts';
import { Person } from './person.ts';

const claims = 1000;
const fewConnections = 64;

const network = new Network();
/** Whose user claims through it. */
let away: NetworkNode;
/** Whose user is claimed. */
let home: NetworkNode;
let owner: Owner;
let neighbour: Claimer;
/** The same, over fewer connections: a node hands all that it is asked at once out at once, and a kill would leave nothing. */
let patient: Claimer;
let stranger: Claimer;

before(async () => {
  const args = ['--allow-insecure-loopback', '--log-level', 'warn'];
  [away, home] = [await network.node({ args }), await network.node({ args })];
  await Promise.all([away.start(), home.start()]);
  const limit = { per_second: 1000, burst: 10_000 };
  await home.operator('POST', `/_eccp/admin/v1/peers/${encodeURIComponent(away.name)}`, { action: 'limit', limit });
  const [alice, bob, carol] = [
    await Person.on(away, 'alice'),
    await Person.on(home, 'bob'),
    await Person.on(home, 'carol'),
  ];
  const room = await alice.createRoom({ visibility: 'public' });
  await Promise.all([bob.join(room), carol.join(room)]);
  owner = await Owner.of(bob);
  neighbour = new Claimer(carol, claims);
  patient = new Claimer(carol, fewConnections);
  stranger = new Claimer(alice, claims);
});
after(async () => {
  for (const claimer of [neighbour, patient, stranger]) claimer.close();
  await network.end();
});

const atOnce = (claim: () => Promise<SignedPrekey>) => Promise.all(Array.from({ length: claims }, claim));

for (const [where, claimer] of [
  ['its own node', () => neighbour],
  ['another node', () => stranger],
] as const) {
  test(`${claims} claims at once of ${pool} one-time prekeys through ${where}`, async () => {
    await owner.fill();
    const prekeys = await atOnce(async () => {
      const prekey = owner.read(await claimer().ask(owner));
      assert.ok(prekey !== undefined);
      return prekey;
    });
    assert.equal(owner.tally(prekeys), pool);
    assert.deepEqual(await owner.counts(), { one_time: 0, fallback: false });
  });
}

for (const [where, claimer, killed] of [
  ['its own node, which is killed twice', () => patient, () => [home, home]],
  ['another node, both of which are killed', () => stranger, () => [home, away]],
] as const) {
  test(`${claims} claims at once of ${pool} one-time prekeys through ${where}`, async (t) => {
    await owner.fill();
    const got: SignedPrekey[] = [];
    const toKill = [...killed()];
    let kills = 0;
    /** How many had an answer when the node was back. */
    let answered = 0;
    let back: Promise<void> | undefined;
    const kill = async (node: NetworkNode): Promise<void> => {
      kills++;
      await node.stop('SIGKILL');
      await node.start();
      answered = got.length;
      back = undefined;
    };
    await atOnce(async () => {
      for (;;) {
        await back;
        const killsBefore = kills;
        const answer = await claimer()
          .ask(owner)
          .catch((error: unknown) => {
            if (kills === killsBefore) throw error;
          });
        const prekey = answer && owner.read(answer);
        if (prekey !== undefined) {
          got.push(prekey);
          if (back === undefined && got.length >= 100 * (kills + 1)) {
            const node = toKill.shift();
            if (node !== undefined) back = kill(node);
          }
          return prekey;
        }
        assert.notEqual(kills, killsBefore, 'nothing is lost while the nodes run');
      }
    });
    const afterwards = got.slice(answered).filter(({ prekey }) => prekey.kind === 'one_time').length;
    const oneTime = owner.tally(got);
    t.diagnostic(`${oneTime} one-time prekeys, ${afterwards} of them after the last kill`);
    assert.equal(toKill.length, 0);
    assert.ok(oneTime <= pool && oneTime >= pool - kills * fewConnections, 'only those under way were lost');
    assert.ok(afterwards > 0, 'some were left after the last kill');
    assert.deepEqual(await owner.counts(), { one_time: 0, fallback: false });
  });
}
