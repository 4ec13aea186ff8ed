// The keys of a user's devices: what a device says of itself, which of them the account vouches for, and which are revoked (chapter 20).
import { canonicalize, type Json, type JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { isDeviceId, isHash, isUserId } from './ids.ts';
import { badEvent, checkMembers, isCount, isObject, type Members } from './members.ts';
import { checkPublicKey, hash, type SignatureDomain, verify } from './signing.ts';
import { checkAgreementKey } from './x25519.ts';

/** schemas/AccountKey.json; `created` in milliseconds since 1970. */
export type AccountKey = {
  v: 1;
  user: string;
  version: number;
  ed25519: string;
  /** The hash of the key before; absent at version 1. */
  prev?: string;
  created: number;
};

/** `prev_signature` by the key before: without it the key was reset by somebody who no longer had that one. */
export type SignedAccountKey = { account_key: AccountKey; signature: string; prev_signature?: string };

/** schemas/Manifest.json */
export type Manifest = {
  v: 1;
  user: string;
  device: string;
  ed25519: string;
  x25519: string;
  algorithms: string[];
  created: number;
};

export type SignedManifest = { manifest: Manifest; signature: string; cross_signature?: string };

/** schemas/Revocations.json */
export type Revocations = { v: 1; user: string; version: number; revoked: Revoked[] };
export type Revoked = { device: string; ed25519: string };

export type SignedRevocations = { revocations: Revocations; signature: string };

/** The most devices that a list of revocations names. */
export const maxRevoked = 1000;
const maxAlgorithms = 16;

const isVersion = (value: Json) => isCount(value) && value !== 0;
const isOne = (value: Json) => value === 1;
const isKey = isHash; // a public key is 32 bytes as well
const isSignature = (value: Json) => typeof value === 'string' && /^[A-Za-z0-9_-]{85}[AQgw]$/.test(value);
const isAlgorithm = (value: Json) => typeof value === 'string' && /^[a-z0-9_.-]{1,64}$/.test(value);
const isListOf = (value: Json, max: number, item: (value: Json) => boolean) =>
  Array.isArray(value) &&
  value.length <= max &&
  value.every(item) &&
  new Set(value.map(canonicalize)).size === value.length;
const isRevoked = (value: Json) =>
  isObject(value) && Object.keys(value).length === 2 && isDeviceId(value.device) && isKey(value.ed25519);

const accountKey: Members = { v: isOne, user: isUserId, version: isVersion, ed25519: isKey, created: isCount };
const manifest: Members = {
  v: isOne,
  user: isUserId,
  device: isDeviceId,
  ed25519: isKey,
  x25519: isKey,
  algorithms: (value) => isListOf(value, maxAlgorithms, isAlgorithm) && (value as Json[]).length > 0,
  created: isCount,
};
const revocations: Members = {
  v: isOne,
  user: isUserId,
  version: isVersion,
  revoked: (value) => isListOf(value, maxRevoked, isRevoked),
};

/** What the next account key's `prev` must be. */
export function accountKeyHash(key: AccountKey): string {
  return hash('eccp.account-key.v1', canonicalize(key));
}

/**
 * Reads an account key as it was received, and checks all that can be checked without the one before: form, owner, key, own signature.
 *
 * @param user whose it must be.
 * @param path where it stands, for the error.
 * @throws EccpError ECCP_BAD_EVENT with the `path` of what is out of form, or another user's; ECCP_BAD_KEY; ECCP_BAD_SIGNATURE.
 */
export function readAccountKey(value: Json | undefined, user: string, path = ''): SignedAccountKey {
  checkMembers(value, path, { account_key: isObject, signature: isSignature }, { prev_signature: isSignature }, true);
  checkMembers(value.account_key, `${path}/account_key`, accountKey, { prev: isHash }, true);
  const signed = value as SignedAccountKey;
  const { account_key: key, signature } = signed;
  checkOwner(key.user, user, `${path}/account_key/user`);
  checkPublicKey(key.ed25519);
  if ((key.version === 1) !== (key.prev === undefined)) throw broken('only version 1 has no prev'); // MAN-005
  checkSignature(key.ed25519, 'eccp.account-key-sig.v1', key, signature);
  return signed;
}

/**
 * Checks that an account key may follow the one that is held.
 *
 * @param next as readAccountKey() gave it.
 * @returns whether it is another key than the one held.
 * @throws EccpError ECCP_KEY_ROLLBACK for an older version, or another key of the version held; ECCP_KEY_CONTINUITY for one that
 *   skips a version or names another key before it; ECCP_BAD_SIGNATURE for a signature of the key before that does not hold.
 */
export function followsAccountKey(next: SignedAccountKey, held: SignedAccountKey | undefined): boolean {
  const { account_key: key, prev_signature } = next;
  if (held === undefined) {
    if (key.version !== 1) throw broken('there is no account key before it'); // MAN-005
    return true;
  }
  const before = held.account_key;
  if (isSame(key, before)) return false;
  if (key.version <= before.version) throw rollback(`version ${before.version} of the account key is held`); // MAN-006
  if (key.version !== before.version + 1 || key.prev !== accountKeyHash(before)) {
    throw broken(`it does not follow version ${before.version} of the account key`); // MAN-005
  }
  if (prev_signature !== undefined) checkSignature(before.ed25519, 'eccp.account-key-sig.v1', key, prev_signature); // MAN-007
  return true;
}

/**
 * Reads a device's manifest and checks its form, owner, keys and the device's signature. The cross-signature is checkCrossSignature()'s
 * business.
 *
 * @param device whose it must be; absent: any device of the user.
 * @throws EccpError as readAccountKey() does.
 */
export function readManifest(value: Json | undefined, user: string, device?: string, path = ''): SignedManifest {
  checkMembers(value, path, { manifest: isObject, signature: isSignature }, { cross_signature: isSignature }, true);
  checkMembers(value.manifest, `${path}/manifest`, manifest, {}, true);
  const signed = value as SignedManifest;
  const { manifest: said, signature } = signed;
  checkOwner(said.user, user, `${path}/manifest/user`);
  if (device !== undefined) checkOwner(said.device, device, `${path}/manifest/device`); // MAN-012
  checkPublicKey(said.ed25519);
  checkAgreementKey(said.x25519);
  checkSignature(said.ed25519, 'eccp.manifest-sig.v1', said, signature);
  return signed;
}

/**
 * Checks that a manifest may take the place of the one that is held of the device.
 *
 * @returns whether it says anything else.
 * @throws EccpError ECCP_KEY_CONTINUITY for another `ed25519`; ECCP_KEY_ROLLBACK for one that is not newer.
 */
export function followsManifest({ manifest: next }: SignedManifest, held: SignedManifest | undefined): boolean {
  if (held === undefined) return true;
  if (isSame(next, held.manifest)) return false;
  if (next.ed25519 !== held.manifest.ed25519) throw broken('the device has another key'); // MAN-014
  if (next.created <= held.manifest.created) throw rollback('a newer manifest of the device is held'); // MAN-015
  return true;
}

/** @throws EccpError ECCP_BAD_SIGNATURE unless the account key vouches for the manifest. */
export function checkCrossSignature(said: Manifest, crossSignature: string, key: AccountKey): void {
  checkSignature(key.ed25519, 'eccp.cross-sig.v1', said, crossSignature);
}

/** Whether an account key vouches for a manifest, both of one user. */
export function isCrossSigned({ manifest: said, cross_signature }: SignedManifest, key: AccountKey): boolean {
  return (
    said.user === key.user &&
    cross_signature !== undefined &&
    verify(key.ed25519, 'eccp.cross-sig.v1', said, cross_signature)
  );
}

/**
 * Reads a list of revocations and checks its form, owner and signature.
 *
 * @param key the account key in force.
 * @throws EccpError as readAccountKey() does.
 */
export function readRevocations(value: Json | undefined, key: AccountKey, path = ''): SignedRevocations {
  checkMembers(value, path, { revocations: isObject, signature: isSignature }, {}, true);
  checkMembers(value.revocations, `${path}/revocations`, revocations, {}, true);
  const signed = value as SignedRevocations;
  checkOwner(signed.revocations.user, key.user, `${path}/revocations/user`);
  checkSignature(key.ed25519, 'eccp.revocations-sig.v1', signed.revocations, signed.signature);
  return signed;
}

/**
 * Checks that a list of revocations may follow the one that is held.
 *
 * @returns whether it is another list.
 * @throws EccpError ECCP_KEY_ROLLBACK for a version that is not higher; ECCP_KEY_CONTINUITY for one that takes a revocation back.
 */
export function followsRevocations(next: SignedRevocations, held: SignedRevocations | undefined): boolean {
  if (held === undefined || isSame(next.revocations, held.revocations)) return held === undefined;
  const { version, revoked } = held.revocations;
  if (next.revocations.version <= version) throw rollback(`version ${version} of the revocations is held`); // MAN-022
  const named = new Set(next.revocations.revoked.map(canonicalize));
  if (!revoked.every((one) => named.has(canonicalize(one)))) throw broken('a revocation was taken back'); // MAN-023
  return true;
}

/** Whether a list names the device or its key: a key that is revoked is revoked for whatever device has it, and the other way round. */
export function revokes(list: SignedRevocations | undefined, { device, ed25519 }: Revoked): boolean {
  return list?.revocations.revoked.some((one) => one.device === device || one.ed25519 === ed25519) ?? false;
}

function isSame(one: JsonObject, other: JsonObject): boolean {
  return canonicalize(one) === canonicalize(other);
}

function checkOwner(named: string, owner: string, path: string): void {
  if (named !== owner) throw badEvent(path, `not ${owner}`); // MAN-002
}

function checkSignature(key: string, domain: SignatureDomain, object: JsonObject, signature: string): void {
  if (!verify(key, domain, object, signature)) {
    throw new EccpError('ECCP_BAD_SIGNATURE', `the signature in the domain ${domain} does not hold`);
  }
}

function broken(what: string): EccpError {
  return new EccpError('ECCP_KEY_CONTINUITY', what);
}

function rollback(what: string): EccpError {
  return new EccpError('ECCP_KEY_ROLLBACK', what);
}
