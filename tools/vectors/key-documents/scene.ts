import type { Json, JsonObject } from '../../../src/core/canonical-json.ts';
import {
  documentHash,
  type KeyDocument,
  newDocument,
  type SignedKeyDocument,
  signDocument,
} from '../../../src/core/key-document.ts';
import type { SigningKey } from '../../../src/core/signing.ts';
import { keyOf } from '../fixed.ts';

export const node = 'example.org';
export const [a, b, c, d] = [keyOf(1), keyOf(2), keyOf(3), keyOf(4)] as const;
export const [recovery, otherRecovery, thief, stranger] = [keyOf(9), keyOf(10), keyOf(20), keyOf(99)] as const;

export const first = newDocument(node, [a], recovery.publicKey);
export const second = after(first, { keys: [b.publicKey] }, [a, b]);
export const third = after(second, { keys: [b.publicKey, c.publicKey], revoked: [a.keyId] }, [b, c]);
/** How a thief who has the key c went on. */
export const stolen = after(third, { keys: [thief.publicKey], revoked: [a.keyId, b.keyId] }, [c, thief]);
export const stolenAgain = after(stolen, {}, [thief]);

/** The next document, or what claims to be it. */
export function after(
  before: SignedKeyDocument,
  changes: Partial<KeyDocument>,
  signers: readonly SigningKey[],
): SignedKeyDocument {
  const { document } = before;
  const next = { ...document, version: document.version + 1, prev_hash: documentHash(document), ...changes };
  return signDocument(next, [...signers]);
}

/** The same without its recovery key, signed by these. */
export function withoutRecovery({ document }: SignedKeyDocument, signers: readonly SigningKey[]): SignedKeyDocument {
  const { recovery_key: _, ...rest } = document;
  return signDocument(rest, [...signers]);
}

/**
 * @param documents those to judge.
 * @param before what there is already: `held` of a peer, or `in_force` in a room; neither for a chain from its first document.
 */
export function vector(
  rule: string,
  name: string,
  expected: string,
  documents: Json[],
  before: { held?: Json[]; in_force?: SignedKeyDocument | null } = {},
): JsonObject {
  return { name, rule, ...before, documents, expected };
}
