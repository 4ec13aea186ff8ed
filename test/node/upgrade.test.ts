// Every release upgrades the data folders of all earlier ones.
import { strict as assert } from 'node:assert';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from './client.ts';
import type { Expected } from './fixture-data.ts';
import { startProcess } from './node-process.ts';
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
    const node = await startProcess(directory);
    t.after(() => node.end('SIGKILL'));
    const client = new Client(node.url);
    t.after(() => client.close());

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
    assert.equal((await client.must('GET', '/aliases/%23engines:node.test', expected.token)).room_id, expected.roomId);
    assert.deepEqual(await client.must('GET', '/account_data/org.example.theme', expected.token), { theme: 'dark' });
    const login = { user: expected.user, password: expected.password };
    const { access_token } = await client.must('POST', '/login', undefined, login);
    const sent = await client.must('PUT', `/rooms/${room}/send/eccp.room.message`, access_token, {
      body: 'still here',
    });
    assert.equal(sent.seq, expected.log.length);
  });
}
