import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const library = join(import.meta.dirname, '../../src/e2ee.ts');

// Nothing that browsers lack: no global of Node, and no module of Node for whatever is imported from here on.
const browser = `
import { registerHooks } from 'node:module';
const { log } = console;
registerHooks({ resolve(name, context, next) {
  const found = next(name, context);
  if (found.url.startsWith('node:')) throw new Error('there is no ' + found.url + ', for ' + context.parentURL);
  return found;
} });
for (const name of ['Buffer', 'process', 'global', 'setImmediate', 'clearImmediate', 'require']) globalThis[name] = undefined;
`;

// What a page would do.
const page = `
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

function run(code: string): { stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module', '-e', browser + code], { encoding: 'utf8' });
}

test('the whole library works where there is nothing but what browsers have', () => {
  const { stdout, stderr } = run(page);
  assert.equal(stderr, '');
  assert.equal(stdout, 'Grüße true\n');
});

test('a library that takes something of Node would not', () => {
  for (const [source, reason] of [
    ['import "node:fs"', /there is no node:fs/],
    ['import { createHash } from "crypto"', /there is no node:crypto/],
    ['Buffer.from("x")', /Cannot read properties of undefined/],
    ['process.nextTick(() => 0)', /Cannot read properties of undefined/],
  ] as const) {
    const bad = `data:text/javascript,${encodeURIComponent(source)}`;
    assert.match(run(`await import(${JSON.stringify(bad)})`).stderr, reason);
  }
});
