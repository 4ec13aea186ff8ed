// What bob's device and account could sign, and keys that nobody should take.
import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { hashObject } from '../../../src/e2ee/json.ts';
import type { Manifest, Prekey, SignedManifest, SignedPrekey } from '../../../src/e2ee/manifest.ts';
import { signObject } from '../../../src/e2ee/signature.ts';
import { actors, bytesOf, type Name } from '../devices.ts';

/** The encodings of the neutral element and of 1, and what the former signs whatever the message: R is the base point, S is 1. */
const neutral = Buffer.from(`01${'00'.repeat(31)}`, 'hex');
const base = Buffer.from(`58${'66'.repeat(31)}`, 'hex');
export const ofNeutral = Buffer.concat([base, neutral]).toString('base64url');
/** A point of order 8, and an encoding of 9 + p. */
export const order8 = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex').toString(
  'base64url',
);
export const aboveThePrime = Buffer.from(`f6${'ff'.repeat(30)}7f`, 'hex').toString('base64url');

/** With another ephemeral key, and the session id that follows from it. */
export function withEphemeral(ephemeral: string): (content: JsonObject) => JsonObject {
  const party = ({ user, device, ed25519, x25519 }: Manifest) => ({ user, device, ed25519, x25519 });
  const transcript = {
    v: 1,
    initiator: party(actors.alice.manifest.manifest),
    responder: party(actors.bob.manifest.manifest),
    ephemeral,
    signed_prekey: actors.bob.prekeys.signed.prekey.key,
    prekey: actors.bob.prekeys.one_time.prekey.key,
  };
  return (content) => ({
    ...content,
    session: hashObject('eccp.session.v1', transcript),
    handshake: { ...(content.handshake as JsonObject), ephemeral },
  });
}

export function signWith(secret: string, domain: string, object: JsonObject): string {
  return signObject(secret, domain, object);
}

export function sign(by: Name, domain: string, object: JsonObject): string {
  return signWith(actors[by].device.signing.secret, domain, object);
}

export function recrossed(manifest: Manifest, { signature }: SignedManifest): SignedManifest {
  return { manifest, signature, cross_signature: signWith(bytesOf(30), 'eccp.cross-sig.v1', manifest) };
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

/** u = 0 or 1, both of small order. */
export function smallPrekey(prekey: Prekey, u: number): SignedPrekey {
  const bytes = Buffer.alloc(32);
  bytes[0] = u;
  return withKey(prekey, bytes.toString('base64url'));
}
