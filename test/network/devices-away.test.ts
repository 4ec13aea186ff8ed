// What devices wait for outlasts the ends of both nodes: messages for them and changes of keys on their way, and the keys that a node has got
// (MAN-042 to MAN-046, TDM-030 to TDM-033).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestDevice } from '../services/device.ts';
import { Network, type NetworkNode } from './nodes.ts';
import { Person } from './person.ts';
import { Turnstile } from './turnstile.ts';
import { until } from './until.ts';

/** More than one transaction carries (FED-022). */
const messages = 60;

const network = new Network();
const turnstile = new Turnstile();
let a: NetworkNode;
let b: NetworkNode; // behind the turnstile
let alice: Person;
let bob: Person;
/** Alice's, on a. */
let room: string;
let device: TestDevice; // Alice's
let bobsDevice: string;

before(async () => {
  [a, b] = [await network.node(), await network.node({ name: await turnstile.listen() })];
  await Promise.all([a.start(), b.start()]);
  turnstile.target = b.port;
  [alice, bob] = [await Person.on(a, 'alice'), await Person.on(b, 'bob')];
  room = await alice.createRoom({ visibility: 'public' });
  await bob.join(room);
  device = new TestDevice({ userId: alice.userId, deviceId: (await alice.must('GET', '/account')).device_id });
  bobsDevice = (await bob.must('GET', '/account')).device_id;
  await publish();
  await until('Bob’s node has heard of it', async () => (await waiting(a)) === 0);
});
after(async () => {
  await network.end();
  turnstile.close();
});

/** A new manifest of Alice's device. @returns when it was made. */
async function publish(): Promise<number> {
  const manifest = device.manifest();
  await alice.must('POST', '/keys/upload', { manifest });
  return manifest.manifest.created;
}

/** What Bob's node says of Alice: when the manifest was made, or why there is none. */
async function seen(): Promise<number | string> {
  const { users, failures } = await bob.must('POST', '/keys/query', { users: [alice.userId] });
  return failures[a.name]?.errcode ?? users[alice.userId]?.manifests[0]?.manifest.created;
}

/** How many items wait on a node for the other one. */
async function waiting(node: NetworkNode): Promise<number> {
  const { peers } = await node.operator('GET', '/_eccp/admin/v1/peers');
  return peers[0].queued;
}

async function restart(node: NetworkNode): Promise<void> {
  await node.stop('SIGKILL');
  await node.start();
}

const transactions = () => turnstile.passages.filter(({ what }) => what === 'POST transactions');

test('messages and changes of keys wait over restarts of both nodes, and come once and in order', async () => {
  await bob.sync();
  await b.stop('SIGKILL');
  const tell = (n: number) =>
    alice.must('PUT', `/to_device/org.example.note/${n}`, { messages: { [bob.userId]: { [bobsDevice]: { n } } } });
  let newest = 0;
  for (let n = 0; n < messages; n++) {
    if (n % 20 === 0) newest = await publish();
    if (n === messages / 2) await restart(a);
    await tell(n);
  }
  assert.equal(await waiting(a), messages + 3);

  // Bob's node takes the first transaction, and Alice's does not learn of it.
  turnstile.losesAnswers = true;
  const before = transactions().length;
  await b.start();
  await bob.send(room, 'I am back'); // whoever shows that he is there need not wait for the next try (FED-028)
  const taken = () =>
    transactions()
      .slice(before)
      .some(({ status }) => status === 200);
  await until('something has come', async () => taken());
  assert.ok((await waiting(a)) >= messages + 3);
  await Promise.all([restart(a), restart(b)]);
  turnstile.losesAnswers = false;
  await bob.send(room, 'I am back again');

  const got: number[] = [];
  const changed: string[] = [];
  await until('everything has come', async () => {
    const isAll = (await waiting(a)) === 0;
    const { to_device, device_lists } = await bob.sync();
    got.push(...to_device.map(({ content }: { content: { n: number } }) => content.n));
    changed.push(...device_lists.changed);
    return isAll && to_device.length === 0;
  });
  assert.deepEqual(
    got,
    Array.from({ length: messages }, (_, n) => n),
  );
  assert.ok(changed.includes(alice.userId));
  assert.deepEqual((await bob.sync()).device_lists, { changed: [], left: [] });
  assert.equal(await seen(), newest);
});

test('keys of another node are kept over a restart, until a change is heard of that waited over one', async () => {
  const first = await seen();
  await a.stop('SIGKILL');
  await restart(b);
  assert.equal(await seen(), first);

  await b.stop('SIGKILL');
  await a.start();
  const second = await publish();
  await restart(a);
  await b.start();
  await bob.send(room, 'I am back');
  await until('the change has come', async () => (await waiting(a)) === 0);
  await a.stop('SIGKILL');
  await restart(b);
  assert.equal(await seen(), 'ECCP_UNREACHABLE');
  await a.start();
  assert.equal(await seen(), second);
  assert.ok((await bob.sync()).device_lists.changed.includes(alice.userId));
});
