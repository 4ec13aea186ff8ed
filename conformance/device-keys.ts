// The keys that a scenario's users and devices have: private halves stay here, as they would in a client.

import { x25519 } from '@noble/curves/ed25519.js';
import { getPublicKey } from '@noble/ed25519';
import type { Session } from './accounts.ts';
import { hashJson, toBase64url } from './wire/hash.ts';
import type { Json, JsonObject } from './wire/json.ts';
import { signJson } from './wire/signature.ts';
import type { EccpWorld } from './world.ts';

/** An Ed25519 key pair. */
export interface SigningPair {
  seed: Uint8Array;
  publicKey: string;
}

/** A device with its keys, and what it has published last. */
export interface KeyedDevice {
  user: string;
  device: string;
  signing: SigningPair;
  agreement: string;
  /** The manifest in force, as it is signed; empty before the first. */
  signed: JsonObject;
  /** The signed and the fallback prekey in force, and all one-time prekeys that were left, each as it is signed. */
  signedPrekey?: JsonObject;
  fallback?: JsonObject;
  oneTime: JsonObject[];
}

/** A user's account key, and what it has said last. */
export interface KeyedAccount {
  user: string;
  pair: SigningPair;
  /** The account key in force, and as it is signed. */
  key: JsonObject;
  signed: JsonObject;
  /** The list in force, as it is signed. */
  revocations?: JsonObject;
}

/** The keys of one scenario, by user, and by user and device. */
export class KeyRing {
  readonly accounts = new Map<string, KeyedAccount>();
  readonly devices = new Map<string, KeyedDevice>();
  /** Devices that were revoked. */
  readonly former = new Map<string, KeyedDevice>();
  /** Grows, so that no two objects of a scenario were made at one time. */
  #clock = Date.now();

  get now(): number {
    return ++this.#clock;
  }

  /** The keys of a session's device. */
  device({ account, deviceId }: Session): KeyedDevice {
    const name = `${account.userId} ${deviceId}`;
    const known = this.devices.get(name);
    if (known) return known;
    const [signing, agreement] = [newPair(), newAgreementKey()];
    const made = { user: account.userId, device: deviceId, signing, agreement, signed: {}, oneTime: [] };
    this.devices.set(name, made);
    return made;
  }
}

const rings = new WeakMap<EccpWorld, KeyRing>();

/** The keys of a scenario. */
export function ringOf(world: EccpWorld): KeyRing {
  const ring = rings.get(world) ?? new KeyRing();
  rings.set(world, ring);
  return ring;
}

export function newPair(): SigningPair {
  const seed = crypto.getRandomValues(new Uint8Array(32));
  return { seed, publicKey: toBase64url(getPublicKey(seed)) };
}

/** What a device says of itself. */
export function manifestOf(device: KeyedDevice, created: number): JsonObject {
  return {
    v: 1,
    user: device.user,
    device: device.device,
    ed25519: device.signing.publicKey,
    x25519: device.agreement,
    algorithms: ['eccp.x3dh.v1', 'eccp.ratchet.v1', 'eccp.room.v1'],
    created,
  };
}

/** A manifest with its device's signature. */
export function signManifest(manifest: JsonObject, { seed }: SigningPair): JsonObject {
  return { manifest, signature: signJson(seed, 'eccp.manifest-sig.v1', manifest) };
}

/** The account's signature over a manifest. */
export function crossSign(manifest: Json, { seed }: SigningPair): string {
  return signJson(seed, 'eccp.cross-sig.v1', manifest);
}

/** An account key of the version after `before`, with the signature of the key before where that is given. */
export function accountKeyOf(
  user: string,
  pair: SigningPair,
  created: number,
  before?: JsonObject,
  formerly?: SigningPair,
): { key: JsonObject; signed: JsonObject } {
  const key: JsonObject = { v: 1, user, version: Number(before?.version ?? 0) + 1, ed25519: pair.publicKey, created };
  if (before) key.prev = hashJson('eccp.account-key.v1', before);
  return { key, signed: signAccountKey(key, pair, formerly) };
}

export function signAccountKey(key: JsonObject, { seed }: SigningPair, formerly?: SigningPair): JsonObject {
  const signature = signJson(seed, 'eccp.account-key-sig.v1', key);
  if (!formerly) return { account_key: key, signature };
  return { account_key: key, signature, prev_signature: signJson(formerly.seed, 'eccp.account-key-sig.v1', key) };
}

/** A list of revocations. */
export function revocationsOf(
  user: string,
  version: number,
  revoked: readonly Json[],
  { seed }: SigningPair,
): JsonObject {
  const revocations: JsonObject = { v: 1, user, version, revoked: [...revoked] };
  return { revocations, signature: signJson(seed, 'eccp.revocations-sig.v1', revocations) };
}

/** A prekey of a device. */
export function prekeyOf(device: KeyedDevice, kind: string, created: number): JsonObject {
  const id = `${kind}-${crypto.randomUUID()}`;
  return { v: 1, user: device.user, device: device.device, kind, id, key: newAgreementKey(), created };
}

/** A prekey with a device's signature. */
export function signPrekey(prekey: JsonObject, { seed }: SigningPair): JsonObject {
  return { prekey, signature: signJson(seed, 'eccp.prekey-sig.v1', prekey) };
}

/** The public half of a new X25519 key. */
export function newAgreementKey(): string {
  return toBase64url(x25519.getPublicKey(x25519.utils.randomSecretKey()));
}
