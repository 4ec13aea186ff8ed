// Devices that talk, for the tests of the library.
import assert from 'node:assert/strict';
import { systemRandom } from '../../src/e2ee/bytes.ts';
import { crossSign, type Device, newDevice, newPrekeys } from '../../src/e2ee/device.ts';
import { E2eeError } from '../../src/e2ee/error.ts';
import { acceptSession, startSession } from '../../src/e2ee/handshake.ts';
import {
  type Claim,
  type Expected,
  type PrekeyKind,
  type SignedManifest,
  verifyManifest,
} from '../../src/e2ee/manifest.ts';
import { decrypt, encrypt, type RatchetContent, type Session } from '../../src/e2ee/ratchet.ts';
import { signingPair } from '../../src/e2ee/signature.ts';

export interface Person {
  device: Device;
  manifest: SignedManifest;
  claim: Claim;
  expected: Expected;
}

/** @param prekey which kind of prekey a claim gives beside the signed one. */
export function person(name: string, prekey: PrekeyKind | 'none' = 'one_time'): Person {
  const account = signingPair(systemRandom(32));
  const user = `@${name}:example.org`;
  const made = newDevice(user, `${name.toUpperCase()}DEVICE`, 1, systemRandom);
  const manifest = crossSign(made.manifest, account.secret);
  const signed = newPrekeys(made.device, 'signed', 1, 1);
  const extra = prekey === 'none' ? undefined : newPrekeys(signed.device, prekey, 1, 1);
  const [signed_prekey] = signed.prekeys;
  assert.ok(signed_prekey);
  const claim: Claim = { manifest, signed_prekey, ...(extra?.prekeys[0] ? { prekey: extra.prekeys[0] } : {}) };
  const expected = { user, device: made.device.device, accountKey: account.public };
  return { device: extra?.device ?? signed.device, manifest, claim, expected };
}

/** Two sides of a session over which each has sent once. */
export function pair(): { alice: Session; bob: Session } {
  const [alice, bob] = [person('alice'), person('bob')];
  const begun = say(startSession(alice.device, bob.claim, bob.expected), 'hello');
  const accepted = acceptSession(bob.device, verifyManifest(alice.manifest, alice.expected), begun.content);
  const answer = say(accepted.session, 'hello too');
  return { alice: decrypt(begun.session, answer.content).session, bob: answer.session };
}

export function say(session: Session, body: string): { session: Session; content: RatchetContent } {
  return encrypt(session, { type: 'org.example.note', content: { body } });
}

export function hear(session: Session, content: RatchetContent): { session: Session; body: unknown } {
  const heard = decrypt(session, content);
  return { session: heard.session, body: heard.payload.content.body };
}

/** The code of the refusal; anything but a refusal fails the test. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof E2eeError) return error.code;
    throw error;
  }
  return 'ok';
}
