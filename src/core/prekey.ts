// Keys that a device leaves with its node, for others to begin conversations with (chapter 21).
import type { Json } from './canonical-json.ts';
import type { Manifest } from './device-manifest.ts';
import { EccpError } from './errors.ts';
import { isDeviceId, isHash, isUserId } from './ids.ts';
import { badEvent, checkMembers, isCount, isObject, isString, type Members } from './members.ts';
import { verify } from './signing.ts';
import { checkAgreementKey } from './x25519.ts';

export type PrekeyKind = 'signed' | 'one_time' | 'fallback';

/** schemas/Prekey.json; `created` in milliseconds since 1970. */
export type Prekey = {
  v: 1;
  user: string;
  device: string;
  kind: PrekeyKind;
  id: string;
  key: string;
  created: number;
};

export type SignedPrekey = { prekey: Prekey; signature: string };

const members: Members = {
  v: (value) => value === 1,
  user: isUserId,
  device: isDeviceId,
  kind: (value) => value === 'signed' || value === 'one_time' || value === 'fallback',
  id: (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value),
  key: isHash, // 32 bytes as well
  created: isCount,
};

/**
 * Reads a prekey as it was received.
 *
 * @param manifest of the device whose it must be.
 * @param path where it stands, for the error.
 * @throws EccpError ECCP_BAD_EVENT with the `path` of what is out of form, another device's, or of another kind; ECCP_BAD_KEY;
 *   ECCP_BAD_SIGNATURE.
 */
export function readPrekey(value: Json | undefined, kind: PrekeyKind, manifest: Manifest, path = ''): SignedPrekey {
  checkMembers(value, path, { prekey: isObject, signature: isString }, {}, true);
  checkMembers(value.prekey, `${path}/prekey`, members, {}, true);
  const { prekey, signature } = value as SignedPrekey;
  for (const [member, wanted] of [
    ['user', manifest.user],
    ['device', manifest.device],
    ['kind', kind],
  ] as const) {
    if (prekey[member] !== wanted) throw badEvent(`${path}/prekey/${member}`, `not ${wanted}`); // PRE-001
  }
  checkAgreementKey(prekey.key);
  if (!verify(manifest.ed25519, 'eccp.prekey-sig.v1', prekey, signature)) {
    throw new EccpError('ECCP_BAD_SIGNATURE', `the device did not sign the prekey ${prekey.id}`); // PRE-002
  }
  return { prekey, signature };
}
