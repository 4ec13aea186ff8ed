// TDM-026, TDM-021: a message that was acknowledged to its sender waits until its device has it, however the node ends.
import { strict as assert } from 'node:assert';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from './client.ts';
import { startProcess } from './node-process.ts';

const rounds = Number(process.env.ECCP_KILL_ROUNDS ?? 5);
const senders = 8;

test(`messages to devices outlast SIGKILL, ${rounds} rounds`, { timeout: 60_000 + rounds * 10_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-to-device-'));
  t.after(() => rm(directory, { recursive: true }));
  let owner: { token: string; userId: string; deviceId: string } | undefined;
  const [sent, unanswered] = [new Set<string>(), new Set<string>()];
  const got: string[] = [];
  let since = '';
  for (let n = 0; n <= rounds; n++) {
    const node = await startProcess(directory, ['--log-level', 'warn']);
    const client = new Client(node.url);
    try {
      if (owner === undefined) {
        const { token, userId } = await client.register('owner');
        owner = { token, userId, deviceId: (await client.must('GET', '/account', token)).device_id };
      }
      const { token, userId, deviceId } = owner;
      // The receiver stores what it got together with the token, so that nothing may come twice or be left out.
      const sync = async (): Promise<number> => {
        const answer = await client.must('GET', `/sync?timeout=0${since && `&since=${since}`}`, token);
        since = answer.next_batch;
        for (const { content } of answer.to_device) got.push(content.n);
        return answer.to_device.length;
      };
      if (n === rounds) {
        while ((await sync()) > 0);
        break;
      }
      const killAt = sent.size + 50 + randomInt(50);
      let killed: Promise<unknown> | undefined;
      const untilKilled = async (step: () => Promise<unknown>): Promise<void> => {
        for (;;) {
          try {
            await step();
          } catch (error) {
            if (killed === undefined) throw error;
            return;
          }
          if (sent.size >= killAt) killed ??= node.end('SIGKILL');
        }
      };
      const send = async (): Promise<void> => {
        const id = `${n}-${sent.size + unanswered.size}-${randomInt(1e9)}`;
        unanswered.add(id);
        const messages = { [userId]: { [deviceId]: { n: id } } };
        const { undelivered } = await client.must('PUT', `/to_device/org.example.note/${id}`, token, { messages });
        assert.deepEqual(undelivered, []);
        unanswered.delete(id);
        sent.add(id);
      };
      await Promise.all([...Array.from({ length: senders }, () => untilKilled(send)), untilKilled(sync)]);
      await killed;
    } finally {
      await node.end('SIGKILL');
      client.close();
    }
  }
  assert.ok(sent.size >= rounds * 50, `${sent.size} were sent`);
  assert.equal(new Set(got).size, got.length, 'none came twice');
  for (const id of sent) assert.ok(got.includes(id), `${id} came`);
  for (const id of got) assert.ok(sent.has(id) || unanswered.has(id), `${id} was sent`);
});
