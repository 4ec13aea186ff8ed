import type { JsonObject } from '../../../src/core/canonical-json.ts';
import type { Claim, SignedPrekey } from '../../../src/e2ee/manifest.ts';
import { actors, bytesOf, Conversation, claimOf } from '../devices.ts';
import { flipped } from '../spoilt.ts';
import {
  aboveThePrime,
  ofNeutral,
  recrossed,
  resigned,
  sign,
  signWith,
  smallOrder,
  smallPoints,
  withKey,
} from './forged.ts';

/** What a node gives for a device, and a client does not take. */
export function badClaims(): JsonObject[] {
  const claim = claimOf('bob', 'one_time');
  const { manifest, signed_prekey: signed } = claim;
  const oneTime = actors.bob.prekeys.one_time;
  const refused = (rule: string, name: string, bad: Claim | JsonObject, code: string) =>
    new Conversation().refusedStart('alice', 'bob', bad, code).vector(rule, name);
  const { cross_signature: _, ...uncrossed } = manifest;
  return [
    refused(
      'HAND-010',
      'a manifest with a flipped signature',
      {
        ...claim,
        manifest: { ...manifest, signature: flipped(manifest.signature) },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-010',
      'a manifest signed by another device',
      {
        ...claim,
        manifest: { ...manifest, signature: sign('mallory', 'eccp.manifest-sig.v1', manifest.manifest) },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-010',
      'a manifest altered and cross-signed again',
      {
        ...claim,
        manifest: recrossed({ ...manifest.manifest, x25519: bytesOf(9) }, manifest),
      } as Claim,
      'bad_signature',
    ),
    refused('HAND-011', 'the manifest of another user', claimOf('mallory', 'one_time'), 'mismatch'),
    refused(
      'HAND-011',
      'the manifest of another device of the user',
      {
        ...claim,
        manifest: resigned({ ...manifest.manifest, device: 'BOB00002' }),
      } as Claim,
      'mismatch',
    ),
    refused(
      'HAND-012',
      'a manifest that nobody cross-signed',
      { ...claim, manifest: uncrossed } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-012',
      'a manifest that another account key cross-signed',
      {
        ...claim,
        manifest: { ...manifest, cross_signature: signWith(bytesOf(50), 'eccp.cross-sig.v1', manifest.manifest) },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-012',
      'the own signature in place of the cross-signature',
      {
        ...claim,
        manifest: { ...manifest, cross_signature: manifest.signature },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-002',
      'a manifest whose key is of small order, and signs everything',
      {
        manifest: smallOrder(manifest.manifest),
        signed_prekey: { ...signed, signature: ofNeutral },
        prekey: { ...oneTime, signature: ofNeutral },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-013',
      'a signed prekey with a flipped signature',
      {
        ...claim,
        signed_prekey: { ...signed, signature: flipped(signed.signature) },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-013',
      'a one-time prekey with a flipped signature',
      { ...claim, prekey: { ...oneTime, signature: flipped(oneTime.signature) } } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-013',
      'a fallback prekey with a flipped signature',
      {
        ...claim,
        prekey: { ...actors.bob.prekeys.fallback, signature: flipped(actors.bob.prekeys.fallback.signature) },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-013',
      'a one-time prekey that another device signed',
      {
        ...claim,
        prekey: { ...oneTime, signature: sign('mallory', 'eccp.prekey-sig.v1', oneTime.prekey) },
      } as Claim,
      'bad_signature',
    ),
    ...['eccp.x3dh.v1', 'eccp.ratchet.v1'].map((algorithm) => {
      const algorithms = manifest.manifest.algorithms.filter((one) => one !== algorithm);
      const other = resigned({ ...manifest.manifest, algorithms });
      return refused('HAND-019', `a device without ${algorithm}`, { ...claim, manifest: other } as Claim, 'mismatch');
    }),
    refused(
      'HAND-014',
      'a signed prekey of another device',
      { ...claim, signed_prekey: actors.mallory.prekeys.signed } as Claim,
      'mismatch',
    ),
    ...(
      [
        ['another user', { user: '@mallory:remote.example' }],
        ['another device of the user', { device: 'BOB00002' }],
      ] as const
    ).flatMap(([whose, changes]) => {
      const of = ({ prekey }: SignedPrekey) => {
        const other = { ...prekey, ...changes };
        return { prekey: other, signature: sign('bob', 'eccp.prekey-sig.v1', other) };
      };
      return [
        refused('HAND-014', `a signed prekey of ${whose}, signed`, { ...claim, signed_prekey: of(signed) }, 'mismatch'),
        refused('HAND-014', `a one-time prekey of ${whose}, signed`, { ...claim, prekey: of(oneTime) }, 'mismatch'),
      ];
    }),
    refused(
      'HAND-014',
      'a fallback prekey as the signed one',
      { ...claim, signed_prekey: actors.bob.prekeys.fallback },
      'mismatch',
    ),
    refused(
      'HAND-014',
      'a one-time prekey as the signed one',
      { ...claim, signed_prekey: oneTime } as Claim,
      'mismatch',
    ),
    refused('HAND-014', 'a signed prekey as the one-time one', { ...claim, prekey: signed } as Claim, 'mismatch'),
    refused(
      'HAND-004',
      'a prekey that is no object',
      { ...claim, prekey: false } as unknown as JsonObject,
      'malformed',
    ),
    refused('HAND-004', 'no signed prekey', { manifest, prekey: oneTime } as unknown as JsonObject, 'malformed'),
    ...([...smallPoints, ['not below the prime', aboveThePrime]] as const).flatMap(([what, key]) => [
      refused(
        'HAND-001',
        `a signed prekey with a bad key: ${what}`,
        { ...claim, signed_prekey: withKey(signed.prekey, key) } as Claim,
        'bad_key',
      ),
      refused(
        'HAND-001',
        `a one-time prekey with a bad key: ${what}`,
        { ...claim, prekey: withKey(oneTime.prekey, key) } as Claim,
        'bad_key',
      ),
      refused(
        'HAND-001',
        `a fallback prekey with a bad key: ${what}`,
        { ...claim, prekey: withKey(actors.bob.prekeys.fallback.prekey, key) } as Claim,
        'bad_key',
      ),
      refused(
        'HAND-001',
        `an identity with a bad key: ${what}`,
        { ...claim, manifest: resigned({ ...manifest.manifest, x25519: key }) } as Claim,
        'bad_key',
      ),
    ]),
  ];
}
