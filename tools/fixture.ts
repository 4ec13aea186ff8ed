// npm run fixture: makes the data folder of this release that every later one must upgrade.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crossSign, newAccountKey, newDevice, newPrekeys } from '../src/e2ee.ts';
import { Network, type NetworkNode } from '../test/network/nodes.ts';
import type { Client } from '../test/node/client.ts';
import type { Expected } from '../test/node/fixture-data.ts';

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
  const network = new Network();
  const { data, expected } = await fill(network);
  await cp(join(data, 'store'), join(target, 'data', 'store'), { recursive: true });
  await cp(join(data, 'media'), join(target, 'data', 'media'), { recursive: true });
  await cp(join(data, 'keys'), join(target, 'data', 'keys'), { recursive: true });
  await writeFile(join(target, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  await network.end();
  console.log(`wrote ${target}`);
}

/**
 * A room with members, messages, a redaction, an alias, receipts and account data; a room of another node, which goes away while a message
 * is on its way to it; decisions on peers; keys of a device, a message to it, and a blob.
 */
async function fill(network: Network): Promise<{ data: string; expected: Expected }> {
  const node = await (await network.node()).start();
  const peer = await (await network.node()).start();
  const { client } = node;
  const password = 'correct horse battery';
  const ada = await client.register('ada');
  const bob = await client.register('bob');
  const room = await client.createRoom(ada.token, {
    name: 'Engine room',
    topic: 'Pumps',
    visibility: 'public',
    alias: `#engines:${node.name}`,
    invite: [bob.userId],
  });
  await client.must('POST', `/rooms/${room}/join`, bob.token, {});
  const send = (token: string, body: string, to = room) =>
    client.must('PUT', `/rooms/${to}/send/eccp.room.message/${body}`, token, { body });
  const first = await send(ada.token, 'first');
  const wrong = await send(bob.token, 'wrong');
  await client.must('POST', `/rooms/${room}/redact/${encodeURIComponent(wrong.event_id)}`, bob.token, {});
  await client.must('PUT', `/rooms/${room}/receipt`, bob.token, { event_id: first.event_id });
  await client.must('PUT', '/account_data/org.example.theme', ada.token, { theme: 'dark' });
  const { next_batch } = await client.must('GET', '/sync', ada.token);
  const after = [await send(bob.token, 'later'), await send(ada.token, 'last')];

  const devices = await leaveKeys(node, ada, bob);

  const zoe = await peer.client.register('zoe');
  const away = await peer.client.createRoom(zoe.token, { visibility: 'public', historyVisibility: 'shared' });
  await client.must('POST', `/rooms/${away}/join`, ada.token, {});
  await send(ada.token, 'across', away);
  await node.run('peers', 'block', 'blocked.example');
  await peer.stop();
  const queued = await send(ada.token, 'waiting', away);
  if (queued.status !== 'queued') throw new Error(`a message for a node that is away: ${JSON.stringify(queued)}`);

  const ids = async (of: string) => (await client.log(ada.token, of)).map((event) => event.event_id);
  const expected = {
    node: node.name,
    user: ada.userId,
    password,
    token: ada.token,
    roomId: decodeURIComponent(room),
    log: await ids(room),
    since: next_batch,
    after: after.map((event) => event.event_id),
    federation: {
      peer: peer.name,
      roomId: decodeURIComponent(away),
      log: await ids(away),
      queued: queued.event_id,
      blocked: 'blocked.example',
      audited: (await node.audited()).length,
    },
    devices,
  };
  await node.stop();
  return { data: node.dataDir, expected };
}

type Person = Awaited<ReturnType<Client['register']>>;

/** Three one-time prekeys, of which `other` claims one, and what belongs to them. */
async function leaveKeys(
  { name, client }: NetworkNode,
  { userId, deviceId, token }: Person,
  other: Person,
): Promise<NonNullable<Expected['devices']>> {
  const { pair, signed: account_key } = newAccountKey(userId, Date.now());
  await client.must('PUT', '/keys/account', token, { account_key });
  const made = newDevice(userId, deviceId, Date.now());
  const signed = newPrekeys(made.device, 'signed', 1, Date.now());
  const fallback = newPrekeys(signed.device, 'fallback', 1, Date.now());
  const { prekeys } = newPrekeys(fallback.device, 'one_time', 3, Date.now());
  await client.must('POST', '/keys/upload', token, {
    manifest: crossSign(made.manifest, pair.secret),
    signed_prekey: signed.prekeys[0],
    fallback_prekey: fallback.prekeys[0],
    one_time_prekeys: prekeys,
  });
  const request = { devices: { [userId]: [deviceId] } };
  const claimed = await client.must('POST', '/keys/claim', other.token, request);
  const taken = claimed.devices[userId][deviceId].prekey.prekey.id;
  const messages = { [userId]: { [deviceId]: { ciphertext: 'AAAA' } } };
  await client.must('PUT', '/to_device/eccp.encrypted/one', other.token, { messages });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
  const blob = { method: 'POST', headers, body: Buffer.alloc(1000, 'ciphertext') };
  const uploaded = await fetch(`http://${name}/_eccp/client/v1/media/upload`, blob);
  const { media_id: mediaId } = (await uploaded.json()) as { media_id: string };
  return {
    device: deviceId,
    otherToken: other.token,
    keys: (await client.must('POST', '/keys/query', other.token, { users: [userId] })).users[userId],
    left: prekeys.map(({ prekey }) => prekey.id).filter((id) => id !== taken),
    waiting: (await client.must('GET', '/sync', token)).to_device,
    mediaId,
  };
}
