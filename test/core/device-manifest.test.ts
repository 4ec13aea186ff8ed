import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../src/core/canonical-json.ts';
import {
  type AccountKey,
  accountKeyHash,
  followsAccountKey,
  followsManifest,
  followsRevocations,
  isCrossSigned,
  type Manifest,
  readAccountKey,
  readManifest,
  readRevocations,
  revokes,
  type SignedAccountKey,
} from '../../src/core/device-manifest.ts';
import { EccpError } from '../../src/core/errors.ts';
import { readPrekey } from '../../src/core/prekey.ts';
import { generateSigningKey, type SigningKey } from '../../src/core/signing.ts';

const user = '@ada:example.org';
const device = 'KJ7Q2M4XWP';
const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }).x ?? '';
const [one, two, three] = [generateSigningKey(), generateSigningKey(), generateSigningKey()];

function manifestBy(key: SigningKey, members: Partial<Manifest> = {}) {
  const ed25519 = key.publicKey;
  const manifest: Manifest = {
    v: 1,
    user,
    device,
    ed25519,
    x25519,
    algorithms: ['eccp.ratchet.v1'],
    created: 5,
    ...members,
  };
  return { manifest, signature: key.sign('eccp.manifest-sig.v1', manifest) };
}

function accountKeyBy(key: SigningKey, version: number, prev?: AccountKey, former?: SigningKey): SignedAccountKey {
  const [v, ed25519] = [1 as const, key.publicKey];
  const account_key: AccountKey = {
    v,
    user,
    version,
    ed25519,
    created: version,
    ...(prev && { prev: accountKeyHash(prev) }),
  };
  const signature = key.sign('eccp.account-key-sig.v1', account_key);
  if (former === undefined) return { account_key, signature };
  return { account_key, signature, prev_signature: former.sign('eccp.account-key-sig.v1', account_key) };
}

function listBy(key: SigningKey, version: number, ...revoked: { device: string; ed25519: string }[]) {
  const revocations = { v: 1 as const, user, version, revoked };
  return { revocations, signature: key.sign('eccp.revocations-sig.v1', revocations) };
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof EccpError);
    return `${error.errcode} ${error.details.path ?? ''}`.trim();
  }
  return 'taken';
}

test('a manifest is read where it is in form, its owner’s and rightly signed', () => {
  assert.deepEqual(readManifest(manifestBy(one), user, device), manifestBy(one));
  const taken = (value: Json, owner = user, of = device) => refusal(() => readManifest(value, owner, of, '/m'));
  assert.equal(taken(manifestBy(one)), 'taken');
  assert.equal(taken(manifestBy(one), '@bob:example.org'), 'ECCP_BAD_EVENT /m/manifest/user');
  assert.equal(taken(manifestBy(one), user, 'ANOTHERONE'), 'ECCP_BAD_EVENT /m/manifest/device');
  assert.equal(taken({ ...manifestBy(one), x: 1 }), 'ECCP_BAD_EVENT /m/x');
  assert.equal(taken(manifestBy(one, { x: 1 } as object)), 'ECCP_BAD_EVENT /m/manifest/x');
  assert.equal(taken(manifestBy(one, { ed25519: two.publicKey })), 'ECCP_BAD_SIGNATURE');
  assert.equal(taken(manifestBy(one, { x25519: 'A'.repeat(43) })), 'ECCP_BAD_KEY');
  assert.equal(taken(null), 'ECCP_BAD_EVENT /m');
});

test('a bit that flips anywhere in a manifest, a prekey or a list is noticed, and nothing but an EccpError is thrown', () => {
  const prekey = { v: 1 as const, user, device, kind: 'one_time' as const, id: 'a', key: x25519, created: 1 };
  const { manifest } = manifestBy(one);
  const key = accountKeyBy(two, 1).account_key;
  const readers: [string, (value: Json) => unknown][] = [
    [JSON.stringify(manifestBy(one)), (value) => readManifest(value, user, device)],
    [
      JSON.stringify({ prekey, signature: one.sign('eccp.prekey-sig.v1', prekey) }),
      (value) => readPrekey(value, 'one_time', manifest),
    ],
    [JSON.stringify(listBy(two, 1, { device, ed25519: one.publicKey })), (value) => readRevocations(value, key)],
    [JSON.stringify(accountKeyBy(one, 1)), (value) => readAccountKey(value, user)],
  ];
  for (const [text, read] of readers) {
    assert.doesNotThrow(() => read(JSON.parse(text)));
    fc.assert(
      fc.property(fc.nat(text.length * 7 - 1), (bit) => {
        const bytes = Buffer.from(text);
        bytes[Math.floor(bit / 7)] = (bytes[Math.floor(bit / 7)] ?? 0) ^ (1 << (bit % 7));
        let value: Json;
        try {
          value = JSON.parse(bytes.toString());
        } catch {
          return;
        }
        if (JSON.stringify(value) === text) return;
        assert.notEqual(
          refusal(() => read(value)),
          'taken',
        );
      }),
    );
  }
});

test('account keys follow one another, and never go back', () => {
  const first = accountKeyBy(one, 1);
  const second = accountKeyBy(two, 2, first.account_key, one);
  assert.equal(followsAccountKey(first, undefined), true);
  assert.equal(followsAccountKey(first, first), false);
  assert.equal(followsAccountKey(second, first), true);
  assert.equal(followsAccountKey(accountKeyBy(two, 2, first.account_key), first), true, 'a reset');
  const taken = (next: SignedAccountKey, held?: SignedAccountKey) => refusal(() => followsAccountKey(next, held));
  assert.equal(taken(first, second), 'ECCP_KEY_ROLLBACK');
  assert.equal(taken(accountKeyBy(three, 2, first.account_key), second), 'ECCP_KEY_ROLLBACK');
  assert.equal(taken(accountKeyBy(three, 4, second.account_key), second), 'ECCP_KEY_CONTINUITY');
  assert.equal(taken(accountKeyBy(three, 3, first.account_key), second), 'ECCP_KEY_CONTINUITY');
  assert.equal(taken(second), 'ECCP_KEY_CONTINUITY');
  assert.equal(taken(accountKeyBy(two, 2, first.account_key, three), first), 'ECCP_BAD_SIGNATURE');
  assert.equal(
    refusal(() => readAccountKey(accountKeyBy(one, 2), user)),
    'ECCP_KEY_CONTINUITY',
  );
});

test('a device keeps its key, and its manifests do not go back', () => {
  const held = manifestBy(one);
  assert.equal(followsManifest(held, undefined), true);
  assert.equal(followsManifest(manifestBy(one), held), false);
  assert.equal(followsManifest(manifestBy(one, { created: 6 }), held), true);
  assert.equal(
    refusal(() => followsManifest(manifestBy(one, { algorithms: ['x.y'] }), held)),
    'ECCP_KEY_ROLLBACK',
  );
  assert.equal(
    refusal(() => followsManifest(manifestBy(two, { created: 6 }), held)),
    'ECCP_KEY_CONTINUITY',
  );
});

test('an account vouches for a manifest as it stands', () => {
  const { account_key } = accountKeyBy(two, 1);
  const { manifest, signature } = manifestBy(one);
  const cross_signature = two.sign('eccp.cross-sig.v1', manifest);
  assert.equal(isCrossSigned({ manifest, signature, cross_signature }, account_key), true);
  assert.equal(isCrossSigned({ manifest, signature }, account_key), false);
  assert.equal(
    isCrossSigned({ manifest: { ...manifest, created: 6 }, signature, cross_signature }, account_key),
    false,
  );
  assert.equal(isCrossSigned({ manifest, signature, cross_signature }, accountKeyBy(three, 1).account_key), false);
  const other = { ...account_key, user: '@bob:example.org' };
  assert.equal(isCrossSigned({ manifest, signature, cross_signature }, other), false);
});

test('lists of revocations only grow', () => {
  const [a, b] = [
    { device, ed25519: one.publicKey },
    { device: 'ANOTHERONE', ed25519: three.publicKey },
  ];
  const held = listBy(two, 3, a);
  assert.equal(followsRevocations(held, undefined), true);
  assert.equal(followsRevocations(listBy(two, 3, a), held), false);
  assert.equal(followsRevocations(listBy(two, 7, b, a), held), true);
  assert.equal(
    refusal(() => followsRevocations(listBy(two, 3, a, b), held)),
    'ECCP_KEY_ROLLBACK',
  );
  assert.equal(
    refusal(() => followsRevocations(listBy(two, 4, b), held)),
    'ECCP_KEY_CONTINUITY',
  );
  assert.equal(revokes(held, manifestBy(one).manifest), true);
  assert.equal(revokes(held, { device, ed25519: three.publicKey }), true, 'by its id');
  assert.equal(revokes(held, { device: 'ANOTHERONE', ed25519: one.publicKey }), true, 'by its key');
  assert.equal(revokes(held, b), false);
  assert.equal(revokes(undefined, a), false);
});
