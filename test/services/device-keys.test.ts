// What becomes of the keys of a device that is removed: in the tables, where no API shows it (MAN-026, MAN-027).
import { strict as assert } from 'node:assert';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { generateSigningKey, type SigningKey } from '../../src/core/signing.ts';
import type { UploadKeysRequest } from '../../src/generated/api.ts';
import type { Session } from '../../src/services/sessions.ts';
import type { Services } from '../../src/services.ts';
import { fixture } from './fixture.ts';

function manifestBy(key: SigningKey, { userId, deviceId }: Session, created = 1): UploadKeysRequest {
  const { x } = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
  const manifest = {
    v: 1,
    user: userId,
    device: deviceId,
    ed25519: key.publicKey,
    x25519: x ?? '',
    algorithms: ['eccp.ratchet.v1'],
    created,
  };
  return { manifest: { manifest, signature: key.sign('eccp.manifest-sig.v1', manifest) } } as UploadKeysRequest;
}

test('a device that is removed leaves nothing behind but its id', async (t) => {
  const { services, user, end } = await fixture();
  t.after(end);
  const alice = await user('alice');
  await services.deviceKeys.upload(alice, manifestBy(generateSigningKey(), alice));
  assert.equal((await rowsOf(services, alice)).length, 1);
  await services.devices.revoke(alice, alice.deviceId);
  assert.deepEqual(await rowsOf(services, alice), []);
  await assert.rejects(services.deviceKeys.upload(alice, manifestBy(generateSigningKey(), alice, 2)), {
    errcode: 'ECCP_UNKNOWN_TOKEN',
  });
  assert.deepEqual(await rowsOf(services, alice), []);
});

test('an account that is deactivated leaves no keys of devices behind', async (t) => {
  const { services, end } = await fixture();
  t.after(end);
  const password = 'correct horse battery';
  const { access_token } = await services.accounts.register({ username: 'alice', password });
  const alice = await services.sessions.find(access_token);
  assert.ok(alice);
  await services.deviceKeys.upload(alice, manifestBy(generateSigningKey(), alice));
  assert.equal((await rowsOf(services, alice)).length, 1);
  await services.deactivation.deactivate(alice, password, '127.0.0.1');
  assert.deepEqual(await rowsOf(services, alice), []);
});

function rowsOf({ store }: Services, { userId }: Session): Promise<object[]> {
  return store.read((db) => db.selectFrom('device_keys').selectAll().where('user_id', '=', userId).execute());
}
