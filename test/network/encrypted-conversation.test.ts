// Users of two nodes talk in an encrypted room, and neither node's files, logs or traffic tell what they said or any of their keys.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Attachment, readRecoveryKey } from '../../src/e2ee.ts';
import { beginAccount, keepForRecovery, recover, revoke } from './e2ee/account.ts';
import { codeOf } from './e2ee/code-of.ts';
import { EncryptingDevice } from './e2ee/device.ts';
import { attach, fetchFile } from './e2ee/files.ts';
import { NodeApi, Refused, type RoomEvent } from './e2ee/node-api.ts';
import { plantedForms } from './e2ee/planted.ts';
import { Reader } from './e2ee/reader.ts';
import { filesIn, Scanner } from './e2ee/scanner.ts';
import { Tap } from './e2ee/tap.ts';
import { Vault } from './e2ee/vault.ts';
import { Network, type NetworkNode } from './nodes.ts';
import { until } from './until.ts';

/** One of the two nodes, and what goes in and out. */
interface Place {
  readonly node: NetworkNode;
  readonly tap: Tap;
}

const fileSize = 20 * 1024 ** 2;
const network = new Network();
const vault = new Vault();
let a: Place;
let b: Place;

async function place(): Promise<Place> {
  const tap = new Tap();
  const node = await network.node({ name: await tap.listen() });
  await node.start();
  tap.target = node.port;
  return { node, tap };
}

before(async () => {
  [a, b] = await Promise.all([place(), place()]);
});
after(async () => {
  for (const { tap } of [a, b]) tap.close();
  await network.end();
});

/** Words that stand nowhere else, and that JSON writes in a form of its own. */
function words(what: string): string {
  return `„${randomBytes(12).toString('hex')}“ \\ "${what}"\n— größer`;
}

/** A message, the words of which nobody but its readers may see. */
function note(what: string) {
  const body = words(what);
  vault.secrets.set(what, body);
  return { type: 'eccp.room.message', content: { body } };
}

function reader(api: NodeApi): Reader {
  return new Reader(new EncryptingDevice(api, (state) => vault.keep(`${api.user} ${api.device}`, state)));
}

/** A user with devices that are all the account's. */
async function person({ node }: Place, username: string, count: number) {
  const api = await NodeApi.register(node.name, username);
  const apis = [api];
  while (apis.length < count) apis.push(await NodeApi.login(node.name, username));
  const { secret, public: key } = await beginAccount(api);
  vault.add(`account key of ${username}`, secret);
  const readers = apis.map(reader);
  for (const { device } of readers) await device.publish(secret);
  return { user: api.user, key, secret, readers };
}

/** What the node answers once it does not say any more that there is no such thing. */
function found<Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer> {
  return until(what, async () => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof Refused && error.errcode === 'ECCP_NOT_FOUND') return undefined;
      throw error;
    }
  });
}

function joins(api: NodeApi, path: string): Promise<object> {
  return found(`${api.user} joins`, () => api.call<object>('POST', `${path}/join`, {}));
}

/** One says something, and all others read it. */
async function saysTo(room: string, speaker: Reader, listeners: readonly Reader[], what: string): Promise<string> {
  const message = note(what);
  const id = await speaker.device.say(room, message);
  for (const listener of listeners) if (listener !== speaker) assert.deepEqual(await listener.reads(id), message);
  return id;
}

function pathOf(room: string): string {
  return `/rooms/${encodeURIComponent(room)}`;
}

async function* pieces(file: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += 100_000) yield file.subarray(at, at + 100_000);
}

/** What a scanner finds of a node, where. */
async function scanned(scanner: Scanner, { node, tap }: Place) {
  return {
    files: await scanner.scanFolder(node.dataDir),
    log: scanner.scan(Buffer.from(node.output)),
    traffic: [...new Set(tap.traffic().flatMap((bytes) => scanner.scan(bytes)))].sort(),
  };
}

test('a scanner finds what was planted in files, logs and traffic, in each of the forms', async () => {
  const { node } = a;
  const folder = join(node.dataDir, 'media', 'planted');
  for (const secret of [words('planted'), randomBytes(32)]) {
    const scanner = new Scanner([['planted', secret]]);
    assert.deepEqual(await scanned(scanner, a), { files: [], log: [], traffic: [] });
    await mkdir(folder);
    const forms = plantedForms(secret);
    for (const [form, bytes] of forms) {
      const log = Buffer.concat([Buffer.from(node.output), bytes]);
      assert.ok(scanner.scan(log).includes(`planted, ${form}`), `${form} in a log`);
      await writeFile(join(folder, form), Buffer.concat([randomBytes(1000), bytes, randomBytes(1000)]));
      await fetch(`http://${node.name}/_eccp/client/v1/health`, { method: 'POST', body: new Uint8Array(bytes) });
    }
    const { files, traffic } = await scanned(scanner, a);
    const all = forms.map(([form]) => `planted, ${form}`).sort();
    assert.deepEqual(files, all);
    assert.deepEqual(traffic, all);
    await rm(folder, { recursive: true });
  }
});

test('five devices of three users on two nodes talk; one comes, one goes, a file goes over', async () => {
  const [alice, carol, bob] = [await person(a, 'alice', 2), await person(a, 'carol', 1), await person(b, 'bob', 2)];
  const [phone, laptop] = alice.readers as [Reader, Reader];
  const [carols] = carol.readers as [Reader];
  const [bobs, desk] = bob.readers as [Reader, Reader];
  const five = [phone, laptop, carols, bobs, desk];

  const request = { name: 'Pumps', invite: [carol.user, bob.user] };
  const { room_id: room } = await phone.device.api.call<{ room_id: string }>('POST', '/rooms', request);
  const path = pathOf(room);
  for (const { device } of [carols, bobs]) await joins(device.api, path);
  assert.equal((await desk.device.api.call<{ encrypted: boolean }>('GET', path)).encrypted, true);
  for (const one of five) {
    for (const { user, readers } of [alice, carol, bob]) await one.knows(user, readers);
  }
  // Each says something: so each has a session with each of the others, and a chain from each.
  for (const one of five) await saysTo(room, one, five, `first of ${one.device.api.device}`);

  await takeOutOfOrder(bobs, laptop);

  // Messages of one chain: the last first, one never, one when its chain was replaced, none twice.
  const four = [0, 1, 2, 3].map((i) => note(`out of order, ${i}`));
  const ids: string[] = [];
  for (const message of four) ids.push(await phone.device.say(room, message));
  const [late = '', second = '', , last = ''] = ids;
  await desk.gets(0, ...ids);
  assert.deepEqual(await desk.read(last), four[3]);
  assert.deepEqual(await desk.read(second), four[1]);
  assert.equal(await codeOf(desk.read(last)), 'replayed');

  await sendFile(room, desk, carols);

  // Bob's tablet comes. It gets the account key with what he wrote down, and reads from there on.
  const past = await saysTo(room, phone, five, 'before the tablet');
  const written = await keepForRecovery(bobs.device.api, bob.secret);
  vault.secrets.set('recovery key', written);
  vault.secrets.set('recovery key, in bytes', readRecoveryKey(written));
  const tablet = reader(await NodeApi.login(b.node.name, 'bob'));
  assert.equal(await recover(tablet.device.api, written), bob.secret);
  await tablet.device.publish(await recover(tablet.device.api, written));
  const six = [...five, tablet];
  for (const one of six) await one.knows(bob.user, [bobs, desk, tablet]);
  const first = await saysTo(room, phone, six, 'with the tablet');
  await saysTo(room, tablet, six, 'of the tablet');
  await readsNothingBefore(tablet, first, past, path);

  // Alice's laptop goes. It gets nothing more, and could not read it if it did.
  await revoke(phone.device.api, alice.secret, laptop.device.manifest);
  await assert.rejects(laptop.sync(), (error) => error instanceof Refused && error.errcode === 'ECCP_UNKNOWN_TOKEN');
  const rest = six.filter((one) => one !== laptop);
  for (const one of rest) await one.knows(alice.user, [phone]);
  await waitsForChain(room, carols, bobs);
  for (const one of rest) {
    const id = await saysTo(room, one, rest, `without the laptop, of ${one.device.api.device}`);
    const witness = one === phone ? carols : phone;
    laptop.events.set(id, witness.events.get(id) ?? assert.fail('nobody got it'));
    assert.equal(await codeOf(laptop.read(id)), 'unknown_key');
  }
  assert.deepEqual(await desk.read(late), four[0]);

  for (const { device } of rest) {
    for (const { user, key } of [alice, carol, bob]) assert.equal(device.keys.pins.get(user)?.ed25519, key);
  }
});

/** Messages of one session: the third first, the second never, the last when both have answered, none twice. */
async function takeOutOfOrder(from: Reader, to: Reader): Promise<void> {
  const four = [0, 1, 2, 3].map((i) => note(`in a pair, ${i}`));
  for (const message of four) await from.device.tell(new Map([[to.device.manifest, message]]));
  await to.gets(4);
  assert.deepEqual(await to.hear(2), four[2]);
  assert.deepEqual(await to.hear(0), four[0]);
  const [, late] = to.messages.splice(0);
  for (const [one, other] of [[to, from] as const, [from, to] as const]) {
    const answer = note(`answer of ${one.device.api.device}`);
    await one.device.tell(new Map([[other.device.manifest, answer]]));
    await other.gets(1);
    assert.deepEqual(await other.hear(), answer);
  }
  assert.ok(late);
  assert.deepEqual(await to.device.hear(late), four[3]);
  assert.equal(await codeOf(to.device.hear(late)), 'bad_ciphertext'); // of a chain that is over: section 24.4
}

/** A file goes to the sender's node, and over the reader's to the reader. */
async function sendFile(room: string, from: Reader, to: Reader): Promise<void> {
  const line = words('a line of the file');
  vault.secrets.set('a line of the file', line);
  const file = Buffer.alloc(fileSize, line);
  const attachment = await attach(from.device.api, pieces(file));
  vault.add('key of the file', attachment.key);
  const { type, content } = note('name of the file');
  const told = { type, content: { ...content, attachment } };
  const heard = await to.reads(await from.device.say(room, told));
  assert.deepEqual(heard, told);
  const digest = createHash('sha256');
  for await (const part of fetchFile(to.device.api, heard.content.attachment as Attachment)) digest.update(part);
  assert.deepEqual(digest.digest(), createHash('sha256').update(file).digest());
}

/** @param first the first message that the device could read. @param past the message before, in the same chain. */
async function readsNothingBefore(device: Reader, first: string, past: string, path: string): Promise<void> {
  const page = `${path}/messages?dir=b&limit=100`;
  const { events } = await device.device.api.call<{ events: RoomEvent[] }>('GET', page);
  const encrypted = events.filter(({ event }) => event.type === 'eccp.room.encrypted');
  const at = encrypted.findIndex(({ event_id }) => event_id === first);
  const [newest, ...older] = encrypted.slice(at + 1);
  assert.equal(newest?.event_id, past);
  assert.equal(newest.content?.chain_id, encrypted[at]?.content?.chain_id);
  assert.equal(await codeOf(device.device.read(newest)), 'replayed'); // it has the chain, from the next message on
  assert.ok(older.length >= 10);
  for (const event of older) assert.match(await codeOf(device.device.read(event)), /^(unknown_key|replayed)$/);
}

/** The speaker has a new chain. It comes after the message, which waits for it. */
async function waitsForChain(room: string, speaker: Reader, listener: Reader): Promise<void> {
  const message = note('before its chain');
  const id = await speaker.device.say(room, message);
  await listener.gets(1, id);
  assert.equal(await codeOf(listener.read(id)), 'unknown_key');
  assert.equal((await listener.hear()).type, 'eccp.room_key');
  assert.deepEqual(await listener.read(id), message);
}

test('who does not encrypt is found out, in the files of both nodes and in what they send', async () => {
  const [dave, erin] = [await NodeApi.register(a.node.name, 'dave'), await NodeApi.register(b.node.name, 'erin')];
  const [body, key] = [words('careless'), randomBytes(32)];
  await dave.call('PUT', '/account_data/org.example.key', { key: key.toString('base64url') });
  const request = { encrypted: false, invite: [erin.user] };
  const path = pathOf((await dave.call<{ room_id: string }>('POST', '/rooms', request)).room_id);
  await joins(erin, path);
  const { event_id } = await dave.call<RoomEvent>('PUT', `${path}/send/eccp.room.message`, { body });
  await found('the message', () => erin.call<object>('GET', `${path}/events/${event_id}`));
  const scanner = new Scanner([
    ['words', body],
    ['key', key],
  ]);
  const [ofA, ofB] = [await scanned(scanner, a), await scanned(scanner, b)];
  for (const seen of [ofA.files, ofA.traffic, ofB.files, ofB.traffic]) {
    assert.ok(seen.some((name) => name.startsWith('words, ')));
  }
  for (const seen of [ofA.files, ofA.traffic]) assert.ok(seen.includes('key, base64url'));
  assert.ok(![...ofB.files, ...ofB.traffic].some((name) => name.startsWith('key, ')));
});

test('nothing of what was said, and no private key, is in the files, logs or traffic of the nodes', async () => {
  for (const { node } of [a, b]) await node.stop('SIGKILL'); // whatever a node tidies up when it stops is still there
  const names = [...vault.secrets.keys()];
  for (const kind of ['secret', 'root', 'chain', 'message_key']) {
    assert.ok(names.filter((name) => name.startsWith(`${kind} of `)).length >= 5, `${kind}: nothing to look for`);
  }
  const scanner = new Scanner(vault.secrets);
  for (const one of [a, b]) {
    assert.ok((await sizeOf(one.node.dataDir)) > fileSize, 'the file went there');
    assert.ok(one.tap.traffic().reduce((sum, { length }) => sum + length, 0) > fileSize, 'and was seen on its way');
    assert.match(one.node.output, /serves at/);
    assert.deepEqual(await scanned(scanner, one), { files: [], log: [], traffic: [] });
  }
});

async function sizeOf(folder: string): Promise<number> {
  const sizes = await Promise.all((await filesIn(folder)).map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
