// SYNC-003, SYNC-004: two clients that sync while a third sends in bursts miss nothing and see one order.
import { strict as assert } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from './client.ts';
import { startProcess } from './node-process.ts';

const messages = 10_000;
const burst = 50;

test(`two clients that sync see ${messages} messages once, in one order`, { timeout: 240_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-burst-'));
  t.after(() => rm(directory, { recursive: true }));
  const node = await startProcess(directory, ['--log-level', 'warn']);
  t.after(() => node.end('SIGKILL'));
  const client = new Client(node.url);
  t.after(() => client.close());
  const [sender, first, second] = await Promise.all(['sender', 'first', 'second'].map((name) => client.register(name)));
  assert.ok(sender && first && second);
  const room = await client.createRoom(sender.token, { visibility: 'public', invite: [first.userId, second.userId] });
  const readers = [first, second];
  for (const reader of readers) await client.must('POST', `/rooms/${room}/join`, reader.token, {});
  const starts = await Promise.all(
    readers.map(async ({ token }) => (await client.must('GET', '/sync', token)).next_batch),
  );

  const acknowledged: string[] = [];
  const send = async (): Promise<void> => {
    for (let sent = 0; sent < messages; sent += burst) {
      const answers = await Promise.all(
        Array.from({ length: burst }, (_, i) =>
          client.must('PUT', `/rooms/${room}/send/eccp.room.message`, sender.token, { body: `${sent + i}` }),
        ),
      );
      acknowledged.push(...answers.sort((a, b) => a.seq - b.seq).map((answer) => answer.event_id));
    }
  };
  const follow = async (token: string, since: string): Promise<string[]> => {
    const seen: string[] = [];
    for (let next = since; seen.length < messages; ) {
      const answer = await client.must('GET', `/sync?timeout=10000&limit=100&since=${next}`, token);
      const section = answer.rooms.joined[decodeURIComponent(room)];
      assert.ok(section, 'news within ten seconds');
      const missed = section.timeline.limited ? await between(client, token, room, section.timeline, seen.at(-1)) : [];
      seen.push(...missed, ...section.timeline.events.map((e: { event_id: string }) => e.event_id));
      next = answer.next_batch;
    }
    return seen;
  };
  const [, ...views] = await Promise.all([send(), ...readers.map(({ token }, i) => follow(token, starts[i]))]);
  for (const view of views) assert.deepEqual(view, acknowledged);
  assert.equal(new Set(acknowledged).size, messages);
});

/** What a limited timeline left out: back from its beginning to the last event that was seen. */
async function between(
  client: Client,
  token: string,
  room: string,
  timeline: { before: number },
  last: string | undefined,
): Promise<string[]> {
  const found: string[] = [];
  for (let from = timeline.before; ; ) {
    const page = await client.must('GET', `/rooms/${room}/messages?dir=b&limit=100&from=${from}`, token);
    for (const { event, event_id } of page.events) {
      if (event_id === last || event.type !== 'eccp.room.message') return found.reverse();
      found.push(event_id);
    }
    assert.notEqual(page.next, undefined);
    from = page.next;
  }
}
