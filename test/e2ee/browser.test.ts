import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const library = join(import.meta.dirname, '../../src/e2ee.ts');

// What a page would do, with nothing that browsers lack.
const page = `
const { log } = console;
for (const name of ['Buffer', 'process', 'global', 'setImmediate', 'require']) globalThis[name] = undefined;
const e2ee = await import(${JSON.stringify(library)});
const account = e2ee.signingPair(crypto.getRandomValues(new Uint8Array(32)));
const person = (name) => {
  const user = '@' + name + ':example.org';
  const made = e2ee.newDevice(user, name.toUpperCase() + '12345', 1);
  const { device, prekeys: [signed_prekey] } = e2ee.newPrekeys(made.device, 'signed', 1, 1);
  const manifest = e2ee.crossSign(made.manifest, account.secret);
  return { device, manifest, expected: { user, device: device.device, accountKey: account.public }, claim: { manifest, signed_prekey } };
};
const [alice, bob] = [person('alice'), person('bob')];
const parts = e2ee.encryptAttachment([new TextEncoder().encode('Grüße')], 'example.org');
const blob = [];
let next = await parts.next();
for (; !next.done; next = await parts.next()) blob.push(next.value);
const { chain, content: roomKey } = e2ee.handOut(e2ee.newChain(alice.device, '!room:example.org', 1), bob.device.signing.public);
const first = e2ee.encrypt(e2ee.startSession(alice.device, bob.claim, bob.expected), { type: 'eccp.room_key', content: roomKey });
const sender = e2ee.verifyManifest(alice.manifest, alice.expected);
const { payload } = e2ee.acceptSession(bob.device, sender, first.content);
const held = e2ee.takeChain(payload.content, sender, []);
const said = e2ee.encryptForRoom(chain, { type: 'eccp.room.message', content: { attachment: next.value } }, 1, [bob.device.signing.public]);
const read = e2ee.decryptInRoom(held, { room_id: '!room:example.org', sender: sender.user }, said.content);
const file = [];
for await (const part of e2ee.decryptAttachment(blob, read.payload.content.attachment)) file.push(...part);
const key = e2ee.newRecoveryKey();
const bundle = e2ee.sealRecovery(key, sender.user, 1, { v: 1, account_key: { version: 1, seed: account.secret }, pins: {} });
const { account_key } = e2ee.openRecovery(e2ee.readRecoveryKey(e2ee.writeRecoveryKey(key)), sender.user, 0, bundle);
log(new TextDecoder().decode(new Uint8Array(file)), account_key.seed === account.secret);
`;

test('the whole library works where there is nothing but what browsers have', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', page], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(stdout, 'Grüße true\n');
});
