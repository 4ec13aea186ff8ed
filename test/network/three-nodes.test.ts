// Three nodes as README starts them, whose users share rooms, over plain HTTP and over TLS.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pem, roots } from '../federation/peer-server.ts';
import { verifyLog } from '../node/verify-log.ts';
import { hashesOf, oneLog } from './logs.ts';
import { freePort, Network, type NetworkNode } from './nodes.ts';
import { Person } from './person.ts';
import { type Shown, shownNetwork } from './readme.ts';
import { until } from './until.ts';

/** One for each of three nodes, the host's first. */
type Three<T> = readonly [T, T, T];

const network = new Network();
after(() => network.end());

const eachOf = <T, R>(three: Three<T>, make: (one: T) => Promise<R>) =>
  Promise.all(three.map(make)) as Promise<unknown> as Promise<Three<R>>;

/** A room of the first that the others were invited to and have joined. */
async function sharedRoom([first, ...others]: readonly [Person, ...Person[]], more: object = {}): Promise<string> {
  const room = await first.createRoom({ ...more, invite: others.map(({ userId }) => userId) });
  for (const person of others) {
    assert.equal((await person.sees('invited', room)).event.event.sender, first.userId);
    assert.equal((await person.join(room)).status, 'sequenced');
  }
  return room;
}

/** Somebody with power does everything to a user of another node that can be done. */
async function goThrough(boss: Person, guest: Person, others: readonly Person[], room: string): Promise<void> {
  await boss.treat('invite', room, guest);
  await guest.becomes('invite', room);
  assert.equal((await guest.join(room)).status, 'sequenced');
  const slip = await guest.send(room, `a slip of ${guest.userId}`);
  assert.equal(slip.status, 'sequenced');
  await seen(boss, room, slip.event_id);
  await boss.redact(room, slip.event_id);
  for (const reader of [...others, guest]) {
    await until(`${reader.userId} sees it redacted`, async () => {
      const { content, redacted_by } = (await reader.event(room, slip.event_id)).body;
      return redacted_by !== undefined && content === undefined;
    });
  }
  await boss.treat('kick', room, guest);
  await guest.becomes('leave', room);
  assert.equal(await guest.refused('PUT', `/rooms/${room}/send/eccp.room.message`, { body: 'x' }), 'ECCP_FORBIDDEN');
  await boss.treat('invite', room, guest);
  await guest.becomes('invite', room);
  await guest.join(room);
  await boss.treat('ban', room, guest);
  await guest.becomes('ban', room);
  assert.equal(await guest.refused('POST', `/rooms/${room}/join`, {}), 'ECCP_FORBIDDEN');
  await boss.treat('unban', room, guest);
  await guest.becomes('leave', room);
  await boss.treat('invite', room, guest);
  await guest.becomes('invite', room);
  await guest.join(room);
  assert.equal((await guest.leave(room)).status, 'sequenced');
  for (const other of others) await until(`${other.userId} sees the leave`, () => isOut(other, room, guest));
}

async function seen(reader: Person, room: string, eventId: string): Promise<void> {
  await until(`${reader.userId} reads ${eventId}`, async () => (await reader.event(room, eventId)).status === 200);
}

async function isOut(reader: Person, room: string, { userId }: Person): Promise<boolean> {
  const { members } = await reader.must('GET', `/rooms/${room}/members?membership=leave`);
  return members.some((member: { user_id: string }) => member.user_id === userId);
}

/** Everything that users of three nodes do with one another in a room. */
async function shareRoom(nodes: Three<NetworkNode>): Promise<void> {
  const recorded = await eachOf(nodes, async (node) => (await node.audited()).length);
  const bosses = await eachOf(nodes, (node) => Person.on(node, 'boss'));
  const guests = await eachOf(nodes, (node) => Person.on(node, 'guest'));
  const [alice] = bosses;
  const room = await sharedRoom(bosses, { name: 'Pumps' });
  const users = Object.fromEntries(bosses.map(({ userId }, i) => [userId, i === 0 ? 100 : 50]));
  await alice.empower(room, users);
  for (const boss of bosses) await boss.isPowerful(room, users[boss.userId] ?? 0);
  for (const boss of bosses) {
    for (const guest of guests.filter(({ node }) => node !== boss.node)) await goThrough(boss, guest, bosses, room);
  }
  const sent = await Promise.all(
    bosses.flatMap((boss) => [1, 2, 3, 4, 5].map((i) => boss.send(room, `${i} of ${boss.userId}`))),
  );
  const log = await oneLog(nodes, room);
  const logged = log.map(({ event_id }) => event_id as string);
  for (const { event_id } of sent) assert.equal(logged.filter((id) => id === event_id).length, 1);
  const histories = await eachOf(bosses, (boss) => boss.history(room));
  verifyLog(histories[0]);
  const whole = hashesOf(histories[0]);
  assert.deepEqual(whole, hashesOf(log));
  for (const history of histories) {
    assert.ok(history.length > 50);
    assert.deepEqual(hashesOf(history), whole.slice(-history.length)); // the others read from their joins on
  }
  for (const [i, node] of nodes.entries()) assert.deepEqual(await node.audited(recorded[i]), [], 'nothing was refused');
}

describe('over plain HTTP on loopback', () => {
  let shown: Shown;
  let nodes: Three<NetworkNode>;

  before(async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    const folders = [await network.folder(), await network.folder(), await network.folder()];
    shown = await shownNetwork(ports, folders);
    for (const node of shown.nodes) network.add(node);
    nodes = shown.nodes as unknown as Three<NetworkNode>;
    await eachOf(nodes, (node) => node.start());
  });

  test('what README shows works as it stands there', async () => {
    const { stdout } = await promisify(execFile)('bash', ['-euc', shown.session], { timeout: 60_000 });
    const said = 'The third pump drips.';
    assert.deepEqual(stdout.trimEnd().split('\n'), ['sequenced', 'sequenced', 'sequenced', said, said, said]);
  });

  test('users of three nodes act on one another, in one order everywhere', () => shareRoom(nodes));

  test('a node without users in the room hears of invitations to it, of their end, and of nothing else', async () => {
    const [a, b] = nodes;
    const [alice, bob] = [await Person.on(a, 'ann'), await Person.on(b, 'ben')];
    const room = await alice.createRoom({ name: 'Valves', topic: 'Those that leak', invite: [bob.userId] });
    const { preview } = await bob.sees('invited', room);
    assert.deepEqual([preview.name, preview.topic, preview.visibility], ['Valves', 'Those that leak', 'private']);
    await alice.send(room, 'not for Ben');
    assert.equal((await bob.leave(room)).status, 'sequenced');
    await bob.sees('left', room);
    await until('the host knows that he declined', () => isOut(alice, room, bob));
    await alice.treat('invite', room, bob);
    await bob.sees('invited', room);
    await alice.treat('kick', room, bob);
    await bob.sees('left', room);
    assert.equal(await bob.refused('POST', `/rooms/${room}/join`, {}), 'ECCP_NOT_FOUND');
    await alice.treat('invite', room, bob);
    await bob.sees('invited', room);
    assert.equal((await bob.join(room)).status, 'sequenced');
    const bodies = (await bob.history(room)).map(({ content }) => content?.body);
    assert.ok(!bodies.includes('not for Ben'));
    await oneLog([a, b], room);
  });

  test('a public room is joined by its id; a private one is not there', async () => {
    const [a, b, c] = nodes;
    const [bob, carol, alice] = [await Person.on(b, 'bea'), await Person.on(c, 'cor'), await Person.on(a, 'amy')];
    const room = await bob.createRoom({ visibility: 'public', name: 'Square' });
    assert.equal((await carol.join(room)).status, 'sequenced');
    assert.equal((await alice.join(room)).status, 'sequenced');
    const said = await alice.send(room, 'good evening');
    await seen(carol, room, said.event_id);
    await oneLog([b, c, a], room);
    const hidden = await bob.createRoom();
    assert.equal(await carol.refused('POST', `/rooms/${hidden}/join`, {}), 'ECCP_NOT_FOUND');
  });

  test('a knock from another node is let in, and may be taken back or refused', async () => {
    const [a, b, c] = nodes;
    const [alice, bob, carol] = [await Person.on(a, 'ava'), await Person.on(b, 'bo'), await Person.on(c, 'cy')];
    const room = await alice.createRoom({ visibility: 'invite_only', name: 'Club' });
    for (const person of [bob, carol]) {
      assert.equal((await person.must('POST', `/rooms/${room}/knock`, { reason: 'please' })).status, 'sequenced');
    }
    for (const person of [bob, carol]) await person.sees('knocked', room);
    const knocking = async () => {
      const { members } = await alice.must('GET', `/rooms/${room}/members?membership=knock`);
      return members.map((member: { user_id: string }) => member.user_id).sort();
    };
    assert.deepEqual(await knocking(), [bob.userId, carol.userId].sort());
    await alice.treat('invite', room, bob);
    await bob.sees('invited', room);
    assert.equal((await bob.join(room)).status, 'sequenced');
    await alice.treat('kick', room, carol);
    await carol.sees('left', room);
    await carol.must('POST', `/rooms/${room}/knock`, {});
    await carol.leave(room);
    await until('nobody knocks', async () => (await knocking()).length === 0);
    await oneLog([a, b], room);
  });

  test('one who left is invited again, comes back, and has what was said meanwhile in the log', async () => {
    const [a, b] = nodes;
    const [alice, bob] = [await Person.on(a, 'ada'), await Person.on(b, 'bert')];
    const room = await sharedRoom([alice, bob]);
    await bob.leave(room);
    for (let i = 0; i < 5; i++) await alice.send(room, `without Bert ${i}`);
    await alice.treat('invite', room, bob);
    await bob.becomes('invite', room);
    await bob.join(room);
    const log = await oneLog([a, b], room);
    const read = await bob.history(room);
    assert.ok(!JSON.stringify(read).includes('without Bert'));
    assert.deepEqual(hashesOf(read).at(-1), hashesOf(log).at(-1));
  });

  test('a send waits for a host that is away, whoever restarts; a change of state does not', async () => {
    const [a, b, c] = nodes;
    const [alice, bob, carol] = [await Person.on(a, 'alba'), await Person.on(b, 'bill'), await Person.on(c, 'cleo')];
    const room = await sharedRoom([alice, bob, carol]);
    await alice.empower(room, { [alice.userId]: 100, [bob.userId]: 50 });
    await bob.isPowerful(room, 50);
    await a.stop('SIGKILL');
    const [queued, later, topic, kick] = await Promise.all([
      bob.must('PUT', `/rooms/${room}/send/eccp.room.message/one`, { body: 'are you there?' }),
      carol.send(room, 'nobody is'),
      bob.refused('PUT', `/rooms/${room}/state/eccp.room.topic`, { content: { topic: 'too late' } }),
      bob.refused('POST', `/rooms/${room}/kick`, { user_id: carol.userId }),
    ]);
    assert.deepEqual([queued.status, later.status], ['queued', 'queued']);
    assert.deepEqual([topic, kick], ['ECCP_UNREACHABLE', 'ECCP_UNREACHABLE']);
    await b.stop('SIGKILL');
    await Promise.all([a.start(), b.start()]);
    for (const [reader, { event_id }] of [bob, carol].flatMap((each) => [queued, later].map((s) => [each, s] as const)))
      await seen(reader, room, event_id);
    const again = await bob.must('PUT', `/rooms/${room}/send/eccp.room.message/one`, { body: 'are you there?' });
    assert.deepEqual([again.event_id, again.status], [queued.event_id, 'sequenced']);
    const log = await oneLog(nodes, room);
    for (const { event_id } of [queued, later]) {
      assert.equal(log.filter((entry) => entry.event_id === event_id).length, 1);
    }
    assert.ok(log.every(({ event }) => event.type !== 'eccp.room.topic'));
    assert.deepEqual((await bob.must('GET', `/rooms/${room}/members?membership=join`)).members.length, 3);
  });
});

describe('over TLS with a private certificate authority', () => {
  const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
  const reach = [
    '--trusted-roots',
    fixture('ca'),
    '--allow-peer-range',
    '127.0.0.0/8',
    '--allow-peer-range',
    '::1/128',
  ];
  const certified = (certificate: string, host = '127.0.0.1', ca = roots) =>
    network.node({
      host,
      ca,
      args: ['--tls-cert', fixture(certificate), '--tls-key', fixture(`${certificate}-key`), ...reach],
    });
  let nodes: Three<NetworkNode>;
  let stranger: NetworkNode;

  before(async () => {
    nodes = [await certified('node'), await certified('node', 'localhost'), await certified('renewed')];
    stranger = await certified('stranger', '127.0.0.1', pem('stranger'));
    await Promise.all([...nodes, stranger].map((node) => node.start()));
  });

  test('they share a room in one order', () => shareRoom(nodes));

  test('each finds out step by step that it can reach the others', async () => {
    const [a, b] = nodes;
    const { reachability, steps } = await a.operator('POST', '/_eccp/federation/v1/diagnose', { node: b.name });
    assert.equal(reachability, 'reachable');
    assert.deepEqual(
      steps.map(({ step }: { step: string }) => step),
      ['policy', 'discovery', 'address', 'connection', 'tls', 'keys', 'authentication'],
    );
  });

  test('a node with a certificate of another authority is not reached, nor believed', async () => {
    const [a] = nodes;
    assert.equal(await a.diagnose(stranger.name), 'tls ECCP_UNREACHABLE');
    assert.equal(await a.greeted(stranger), 'ECCP_UNREACHABLE', 'its keys cannot be had');
    assert.equal(await stranger.diagnose(a.name), 'authentication ECCP_UNREACHABLE');
  });
});
