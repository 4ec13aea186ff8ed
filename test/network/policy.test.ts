// With whom nodes deal: what operators decide while nodes run, what it does to peers, and what is on record of it.
import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Peer, Policy, PolicyVersion } from '../../src/generated/api.ts';
import { oneLog } from './logs.ts';
import { Network, type NetworkNode, type Signer } from './nodes.ts';
import { Person } from './person.ts';
import { until } from './until.ts';
import { Wiretap } from './wiretap.ts';

const network = new Network();
const wiretap = new Wiretap();
let a: NetworkNode; // moderated at first
let b: NetworkNode; // behind the wiretap
let c: NetworkNode;
let alice: Person;
let bob: Person;
/** Alice's, on a. */
let room: string;

before(async () => {
  a = await network.node({ args: ['--allow-insecure-loopback', '--federation-mode', 'moderated'] });
  b = await network.node({ name: await wiretap.listen() });
  c = await network.node();
  await Promise.all([a, b, c].map((node) => node.start()));
  wiretap.target = b.port;
  [alice, bob] = [await Person.on(a, 'alice'), await Person.on(b, 'bob')];
  room = await alice.createRoom({ visibility: 'public', name: 'Square' });
});
after(async () => {
  await network.end();
  wiretap.close();
});

const policyPath = '/_eccp/admin/v1/policy';

async function setPolicy(node: NetworkNode, change: (policy: Policy) => Policy): Promise<void> {
  const { version, policy }: PolicyVersion = await node.operator('GET', policyPath);
  await node.operator('PUT', policyPath, { replaces: version, policy: change(policy) });
}

const federation = (node: NetworkNode, change: Partial<Policy['federation']>) =>
  setPolicy(node, (policy) => ({ ...policy, federation: { ...policy.federation, ...change } }));

async function peer(node: NetworkNode, { name }: Signer): Promise<Peer | undefined> {
  const { peers } = JSON.parse(await node.run('peers', 'list', '--json')) as { peers: Peer[] };
  return peers.find((each) => each.node === name);
}

/** The lines of the audit log's end: kind, actor, subject and code of each. */
async function tail(node: NetworkNode): Promise<string[]> {
  const lines = (await node.run('audit', 'tail', '-n', '100')).trimEnd().split('\n');
  return lines.map((line) => line.split('  ').slice(1).join(' '));
}

/** Who was refused asks again after a minute, or when its operator decides something about the peer. */
const asksAgain = (node: NetworkNode, { name }: Signer) => node.run('peers', 'approve', name);
const admin = (node: NetworkNode) => `@admin:${node.name}`;
const reads = async (reader: Person, eventId: string) => (await reader.event(room, eventId)).status === 200;

test('a moderated node refuses a new peer until its operator approves it', async () => {
  assert.equal(await a.greeted(b), 'ECCP_POLICY_DENIED');
  assert.equal(await bob.refused('POST', `/rooms/${room}/join`, {}), 'ECCP_POLICY_DENIED');
  assert.match(await a.run('peers', 'list'), new RegExp(`^${b.name} +waiting`, 'm'));
  assert.match(await a.run('peers', 'approve', b.name), /: allowed, approved/);
  assert.equal(await a.greeted(b), 'accepted');
  await asksAgain(b, a);
  assert.equal((await bob.join(room)).status, 'sequenced');
  assert.equal(await a.greeted(c), 'ECCP_POLICY_DENIED');
  const recorded = await tail(a);
  assert.ok(recorded.includes(`federation.refused ${b.name} ${b.name} ECCP_POLICY_DENIED`), recorded.join('\n'));
  assert.ok(recorded.includes(`peer.approved ${admin(a)} ${b.name} -`));
  await oneLog([a, b], room);
});

test('an allow list takes the place of approval', async () => {
  await federation(a, { mode: 'allow_list' });
  assert.equal(await a.greeted(b), 'ECCP_POLICY_DENIED');
  assert.equal((await peer(a, b))?.decision, 'refused');
  await a.run('peers', 'approve', b.name);
  const { policy } = await a.operator('GET', policyPath);
  assert.deepEqual(policy.federation.allow, [b.name]);
  assert.equal(await a.greeted(b), 'accepted');
  assert.equal(await a.greeted(c), 'ECCP_POLICY_DENIED');
  await federation(a, { mode: 'open' });
  assert.equal(await a.greeted(c), 'accepted');
});

test('a block holds at once and in both directions; what waited is sent when it ends', async () => {
  await a.run('peers', 'block', b.name);
  assert.equal(await a.greeted(b), 'ECCP_POLICY_DENIED');
  assert.equal(await a.diagnose(b.name), 'policy ECCP_POLICY_DENIED');
  const [said, heard] = [await bob.send(room, 'do you hear me?'), await alice.send(room, 'does Bob hear me?')];
  assert.deepEqual([said.status, heard.status], ['queued', 'sequenced']);
  assert.equal((await peer(a, b))?.queued, 1);
  assert.equal((await peer(b, a))?.queued, 1);
  assert.deepEqual([await reads(alice, said.event_id), await reads(bob, heard.event_id)], [false, false]);
  await b.run('peers', 'block', a.name); // and the other way round
  assert.equal(await b.greeted(a), 'ECCP_POLICY_DENIED');
  await b.run('peers', 'unblock', a.name);
  assert.deepEqual([await reads(alice, said.event_id), await reads(bob, heard.event_id)], [false, false]);
  await a.run('peers', 'unblock', b.name);
  await asksAgain(b, a);
  await until('Bob reads what Alice said', () => reads(bob, heard.event_id));
  const { event_id } = await bob.send(room, 'and now?');
  await until('Alice reads all that Bob said', () => reads(alice, event_id));
  assert.ok(await reads(alice, said.event_id));
  await oneLog([a, b], room);
});

/** The answers to requests that are made side by side, and how long they took in milliseconds. */
async function timed<T>(count: number, ask: () => Promise<T>): Promise<[T[], number]> {
  const start = performance.now();
  const answers = await Promise.all(Array.from({ length: count }, ask));
  return [answers, performance.now() - start];
}

test('a peer’s limit, and the quota of clients, hold neither the other peers nor each other up', async () => {
  await a.run('peers', 'limit', c.name, '--per-second', '1', '--burst', '3');
  const [answers, ms] = await timed(8, () => a.asked(c, 'POST', '/transactions', {}));
  const refused = answers.filter(({ status }) => status === 429);
  const taken = answers.filter(({ status }) => status === 200).length;
  assert.equal(taken + refused.length, answers.length, answers.map(({ status }) => status).join());
  assert.ok(taken >= 3 && taken <= 3 + Math.ceil(ms / 1000) && refused.length > 0, `${taken} in ${ms} ms`);
  for (const { body } of refused) {
    assert.equal(body.errcode, 'ECCP_LIMIT_EXCEEDED');
    assert.ok(body.retry_after_ms > 0 && body.retry_after_ms <= 1000);
  }
  assert.equal(await a.greeted(b), 'accepted');
  assert.equal((await alice.send(room, 'clients do not notice')).status, 'sequenced');
  assert.equal((await tail(a)).filter((line) => line.startsWith(`federation.limited ${c.name}`)).length, 1);
  await a.run('peers', 'limit', c.name, '--common');

  await setPolicy(a, (policy) => ({ ...policy, client: { quota: { per_second: 2, burst: 3 } } }));
  const [asked, msAsked] = await timed(20, () => alice.call('GET', '/account'));
  const late = asked.filter(({ status }) => status === 429);
  const most = 3 + Math.ceil(msAsked / 500);
  assert.ok(late.length > 0 && asked.length - late.length <= most, `${asked.length - late.length} in ${msAsked} ms`);
  for (const { body } of late) assert.equal(body.errcode, 'ECCP_LIMIT_EXCEEDED');
  for (let i = 0; i < 5; i++) assert.equal(await a.greeted(b), 'accepted');
  await until('the quota is as it was', () =>
    setPolicy(a, (policy) => ({ ...policy, client: { quota: { per_second: 2000, burst: 10_000 } } })).then(
      () => true,
      () => false,
    ),
  );
});

test('a peer with keys from an old backup is not put into quarantine; one whose keys fork is, until the operator lifts it', async () => {
  const backup = join(await network.folder(), 'keys');
  await cp(c.keysFolder, backup, { recursive: true });
  await c.run('keys', 'rotate');
  assert.equal(await a.diagnose(c.name), 'authentication');
  await c.stop();
  await rm(c.keysFolder, { recursive: true });
  await cp(backup, c.keysFolder, { recursive: true });
  await c.start();
  assert.equal(await a.diagnose(c.name), 'keys ECCP_KEY_ROLLBACK');
  assert.equal((await peer(a, c))?.quarantined, undefined);
  await c.run('keys', 'rotate'); // to another second version
  assert.equal(await a.diagnose(c.name), 'keys ECCP_KEY_CONTINUITY');
  assert.equal(await a.greeted(c), 'ECCP_QUARANTINED');
  assert.match(await a.run('peers', 'list'), new RegExp(`^${c.name} +allowed, in quarantine \\(`, 'm'));
  await a.stop('SIGKILL');
  await a.start();
  assert.equal(await a.greeted(c), 'ECCP_QUARANTINED');
  await a.run('peers', 'lift-quarantine', c.name);
  assert.equal(await a.greeted(c), 'accepted');
  assert.equal((await peer(a, c))?.key_version, 2);
  const recorded = await tail(a);
  assert.equal(recorded.filter((line) => line === `peer.quarantined node ${c.name} -`).length, 1);
  assert.ok(recorded.includes(`peer.quarantine_lifted ${admin(a)} ${c.name} -`));
});

test('keys are revoked and changed while rooms go on', async () => {
  // A node asks a peer for unknown keys once in ten seconds: the restarts make up for the hurry of this test.
  await Promise.all([a.stop(), b.stop()]);
  await Promise.all([a.start(), b.start()]);
  wiretap.target = b.port;
  const stolen = await b.key();
  const thief = { name: b.name, key: async () => stolen };
  assert.equal(await a.greeted(thief), 'accepted');
  await b.run('keys', 'revoke');
  await until('the room knows of the revocation, without a word of Bob', async () => {
    const last = (await alice.history(room)).at(-1);
    return last.event.sender === bob.userId && last.content.node_keys?.[0].document.version === 2;
  });
  assert.deepEqual([await a.greeted(thief), await a.greeted(b)], ['ECCP_KEY_REVOKED', 'accepted']);
  assert.equal((await bob.send(room, 'it was stolen')).status, 'sequenced');
  const old = await a.key();
  await a.run('keys', 'rotate');
  assert.equal((await alice.send(room, 'I have changed mine too')).status, 'sequenced');
  assert.equal((await bob.send(room, 'good')).status, 'sequenced');
  const log = await oneLog([a, b], room);
  assert.equal(log.at(-1)?.entry.host_key, (await a.key()).keyId);
  assert.equal(await b.greeted({ name: a.name, key: async () => old }), 'accepted', 'it is still listed');
  assert.ok((await tail(b)).includes(`keys.rotated ${admin(b)} ${(await b.key()).keyId} -`));
});

test('padding hides how much was said', async () => {
  const deliver = async (words: string[]) => {
    wiretap.sizes.length = 0;
    for (const word of words) {
      const { event_id } = await alice.send(room, word);
      await until('Bob reads it', () => reads(bob, event_id));
    }
    return [...wiretap.sizes];
  };
  const words = ['a', 'b'.repeat(50), 'c'.repeat(100)];
  const plain = await deliver(words);
  assert.equal(new Set(plain).size, 3, plain.join());
  await federation(a, { metadata_padding: true });
  const [first = 0, ...padded] = await deliver([...words, 'd'.repeat(4000)]);
  assert.ok(first >= 1024 && Number.isInteger(Math.log2(first)), String(first));
  assert.deepEqual(padded, [first, first, first * 4]);
});

test('all of it is in audit logs that hold', async () => {
  for (const node of [a, b]) {
    assert.match(await node.run('audit', 'verify'), new RegExp(`^The audit log of ${node.name} holds: `));
  }
});
