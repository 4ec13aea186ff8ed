// The account key of a user, which vouches for devices and revokes them (chapter 20).
import { type Random, systemRandom } from './bytes.ts';
import { E2eeError } from './error.ts';
import { constant, id, key, object, requireThat, signature, time } from './form.ts';
import type { Revocations, SignedRevocations } from './revocations.ts';
import { type KeyPair, requireSignature, signingPair, signObject } from './signature.ts';

export type AccountKey = { v: 1; user: string; version: number; ed25519: string; prev?: string; created: number };
export type SignedAccountKey = { account_key: AccountKey; signature: string; prev_signature?: string };

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
 * An account key that its holder has signed: who that is, only a comparison with the pinned one tells, or the user.
 *
 * @throws E2eeError malformed, mismatch, bad_signature (HAND-002)
 */
export function verifyAccountKey(signed: SignedAccountKey, user: string): AccountKey {
  checkSigned(signed, 'account key');
  const { account_key } = signed;
  if (account_key.user !== user) throw new E2eeError('mismatch', `the account key of ${account_key.user}`);
  requireSignature(account_key.ed25519, domain, account_key, signed.signature);
  return account_key;
}

/** The list of the devices that the user no longer stands by, to be published. */
export function signRevocations(revocations: Revocations, accountSecret: string): SignedRevocations {
  return { revocations, signature: signObject(accountSecret, 'eccp.revocations-sig.v1', revocations) };
}
