// What a node says of its newest key document: that it is the newest, for a while (chapter 13).
import type { Json } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { isHash, isKeyId, isNodeName } from './ids.ts';
import { documentHash, type KeyDocument, listedKey } from './key-document.ts';
import { isCount, isObject } from './members.ts';
import { type SigningKey, verify } from './signing.ts';

/** schemas/Freshness.json; times in milliseconds since 1970. */
export type Freshness = {
  node: string;
  version: number;
  document_hash: string;
  valid_from: number;
  valid_until: number;
};

export type SignedFreshness = { freshness: Freshness; key: string; signature: string };

/** The longest that a statement may hold, and how far its beginning may lie ahead of the receiver's clock. In milliseconds. */
const maxValidity = 7 * 24 * 60 * 60 * 1000;
const maxLead = 60_000;

/**
 * Vouches for a node's newest document.
 *
 * @param key one that the document lists.
 * @param from the node's clock, in milliseconds.
 * @param validity in milliseconds.
 */
export function signFreshness(document: KeyDocument, key: SigningKey, from: number, validity: number): SignedFreshness {
  const { node, version } = document;
  const document_hash = documentHash(document);
  const freshness = { node, version, document_hash, valid_from: from, valid_until: from + validity };
  return { freshness, key: key.keyId, signature: key.sign('eccp.freshness-sig.v1', freshness) };
}

/**
 * Reads a statement and checks that it holds now. What it vouches for is for verifyFreshness() to check.
 *
 * @param node whose statement it must be.
 * @param now the receiver's clock, in milliseconds.
 * @throws EccpError ECCP_KEY_CONTINUITY for one that is malformed or another node's, ECCP_KEY_ROLLBACK for one that does not hold.
 */
export function readFreshness(value: Json | undefined, node: string, now: number): SignedFreshness {
  if (!isSignedFreshness(value)) throw disputed('not a well-formed freshness statement'); // KEY-029
  const { freshness } = value;
  if (freshness.node !== node) throw disputed(`a freshness statement of ${freshness.node}`); // KEY-029
  if (freshness.valid_until - freshness.valid_from > maxValidity) throw stale('it vouches for more than seven days'); // KEY-026
  if (freshness.valid_from > now + maxLead) throw stale('its freshness begins in the future'); // KEY-025
  if (!holds(freshness, now)) throw stale('its freshness has ended'); // KEY-025
  return value;
}

/** Whether a statement that was good still is. */
export function holds({ valid_until }: Freshness, now: number): boolean {
  return valid_until > now;
}

/**
 * Checks that a statement vouches for a document.
 *
 * @param document the newest that its node serves, verified.
 * @throws EccpError ECCP_KEY_CONTINUITY when it is for another version, or another document of that version; ECCP_BAD_SIGNATURE.
 */
export function verifyFreshness({ freshness, key, signature }: SignedFreshness, document: KeyDocument): void {
  if (freshness.version !== document.version || freshness.document_hash !== documentHash(document)) {
    throw disputed(`it vouches for a version ${freshness.version} that is not the newest served`); // KEY-029
  }
  const publicKey = listedKey(document, key);
  if (publicKey === undefined || !verify(publicKey, 'eccp.freshness-sig.v1', freshness, signature)) {
    throw new EccpError('ECCP_BAD_SIGNATURE', 'the signature of the freshness statement does not hold'); // KEY-028
  }
}

function isSignedFreshness(value: Json | undefined): value is SignedFreshness {
  if (!isObject(value) || Object.keys(value).length !== 3) return false;
  const { freshness, key, signature } = value;
  if (!isObject(freshness) || Object.keys(freshness).length !== 5) return false;
  const { node, version, document_hash, valid_from, valid_until } = freshness;
  return (
    isNodeName(node) &&
    isCount(version ?? null) &&
    isHash(document_hash) &&
    isCount(valid_from ?? null) &&
    isCount(valid_until ?? null) &&
    isKeyId(key) &&
    typeof signature === 'string'
  );
}

function disputed(what: string): EccpError {
  return new EccpError('ECCP_KEY_CONTINUITY', what);
}

function stale(what: string): EccpError {
  return new EccpError('ECCP_KEY_ROLLBACK', what);
}
