// What bob's device and account could sign, and keys that nobody should take.
import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { concat, fromBase64url, toBase64url, utf8 } from '../../../src/e2ee/bytes.ts';
import { newDevice } from '../../../src/e2ee/device.ts';
import { hashObject } from '../../../src/e2ee/json.ts';
import type { Manifest, Prekey, SignedManifest, SignedPrekey } from '../../../src/e2ee/manifest.ts';
import { encrypt } from '../../../src/e2ee/ratchet.ts';
import { derive, zeros } from '../../../src/e2ee/schedule.ts';
import { signObject } from '../../../src/e2ee/signature.ts';
import { actors, bytesOf, counting, type Name, say } from '../devices.ts';
import { startTime } from '../fixed.ts';

/** The encodings of the neutral element and of 1, and what the former signs whatever the message: R is the base point, S is 1. */
const neutral = Buffer.from(`01${'00'.repeat(31)}`, 'hex');
const base = Buffer.from(`58${'66'.repeat(31)}`, 'hex');
export const ofNeutral = Buffer.concat([base, neutral]).toString('base64url');
/** A point of order 8, and an encoding of 9 + p. */
export const order8 = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex').toString(
  'base64url',
);
/** The u of every point of small order, on the curve and on its twist, that is below the prime (RFC 7748 section 6.1). */
export const smallPoints: readonly (readonly [string, string])[] = [
  ['u = 0', bytesOf(0)],
  ['u = 1', Buffer.from(`01${'00'.repeat(31)}`, 'hex').toString('base64url')],
  ['u = p − 1', Buffer.from(`ec${'ff'.repeat(30)}7f`, 'hex').toString('base64url')],
  ['of order 8', order8],
  [
    'the other of order 8',
    Buffer.from('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157', 'hex').toString('base64url'),
  ],
];
export const aboveThePrime = Buffer.from(`f6${'ff'.repeat(30)}7f`, 'hex').toString('base64url');

/** A device of mallory's with an identity key of small order. */
export const weak = (() => {
  const { device, manifest } = newDevice(actors.mallory.device.user, 'MALLORY2', startTime, counting(60));
  const weakened = { ...manifest.manifest, x25519: bytesOf(0) };
  const signature = signWith(device.signing.secret, 'eccp.manifest-sig.v1', weakened);
  return { device, manifest: recrossed(weakened, { manifest: weakened, signature }, bytesOf(50)) };
})();

/**
 * A first message to bob whose sender knows the secrets though no X25519 function that refuses as it should gives them: who does not look
 * at the keys decrypts it.
 *
 * @param initiator the manifest of the sender.
 * @param secrets what the agreements come to for bob: DH1, DH2, DH3 and DH4.
 */
export function forgedFirst(initiator: Manifest, ephemeral: string, secrets: readonly Uint8Array[]): JsonObject {
  const party = ({ user, device, ed25519, x25519 }: Manifest) => ({ user, device, ed25519, x25519 });
  const { signed, one_time: oneTime } = actors.bob.prekeys;
  const peer = party(actors.bob.manifest.manifest);
  const keys = { ephemeral, signed_prekey: signed.prekey.key, prekey: oneTime.prekey.key };
  const session = hashObject('eccp.session.v1', { v: 1, initiator: party(initiator), responder: peer, ...keys });
  const info = concat(utf8('eccp.x3dh.v1\0'), fromBase64url(session));
  const root = toBase64url(derive(zeros, concat(new Uint8Array(32).fill(0xff), ...secrets), info, 32));
  const handshake = { ephemeral, signed_prekey: signed.prekey.id, prekey: oneTime.prekey.id };
  const begun = { v: 1, session, peer, handshake, root, theirs: signed.prekey.key, previous: 0 } as const;
  return encrypt({ ...begun, skipped: [] }, say('forged'), counting(100)).content;
}

export function signWith(secret: string, domain: string, object: JsonObject): string {
  return signObject(secret, domain, object);
}

export function sign(by: Name, domain: string, object: JsonObject): string {
  return signWith(actors[by].device.signing.secret, domain, object);
}

/** @param account the seed of the account key: that of bob's. */
export function recrossed(manifest: Manifest, { signature }: SignedManifest, account = bytesOf(30)): SignedManifest {
  return { manifest, signature, cross_signature: signWith(account, 'eccp.cross-sig.v1', manifest) };
}

/** As bob's device and account would sign it. */
export function resigned(manifest: Manifest): SignedManifest {
  return recrossed(manifest, { manifest, signature: sign('bob', 'eccp.manifest-sig.v1', manifest) });
}

/** With the neutral element as the key. */
export function smallOrder(manifest: Manifest): SignedManifest {
  return recrossed({ ...manifest, ed25519: neutral.toString('base64url') }, { manifest, signature: ofNeutral });
}

export function withKey(prekey: Prekey, key: string): SignedPrekey {
  const changed = { ...prekey, key };
  return { prekey: changed, signature: sign('bob', 'eccp.prekey-sig.v1', changed) };
}
