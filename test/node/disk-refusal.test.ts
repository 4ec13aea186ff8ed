// DISC-013: a disk that refuses writes stops writes, and nothing else.
import { strict as assert } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { startNode } from '../../src/app.ts';
import { type Files, nodeFiles } from '../../src/storage/sqljs/files.ts';
import { type Answer, Client } from './client.ts';
import { startProcess } from './node-process.ts';
import { verifyLog } from './verify-log.ts';

function message(client: Client, token: string, room: string, txn: string): Promise<Answer> {
  return client.call('PUT', `/rooms/${room}/send/eccp.room.message/${txn}`, token, { body: txn.padEnd(2000, '.') });
}

async function assertReadsGoOn(client: Client, token: string, room: string, acknowledged: string[]): Promise<void> {
  assert.equal((await client.must('GET', '/health')).status, 'degraded');
  const ids = (await client.log(token, room)).map((e) => e.event_id);
  for (const id of acknowledged) assert.ok(ids.includes(id), `${id} was acknowledged`);
  assert.equal((await client.call('GET', '/sync', token)).status, 200);
}

test('a file-size limit: writes get ECCP_UNAVAILABLE, reads go on, nothing acknowledged is lost', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-full-'));
  t.after(() => rm(directory, { recursive: true }));
  const limited = await startProcess(directory, ['--log-level', 'warn'], 'ulimit -f 256'); // blocks of 1024 bytes
  t.after(() => limited.end('SIGKILL'));
  const client = new Client(limited.url);
  const { token } = await client.register('sender');
  const room = await client.createRoom(token);
  const acknowledged: string[] = [];
  let refused: Answer | undefined;
  for (let i = 0; i < 1000 && refused === undefined; i++) {
    const answer = await message(client, token, room, `t${i}`);
    if (answer.status === 200) acknowledged.push(answer.body.event_id);
    else refused = answer;
  }
  assert.ok(acknowledged.length > 10);
  assert.equal(refused?.status, 503);
  assert.equal(refused?.body.errcode, 'ECCP_UNAVAILABLE');
  assert.deepEqual(Object.keys(refused?.body).sort(), ['errcode', 'error']);
  assert.doesNotMatch(refused?.body.error, /journal|EFBIG|\/|sql/i);
  await assertReadsGoOn(client, token, room, acknowledged);
  client.close();

  await limited.end('SIGKILL');
  const free = await startProcess(directory);
  t.after(() => free.end('SIGKILL'));
  const again = new Client(free.url);
  const log = await again.log(token, room);
  verifyLog(log);
  assert.deepEqual(
    log.filter((e) => e.event.type === 'eccp.room.message').map((e) => e.event_id),
    acknowledged,
    'exactly what was acknowledged',
  );
  assert.equal((await message(again, token, room, 'after')).status, 200);
  again.close();
});

test('a failed fsync: writes get ECCP_UNAVAILABLE until the disk recovers, reads go on', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-fsync-'));
  t.after(() => rm(directory, { recursive: true }));
  let broken = false;
  const node = await startNode(
    {
      serverName: 'node.test',
      publicBaseUrl: 'http://node.test',
      bootstrapAdmin: 'admin@node.test',
      dataDir: directory,
      listen: { host: '127.0.0.1', port: 0 },
      registration: { mode: 'open' },
      repair: false,
      restored: false,
      federation: { allowInsecureLoopback: false, allowedRanges: [], mode: 'open', allow: [] },
      kind: 'public',
    },
    '0',
    pino({ level: 'silent' }),
    () => {},
    filesThatFail(() => broken),
  );
  t.after(() => node.stop());
  const client = new Client(`http://127.0.0.1:${node.address.port}`);
  t.after(() => client.close());
  const { token } = await client.register('sender');
  const room = await client.createRoom(token);
  const first = await message(client, token, room, 'before');
  assert.equal(first.status, 200);

  broken = true;
  for (const txn of ['one', 'two']) {
    const refused = await message(client, token, room, txn);
    assert.equal(refused.status, 503);
    assert.equal(refused.body.errcode, 'ECCP_UNAVAILABLE');
  }
  await assertReadsGoOn(client, token, room, [first.body.event_id]);

  broken = false;
  assert.equal(
    (await message(client, token, room, 'one')).status,
    200,
    'the first write after the recovery goes through',
  );
  assert.equal((await client.must('GET', '/health')).status, 'ok');
  const bodies = (await client.log(token, room))
    .filter((e) => e.event.type === 'eccp.room.message')
    .map((e) => e.content.body.replaceAll('.', ''));
  assert.deepEqual(bodies, ['before', 'one'], 'what was refused did not happen, what was retried happened once');
});

/** The real disk, whose fsync fails while `broken` says so. */
function filesThatFail(broken: () => boolean): Files {
  return {
    ...nodeFiles,
    async open(...args: Parameters<Files['open']>) {
      const file = await nodeFiles.open(...args);
      const sync = file.sync.bind(file);
      file.sync = async () => {
        if (broken()) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
        await sync();
      };
      return file;
    },
  };
}
