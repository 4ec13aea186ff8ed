// ROOM-070: what was acknowledged outlasts a crash, once and in its order.
// CI runs 50 rounds; ECCP_KILL_ROUNDS=500 runs more.
import { strict as assert } from 'node:assert';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from './client.ts';
import { startProcess } from './node-process.ts';
import { verifyLog } from './verify-log.ts';

const rounds = Number(process.env.ECCP_KILL_ROUNDS ?? 50);
const senders = 16;
const acknowledgedAtLeast = 100;

interface Round {
  room: string;
  /** Event id and seq by transaction id. */
  acknowledged: Map<string, { event_id: string; seq: number }>;
  /** Sent when the node was killed: they may have happened or not. */
  unanswered: string[];
}

test(`acknowledged events outlast SIGKILL, ${rounds} rounds`, { timeout: 60_000 + rounds * 10_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-kill-'));
  t.after(() => rm(directory, { recursive: true }));
  let token: string | undefined;
  let last: Round | undefined;
  const all: Round[] = [];
  let total = 0;
  for (let n = 0; n <= rounds; n++) {
    const node = await startProcess(directory, ['--log-level', 'warn']);
    const client = new Client(node.url);
    try {
      token ??= (await client.register('sender')).token;
      if (last !== undefined) await check(client, token, last);
      if (n === rounds) {
        for (const round of all) verifyLog(await client.log(token, round.room)); // still whole after every later crash
        break;
      }
      last = await sendUntilKilled(client, token, () => node.end('SIGKILL'));
      all.push(last);
      total += last.acknowledged.size;
    } finally {
      await node.end('SIGKILL');
      client.close();
    }
  }
  t.diagnostic(`${total} acknowledged events in ${rounds} rounds`);
});

async function sendUntilKilled(client: Client, token: string, kill: () => Promise<unknown>): Promise<Round> {
  const round: Round = { room: await client.createRoom(token), acknowledged: new Map(), unanswered: [] };
  const killAt = acknowledgedAtLeast + randomInt(100);
  let killed: Promise<unknown> | undefined;
  const sender = async (name: number): Promise<void> => {
    for (let i = 0; ; i++) {
      const txn = `t${name}-${i}`;
      try {
        const { event_id, seq } = await send(client, token, round.room, txn);
        round.acknowledged.set(txn, { event_id, seq });
      } catch (error) {
        if (killed === undefined) throw error;
        round.unanswered.push(txn);
        return;
      }
      if (round.acknowledged.size >= killAt && killed === undefined) {
        await new Promise((resolve) => setTimeout(resolve, randomInt(5))); // the moment is the point: anywhere between two flushes
        killed ??= kill();
      }
    }
  };
  await Promise.all(Array.from({ length: senders }, (_, name) => sender(name)));
  await killed;
  assert.ok(round.acknowledged.size >= acknowledgedAtLeast);
  return round;
}

async function check(client: Client, token: string, { room, acknowledged, unanswered }: Round): Promise<void> {
  const log = await client.log(token, room);
  verifyLog(log);
  for (const [txn, { event_id, seq }] of acknowledged) {
    assert.equal(log[seq]?.event_id, event_id, `${txn} is where it was acknowledged`);
    assert.equal(log[seq].content.body, txn);
  }
  const bodies = log.filter((e) => e.event.type === 'eccp.room.message').map((e) => e.content.body);
  assert.equal(new Set(bodies).size, bodies.length, 'nothing is there twice');
  for (const body of bodies) assert.ok(acknowledged.has(body) || unanswered.includes(body), `${body} was sent`);

  for (const [txn, { event_id }] of [...acknowledged].slice(-20)) {
    assert.equal((await send(client, token, room, txn)).event_id, event_id, `${txn} again is the same event`);
  }
  for (const txn of unanswered) {
    const held = log.find((e) => e.content.body === txn);
    const retried = await send(client, token, room, txn);
    if (held !== undefined) assert.equal(retried.event_id, held.event_id);
    assert.equal((await send(client, token, room, txn)).event_id, retried.event_id);
  }
}

function send(client: Client, token: string, room: string, txn: string): Promise<{ event_id: string; seq: number }> {
  return client.must('PUT', `/rooms/${room}/send/eccp.room.message/${txn}`, token, { body: txn });
}
