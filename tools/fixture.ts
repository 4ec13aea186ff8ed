// npm run fixture: makes the data folder of this release that every later one must upgrade.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../test/node/client.ts';
import type { Expected } from '../test/node/fixture-data.ts';
import { startProcess } from '../test/node/node-process.ts';

const help = `npm run fixture

Writes test/fixtures/<version of package.json>: a small data folder made by this release, and what is in it.
Run it once, when a release is cut; a fixture that exists is never replaced.`;

if (process.argv.includes('--help')) {
  console.log(help);
} else {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  const target = join('test', 'fixtures', version);
  await mkdir(join(target, '..'), { recursive: true });
  await mkdir(target).catch((error: NodeJS.ErrnoException) => {
    console.error(
      error.code === 'EEXIST'
        ? `${target} is there already: raise the version in package.json for a new release`
        : `${target}: ${error.message}`,
    );
    process.exit(1);
  });
  const data = await mkdtemp(join(tmpdir(), 'eccp-fixture-'));
  const expected = await fill(data);
  await cp(join(data, 'store'), join(target, 'data', 'store'), { recursive: true });
  await cp(join(data, 'keys'), join(target, 'data', 'keys'), { recursive: true });
  await writeFile(join(target, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  await rm(data, { recursive: true });
  console.log(`wrote ${target}`);
}

/** A room with members, messages, a redaction, an alias, receipts and account data. */
async function fill(data: string): Promise<Expected> {
  const node = await startProcess(data);
  const client = new Client(node.url);
  const password = 'correct horse battery';
  const ada = await client.register('ada');
  const bob = await client.register('bob');
  const room = await client.createRoom(ada.token, {
    name: 'Engine room',
    topic: 'Pumps',
    visibility: 'public',
    alias: '#engines:node.test',
    invite: [bob.userId],
  });
  await client.must('POST', `/rooms/${room}/join`, bob.token, {});
  const send = (token: string, body: string) =>
    client.must('PUT', `/rooms/${room}/send/eccp.room.message/${body}`, token, { body });
  const first = await send(ada.token, 'first');
  const wrong = await send(bob.token, 'wrong');
  await client.must('POST', `/rooms/${room}/redact/${encodeURIComponent(wrong.event_id)}`, bob.token, {});
  await client.must('PUT', `/rooms/${room}/receipt`, bob.token, { event_id: first.event_id });
  await client.must('PUT', '/account_data/org.example.theme', ada.token, { theme: 'dark' });
  const { next_batch } = await client.must('GET', '/sync', ada.token);
  const after = [await send(bob.token, 'later'), await send(ada.token, 'last')];
  const log = await client.log(ada.token, room);
  client.close();
  await node.end('SIGTERM');
  return {
    user: ada.userId,
    password,
    token: ada.token,
    roomId: decodeURIComponent(room),
    log: log.map((e) => e.event_id),
    since: next_batch,
    after: after.map((e) => e.event_id),
  };
}
