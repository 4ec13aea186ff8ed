// PRE-027: what a restored node does not hand out.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { TestDevice } from './device.ts';
import { fixture } from './fixture.ts';

test('one-time prekeys that were withdrawn are not handed out, nor taken again; new ones are', async (t) => {
  const { services, user, end } = await fixture();
  t.after(end);
  const alice = await user('alice');
  const device = new TestDevice(alice);
  const before = device.prekeys(2);
  const signed_prekey = device.prekey('signed');
  await services.deviceKeys.upload(alice, { manifest: device.manifest(), signed_prekey, one_time_prekeys: before });
  const claim = async () => {
    const { devices } = await services.claims.claim(alice, { devices: { [alice.userId]: [alice.deviceId] } });
    const keys = devices[alice.userId]?.[alice.deviceId];
    assert.ok(keys);
    return keys.prekey?.prekey.id;
  };
  assert.equal(await claim(), before[0]?.prekey.id);
  await services.claims.withdraw();
  assert.equal(await claim(), undefined);
  await services.deviceKeys.upload(alice, { one_time_prekeys: before });
  assert.equal(await claim(), undefined);
  const after = device.prekey('one_time');
  await services.deviceKeys.upload(alice, { one_time_prekeys: [after] });
  assert.equal(await claim(), after.prekey.id);
  assert.equal(await claim(), undefined);
});
