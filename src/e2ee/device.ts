// What a device keeps of itself: its two identity pairs and the private keys of its prekeys.
import { type Random, systemRandom, toBase64url } from './bytes.ts';
import type { Manifest, PrekeyKind, SignedManifest, SignedPrekey } from './manifest.ts';
import { agreementPair } from './schedule.ts';
import { type KeyPair, signingPair, signObject } from './signature.ts';

/** Plain data, to be stored as JSON; secret. */
export type Device = {
  v: 1;
  user: string;
  device: string;
  signing: KeyPair;
  identity: KeyPair;
  prekeys: OwnPrekey[];
};

export type OwnPrekey = {
  kind: PrekeyKind;
  id: string;
  pair: KeyPair;
  /** When a newer one took its place: never with one-time prekeys, which go when they were used. */
  replaced?: number;
  /** The sessions that began with this signed prekey (HAND-033). */
  accepted: string[];
};

/** How long the private key of a prekey outlives its replacement (HAND-034), in milliseconds. */
export const prekeyGrace = 30 * 86_400_000;

const algorithms = ['eccp.x3dh.v1', 'eccp.ratchet.v1', 'eccp.room.v1'];

/**
 * A device with fresh keys and no prekeys yet, and its manifest, which the account key has still to sign.
 *
 * @param now in milliseconds since 1970.
 */
export function newDevice(
  user: string,
  device: string,
  now: number,
  random: Random = systemRandom,
): { device: Device; manifest: SignedManifest } {
  const [signing, identity] = [signingPair(random(32)), agreementPair(random(32))];
  const manifest: Manifest = {
    v: 1,
    user,
    device,
    ed25519: signing.public,
    x25519: identity.public,
    algorithms,
    created: now,
  };
  const signature = signObject(signing.secret, 'eccp.manifest-sig.v1', manifest);
  return { device: { v: 1, user, device, signing, identity, prekeys: [] }, manifest: { manifest, signature } };
}

/** The manifest with the account's word that the device is its own. */
export function crossSign({ manifest, signature }: SignedManifest, accountSecret: string): SignedManifest {
  return { manifest, signature, cross_signature: signObject(accountSecret, 'eccp.cross-sig.v1', manifest) };
}

/**
 * Fresh prekeys to upload. A signed or a fallback prekey takes the place of the one before.
 *
 * @param now in milliseconds since 1970.
 */
export function newPrekeys(
  device: Device,
  kind: PrekeyKind,
  count: number,
  now: number,
  random: Random = systemRandom,
): { device: Device; prekeys: SignedPrekey[] } {
  const made = Array.from({ length: count }, (): OwnPrekey => {
    return { kind, id: toBase64url(random(8)), pair: agreementPair(random(32)), accepted: [] };
  });
  const before = device.prekeys.map((prekey) =>
    kind !== 'one_time' && prekey.kind === kind && prekey.replaced === undefined
      ? { ...prekey, replaced: now }
      : prekey,
  );
  const prekeys = made.map(({ id, pair }): SignedPrekey => {
    const prekey = {
      v: 1 as const,
      user: device.user,
      device: device.device,
      kind,
      id,
      key: pair.public,
      created: now,
    };
    return { prekey, signature: signObject(device.signing.secret, 'eccp.prekey-sig.v1', prekey) };
  });
  return { device: { ...device, prekeys: [...before, ...made] }, prekeys };
}

/** The device without the prekeys that were replaced too long ago (HAND-034). To be called once a day or so. */
export function dropPrekeys(device: Device, now: number): Device {
  const prekeys = device.prekeys.filter(({ replaced }) => replaced === undefined || replaced > now - prekeyGrace);
  return { ...device, prekeys };
}
