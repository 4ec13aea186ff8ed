import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { AuditEntry } from '../../src/core/audit-chain.ts';
import type { Json } from '../../src/core/canonical-json.ts';
import { readFreshness, verifyFreshness } from '../../src/core/freshness.ts';
import { type KeyDocument, type SignedKeyDocument, verifyChain } from '../../src/core/key-document.ts';
import { generateSigningKey } from '../../src/core/signing.ts';
import { OwnKeys } from '../../src/federation/own-keys.ts';
import { type NodeIdentity, nodeIdentity } from '../../src/storage/node-identity.ts';

const name = 'node.test';
const hour = 60 * 60 * 1000;

interface World extends AsyncDisposable {
  readonly directory: string;
  readonly identity: NodeIdentity;
  readonly keys: OwnKeys;
  readonly audited: AuditEntry[];
  now: number;
}

async function ownWorld(options: { rotationIntervalMs?: number } = {}): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-own-keys-'));
  const identity = await nodeIdentity(directory, name, true);
  const audited: AuditEntry[] = [];
  const keys = new OwnKeys({
    identity,
    now: () => world.now,
    audit: async (entry) => void audited.push(entry),
    ...options,
  });
  const world: World = {
    directory,
    identity,
    keys,
    audited,
    now: 1_775_001_600_000,
    async [Symbol.asyncDispose]() {
      keys.stop();
      await rm(directory, { recursive: true });
    },
  };
  return world;
}

/** The newest document of a chain, which has to be a good one. */
function verified(chain: readonly SignedKeyDocument[]): KeyDocument {
  return verifyChain(chain as SignedKeyDocument[] & Json, name);
}

test('KEY-010 to KEY-015: what is published is a chain, and a statement that vouches for its newest document', async () => {
  await using world = await ownWorld();
  await world.keys.rotate({ revoke: false });
  await world.keys.rotate({ revoke: true });
  const { documents, freshness } = world.keys.since(0);
  const newest = verified(documents);
  assert.equal(newest.version, 3);
  verifyFreshness(readFreshness(freshness, name, world.now), newest);
  assert.deepEqual(freshness.freshness.valid_until - freshness.freshness.valid_from, 48 * hour);
  assert.equal(freshness.key, world.keys.keyId);
  assert.deepEqual(
    [1, 2, 3, 4].map((since) => world.keys.since(since).documents.map(({ document }) => document.version)),
    [[2, 3], [3], [], []],
  );
});

test('KEY-016: a statement is replaced when half of its time has passed, the keys change, or the clock is set back', async () => {
  await using world = await ownWorld();
  const first = world.keys.since(0).freshness;
  world.now += 24 * hour - 1;
  assert.equal(world.keys.since(0).freshness, first);
  world.now += 1;
  const second = world.keys.since(0).freshness;
  assert.equal(second.freshness.valid_from, world.now);
  world.now -= 1;
  const third = world.keys.since(0).freshness;
  assert.equal(third.freshness.valid_from, world.now, 'KEY-015: no statement begins in the future');
  await world.keys.rotate({ revoke: false });
  const fourth = world.keys.since(0).freshness;
  assert.equal(fourth.freshness.version, 2);
  assert.notEqual(fourth.key, third.key);
});

test('KEY-050, KEY-051: after a rotation the new key signs, the old one is listed, and both are there after a restart', async () => {
  await using world = await ownWorld();
  const { identity, keys, directory } = world;
  const [old, before] = [identity.key, identity.chain];
  const rotations: boolean[] = [];
  keys.onRotated((revoked) => rotations.push(revoked));
  await keys.rotate({ revoke: false });
  assert.notEqual(identity.key.keyId, old.keyId);
  assert.equal(keys.keyId, identity.key.keyId);
  assert.deepEqual(identity.chain.at(-1)?.document.keys, [old.publicKey, identity.key.publicKey]);
  assert.equal(identity.keyIn(before.at(-1)?.document).keyId, old.keyId);
  assert.equal(identity.keyIn(identity.chain.at(-1)?.document).keyId, identity.key.keyId);
  assert.equal(identity.keyIn(undefined).keyId, identity.key.keyId);
  const again = await nodeIdentity(directory, name, false);
  assert.deepEqual(again.chain, identity.chain);
  assert.equal(again.key.keyId, identity.key.keyId);
  assert.equal(again.keyIn(before.at(-1)?.document).keyId, old.keyId);
  assert.equal(again.changedTs, identity.changedTs);
  assert.deepEqual(rotations, [false]);
  const { kind, actor, subject, detail } = world.audited[0] ?? {};
  assert.deepEqual(
    { kind, actor, subject, detail },
    { kind: 'keys.rotated', actor: 'node', subject: identity.key.keyId, detail: { version: 2, revoked: false } },
  );
  assert.deepEqual((await readdir(directory)).toSorted(), ['key-documents.json', 'signing-key.pem']);
});

test('at most 16 keys stay listed; what is dropped is gone from the disk', async () => {
  await using world = await ownWorld();
  const { identity, directory } = world;
  const first = identity.key;
  const firstDocument = identity.chain[0]?.document;
  for (let i = 0; i < 15; i++) await identity.rotate({ revoke: false });
  assert.equal(identity.chain.at(-1)?.document.keys.length, 16);
  assert.equal(identity.keyIn(firstDocument).keyId, first.keyId);
  await identity.rotate({ revoke: false });
  const newest = verified(identity.chain);
  assert.equal(newest.keys.length, 16);
  assert(!newest.keys.includes(first.publicKey));
  assert.equal(identity.keyIn(firstDocument).keyId, identity.key.keyId);
  const pem = await readFile(join(directory, 'signing-key.pem'), 'utf8');
  assert.equal(pem.match(/BEGIN PRIVATE KEY/g)?.length, 16);
  assert(!pem.includes(first.toPem().split('\n')[1] ?? '-'));
});

test('KEY-052: revocation names every earlier key, and takes them from the disk', async () => {
  await using world = await ownWorld();
  const { identity, keys, directory } = world;
  const old = [identity.key];
  await keys.rotate({ revoke: false });
  old.push(identity.key);
  const [first, second] = identity.chain.map(({ document }) => document);
  await keys.rotate({ revoke: true });
  const newest = verified(identity.chain);
  assert.deepEqual(newest.keys, [identity.key.publicKey]);
  assert.deepEqual(new Set(newest.revoked), new Set(old.map(({ keyId }) => keyId)));
  for (const document of [first, second]) assert.equal(identity.keyIn(document).keyId, identity.key.keyId);
  assert.equal(await readFile(join(directory, 'signing-key.pem'), 'utf8'), identity.key.toPem());
  await keys.rotate({ revoke: false });
  verified(identity.chain);
  assert.deepEqual(identity.chain.at(-1)?.document.revoked, newest.revoked);
});

test('rotations that are asked for at once come one after another', async () => {
  await using world = await ownWorld();
  await Promise.all([1, 2, 3].map(() => world.keys.rotate({ revoke: false })));
  assert.equal(verified(world.identity.chain).version, 4);
  assert.deepEqual((await nodeIdentity(world.directory, name, false)).chain, world.identity.chain);
});

for (const revoke of [false, true]) {
  test(`a crash between any two writes of a rotation ${revoke ? 'with revocation ' : ''}leaves a good identity`, async () => {
    await using world = await ownWorld();
    const { identity, directory } = world;
    await identity.rotate({ revoke: false });
    const files = ['signing-key.pem', 'key-documents.json'];
    const old = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
    const [key, chain] = [identity.key, identity.chain];
    // What stood on the disk after each write: all files are replaced whole, so these are the only states.
    const between = await mkdtemp(join(tmpdir(), 'eccp-crash-'));
    const states: string[][] = [];
    const watched = await nodeIdentity(await copyOf(directory, between), name, false);
    const seen = async () => {
      const state = await Promise.all(files.map((file) => readFile(join(between, file), 'utf8')));
      if (JSON.stringify(state) !== JSON.stringify(states.at(-1))) states.push(state);
    };
    await seen();
    let done = false;
    const rotated = watched.rotate({ revoke }).finally(() => {
      done = true;
    });
    while (!done) {
      await seen();
      await setTimeout(0);
    }
    await rotated;
    await seen();
    const [pem = '', documents = ''] = states.at(-1) ?? [];
    // The state between the first and the second write may have gone unseen: the keys with the new one, the documents without it.
    states.push([`${old[0]}${watched.key.toPem()}`, old[1] ?? ''], [`${old[0]}${watched.key.toPem()}`, documents]);
    assert.notEqual(pem, old[0]);
    for (const [index, state] of states.entries()) {
      for (const [at, file] of files.entries()) await writeFile(join(between, file), state[at] ?? '');
      const again = await nodeIdentity(between, name, false);
      const isNew = again.chain.length > chain.length;
      assert.equal(again.key.keyId, (isNew ? watched : { key }).key.keyId, `state ${index}`);
      verified(again.chain);
      if (isNew && revoke) {
        assert.equal(
          await readFile(join(between, 'signing-key.pem'), 'utf8'),
          watched.key.toPem(),
          'the rest is wiped',
        );
      }
      await again.rotate({ revoke });
      verified((await nodeIdentity(between, name, false)).chain);
    }
    await rm(between, { recursive: true });
  });
}

async function copyOf(directory: string, to: string): Promise<string> {
  await cp(directory, to, { recursive: true });
  return to;
}

test('a rotation whose documents cannot be written changes nothing', async () => {
  await using world = await ownWorld();
  const { identity, directory } = world;
  const { key, chain } = identity;
  // A folder in the way of the file that is written beside.
  await mkdir(join(directory, 'key-documents.json.new'));
  await assert.rejects(world.keys.rotate({ revoke: true }), { code: 'EISDIR' });
  assert.equal(identity.key, key);
  assert.equal(identity.chain, chain);
  assert.deepEqual(world.audited, []);
  await rmdir(join(directory, 'key-documents.json.new'));
  assert.equal((await nodeIdentity(directory, name, false)).key.keyId, key.keyId);
  await world.keys.rotate({ revoke: true });
  assert.equal(verified((await nodeIdentity(directory, name, false)).chain).version, 2);
});

test('the identity of release 0.1.0 goes on', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-own-keys-'));
  const released = new URL('../fixtures/0.1.0/data/keys/', import.meta.url);
  await cp(released, directory, { recursive: true });
  const documents = JSON.parse(await readFile(new URL('key-documents.json', released), 'utf8'));
  const owner: string = documents[0].document.node;
  const identity = await nodeIdentity(directory, owner, false);
  assert.deepEqual(identity.chain, documents);
  assert.equal(identity.key.toPem(), await readFile(new URL('signing-key.pem', released), 'utf8'));
  await identity.rotate({ revoke: false });
  const again = await nodeIdentity(directory, owner, false);
  assert.equal(again.chain.length, 2);
  assert.deepEqual(again.chain[0], documents[0]);
  await rm(directory, { recursive: true });
});

test('keys that the documents do not list are refused, none of the files is touched', async () => {
  await using world = await ownWorld();
  const { directory } = world;
  const file = join(directory, 'signing-key.pem');
  const foreign = generateSigningKey().toPem();
  await rename(file, `${file}.kept`);
  await writeFile(file, foreign);
  await assert.rejects(nodeIdentity(directory, name, false), /restore both from one backup/);
  assert.equal(await readFile(file, 'utf8'), foreign);
  await writeFile(file, `${foreign}${foreign.replace('M', '!')}`);
  await assert.rejects(nodeIdentity(directory, name, false), /signing-key\.pem cannot be used/);
  await writeFile(file, `${foreign}${await readFile(`${file}.kept`, 'utf8')}`);
  assert.equal((await nodeIdentity(directory, name, false)).key.keyId, world.identity.key.keyId);
});

test('by interval a key is replaced when its time has come, counted from when it was made', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  await using world = await ownWorld({ rotationIntervalMs: 3 * hour });
  const { keys, identity } = world;
  const { promise: rotated, resolve } = Promise.withResolvers<void>();
  keys.onRotated(() => resolve());
  const pass = async (ms: number) => {
    world.now += ms;
    context.mock.timers.tick(ms);
    await new Promise(setImmediate);
  };
  world.now = identity.changedTs + hour; // the node was started an hour after the key was made
  keys.start();
  await pass(hour);
  await pass(hour - 1);
  assert.equal(identity.chain.length, 1);
  await pass(1);
  await rotated;
  assert.equal(identity.chain.length, 2);
  keys.stop();
  await new Promise(setImmediate);
  assert.equal(world.audited.length, 1);
  world.now = identity.changedTs;
  await pass(4 * hour);
  assert.equal(identity.chain.length, 2, 'it was stopped');
});

test('a rotation by interval that fails is told, and tried again', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let [failures, tries] = [0, 0];
  const { promise: succeeded, resolve } = Promise.withResolvers<void>();
  const identity = {
    name,
    key: generateSigningKey(),
    chain: [],
    changedTs: 0,
    keyIn: () => generateSigningKey(),
    async rotate() {
      if (tries++ === 0) throw new Error('the disk is full');
      resolve();
    },
  };
  const now = () => 10 * hour;
  const onFailure = () => failures++;
  const keys = new OwnKeys({ identity, now, audit: async () => {}, rotationIntervalMs: hour, onFailure });
  keys.start();
  context.mock.timers.tick(1);
  while (failures === 0) await new Promise(setImmediate);
  context.mock.timers.tick(59_999);
  await new Promise(setImmediate);
  assert.equal(tries, 1);
  context.mock.timers.tick(1);
  await succeeded;
  keys.stop();
  assert.equal(tries, 2);
});
