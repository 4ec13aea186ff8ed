// What lies on disk of uploads (chapter 28): the rows say what is served, and no file stays without one.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { MediaId, NodeName } from '../../src/generated/api.ts';
import { Media } from '../../src/services/media.ts';
import { MediaFiles } from '../../src/storage/media/media-files.ts';
import { fixture } from './fixture.ts';

const own = 'node.test' as NodeName;

async function scene(t: TestContext) {
  const { services, user, end } = await fixture();
  t.after(end);
  const folder = await mkdtemp(join(tmpdir(), 'eccp-media-'));
  t.after(() => rm(folder, { recursive: true }));
  const media = new Media({
    store: services.store,
    environment: { now: () => 0, elapsed: () => 0, random: () => new Uint8Array() },
    files: new MediaFiles(folder),
    limits: () => ({ max_bytes: 100, user_bytes: 250, cache_bytes: 0 }),
    remote: { open: () => Promise.reject(new Error('there are no others')) },
    nodeName: own,
  });
  await media.start();
  const files = async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  };
  return { media, folder, files, ada: await user('ada'), bob: await user('bob') };
}

async function* parts(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test('the file goes with the last of its uploads', async (t) => {
  const { media, files, ada, bob } = await scene(t);
  const { media_id: id } = await media.upload(ada, undefined, parts('ab', 'c'));
  assert.equal((await media.upload(bob, 3, parts('abc'))).media_id, id);
  assert.deepEqual(await files(), [id]);
  await media.delete(ada, own, id);
  assert.deepEqual(await files(), [id]);
  await media.delete(bob, own, id);
  assert.deepEqual(await files(), []);
});

test('uploads and deletions of the same bytes at the same time leave a file exactly where there is an upload', async (t) => {
  const { media, files, ada, bob } = await scene(t);
  for (let round = 0; round < 30; round++) {
    const [{ media_id: id }] = await Promise.all([
      media.upload(ada, 3, parts('abc')),
      media.upload(bob, 3, parts('abc')).then(({ media_id }) => media.delete(bob, own, media_id)),
    ]);
    const blob = await media.open(own, id);
    assert.equal((await buffer(blob.read(0, blob.size))).toString(), 'abc');
    await Promise.all([media.delete(ada, own, id), media.upload(bob, 3, parts('abc'))]);
    assert.deepEqual(await files(), [id]);
  }
});

test('what is refused or breaks off leaves no file', async (t) => {
  const { media, files, ada } = await scene(t);
  await assert.rejects(media.upload(ada, undefined, parts('x'.repeat(60), 'x'.repeat(41))), {
    errcode: 'ECCP_TOO_LARGE',
  });
  const broken = async function* () {
    yield Buffer.from('abc');
    throw new Error('the caller has gone');
  };
  await assert.rejects(media.upload(ada, 10, broken()), /the caller has gone/);
  assert.deepEqual(await files(), []);
});

test('uploads at the same time do not get past the quota together', async (t) => {
  const { media, files, ada } = await scene(t);
  const uploads = ['a', 'b', 'c', 'd'].map((letter) => media.upload(ada, undefined, parts(letter.repeat(99))));
  const results = await Promise.allSettled(uploads);
  const kept = results.filter(({ status }) => status === 'fulfilled').length;
  assert.ok(kept <= 2, `${kept} of 99 bytes each, where 250 are allowed`);
  assert.equal((await files()).length, kept);
});

test('a start removes files without an upload, and what was under way (MED-008)', async (t) => {
  const { media, folder, files, ada } = await scene(t);
  const { media_id: id } = await media.upload(ada, 3, parts('abc'));
  const orphan = 'A'.repeat(43) as MediaId;
  await mkdir(join(folder, 'uploads', 'AA'));
  await writeFile(join(folder, 'uploads', 'AA', orphan), 'x');
  await writeFile(join(folder, 'incoming', '7'), 'x');
  await media.start();
  assert.deepEqual(await files(), [id]);
});
