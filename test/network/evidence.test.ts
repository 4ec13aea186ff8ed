// A host that shows two nodes different logs: they find it out by themselves, and can prove it to anybody.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { toBase64url } from '../../src/core/encoding.ts';
import { entryHash } from '../../src/core/event.ts';
import { buildEvent, sequence } from '../../src/core/room-log.ts';
import type { SequencedEvent } from '../../src/generated/api.ts';
import { runToEnd } from '../node/node-process.ts';
import { verifyLog } from '../node/verify-log.ts';
import { oneLog } from './logs.ts';
import { Network, type NetworkNode } from './nodes.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

const network = new Network();
let host: NetworkNode;
let b: NetworkNode;
let c: NetworkNode;
let alice: Person;
let bob: Person;
let carol: Person;
let room: string;

before(async () => {
  [host, b, c] = [await network.node(), await network.node(), await network.node()];
  await Promise.all([host, b, c].map((node) => node.start()));
  [alice, bob, carol] = [await Person.on(host, 'alice'), await Person.on(b, 'bob'), await Person.on(c, 'carol')];
  room = await alice.createRoom({ visibility: 'public', name: 'Control room' });
  await bob.join(room);
  await carol.join(room);
});
after(() => network.end());

/** Two entries for the next place of the room's log, each good by itself, by whoever has the host's key. */
async function twoNextEntries(log: readonly SequencedEvent[]): Promise<[SequencedEvent, SequencedEvent]> {
  const key = await host.key();
  const state = verifyLog([...log]);
  const next = (body: string) => {
    const draft = { sender: alice.userId, type: 'eccp.room.message', content: { body } };
    const signed = buildEvent(state, draft, key, toBase64url(randomBytes(16)), Date.now());
    return sequence(state, signed, key, Date.now()).sequenced as SequencedEvent;
  };
  return [next('The pump is off.'), next('The pump is on.')];
}

async function show(entry: SequencedEvent, to: NetworkNode): Promise<void> {
  const { body } = await to.asked(host, 'POST', '/transactions', { entries: [entry] });
  assert.deepEqual(body.entries, [{ event_id: entry.event_id, status: 'applied' }]);
}

/** The lines of a node's audit log that tell of a contradiction. */
async function contradictions(node: NetworkNode): Promise<{ line: string; exported: string }> {
  const exported = await node.run('audit', 'export');
  const lines = exported.split('\n').filter((line) => line.includes('"kind":"room.equivocation"'));
  assert.equal(lines.length, 1);
  return { line: lines[0] ?? '', exported };
}

async function verify(name: string, content: string): Promise<{ code: number | null; output: string }> {
  const file = join(await network.folder(), name);
  await writeFile(file, content);
  return runToEnd(['audit', 'verify', file]);
}

test('two nodes that were shown different entries find out, freeze the room, and hold evidence that anybody can check', async () => {
  const log = await oneLog([host, b, c], room);
  await host.stop();
  const [first, second] = await twoNextEntries(log);
  await show(first, b);
  await show(second, c);
  assert.equal((await bob.history(room)).at(-1).content.body, 'The pump is off.');
  assert.equal((await carol.history(room)).at(-1).content.body, 'The pump is on.');
  assert.equal((await bob.send(room, 'good night')).status, 'queued', 'nobody suspects anything');

  // What each node tells some others within ten minutes of a new entry, told now, in the name of the one that would.
  const { entry, entry_signature } = first;
  const told = await c.asked(b, 'POST', '/transactions', { heads: { [entry.room_id]: { entry, entry_signature } } });
  assert.equal(told.status, 200);
  for (const person of [carol, bob]) {
    await until(`the room is frozen for ${person.userId}`, async () => {
      const { body } = await person.call('PUT', `/rooms/${room}/send/eccp.room.message`, { body: 'hello?' });
      return body.errcode === 'ECCP_ROOM_FROZEN';
    });
    assert.ok((await person.history(room)).length > 1, 'what there is stays readable');
  }

  const found = [await contradictions(b), await contradictions(c)];
  await Promise.all([b.stop(), c.stop()]);
  for (const { line, exported } of found) {
    assert.match((await verify('audit.jsonl', exported)).output, / holds: /);
    const { record } = JSON.parse(line);
    assert.deepEqual([record.actor, record.subject], [host.name, entry.room_id]);
    const { evidence } = record.detail;
    const { code, output } = await verify('evidence.json', JSON.stringify(evidence));
    assert.equal(code, 0, output);
    const start = `The evidence holds: ${host.name} signed two different entries for place ${entry.seq} of the room ${entry.room_id}`;
    assert.ok(output.startsWith(start), output);
    for (const each of [first, second]) assert.ok(output.includes(entryHash(each.entry)), output);
    evidence.heads[1].entry.host_ts += 1;
    assert.equal((await verify('forged.json', JSON.stringify(evidence))).code, 1);
  }
});
