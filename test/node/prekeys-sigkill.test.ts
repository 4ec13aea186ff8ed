// PRE-024: no one-time prekey is handed out twice, however the node ends.
import { strict as assert } from 'node:assert';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestDevice } from '../services/device.ts';
import { Client } from './client.ts';
import { startProcess } from './node-process.ts';

const rounds = Number(process.env.ECCP_KILL_ROUNDS ?? 5);
const claimers = 16;
const pool = 300;

test(`one-time prekeys are handed out once, also across SIGKILL, ${rounds} rounds`, {
  timeout: 60_000 + rounds * 10_000,
}, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-prekeys-'));
  t.after(() => rm(directory, { recursive: true }));
  let owner: Awaited<ReturnType<typeof signIn>> | undefined;
  const handedOut: string[] = [];
  for (let n = 0; n <= rounds; n++) {
    const node = await startProcess(directory, ['--log-level', 'warn']);
    const client = new Client(node.url);
    try {
      owner ??= await signIn(client);
      const { token, userId, deviceId, device } = owner;
      const claim = async (): Promise<string> => {
        const answer = await client.must('POST', '/keys/claim', token, { devices: { [userId]: [deviceId] } });
        return answer.devices[userId][deviceId].prekey.prekey.id;
      };
      if (n === rounds) {
        for (let id = await claim(); id.startsWith('one_time'); id = await claim()) handedOut.push(id);
        break;
      }
      const left = (await client.must('POST', '/keys/upload', token, {})).prekeys.one_time;
      await client.must('POST', '/keys/upload', token, { one_time_prekeys: device.prekeys(pool - left) });
      const killAt = handedOut.length + 50 + randomInt(100);
      let killed: Promise<unknown> | undefined;
      const claimUntilKilled = async () => {
        for (;;) {
          try {
            handedOut.push(await claim());
          } catch (error) {
            if (killed === undefined) throw error;
            return;
          }
          if (handedOut.length >= killAt) killed ??= node.end('SIGKILL');
        }
      };
      await Promise.all(Array.from({ length: claimers }, claimUntilKilled));
      await killed;
    } finally {
      await node.end('SIGKILL');
      client.close();
    }
  }
  assert.ok(handedOut.length >= rounds * 50 + 100, `${handedOut.length} were handed out`);
  assert.ok(
    handedOut.every((id) => id.startsWith('one_time')),
    'the pool never ran dry',
  );
  assert.equal(new Set(handedOut).size, handedOut.length, 'none was handed out twice');
});

async function signIn(client: Client) {
  const { token, userId } = await client.register('owner');
  const { device_id: deviceId } = await client.must('GET', '/account', token);
  const device = new TestDevice({ userId, deviceId });
  const [manifest, signed, fallback] = [device.manifest(), device.prekey('signed'), device.prekey('fallback')];
  await client.must('POST', '/keys/upload', token, { manifest, signed_prekey: signed, fallback_prekey: fallback });
  return { token, userId, deviceId, device };
}
