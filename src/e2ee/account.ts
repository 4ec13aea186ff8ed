// The account key of a user, which vouches for devices and revokes them (chapter 20 and section 23.5).
import { type Random, systemRandom } from './bytes.ts';
import { E2eeError } from './error.ts';
import { constant, id, key, object, requireThat, signature, time } from './form.ts';
import { canonicalText, hashObject } from './json.ts';
import type { Revocations, SignedRevocations } from './revocations.ts';
import { type KeyPair, requireSignature, signingPair, signObject } from './signature.ts';

export type AccountKey = { v: 1; user: string; version: number; ed25519: string; prev?: string; created: number };
export type SignedAccountKey = { account_key: AccountKey; signature: string; prev_signature?: string };
/** What has to be kept of the account key of somebody else: all of it, or that much. */
export type Pin = { version: number; ed25519: string };

const domain = 'eccp.account-key-sig.v1';

const checkSigned = object({
  account_key: object({
    v: constant(1),
    user: id,
    version: (value, name) => {
      time(value, name);
      requireThat(value !== 0, name);
    },
    ed25519: key,
    'prev?': key,
    created: time,
  }),
  signature,
  'prev_signature?': signature,
});

/**
 * The first account key of a user. Its secret is what `crossSign` and `signRevocations` take.
 *
 * @param now in milliseconds since 1970.
 */
export function newAccountKey(
  user: string,
  now: number,
  random: Random = systemRandom,
): { pair: KeyPair; signed: SignedAccountKey } {
  const pair = signingPair(random(32));
  const account_key: AccountKey = { v: 1, user, version: 1, ed25519: pair.public, created: now };
  return { pair, signed: { account_key, signature: signObject(pair.secret, domain, account_key) } };
}

/**
 * The account key that takes the place of another. The manifests of the devices then need new cross-signatures, and the list of
 * revocations a new signature (MAN-009, MAN-010).
 *
 * @param secret of the key before; undefined where it is lost, which makes a reset: whoever pinned that one is asked.
 * @param now in milliseconds since 1970.
 */
export function nextAccountKey(
  before: AccountKey,
  secret: string | undefined,
  now: number,
  random: Random = systemRandom,
): { pair: KeyPair; signed: SignedAccountKey } {
  const pair = signingPair(random(32));
  const account_key: AccountKey = {
    v: 1,
    user: before.user,
    version: before.version + 1,
    ed25519: pair.public,
    prev: accountKeyHash(before),
    created: now,
  };
  const signed = { account_key, signature: signObject(pair.secret, domain, account_key) };
  if (secret === undefined) return { pair, signed };
  return { pair, signed: { ...signed, prev_signature: signObject(secret, domain, account_key) } };
}

/**
 * An account key that its holder has signed: who that is, only a comparison with the pinned one tells (`compareAccountKey`), or the user.
 *
 * @throws E2eeError malformed (HAND-040), mismatch (HAND-041), bad_signature (HAND-002)
 */
export function verifyAccountKey(signed: SignedAccountKey, user: string): AccountKey {
  checkSigned(signed, 'account key');
  const { account_key, prev_signature } = signed;
  const isFirst = account_key.version === 1;
  requireThat(isFirst === (account_key.prev === undefined), 'account_key.prev');
  requireThat(!isFirst || prev_signature === undefined, 'prev_signature');
  if (account_key.user !== user) throw new E2eeError('mismatch', `the account key of ${account_key.user}`);
  requireSignature(account_key.ed25519, domain, account_key, signed.signature);
  return account_key;
}

/**
 * What an account key is to a client that has pinned one of the user's: that one, its continuation, which takes its place, or a reset,
 * which may be somebody else's and does so only when the user agrees.
 *
 * @throws E2eeError as `verifyAccountKey` does; replayed (HAND-042), mismatch, bad_signature (HAND-043)
 */
export function compareAccountKey(
  signed: SignedAccountKey,
  user: string,
  pinned: AccountKey | Pin,
): 'pinned' | 'continuation' | 'reset' {
  const key = verifyAccountKey(signed, user);
  if (isSame(key, pinned)) return 'pinned';
  if (key.version <= pinned.version) throw new E2eeError('replayed', 'there was a later account key');
  if (key.version > pinned.version + 1) return 'reset';
  if ('created' in pinned && key.prev !== accountKeyHash(pinned)) {
    throw new E2eeError('mismatch', 'the account key follows another one');
  }
  if (signed.prev_signature === undefined) return 'reset';
  requireSignature(pinned.ed25519, domain, key, signed.prev_signature);
  return 'continuation';
}

function isSame(key: AccountKey, pinned: AccountKey | Pin): boolean {
  if ('created' in pinned) return canonicalText(key) === canonicalText(pinned);
  return key.version === pinned.version && key.ed25519 === pinned.ed25519;
}

function accountKeyHash(key: AccountKey): string {
  return hashObject('eccp.account-key.v1', key);
}

/** The list of the devices that the user no longer stands by, to be published. */
export function signRevocations(revocations: Revocations, accountSecret: string): SignedRevocations {
  return { revocations, signature: signObject(accountSecret, 'eccp.revocations-sig.v1', revocations) };
}
