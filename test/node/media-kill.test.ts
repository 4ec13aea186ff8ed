// MED-002, MED-008: what was acknowledged outlasts a crash, whole; what was not leaves nothing behind.
// CI runs 8 rounds; ECCP_KILL_ROUNDS=100 runs more.
import { strict as assert } from 'node:assert';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Client } from './client.ts';
import { startProcess } from './node-process.ts';

const rounds = Number(process.env.ECCP_KILL_ROUNDS ?? 8);
const uploaders = 6;

/** Uploads in parts; resolves with the media id once it was acknowledged. */
async function upload(url: string, agent: Agent, token: string, bytes: Buffer): Promise<string> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/octet-stream',
    'content-length': bytes.length,
  };
  const call = request(`${url}/_eccp/client/v1/media/upload`, { method: 'POST', headers, agent });
  const answered = once(call, 'response');
  answered.catch(() => {});
  for (let at = 0; at < bytes.length; at += 16_384) {
    if (!call.write(bytes.subarray(at, at + 16_384))) await Promise.race([once(call, 'drain'), answered]);
  }
  call.end();
  const [response] = await answered;
  const answer = await text(response);
  assert.equal(response.statusCode, 201, answer);
  return JSON.parse(answer).media_id;
}

/** Hashes of the files that lie there, by name. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) found.set(entry.name, hashOf(await readFile(join(entry.parentPath, entry.name))));
  }
  return found;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update('eccp.media.v1\0').update(bytes).digest('base64url');
}

test(`acknowledged blobs outlast SIGKILL, others leave nothing, ${rounds} rounds`, {
  timeout: 60_000 + rounds * 20_000,
}, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-media-kill-'));
  t.after(() => rm(directory, { recursive: true }));
  const acknowledged = new Set<string>();
  let token: string | undefined;
  let orphans = 0;
  for (let n = 0; n <= rounds; n++) {
    const before = n === 0 ? new Map<string, string>() : await filesIn(join(directory, 'media'));
    orphans += [...before].filter(([name]) => !acknowledged.has(name)).length;
    const node = await startProcess(directory, ['--log-level', 'warn']);
    const client = new Client(node.url);
    const agent = new Agent({ keepAlive: true });
    try {
      token ??= (await client.register('sender')).token;
      const found = await filesIn(join(directory, 'media'));
      for (const id of acknowledged) assert.equal(found.get(id), id, 'an acknowledged blob is there, and whole');
      const { media } = await client.must('GET', '/account/export', token);
      const listed = media.map((upload: { media_id: string }) => upload.media_id).sort();
      assert.deepEqual([...found.keys()].sort(), listed, 'every file is an upload, and every upload a file');
      if (n === rounds) break;
      await uploadUntilKilled(node.url, agent, token, acknowledged, () => node.end('SIGKILL'));
    } finally {
      await node.end('SIGKILL');
      client.close();
      agent.destroy();
    }
  }
  assert.ok(acknowledged.size > 0);
  assert.ok(orphans > 0, 'a kill hit an upload');
  t.diagnostic(`${acknowledged.size} acknowledged blobs, ${orphans} left unfinished by ${rounds} kills`);
});

async function uploadUntilKilled(
  url: string,
  agent: Agent,
  token: string,
  acknowledged: Set<string>,
  kill: () => Promise<unknown>,
): Promise<void> {
  const killAt = acknowledged.size + 10 + randomInt(10);
  let killed: Promise<unknown> | undefined;
  const uploader = async (): Promise<void> => {
    for (;;) {
      const bytes = randomBytes(1 + randomInt(1_000_000));
      try {
        const id = await upload(url, agent, token, bytes);
        assert.equal(id, hashOf(bytes));
        acknowledged.add(id);
      } catch (error) {
        if (killed === undefined || error instanceof assert.AssertionError) throw error;
        return;
      }
      if (acknowledged.size >= killAt) {
        killed ??= kill();
      }
    }
  };
  await Promise.all(Array.from({ length: uploaders }, uploader));
  await killed;
}
