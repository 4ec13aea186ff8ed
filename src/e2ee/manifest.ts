import { E2eeError } from './error.ts';
import { constant, id, key, matching, object, oneOf, requireThat, signature, time } from './form.ts';
import { canonicalText } from './json.ts';
import type { Revocations } from './revocations.ts';
import { requireAgreementKey } from './schedule.ts';
import { requireSignature } from './signature.ts';

/** A device as it describes itself (chapter 20). */
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

export type PrekeyKind = 'signed' | 'one_time' | 'fallback';
export type Prekey = { v: 1; user: string; device: string; kind: PrekeyKind; id: string; key: string; created: number };
export type SignedPrekey = { prekey: Prekey; signature: string };

/** What `claimKeys` gives for a device. */
export interface Claim {
  manifest: SignedManifest;
  signed_prekey: SignedPrekey;
  prekey?: SignedPrekey;
}

/** Which device is meant, and what is known of its user. */
export interface Expected {
  user: string;
  device: string;
  /** The Ed25519 key that is pinned for the user. */
  accountKey: string;
  /** The device's manifest that was taken before. */
  held?: Manifest;
  /** The user's list, by `verifyRevocations`. */
  revocations?: Revocations;
}

const checkSignedManifest = object({
  manifest: object({
    v: constant(1),
    user: id,
    device: id,
    ed25519: key,
    x25519: key,
    algorithms: (value, name) =>
      requireThat(Array.isArray(value) && value.every((one) => typeof one === 'string'), name),
    created: time,
  }),
  signature,
  'cross_signature?': signature,
});

export const prekeyId = matching(/^[A-Za-z0-9_-]{1,64}$/);
const checkSignedPrekey = object({
  prekey: object({
    v: constant(1),
    user: id,
    device: id,
    kind: oneOf('signed', 'one_time', 'fallback'),
    id: prekeyId,
    key,
    created: time,
  }),
  signature,
});

/**
 * The manifest of a device that its user stands by.
 *
 * @throws E2eeError malformed, mismatch, bad_signature, bad_key, replayed, revoked (HAND-001, HAND-010 to HAND-012, HAND-015 to HAND-017)
 */
export function verifyManifest(signed: SignedManifest, expected: Expected): Manifest {
  checkSignedManifest(signed, 'manifest');
  const { user, device, accountKey, held, revocations } = expected;
  const { manifest, signature: own, cross_signature: cross } = signed;
  if (manifest.user !== user || manifest.device !== device) {
    throw new E2eeError('mismatch', `the manifest is that of ${manifest.user} ${manifest.device}`);
  }
  requireSignature(manifest.ed25519, 'eccp.manifest-sig.v1', manifest, own);
  if (cross === undefined) throw new E2eeError('bad_signature', 'the account key has not signed the manifest');
  requireSignature(accountKey, 'eccp.cross-sig.v1', manifest, cross);
  requireAgreementKey(manifest.x25519);
  if (held) requireSuccessor(manifest, held);
  if (revocations?.revoked.some((one) => one.device === device || one.ed25519 === manifest.ed25519)) {
    throw new E2eeError('revoked', `${user} revoked ${device}`);
  }
  return manifest;
}

function requireSuccessor(manifest: Manifest, held: Manifest): void {
  if (manifest.ed25519 !== held.ed25519) throw new E2eeError('mismatch', 'the device had another key');
  const isSame = canonicalText(manifest) === canonicalText(held);
  if (!isSame && manifest.created <= held.created) throw new E2eeError('replayed', 'there was a later manifest');
}

/**
 * A prekey of a device.
 *
 * @param kinds of which it may be.
 * @throws E2eeError malformed, mismatch, bad_signature, bad_key (HAND-001, HAND-013, HAND-014)
 */
export function verifyPrekey(signed: SignedPrekey, manifest: Manifest, kinds: readonly PrekeyKind[]): Prekey {
  checkSignedPrekey(signed, 'prekey');
  const { prekey } = signed;
  if (prekey.user !== manifest.user || prekey.device !== manifest.device || !kinds.includes(prekey.kind)) {
    throw new E2eeError('mismatch', `a prekey of kind ${prekey.kind} of ${prekey.user} ${prekey.device}`);
  }
  requireSignature(manifest.ed25519, 'eccp.prekey-sig.v1', prekey, signed.signature);
  requireAgreementKey(prekey.key);
  return prekey;
}
