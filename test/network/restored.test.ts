// HOST-092 to HOST-096: a host whose data is put back to an older copy has what it lost from those who have it, and signs no place twice.
import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { logOf, oneLog } from './logs.ts';
import { Network, type NetworkNode } from './nodes.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

const network = new Network();
after(() => network.end());

let nodes: [NetworkNode, NetworkNode, NetworkNode];
let alice: Person;
let bob: Person;
let carol: Person;

before(async () => {
  nodes = [await network.node(), await network.node(), await network.node()];
  await Promise.all(nodes.map((node) => node.start()));
  const [a, b, c] = nodes;
  [alice, bob, carol] = await Promise.all([Person.on(a, 'alice'), Person.on(b, 'bob'), Person.on(c, 'carol')]);
});

/** A room of Alice's on the first node, which Bob and Carol of the two others have joined. */
async function sharedRoom(): Promise<string> {
  const room = await alice.createRoom({ visibility: 'public' });
  await bob.join(room);
  await carol.join(room);
  return room;
}

/** Stops a node, copies its data, and starts it again. @returns what kills it, and puts its store back to the copy. */
async function backup(node: NetworkNode): Promise<() => Promise<void>> {
  const copy = await network.folder();
  await node.stop();
  await cp(`${node.dataDir}/store`, copy, { recursive: true });
  await node.start();
  return async () => {
    await node.stop('SIGKILL');
    await rm(`${node.dataDir}/store`, { recursive: true });
    await cp(copy, `${node.dataDir}/store`, { recursive: true });
  };
}

async function kinds(node: NetworkNode): Promise<string[]> {
  return (await node.audited()).map(({ kind }) => kind);
}

test('what an older copy lacks comes back, and the log goes on after it', async () => {
  const [a] = nodes;
  const room = await sharedRoom();
  const restore = await backup(a);
  const later = [await alice.send(room, 'after the backup'), await bob.send(room, 'this, too')];
  const before = await oneLog(nodes, room);
  await restore();
  await a.start();
  const next = await alice.send(room, 'going on');
  const log = await oneLog(nodes, room);
  assert.deepEqual(
    log.slice(0, before.length).map(({ event_id }) => event_id),
    before.map(({ event_id }) => event_id),
  );
  for (const { event_id } of [...later, next]) assert.equal(log.filter((e) => e.event_id === event_id).length, 1);
  const [adopted] = (await a.audited()).filter(({ kind }) => kind === 'room.entries_adopted');
  assert.equal(adopted?.subject, decodeURIComponent(room));
  assert.equal(adopted.detail.last, before.length - 1);
  for (const node of nodes) {
    const frozen = (await kinds(node)).filter((kind) => kind === 'room.frozen' || kind === 'room.equivocation');
    assert.deepEqual(frozen, []);
  }
});

test('while a participant is away sends wait, reading goes on, and nothing else is decided', async () => {
  const [a, b, c] = nodes;
  const room = await sharedRoom();
  const restore = await backup(a);
  const said = await alice.send(room, 'after the backup');
  await oneLog(nodes, room);
  await restore();
  await Promise.all([b, c].map((node) => node.stop('SIGKILL')));
  await a.start();
  const [sent, topic] = await Promise.all([
    alice.send(room, 'is anybody there?'),
    alice.refused('PUT', `/rooms/${room}/state/eccp.room.topic`, { content: { topic: 'too early' } }),
  ]);
  assert.equal(sent.status, 'queued');
  assert.equal(topic, 'ECCP_UNAVAILABLE');
  assert.ok((await alice.history(room)).length > 0);
  await Promise.all([b, c].map((node) => node.start()));
  await until('the send stands in the log', async () => (await alice.event(room, sent.event_id)).status === 200);
  const log = await oneLog(nodes, room);
  const order = log.map(({ event_id }) => event_id);
  assert.ok(order.indexOf(said.event_id) < order.indexOf(sent.event_id));
});

test('after a declared restore all have to answer, over restarts, unless the operator goes on; a fork is found by the host itself', async () => {
  const [a, b, c] = nodes;
  const room = await sharedRoom();
  const roomId = decodeURIComponent(room);
  const restore = await backup(a);
  await alice.send(room, 'after the backup');
  await oneLog(nodes, room);
  await restore();
  await Promise.all([b, c].map((node) => node.stop('SIGKILL')));
  await a.start('--restored');
  await a.stop('SIGKILL');
  await a.start();
  const lines = async () => (await a.run('rooms', 'waiting')).split('\n');
  const line = `${roomId}  ${[b.name, c.name].sort().join(', ')}`;
  assert.ok((await lines()).includes(line), 'it waits after another start, too');
  const sent = await alice.send(room, 'is anybody there?');
  assert.equal(sent.status, 'queued');
  await a.run('rooms', 'resume', roomId);
  assert.ok(!(await lines()).includes(line));
  assert.equal((await alice.event(room, sent.event_id)).status, 200);
  const resumed = (await a.audited()).filter(({ kind }) => kind === 'room.resumed');
  assert.deepEqual(
    resumed.map(({ subject, detail }) => [subject, detail.missing.sort()]),
    [[roomId, [b.name, c.name].sort()]],
  );
  // What the operator decided was wrong: the two logs part. The host asks again when it starts, and finds out.
  await a.stop('SIGKILL');
  await Promise.all([b, c].map((node) => node.start()));
  await a.start();
  await until('the host has evidence against itself', async () => (await kinds(a)).includes('room.equivocation'));
  assert.equal(await alice.refused('PUT', `/rooms/${room}/send/eccp.room.message`, { body: 'on' }), 'ECCP_ROOM_FROZEN');
  assert.ok((await logOf(b, a, room)).length > 0);
});
