// What a node keeps of the keys of other nodes' users, and how long (MAN-045 to MAN-049), and messages for their devices.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { EventType, UserId } from '../../src/generated/api.ts';
import { TestDevice } from './device.ts';
import { type Network, network } from './network.ts';

const day = 24 * 60 * 60 * 1000;
const networks: Network[] = [];
after(async () => {
  for (const each of networks) await each.end();
});

/** Alice on a and Bob on b share a room; Bob's device has keys. */
async function pair() {
  const net = network();
  networks.push(net);
  const [a, b] = [await net.node('a.test'), await net.node('b.test')];
  const [alice, bob] = [await a.user('alice'), await b.user('bob')];
  const { roomId } = await a.services.rooms.create(alice.userId, { invite: [bob.userId] });
  await net.deliver();
  assert.equal((await net.during(b.services.memberships.join(bob.userId, roomId, undefined))).status, 'sequenced');
  const device = new TestDevice(bob);
  await b.services.deviceKeys.upload(bob, { manifest: device.manifest(), signed_prekey: device.prekey('signed') });
  await net.deliver();
  /** What Alice's node says of Bob: when the manifest was made, or why there is none. */
  const seen = async () => {
    const { users, failures } = await a.services.deviceKeys.query(alice, [bob.userId]);
    return users[bob.userId]?.manifests[0]?.manifest.created ?? failures[b.name]?.errcode;
  };
  return { net, a, b, alice, bob, device, roomId, seen };
}

test('what another node said is good for a day, and then it is asked again (MAN-046)', async () => {
  const { net, b, seen } = await pair();
  assert.equal(await seen(), 1);
  b.away = true;
  assert.equal(await seen(), 1, 'kept');
  net.pass(day - 1);
  assert.equal(await seen(), 1);
  net.pass(1);
  assert.equal(await seen(), 'ECCP_UNREACHABLE');
  b.away = false;
  assert.equal(await seen(), 1);
});

test('keys that have changed are not answered from what was kept (MAN-045)', async () => {
  const { net, b, bob, device, seen } = await pair();
  assert.equal(await seen(), 1);
  await b.services.deviceKeys.upload(bob, { manifest: device.manifest(7) });
  await net.deliver();
  b.away = true;
  assert.equal(await seen(), 'ECCP_UNREACHABLE');
  b.away = false;
  assert.equal(await seen(), 7);
});

test('changes wait for a node that is away, and reach it in order', async () => {
  const { net, a, b, alice, bob, device, seen } = await pair();
  assert.equal(await seen(), 1);
  const { next_batch: since } = await a.services.sync.sync(
    alice,
    { timeout: 0, limit: 1 },
    new AbortController().signal,
  );
  a.away = true;
  await b.services.deviceKeys.upload(bob, { manifest: device.manifest(8) });
  await b.services.deviceKeys.upload(bob, { manifest: device.manifest(9) });
  await net.deliver();
  a.away = false;
  await net.deliver();
  const news = await a.services.sync.sync(alice, { since, timeout: 0, limit: 1 }, new AbortController().signal);
  assert.deepEqual(news.device_lists?.changed, [bob.userId]);
  assert.equal(await seen(), 9);
});

test('a device that is removed elsewhere is gone here, too', async () => {
  const { net, b, bob, seen } = await pair();
  assert.equal(await seen(), 1);
  await b.services.devices.revoke(bob, bob.deviceId);
  await net.deliver();
  assert.equal(await seen(), undefined);
});

test('a message for a device of another node waits until that is there, and comes once', async () => {
  const { net, a, b, alice, bob } = await pair();
  b.away = true;
  const messages = { [bob.userId]: { [bob.deviceId]: { text: 'hello' } } };
  const type = 'org.example.note' as EventType;
  assert.deepEqual(await a.services.toDevice.send(alice, type, 't1', messages), { undelivered: [] });
  assert.deepEqual(await a.services.toDevice.send(alice, type, 't1', messages), { undelivered: [] });
  await net.deliver();
  const get = () => b.services.sync.sync(bob, { timeout: 0, limit: 1 }, new AbortController().signal);
  assert.deepEqual((await get()).to_device, []);
  b.away = false;
  await net.deliver();
  assert.deepEqual(
    (await get()).to_device?.map(({ sender, sender_device, content }) => [sender, sender_device, content]),
    [[alice.userId, alice.deviceId, { text: 'hello' }]],
  );
});

test('an item of another node is known for 15 days (TDM-033)', async () => {
  const { net, a, b, alice, bob } = await pair();
  const messages = { [bob.userId]: { [bob.deviceId]: { text: 'hello' } } };
  const item = { id: 'x', sender: alice.userId, sender_device: alice.deviceId, type: 'org.example.note', messages };
  const count = async () => {
    const { to_device } = await b.services.sync.sync(bob, { timeout: 0, limit: 1 }, new AbortController().signal);
    return to_device?.length;
  };
  await b.services.toDevice.receive(a.name, item);
  await b.services.toDevice.receive(a.name, item);
  assert.equal(await count(), 1);
  net.pass(15 * day - 1);
  await b.services.toDevice.receive(a.name, item);
  assert.equal(await count(), 1);
  await assert.rejects(b.services.toDevice.receive(a.name, { ...item, id: 'y', sender: '@x:c.test' as UserId }), {
    errcode: 'ECCP_SENDER_MISMATCH',
  });
});

test('claims through another node hand each one-time prekey out once', async () => {
  const { a, b, alice, bob, device } = await pair();
  await b.services.deviceKeys.upload(bob, {
    one_time_prekeys: device.prekeys(20),
    fallback_prekey: device.prekey('fallback'),
  });
  const claim = async () => {
    const { devices } = await a.services.claims.claim(alice, { devices: { [bob.userId]: [bob.deviceId] } });
    return devices[bob.userId]?.[bob.deviceId]?.prekey?.prekey;
  };
  const got = await Promise.all(Array.from({ length: 50 }, claim));
  const oneTime = got.filter((prekey) => prekey?.kind === 'one_time').map((prekey) => prekey?.id);
  assert.equal(oneTime.length, 20);
  assert.equal(new Set(oneTime).size, 20);
  assert.equal(got.filter((prekey) => prekey?.kind === 'fallback').length, 30);
});
