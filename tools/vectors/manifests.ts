import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { crossSign } from '../../src/e2ee/device.ts';
import type { Manifest, SignedManifest } from '../../src/e2ee/manifest.ts';
import type { Revocations, SignedRevocations } from '../../src/e2ee/revocations.ts';
import { signObject } from '../../src/e2ee/signature.ts';
import { actors, bytesOf } from './devices.ts';
import { startTime } from './fixed.ts';
import { aboveThePrime, smallPoints } from './handshake/forged.ts';
import { flipped } from './spoilt.ts';

const { device, manifest: first, accountKey } = actors.bob;
/** The seed of bob's account key. */
const account = bytesOf(30);
const user = first.manifest.user;
const later = signed({ ...first.manifest, created: startTime + 1 });

const list = (version: number, revoked: Revocations['revoked'], changes: JsonObject = {}): SignedRevocations => {
  const revocations = { v: 1 as const, user, version, revoked, ...changes };
  return { revocations, signature: signObject(account, 'eccp.revocations-sig.v1', revocations) };
};
const [lost, stolen] = [
  { device: 'BOB00009', ed25519: bytesOf(9) },
  { device: 'BOB00008', ed25519: bytesOf(8) },
];

/** What a client holds of another user, and what it is shown (spec/23-handshake.md, section 23.2). */
export function manifests(): JsonObject {
  return {
    about: 'Manifests and lists of revocations of a user whose account key is pinned, and rolled-back ones.',
    user,
    device: device.device,
    account_key: accountKey,
    vectors: [...devices(), ...lists()],
  };
}

function devices(): JsonObject[] {
  const of = (rule: string, name: string, expected: string, manifest: SignedManifest, known: JsonObject = {}) => {
    return { name, rule, manifest: manifest as unknown as Json, ...known, expected };
  };
  const other = { ...first.manifest, ed25519: actors.mallory.manifest.manifest.ed25519 };
  const rekeyed = crossSign(
    { manifest: other, signature: signObject(actors.mallory.device.signing.secret, 'eccp.manifest-sig.v1', other) },
    account,
  );
  const revoking = (item: Revocations['revoked'][number]) => ({ revocations: list(1, [lost, item]).revocations });
  const { ed25519 } = first.manifest;
  const { created: _, ...untimed } = first.manifest;
  return [
    of('HAND-010', 'a first manifest', 'ok', first),
    of(
      'HAND-011',
      'the manifest of another user, for whom all signed',
      'mismatch',
      signed({ ...first.manifest, user: '@mallory:remote.example' }),
    ),
    of(
      'HAND-011',
      'the manifest of another device, for which all signed',
      'mismatch',
      signed({ ...first.manifest, device: 'BOB00002' }),
    ),
    of('HAND-004', 'a manifest without `created`', 'malformed', signed(untimed as Manifest)),
    of('HAND-016', 'the manifest that is held', 'ok', first, { held: first.manifest }),
    of('HAND-016', 'a later manifest', 'ok', later, { held: first.manifest }),
    of('HAND-017', 'a list that names other devices', 'ok', first, { revocations: list(1, [lost]).revocations }),
    of('HAND-016', 'an earlier manifest than the one held', 'replayed', first, { held: later.manifest }),
    of(
      'HAND-016',
      'another manifest of the same time',
      'replayed',
      signed({ ...first.manifest, x25519: actors.mallory.manifest.manifest.x25519 }),
      {
        held: first.manifest,
      },
    ),
    of('HAND-015', 'a manifest with another key', 'mismatch', rekeyed, {
      held: { ...first.manifest, created: startTime - 1 },
    }),
    ...([...smallPoints, ['not below the prime', aboveThePrime]] as const).map(([what, x25519]) =>
      of(
        'HAND-001',
        `an X25519 key with which there is no secret: ${what}`,
        'bad_key',
        signed({ ...later.manifest, x25519 }),
        {
          held: first.manifest,
        },
      ),
    ),
    of(
      'HAND-010',
      'a manifest that another device signed',
      'bad_signature',
      crossSign(
        {
          manifest: first.manifest,
          signature: signObject(actors.mallory.device.signing.secret, 'eccp.manifest-sig.v1', first.manifest),
        },
        account,
      ),
    ),
    of(
      'HAND-012',
      'a later manifest that nobody cross-signed',
      'bad_signature',
      { manifest: later.manifest, signature: later.signature },
      { held: first.manifest },
    ),
    of('HAND-017', 'a revoked device', 'revoked', first, revoking({ device: 'BOB00001', ed25519: bytesOf(7) })),
    of('HAND-017', 'a revoked key', 'revoked', first, revoking({ device: 'BOB00007', ed25519 })),
  ];
}

function lists(): JsonObject[] {
  const held = list(2, [lost]).revocations;
  const of = (name: string, expected: string, shown: SignedRevocations, known: JsonObject = { held }) => {
    return { name, rule: 'HAND-018', list: shown as unknown as Json, ...known, expected };
  };
  const good = list(3, [lost, stolen]);
  return [
    of('a first list', 'ok', list(2, [lost]), {}),
    of('the list that is held', 'ok', list(2, [lost])),
    of('a longer list', 'ok', good),
    of('a later list in another order', 'ok', list(9, [stolen, lost])),
    of('an earlier list', 'replayed', list(1, [])),
    of('an earlier list with more in it', 'replayed', list(1, [lost, stolen])),
    of('another list of the same version', 'replayed', list(2, [lost, stolen])),
    of('a later list without an item', 'replayed', list(3, [stolen])),
    of('the list of another user', 'mismatch', list(3, [lost], { user: '@mallory:remote.example' })),
    of('a flipped signature', 'bad_signature', { ...good, signature: flipped(good.signature) }),
    of('a list that the device signed', 'bad_signature', {
      ...good,
      signature: signObject(device.signing.secret, 'eccp.revocations-sig.v1', good.revocations),
    }),
    of('a signature in the domain of cross-signatures', 'bad_signature', {
      ...good,
      signature: signObject(account, 'eccp.cross-sig.v1', good.revocations),
    }),
  ];
}

/** As bob's device and account sign it. */
function signed(manifest: Manifest): SignedManifest {
  return crossSign(
    { manifest, signature: signObject(device.signing.secret, 'eccp.manifest-sig.v1', manifest) },
    account,
  );
}
