// What the suite's own clients make of the account keys that they are shown (section 23.5).
import { canonical } from '../wire/canonical.ts';
import { hashJson } from '../wire/hash.ts';
import { requireForm } from './forms.ts';
import { requireSigned } from './primitives.ts';
import { Refusal } from './refusal.ts';

export type AccountKey = { v: number; user: string; version: number; ed25519: string; prev?: string; created: number };
export type SignedAccountKey = { account_key: AccountKey; signature: string; prev_signature?: string };

const domain = 'eccp.account-key-sig.v1';

/**
 * @param pinned all of the account key that is pinned, or its version and key; undefined on first contact.
 * @throws Refusal malformed, mismatch, bad_signature, replayed
 */
export function accountKeyIs(
  signed: SignedAccountKey,
  user: string,
  pinned?: AccountKey | { version: number; ed25519: string },
): 'first' | 'pinned' | 'continuation' | 'reset' {
  requireForm('SignedAccountKey', signed);
  const { account_key: key, signature, prev_signature } = signed;
  const hasBefore = key.prev !== undefined;
  if (hasBefore !== key.version > 1) throw new Refusal('malformed', 'a version that does not go with `prev`');
  if (!hasBefore && prev_signature !== undefined) throw new Refusal('malformed', 'a first key has no key before it');
  if (key.user !== user) throw new Refusal('mismatch', 'another user');
  requireSigned(key.ed25519, domain, key, signature);
  if (pinned === undefined) return 'first';
  const isWhole = 'created' in pinned;
  if (isWhole ? canonical(key) === canonical(pinned) : key.version === pinned.version && key.ed25519 === pinned.ed25519)
    return 'pinned';
  const steps = key.version - pinned.version;
  if (steps < 1) throw new Refusal('replayed', 'a later one was seen');
  if (steps > 1) return 'reset';
  if (isWhole && hashJson('eccp.account-key.v1', pinned) !== key.prev) throw new Refusal('mismatch', 'another before');
  if (prev_signature === undefined) return 'reset';
  requireSigned(pinned.ed25519, domain, key, prev_signature);
  return 'continuation';
}
