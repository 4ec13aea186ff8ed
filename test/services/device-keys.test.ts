// What becomes of the keys of a device that is removed: in the tables, where no API shows it (MAN-026, MAN-027).
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { EventType } from '../../src/generated/api.ts';
import type { Session } from '../../src/services/sessions.ts';
import type { Services } from '../../src/services.ts';
import { TestDevice } from './device.ts';
import { fixture } from './fixture.ts';

test('a device that is removed leaves nothing behind but its id', async (t) => {
  const { services, user, end } = await fixture();
  t.after(end);
  const alice = await user('alice');
  const device = new TestDevice(alice);
  await upload(services, alice, device);
  assert.deepEqual(await rowsOf(services, alice), [1, 3, 1]);
  await services.devices.revoke(alice, alice.deviceId);
  assert.deepEqual(await rowsOf(services, alice), [0, 0, 0]);
  await assert.rejects(upload(services, alice, device), { errcode: 'ECCP_UNKNOWN_TOKEN' });
  assert.deepEqual(await rowsOf(services, alice), [0, 0, 0]);
});

test('an account that is deactivated leaves no keys of devices behind', async (t) => {
  const { services, end } = await fixture();
  t.after(end);
  const password = 'correct horse battery';
  const { access_token } = await services.accounts.register({ username: 'alice', password });
  const alice = await services.sessions.find(access_token);
  assert.ok(alice);
  await upload(services, alice, new TestDevice(alice));
  assert.deepEqual(await rowsOf(services, alice), [1, 3, 1]);
  await services.deactivation.deactivate(alice, password, '127.0.0.1');
  assert.deepEqual(await rowsOf(services, alice), [0, 0, 0]);
});

async function upload({ deviceKeys, toDevice }: Services, session: Session, device: TestDevice): Promise<void> {
  await deviceKeys.upload(session, { manifest: device.manifest(), one_time_prekeys: device.prekeys(3) });
  const messages = { [session.userId]: { [session.deviceId]: { text: 'hello' } } };
  await toDevice.send(session, 'org.example.note' as EventType, 't1', messages);
}

/** How many manifests, one-time prekeys and waiting messages there are of a user. */
async function rowsOf({ store }: Services, { userId }: Session): Promise<number[]> {
  return store.read(async (db) => {
    const manifests = await db.selectFrom('device_keys').selectAll().where('user_id', '=', userId).execute();
    const prekeys = await db.selectFrom('one_time_prekeys').selectAll().where('user_id', '=', userId).execute();
    const messages = await db.selectFrom('to_device').selectAll().where('user_id', '=', userId).execute();
    return [manifests.length, prekeys.length, messages.length];
  });
}
