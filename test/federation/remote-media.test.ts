// MED-052 to MED-060 where it cannot be seen from outside: what lies on disk, when a fetch ends, how much is kept.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { generateSigningKey } from '../../src/core/signing.ts';
import { PeerClient } from '../../src/federation/peer-client.ts';
import { RemoteMedia } from '../../src/federation/remote-media.ts';
import type { MediaId, NodeName } from '../../src/generated/api.ts';
import type { OpenBlob } from '../../src/services/media.ts';
import { MediaFiles } from '../../src/storage/media/media-files.ts';
import { until } from '../network/until.ts';
import { fakeResolver, startPeer } from './peer-server.ts';

const size = 100_000;

interface Scene {
  media: RemoteMedia;
  node: NodeName;
  /** Another beginning of the same node over the same files. */
  restarted(): Promise<RemoteMedia>;
  /** Names of what lies in the cache and under way. */
  onDisk(): Promise<{ cache: string[]; incoming: string[] }>;
  asked(): number;
  folder: string;
}

function blob(length = size): { bytes: Buffer; id: MediaId } {
  const bytes = randomBytes(length);
  return { bytes, id: createHash('sha256').update('eccp.media.v1\0').update(bytes).digest('base64url') as MediaId };
}

function giving(...blobs: ReturnType<typeof blob>[]): RequestListener {
  return (request, response) => {
    const found = blobs.find(({ id }) => request.url?.endsWith(id));
    if (found === undefined) response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    else response.writeHead(200, { 'content-length': found.bytes.length }).end(found.bytes);
  };
}

async function scene(t: TestContext, answer: RequestListener, cacheBytes = 10 * size, idleMs = 10_000): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'eccp-media-'));
  t.after(() => rm(folder, { recursive: true }));
  const peer = await startPeer(answer);
  t.after(() => peer[Symbol.asyncDispose]());
  const key = generateSigningKey();
  const client = new PeerClient({
    name: 'home.test',
    key: () => key,
    now: Date.now,
    random: randomBytes,
    resolver: fakeResolver({}),
    allowInsecureLoopback: true,
    allowedRanges: [],
    checkPolicy: async () => {},
    fetchKeys: async () => {},
    timeouts: { answer: idleMs, discovery: 1_000 },
  });
  t.after(() => client.close());
  const limits = () => ({ max_bytes: 5 * size, user_bytes: 0, cache_bytes: cacheBytes });
  let now = 1_775_001_600_000;
  const start = async () => {
    const files = new MediaFiles(folder);
    await files.start();
    const media = new RemoteMedia({ client, files, limits, now: () => (now += 1_000) });
    await media.start();
    return media;
  };
  return {
    media: await start(),
    node: `127.0.0.1:${peer.port}` as NodeName,
    restarted: start,
    onDisk: async () => ({
      cache: (await readdir(join(folder, 'cache'))).sort(),
      incoming: await readdir(join(folder, 'incoming')),
    }),
    asked: () => peer.requests.length,
    folder,
  };
}

async function read(opened: Promise<OpenBlob>): Promise<Buffer> {
  const { size, read } = await opened;
  return buffer(read(0, size));
}

test('a blob is kept, and outlasts a restart', async (t) => {
  const one = blob();
  const { media, node, onDisk, asked, restarted } = await scene(t, giving(one));
  assert.deepEqual(await read(media.open(node, one.id)), one.bytes);
  assert.deepEqual(await read((await restarted()).open(node, one.id)), one.bytes);
  assert.equal(asked(), 1);
  assert.deepEqual(await onDisk(), { cache: [one.id], incoming: [] });
});

test('what is kept never has more bytes than allowed: the blob that nobody asked for longest goes (MED-058)', async (t) => {
  const [one, two, three] = [blob(), blob(), blob()];
  const { media, node, onDisk, asked, restarted } = await scene(t, giving(one, two, three), 2 * size);
  await read(media.open(node, one.id));
  await read(media.open(node, two.id));
  await read(media.open(node, one.id));
  await read(media.open(node, three.id));
  assert.deepEqual((await onDisk()).cache, [one.id, three.id].sort());
  assert.equal(asked(), 3);
  const again = await restarted();
  await read(again.open(node, one.id)); // still there, and asked for last by now
  await read(again.open(node, two.id));
  assert.deepEqual((await onDisk()).cache, [one.id, two.id].sort());
});

test('what is on its way counts, too, and what is larger than all room is not taken (MED-058)', async (t) => {
  const [one, two, large] = [blob(), blob(), blob(3 * size)];
  const held: (() => void)[] = [];
  const give = giving(one, two, large);
  const { media, node, onDisk } = await scene(
    t,
    (request, response) => {
      if (!request.url?.endsWith(one.id)) return give(request, response);
      response.writeHead(200, { 'content-length': size }).write(one.bytes.subarray(0, 10));
      held.push(() => response.end(one.bytes.subarray(10)));
    },
    size + 1,
  );
  const first = await media.open(node, one.id);
  await assert.rejects(media.open(node, two.id), { errcode: 'ECCP_UNAVAILABLE' });
  await assert.rejects(media.open(node, large.id), { errcode: 'ECCP_TOO_LARGE' });
  for (const goOn of held) goOn();
  assert.deepEqual(await buffer(first.read(0, size)), one.bytes);
  assert.deepEqual(await read(media.open(node, two.id)), two.bytes);
  assert.deepEqual((await onDisk()).cache, [two.id]);
});

test('a reader of a copy gets all of it, though it goes meanwhile', async (t) => {
  const [one, two] = [blob(), blob()];
  const { media, node, onDisk } = await scene(t, giving(one, two), size);
  await read(media.open(node, one.id));
  const opened = await media.open(node, one.id);
  await read(media.open(node, two.id));
  assert.deepEqual((await onDisk()).cache, [two.id]);
  assert.deepEqual(await buffer(opened.read(0, size)), one.bytes);
});

test('another hash gives all but the last byte, and leaves nothing behind (MED-052, MED-053)', async (t) => {
  const one = blob();
  const wrong = Buffer.from(one.bytes);
  wrong[0] = ~(wrong[0] ?? 0);
  const { media, node, onDisk, asked } = await scene(t, giving({ ...one, bytes: wrong }));
  const stream = (await media.open(node, one.id)).read(0, size);
  let came = 0;
  const reading = async () => {
    for await (const part of stream) came += part.length;
  };
  await assert.rejects(reading(), { errcode: 'ECCP_UNREACHABLE' });
  assert.ok(came < size, `${came} bytes`);
  await until('nothing is under way', async () => (await onDisk()).incoming.length === 0);
  assert.deepEqual((await onDisk()).cache, []);
  await assert.rejects(read(media.open(node, one.id)), { errcode: 'ECCP_UNREACHABLE' });
  assert.equal(asked(), 2);
});

test('a node that stops midway leaves nothing behind (MED-053)', async (t) => {
  const one = blob();
  const { media, node, onDisk } = await scene(t, (_request, response) => {
    response.writeHead(200, { 'content-length': size });
    response.write(one.bytes.subarray(0, size / 2), () => response.socket?.destroySoon());
  });
  await assert.rejects(read(media.open(node, one.id)), { errcode: 'ECCP_UNREACHABLE' });
  await until('nothing is under way', async () => (await onDisk()).incoming.length === 0);
  assert.deepEqual((await onDisk()).cache, []);
});

test('a node that falls silent is given up (MED-060)', async (t) => {
  const one = blob();
  const { media, node, onDisk } = await scene(
    t,
    (_request, response) => {
      response.writeHead(200, { 'content-length': size }).write(one.bytes.subarray(0, size / 2));
    },
    10 * size,
    100,
  );
  await assert.rejects(read(media.open(node, one.id)), { errcode: 'ECCP_UNREACHABLE' });
  await until('nothing is under way', async () => (await onDisk()).incoming.length === 0);
  assert.deepEqual((await onDisk()).cache, []);
});

test('what nobody waits for any more is given up, and the next who asks is served (MED-060)', async (t) => {
  const one = blob();
  const answers: ServerResponse[] = [];
  const { media, node, onDisk } = await scene(t, (_request, response) => {
    answers.push(response);
    response.writeHead(200, { 'content-length': size });
    if (answers.length === 1) response.write(one.bytes.subarray(0, size / 2));
    else response.end(one.bytes);
  });
  const [first, second] = await Promise.all([media.open(node, one.id), media.open(node, one.id)]);
  const stream = first.read(0, size);
  stream.destroy();
  await once(stream, 'close');
  assert.equal(answers[0]?.destroyed, false, 'somebody still waits');
  const cut = once(answers[0] as ServerResponse, 'close');
  await second.close();
  assert.deepEqual(await read(media.open(node, one.id)), one.bytes); // at once: not by the one that is ending
  await cut;
  await until('nothing is under way', async () => (await onDisk()).incoming.length === 0);
  assert.equal(answers.length, 2);
});

test('a stopping node gives up what is under way', async (t) => {
  const one = blob();
  const { media, node, onDisk } = await scene(t, (_request, response) => {
    response.writeHead(200, { 'content-length': size }).write(one.bytes.subarray(0, 1));
  });
  const reading = read(media.open(node, one.id));
  reading.catch(() => {});
  await until('it is under way', async () => (await onDisk()).incoming.length === 1);
  await media.stop();
  await assert.rejects(reading, { errcode: 'ECCP_UNREACHABLE' });
  assert.deepEqual((await onDisk()).incoming, []);
});

test('one node does not take up the places of all', async (t) => {
  const { media, node } = await scene(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 2 }).write('x');
  });
  for (let i = 0; i < 4; i++) await media.open(node, blob().id);
  await assert.rejects(media.open(node, blob().id), { errcode: 'ECCP_UNAVAILABLE' });
});
