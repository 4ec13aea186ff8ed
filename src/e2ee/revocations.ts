import { E2eeError } from './error.ts';
import { constant, id, key, object, requireThat, signature, time } from './form.ts';
import { canonicalText } from './json.ts';
import { requireSignature } from './signature.ts';

/** The devices that a user has revoked (chapter 20). */
export type Revocations = {
  v: 1;
  user: string;
  version: number;
  revoked: { device: string; ed25519: string }[];
};
export type SignedRevocations = { revocations: Revocations; signature: string };

const checkItem = object({ device: id, ed25519: key });
const checkSigned = object({
  revocations: object({
    v: constant(1),
    user: id,
    version: (value, name) => {
      time(value, name);
      requireThat(value !== 0, name);
    },
    revoked: (value, name) => {
      requireThat(Array.isArray(value), name);
      for (const item of value as unknown[]) checkItem(item, name);
    },
  }),
  signature,
});

/**
 * The list of a user, which only ever grows.
 *
 * @param accountKey the Ed25519 key that is pinned for the user.
 * @param held the list that was taken before.
 * @throws E2eeError malformed, mismatch, bad_signature, replayed (HAND-018)
 */
export function verifyRevocations(
  signed: SignedRevocations,
  { user, accountKey, held }: { user: string; accountKey: string; held?: Revocations },
): Revocations {
  checkSigned(signed, 'revocations');
  const { revocations } = signed;
  if (revocations.user !== user) throw new E2eeError('mismatch', `the revocations of ${revocations.user}`);
  requireSignature(accountKey, 'eccp.revocations-sig.v1', revocations, signed.signature);
  if (held && canonicalText(revocations) !== canonicalText(held)) {
    const items = new Set(revocations.revoked.map((item) => canonicalText(item)));
    const isOlder = revocations.version <= held.version;
    if (isOlder || !held.revoked.every((item) => items.has(canonicalText(item)))) {
      throw new E2eeError('replayed', 'there was a later list');
    }
  }
  return revocations;
}
