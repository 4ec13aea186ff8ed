// What can be wrong with a manifest, an account key or a list of revocations, by the words in which scenarios ask for it.
import {
  accountKeyOf,
  crossSign,
  type KeyedAccount,
  type KeyedDevice,
  manifestOf,
  newPair,
  revocationsOf,
  type SigningPair,
  signAccountKey,
  signManifest,
} from './device-keys.ts';
import { BAD_KEYS, beyondL, cofactored, neutralR } from './peer/edge-signatures.ts';
import { toBase64url } from './wire/hash.ts';
import type { Json, JsonObject } from './wire/json.ts';
import { keyId } from './wire/signature.ts';

/** Whom a faulty object is about. */
export interface Faulty {
  device: KeyedDevice;
  /** The account, where it has an account key. */
  account: KeyedAccount | undefined;
  /** A user and a device of somebody else's. */
  stranger: { user: string; device: string };
  now: number;
}

type Fault = (faulty: Faulty) => JsonObject;

const OTHER_HASH = 'A'.repeat(43);
/** A key pair that no account has had. */
const fresh = newPair();
const P = 2n ** 255n - 19n;

/** X25519 keys that nobody may take (MAN-017). */
export const BAD_AGREEMENT_KEYS: Readonly<Record<string, string>> = {
  'of 0': littleEndian(0n),
  'of 1': littleEndian(1n),
  'of order 8': littleEndian(325606250916557431795983626356110631294008115727848805560023387167927233504n),
  'of order 8, the other one':
    littleEndian(39382357235489614581723060781553021112529911719440698176882885853963445705823n),
  'of p − 1': littleEndian(P - 1n),
  'of p': littleEndian(P),
  'of p + 9': littleEndian(P + 9n),
  'with its highest bit set': littleEndian(2n ** 255n + 9n),
};

/** Bodies of `manifest` for uploadKeys. */
export const MANIFEST_FAULTS: Readonly<Record<string, Fault>> = {
  'another user': bent(({ stranger }) => ({ user: stranger.user })),
  'another device': bent(({ stranger }) => ({ device: stranger.device })),
  'a member that nobody knows': bent(() => ({ x: 1 })),
  'no algorithms': bent(() => ({ algorithms: [] })),
  'a second version of the form': bent(() => ({ v: 2 })),
  'the signature of another device': ({ device, now }) => signManifest(manifestOf(device, now), newPair()),
  'a signature over something else': ({ device, now }) => ({
    ...signManifest(manifestOf(device, now), device.signing),
    manifest: manifestOf(device, now + 1),
  }),
  'a signature of another domain': ({ device, now }) => {
    const manifest = manifestOf(device, now);
    return { manifest, signature: crossSign(manifest, device.signing) };
  },
  'a signature whose S is not below L': resigned((signature) => beyondL(signature)),
  'a signature that holds only with the cofactor': resigned((_, manifest, pair) =>
    cofactored(manifest, peerKey(pair), 'eccp.manifest-sig.v1'),
  ),
  'a signature whose R is the neutral element': resigned((_, manifest, pair) =>
    neutralR(manifest, peerKey(pair), 'eccp.manifest-sig.v1'),
  ),
  ...Object.fromEntries(
    Object.entries(BAD_KEYS).map(([words, make]) => [
      `an Ed25519 key ${words}`,
      bent(({ device }) => ({ ed25519: make(peerKey(device.signing)) })),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(BAD_AGREEMENT_KEYS).map(([words, x25519]) => [`an X25519 key ${words}`, bent(() => ({ x25519 }))]),
  ),
  'another Ed25519 key than before': ({ device, now }) => {
    const signing = newPair();
    return signManifest(manifestOf({ ...device, signing }, now), signing);
  },
  'an earlier time than before': ({ device }) => signManifest(manifestOf(device, 1), device.signing),
  'other algorithms at the same time': ({ device }) => {
    const held = device.signed.manifest as JsonObject;
    return signManifest({ ...held, algorithms: ['org.example.other'] }, device.signing);
  },
  'a cross-signature by a stranger': ({ device, now }) => {
    const manifest = manifestOf(device, now);
    return { ...signManifest(manifest, device.signing), cross_signature: crossSign(manifest, newPair()) };
  },
  'a cross-signature by the device itself': ({ device, now }) => {
    const manifest = manifestOf(device, now);
    return { ...signManifest(manifest, device.signing), cross_signature: crossSign(manifest, device.signing) };
  },
  'the cross-signature of the manifest before': ({ device, account, now }) => ({
    ...signManifest(manifestOf(device, now), device.signing),
    cross_signature: crossSign(device.signed.manifest ?? {}, pairOf(account)),
  }),
};

/** Bodies of `account_key` for putAccountKeys. */
export const ACCOUNT_KEY_FAULTS: Readonly<Record<string, Fault>> = {
  'another user': (faulty) => keyWith(faulty, { user: faulty.stranger.user }),
  'a member that nobody knows': (faulty) => keyWith(faulty, { x: 1 }),
  'no signature of its own': (faulty) => ({ ...keyWith(faulty, {}), signature: signed(faulty, newPair()) }),
  'a version that is skipped': (faulty) => keyWith(faulty, { version: versionOf(faulty) + 2, prev: OTHER_HASH }),
  'a version below': (faulty) => {
    const { prev: _, ...key } = nextKey(faulty).key;
    return signAccountKey({ ...key, version: 1 }, fresh);
  },
  'the same version': (faulty) => keyWith(faulty, { version: versionOf(faulty) }),
  'the hash of no key before it': (faulty) => keyWith(faulty, { prev: OTHER_HASH }),
  'no hash of the key before it': (faulty) => {
    const { prev: _, ...key } = nextKey(faulty).key;
    return signAccountKey(key, fresh);
  },
  'a hash of a key before it, being the first': ({ device, now }) => {
    const pair = newPair();
    const { key } = accountKeyOf(device.user, pair, now);
    return signAccountKey({ ...key, prev: OTHER_HASH }, pair);
  },
  'the signature of a stranger for the key before': (faulty) => signAccountKey(nextKey(faulty).key, fresh, newPair()),
  ...Object.fromEntries(
    Object.entries(BAD_KEYS).map(([words, make]) => [
      `an Ed25519 key ${words}`,
      (faulty: Faulty) => keyWith(faulty, { ed25519: make(peerKey(fresh)) }),
    ]),
  ),
};

/** Bodies of `revocations` for putAccountKeys. */
export const REVOCATION_FAULTS: Readonly<Record<string, Fault>> = {
  'another user': (faulty) => listWith(faulty, faulty.stranger.user, listVersion(faulty) + 1, revokedIn(faulty)),
  'the signature of a stranger': (faulty) =>
    revocationsOf(faulty.device.user, listVersion(faulty) + 1, revokedIn(faulty), newPair()),
  'the signature of the device': ({ device, ...faulty }) =>
    revocationsOf(device.user, listVersion(faulty) + 1, revokedIn(faulty), device.signing),
  'a version below': (faulty) => listWith(faulty, faulty.device.user, listVersion(faulty) - 1, more(faulty)),
  'the same version': (faulty) => listWith(faulty, faulty.device.user, listVersion(faulty), more(faulty)),
  'a revocation that is taken back': (faulty) =>
    listWith(faulty, faulty.device.user, listVersion(faulty) + 1, more(faulty).slice(1)),
  'a device that stands twice': (faulty) =>
    listWith(faulty, faulty.device.user, listVersion(faulty) + 1, [...more(faulty), ...more(faulty)]),
};

/** What a list that follows has to name besides what the one in force does. */
function more(faulty: Faulty): Json[] {
  return [...revokedIn(faulty), { device: 'NOSUCHDEVICE', ed25519: fresh.publicKey }];
}

function bent(members: (faulty: Faulty) => JsonObject): Fault {
  return (faulty) => {
    const { device, now } = faulty;
    return signManifest({ ...manifestOf(device, now), ...members(faulty) }, device.signing);
  };
}

function resigned(make: (signature: string, manifest: JsonObject, pair: SigningPair) => string): Fault {
  return ({ device, now }) => {
    const manifest = manifestOf(device, now);
    const { signature } = signManifest(manifest, device.signing);
    return { manifest, signature: make(String(signature), manifest, device.signing) };
  };
}

function nextKey({ device, account, now }: Faulty): { key: JsonObject; signed: JsonObject } {
  return accountKeyOf(device.user, fresh, now, account?.key);
}

function keyWith(faulty: Faulty, members: JsonObject): JsonObject {
  return signAccountKey({ ...nextKey(faulty).key, ...members }, fresh);
}

function signed(faulty: Faulty, pair: SigningPair): string {
  return String(signAccountKey(nextKey(faulty).key, pair).signature);
}

function versionOf({ account }: Pick<Faulty, 'account'>): number {
  return Number(account?.key.version ?? 0);
}

function revokedIn({ account }: Pick<Faulty, 'account'>): Json[] {
  const list = account?.revocations?.revocations as JsonObject | undefined;
  return Array.isArray(list?.revoked) ? list.revoked : [];
}

function listVersion({ account }: Pick<Faulty, 'account'>): number {
  const list = account?.revocations?.revocations as JsonObject | undefined;
  return Number(list?.version ?? 0);
}

function listWith({ account }: Faulty, user: string, version: number, revoked: readonly Json[]): JsonObject {
  return revocationsOf(user, version, revoked, pairOf(account));
}

function pairOf(account: KeyedAccount | undefined): SigningPair {
  return account?.pair ?? fresh;
}

function peerKey({ seed, publicKey }: SigningPair) {
  return { seed, publicKey, id: keyId(publicKey) };
}

function littleEndian(value: bigint): string {
  return toBase64url(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse());
}
