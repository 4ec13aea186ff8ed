// The keys that users of fake nodes have, and what those nodes say of them.
import type { Answer } from './answer.ts';
import { crossSign, type KeyedDevice, manifestOf, type SigningPair, signManifest } from './device-keys.ts';
import { expectThat, HarnessError } from './outcome.ts';
import { list } from './peer/serving.ts';
import { isObject, type JsonObject, lookUp, show } from './wire/json.ts';
import type { EccpWorld } from './world.ts';

/** The type of messages for devices. */
export const TYPE = 'org.example.note';
/** The one device of a user of a fake node. */
export const DEVICE = 'GUESTDEVICE';

/** What a user of a fake node has, and what the fake node says of it. */
export interface GuestKeys {
  device: KeyedDevice;
  account: SigningPair;
  keys: JsonObject;
  /** What it served first. */
  right: JsonObject;
}

export const guests = new WeakMap<EccpWorld, Map<string, GuestKeys>>();

/** The keys of a user of a fake node. */
export function guestOf(world: EccpWorld, guest: string): GuestKeys {
  const keys = guests.get(world)?.get(guest);
  if (!keys) throw new HarnessError(`no step has given keys to ${guest}`);
  return keys;
}

/** Lets a user's node say something else from now on. */
export function serveKeys(guest: GuestKeys, keys: JsonObject): void {
  guest.keys = keys;
  const [signed] = list(keys.manifests);
  if (isObject(signed)) guest.device.signed = signed;
}

/** A new manifest that the account vouches for. */
export function vouched({ device, account }: GuestKeys, created: number): JsonObject {
  const manifest = manifestOf(device, created);
  return { ...signManifest(manifest, device.signing), cross_signature: crossSign(manifest, account) };
}

/** The results of a section's items. */
export function resultsOf({ json }: Answer, section: string): JsonObject[] {
  const results = list(lookUp(json, section)).filter(isObject);
  expectThat(results.length > 0, `results of ${section}`, show(json));
  return results;
}
