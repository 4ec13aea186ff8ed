// The library and the suite's own clients, which share no code, talk to each other.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Manifest, trusted } from '../../conformance/e2ee/devices.ts';
import { decryptFile, encryptFile } from '../../conformance/e2ee/file.ts';
import { Account, Identity } from '../../conformance/e2ee/identity.ts';
import type { Pairwise } from '../../conformance/e2ee/pairwise.ts';
import { ReadingChain, WritingChain } from '../../conformance/e2ee/room.ts';
import type { JsonObject } from '../../conformance/wire/json.ts';
import {
  acceptSession,
  type Claim,
  decrypt,
  decryptAttachment,
  decryptInRoom,
  encrypt,
  encryptAttachment,
  encryptForRoom,
  handOut,
  newChain,
  type Payload,
  type RatchetContent,
  type RoomKeyContent,
  type Session,
  type SignedManifest,
  startSession,
  takeChain,
  verifyManifest,
} from '../../src/e2ee.ts';
import { person } from './people.ts';

const fresh = () => new Uint8Array(randomBytes(32));
const say = (body: string): Payload => ({ type: 'org.example.note', content: { body } });
const bodyOf = (payload: unknown) => (payload as Payload).content.body;

/** A session between the library's alice and the suite's bob, begun by the one or the other. */
function begin(byLibrary: boolean): { alice: Session; bob: Pairwise; bobsManifest: Manifest } {
  const account = new Account('@bob:remote.example');
  const identity = new Identity(account, 'BOBDEVICE', 1, 1);
  const { manifest } = identity.manifest;
  const expected = { user: account.user, device: 'BOBDEVICE', accountKey: account.key };
  const ada = person('alice');
  const alices = trusted(ada.manifest, ada.expected.user, ada.expected.device, ada.expected.accountKey);
  if (byLibrary) {
    const claim = { manifest: identity.manifest, signed_prekey: identity.signed, prekey: identity.oneTime[0] } as Claim;
    const first = encrypt(startSession(ada.device, claim, expected), say('hello'));
    const { pairwise, payload } = identity.device.accept(alices, first.content);
    assert.equal(bodyOf(payload), 'hello');
    return { alice: first.session, bob: pairwise, bobsManifest: manifest };
  }
  const { user, device, accountKey } = ada.expected;
  const bob = identity.device.begin(ada.claim, user, device, accountKey, fresh());
  const content = bob.encrypt(say('hello'), fresh) as RatchetContent;
  const sender = verifyManifest(identity.manifest as SignedManifest, expected);
  const { session, payload } = acceptSession(ada.device, sender, content);
  assert.equal(bodyOf(payload), 'hello');
  return { alice: session, bob, bobsManifest: manifest };
}

test('in pairs, in any order, whoever began', () => {
  const acts = fc.array(fc.record({ by: fc.boolean(), which: fc.nat(), send: fc.boolean() }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.boolean(), acts, (byLibrary, list) => {
      let { alice, bob } = begin(byLibrary);
      const toAlice: { content: RatchetContent; body: string }[] = [];
      const toBob: typeof toAlice = [];
      for (const [i, { by, which, send }] of list.entries()) {
        const body = `message ${i}`;
        const queue = by ? toBob : toAlice;
        if (send && by) {
          const sent = encrypt(alice, say(body));
          alice = sent.session;
          toBob.push({ content: sent.content, body });
        } else if (send) toAlice.push({ content: bob.encrypt(say(body), fresh) as RatchetContent, body });
        else if (queue.length > 0) {
          const [message] = queue.splice(which % queue.length, 1);
          assert.ok(message);
          if (by) assert.equal(bodyOf(bob.decrypt(message.content)), message.body);
          else {
            const heard = decrypt(alice, message.content);
            alice = heard.session;
            assert.equal(bodyOf(heard.payload), message.body);
          }
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('in rooms, both ways', () => {
  const { alice, bob, bobsManifest } = begin(true);
  const ada = person('alice');
  const room_id = '!exC55bjTACLQwBhq_HUwgl3u2sQ5TVnFx2M2EFGajlE:example.org';
  const sender = ada.device.user;
  const handed = handOut(newChain(ada.device, room_id, 0), bobsManifest.ed25519);
  const over = encrypt(alice, { type: 'eccp.room_key', content: handed.content });
  const key = bob.decrypt(over.content) as { content: RoomKeyContent };
  const reading = new ReadingChain(key.content, ada.manifest.manifest);
  const said = encryptForRoom(handed.chain, say('from the library'), 1, [bobsManifest.ed25519]);
  assert.equal(bodyOf(reading.decrypt(room_id, sender, said.content)), 'from the library');

  const seed = fresh();
  const account = new Account('@carol:remote.example');
  const carol = new Identity(account, 'CAROL0001', 1);
  const { manifest } = carol.manifest;
  const writing = new WritingChain(manifest, carol.seed, room_id, 0, seed, fresh());
  const held = takeChain(writing.handTo(ada.device.signing.public) as RoomKeyContent, manifest, []);
  const content = writing.encrypt(say('from the suite') as JsonObject, 1, [ada.device.signing.public]);
  const read = decryptInRoom(held, { room_id, sender: account.user }, content as typeof said.content);
  assert.equal(bodyOf(read.payload), 'from the suite');
});

test('with files, both ways', async () => {
  const file = new Uint8Array(randomBytes(200_000));
  const parts = encryptAttachment([file], 'example.org');
  const blob: Uint8Array[] = [];
  let next = await parts.next();
  for (; !next.done; next = await parts.next()) blob.push(next.value);
  assert.deepEqual(decryptFile(Buffer.concat(blob), next.value), file);

  const made = encryptFile(file, 'example.org', fresh());
  const back: Uint8Array[] = [];
  for await (const part of decryptAttachment([made.blob], made.attachment as typeof next.value)) back.push(part);
  assert.deepEqual(new Uint8Array(Buffer.concat(back)), file);
});
