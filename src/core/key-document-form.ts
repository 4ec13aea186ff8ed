import type { Json } from './canonical-json.ts';
import { isHash, isKeyId, isNodeName } from './ids.ts';
import { isObject } from './members.ts';

/** The signing keys of a node, as of one version (schemas/KeyDocument.json). Keys are raw public keys in base64url. */
export type KeyDocument = {
  node: string;
  version: number;
  prev_hash: string | null;
  keys: string[];
  /** Key ids. */
  revoked: string[];
  recovery_key?: string;
};

export type SignedKeyDocument = { document: KeyDocument; signatures: { [keyId: string]: string } };

const members = new Set(['node', 'version', 'prev_hash', 'keys', 'revoked', 'recovery_key']);

/** Whether a value has the shape of schemas/SignedKeyDocument.json, apart from the limits whose breach has a code of its own (ID-080). */
export function isSignedKeyDocument(value: Json | undefined): value is SignedKeyDocument {
  if (!isObject(value) || Object.keys(value).length !== 2) return false;
  return isKeyDocument(value.document) && isSignatures(value.signatures);
}

function isKeyDocument(value: Json | undefined): value is KeyDocument {
  if (!isObject(value) || Object.keys(value).some((member) => !members.has(member))) return false;
  const { node, version, prev_hash, keys, revoked, recovery_key } = value;
  return (
    isNodeName(node) &&
    Number.isSafeInteger(version) &&
    (prev_hash === null || isHash(prev_hash)) &&
    Array.isArray(keys) &&
    keys.every(isHash) && // a public key is 32 bytes as well
    Array.isArray(revoked) &&
    revoked.every(isKeyId) &&
    new Set(revoked).size === revoked.length &&
    (recovery_key === undefined || isHash(recovery_key))
  );
}

function isSignatures(value: Json | undefined): value is { [keyId: string]: string } {
  return isObject(value) && Object.values(value).every((signature) => typeof signature === 'string');
}
