// Every release upgrades the data folders of all earlier ones.
import { strict as assert } from 'node:assert';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Peer } from '../../src/generated/api.ts';
import { NetworkNode } from '../network/nodes.ts';
import type { Expected } from './fixture-data.ts';
import { verifyLog } from './verify-log.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures');
const versions = (await readdir(fixtures)).filter((name) => /^\d/.test(name)); // others are no data folders
assert.ok(versions.length > 0);

for (const version of versions) {
  test(`a data folder of ${version} is upgraded, and nothing in it is lost`, async (t) => {
    const expected = JSON.parse(await readFile(join(fixtures, version, 'expected.json'), 'utf8')) as Expected;
    const directory = await mkdtemp(join(tmpdir(), 'eccp-upgrade-'));
    t.after(() => rm(directory, { recursive: true }));
    await cp(join(fixtures, version, 'data'), directory, { recursive: true });
    const { node: name = 'node.test' } = expected;
    const names = ['--server-name', name, '--public-base-url', `http://${name}`, '--listen', '127.0.0.1:0'];
    const args = [
      ...names,
      '--data-dir',
      directory,
      '--bootstrap-admin',
      'admin@example.org',
      '--allow-insecure-loopback',
    ];
    const node = await new NetworkNode(args).start();
    t.after(() => node.stop('SIGKILL'));
    const { client } = node;

    const room = encodeURIComponent(expected.roomId);
    const log = await client.log(expected.token, room);
    verifyLog(log);
    assert.deepEqual(
      log.map((e) => e.event_id),
      expected.log,
    );
    const news = await client.must('GET', `/sync?since=${expected.since}`, expected.token);
    const { events } = news.rooms.joined[expected.roomId].timeline;
    assert.deepEqual(
      events.map((e: { event_id: string }) => e.event_id),
      expected.after,
    );
    assert.equal((await client.must('GET', `/aliases/%23engines:${name}`, expected.token)).room_id, expected.roomId);
    assert.deepEqual(await client.must('GET', '/account_data/org.example.theme', expected.token), { theme: 'dark' });
    const login = { user: expected.user, password: expected.password };
    const { access_token } = await client.must('POST', '/login', undefined, login);
    const sent = await client.must('PUT', `/rooms/${room}/send/eccp.room.message`, access_token, {
      body: 'still here',
    });
    assert.equal(sent.seq, expected.log.length);
    if (expected.devices !== undefined) await keptDevices(node, name, expected, expected.devices);
    if (expected.federation !== undefined) await keptFederation(node, expected.token, expected.federation);
  });
}

/** The room of another node is as it was, what waits for it waits on, decisions stand, and the audit log holds and goes on. */
async function keptFederation(
  node: NetworkNode,
  token: string,
  { peer, roomId, log, queued, blocked, audited }: NonNullable<Expected['federation']>,
): Promise<void> {
  const held = await node.client.log(token, encodeURIComponent(roomId));
  assert.deepEqual(
    held.map((e) => e.event_id),
    log,
  );
  const path = `/rooms/${encodeURIComponent(roomId)}/send/eccp.room.message/waiting`;
  assert.deepEqual(await node.client.must('PUT', path, token, { body: 'waiting' }), {
    event_id: queued,
    status: 'queued',
  });
  const { peers } = JSON.parse(await node.run('peers', 'list', '--json')) as { peers: Peer[] };
  assert.equal(peers.find((each) => each.node === peer)?.queued, 1);
  assert.equal(peers.find((each) => each.node === blocked)?.decision, 'blocked');
  await node.run('audit', 'verify');
  assert.ok((await node.audited()).length >= audited);
}

/** Keys are as they were, none is handed out again, messages wait on, and blobs are there. */
async function keptDevices(
  { client, port }: NetworkNode,
  name: string,
  { user, token, since }: Expected,
  { device, otherToken, keys, left, waiting, mediaId }: NonNullable<Expected['devices']>,
): Promise<void> {
  const asked = await client.must('POST', '/keys/query', otherToken, { users: [user] });
  assert.deepEqual(asked.users[user], keys);
  const claim = async () => {
    const answer = await client.must('POST', '/keys/claim', otherToken, { devices: { [user]: [device] } });
    return answer.devices[user][device].prekey.prekey;
  };
  const claimed = [];
  for (const _ of left) claimed.push((await claim()).id);
  assert.deepEqual(claimed.toSorted(), left.toSorted());
  assert.equal((await claim()).kind, 'fallback');
  assert.deepEqual((await client.must('GET', `/sync?since=${since}`, token)).to_device, waiting);
  const url = `http://127.0.0.1:${port}/_eccp/client/v1/media/${name}/${mediaId}`;
  const blob = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual(Buffer.from(await blob.arrayBuffer()), Buffer.alloc(1000, 'ciphertext'));
}
