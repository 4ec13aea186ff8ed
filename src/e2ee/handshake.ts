// eccp.x3dh.v1 (chapter 23).
import { concat, fromBase64url, type Random, systemRandom, toBase64url, utf8 } from './bytes.ts';
import type { Device, OwnPrekey } from './device.ts';
import { E2eeError } from './error.ts';
import { anyObject } from './form.ts';
import { hashObject } from './json.ts';
import { type Claim, type Expected, type Manifest, verifyManifest, verifyPrekey } from './manifest.ts';
import {
  checkRatchetContent,
  decrypt,
  type Handshake,
  type Party,
  type Payload,
  type RatchetContent,
  type Session,
} from './ratchet.ts';
import { agree, agreementPair, derive, zeros } from './schedule.ts';

/** The public keys of a handshake and who it is between (section 23.3). */
type Transcript = {
  v: 1;
  initiator: Party;
  responder: Party;
  ephemeral: string;
  signed_prekey: string;
  prekey?: string;
};

const needed = ['eccp.x3dh.v1', 'eccp.ratchet.v1'];

/**
 * Begins a session with a device whose keys were claimed. Nothing is sent yet: the first message carries the handshake.
 *
 * @param expected the device that was asked for, and what is known of its user.
 * @throws E2eeError malformed, mismatch, bad_signature, replayed, revoked, bad_key
 */
export function startSession(own: Device, claim: Claim, expected: Expected, random: Random = systemRandom): Session {
  anyObject(claim, 'claim'); // of an answer of a node, which may have more members
  const manifest = verifyManifest(claim.manifest, expected);
  if (!needed.every((algorithm) => manifest.algorithms.includes(algorithm))) {
    throw new E2eeError('mismatch', 'the device does not understand this handshake'); // HAND-019
  }
  const signed = verifyPrekey(claim.signed_prekey, manifest, ['signed']);
  const prekey =
    claim.prekey === undefined ? undefined : verifyPrekey(claim.prekey, manifest, ['one_time', 'fallback']);
  const ephemeral = agreementPair(random(32));
  const secrets = [
    agree(own.identity.secret, signed.key),
    agree(ephemeral.secret, manifest.x25519),
    agree(ephemeral.secret, signed.key),
    ...(prekey ? [agree(ephemeral.secret, prekey.key)] : []),
  ];
  const peer = partyOf(manifest);
  const session = sessionId({
    v: 1,
    initiator: ownParty(own),
    responder: peer,
    ephemeral: ephemeral.public,
    signed_prekey: signed.key,
    ...(prekey ? { prekey: prekey.key } : {}),
  });
  const handshake: Handshake = {
    ephemeral: ephemeral.public,
    signed_prekey: signed.id,
    ...(prekey ? { prekey: prekey.id } : {}),
  };
  const root = rootKey(session, secrets);
  return { v: 1, session, peer, handshake, root, theirs: signed.key, previous: 0, skipped: [] };
}

/**
 * Answers a message that begins a session: decrypts it and, where that works, takes the session and deletes the one-time key.
 * A message of a session that is held goes to `decrypt` instead, with `handshake` or without.
 *
 * @param sender the manifest of the device that the message comes from, by `verifyManifest`.
 * @throws E2eeError malformed, mismatch, bad_key, unknown_key, replayed, too_far, bad_ciphertext
 */
export function acceptSession(
  own: Device,
  sender: Manifest,
  content: RatchetContent,
): { device: Device; session: Session; payload: Payload } {
  checkRatchetContent(content, 'content');
  const { handshake, session } = content;
  if (handshake === undefined) throw new E2eeError('unknown_key', 'there is no such session');
  const signed = own.prekeys.find(({ kind, id }) => kind === 'signed' && id === handshake.signed_prekey);
  if (signed === undefined) throw new E2eeError('unknown_key', 'there is no such signed prekey');
  if (signed.accepted.includes(session)) throw new E2eeError('replayed', 'this session began before');
  const prekey = own.prekeys.find(({ kind, id }) => kind !== 'signed' && id === handshake.prekey);
  if (handshake.prekey !== undefined && prekey === undefined) {
    throw new E2eeError('unknown_key', 'there is no such prekey');
  }
  const peer = partyOf(sender);
  const expected = sessionId({
    v: 1,
    initiator: peer,
    responder: ownParty(own),
    ephemeral: handshake.ephemeral,
    signed_prekey: signed.pair.public,
    ...(prekey ? { prekey: prekey.pair.public } : {}),
  });
  if (session !== expected) throw new E2eeError('mismatch', 'the handshake is between other devices or keys');
  const root = rootKey(session, [
    agree(signed.pair.secret, sender.x25519),
    agree(own.identity.secret, handshake.ephemeral),
    agree(signed.pair.secret, handshake.ephemeral),
    ...(prekey ? [agree(prekey.pair.secret, handshake.ephemeral)] : []),
  ]);
  // As if it had sent under the signed prekey: the first message then is an ordinary one under a new ratchet key.
  const sending = { ...signed.pair, chain: '', index: 0 };
  const first: Session = {
    v: 1,
    session,
    peer,
    root,
    theirs: signed.pair.public,
    sending,
    previous: 0,
    skipped: [],
  };
  const { session: begun, payload } = decrypt(first, content);
  return { device: withAccepted(own, signed, prekey, session), session: begun, payload };
}

/** HAND-032, HAND-033 */
function withAccepted(own: Device, signed: OwnPrekey, prekey: OwnPrekey | undefined, session: string): Device {
  const prekeys = own.prekeys
    .filter((one) => one !== prekey || one.kind !== 'one_time')
    .map((one) => (one === signed ? { ...one, accepted: [...one.accepted, session] } : one));
  return { ...own, prekeys };
}

/** HAND-020 */
function sessionId(transcript: Transcript): string {
  return hashObject('eccp.session.v1', transcript);
}

/** HAND-021 */
function rootKey(session: string, secrets: readonly Uint8Array[]): string {
  const info = concat(utf8('eccp.x3dh.v1\0'), fromBase64url(session, 32));
  return toBase64url(derive(zeros, concat(new Uint8Array(32).fill(0xff), ...secrets), info, 32));
}

function partyOf({ user, device, ed25519, x25519 }: Manifest): Party {
  return { user, device, ed25519, x25519 };
}

function ownParty({ user, device, signing, identity }: Device): Party {
  return { user, device, ed25519: signing.public, x25519: identity.public };
}
