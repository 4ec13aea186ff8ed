import { canonicalize, type Json } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { isHash, isKeyId, isNodeName } from './ids.ts';
import { isObject } from './members.ts';
import { checkPublicKey, hash, keyId, type SigningKey, verify } from './signing.ts';

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

const maxKeys = 16;
const members = new Set(['node', 'version', 'prev_hash', 'keys', 'revoked', 'recovery_key']);

/** The first document of a node, signed by its keys. `recoveryKey` is the public half of the offline key, if there is one. */
export function newDocument(node: string, keys: SigningKey[], recoveryKey?: string): SignedKeyDocument {
  const document: KeyDocument = {
    node,
    version: 1,
    prev_hash: null,
    keys: keys.map((key) => key.publicKey),
    revoked: [],
    ...(recoveryKey === undefined ? {} : { recovery_key: recoveryKey }),
  };
  return signDocument(document, keys);
}

export function signDocument(document: KeyDocument, signers: SigningKey[]): SignedKeyDocument {
  const signatures = signers.map((key) => [key.keyId, key.sign('eccp.key-document-sig.v1', document)]);
  return { document, signatures: Object.fromEntries(signatures) };
}

/** What the next document's `prev_hash` must be. */
export function documentHash(document: KeyDocument): string {
  return hash('eccp.key-document.v1', canonicalize(document));
}

/** The public key that a document lists under a key id, or undefined. */
export function listedKey(document: KeyDocument, id: string): string | undefined {
  return document.keys.find((key) => keyId(key) === id);
}

/**
 * Checks a node's chain of signed key documents, from its first or from the one already held (ID-080 to ID-089).
 *
 * @param documents the documents as they were received; their shape is checked too.
 * @param node the node whose keys they must be.
 * @param held the last document already verified; without it the chain must start at version 1.
 * @returns the last document of the chain.
 * @throws EccpError ECCP_KEY_CONTINUITY for a chain or document out of form, ECCP_BAD_KEY for a key, ECCP_BAD_SIGNATURE.
 */
export function verifyChain(documents: Json, node: string, held?: KeyDocument): KeyDocument {
  if (!Array.isArray(documents)) throw broken('a chain is an array of key documents');
  let last = held;
  for (const item of documents) {
    const signed = readDocument(item);
    checkPlace(signed.document, node, last);
    checkKeys(signed.document);
    checkSignatures(signed, last);
    last = signed.document;
  }
  if (last === undefined) throw broken('an empty chain');
  return last;
}

function checkPlace(document: KeyDocument, node: string, previous: KeyDocument | undefined): void {
  if (document.node !== node) throw broken(`a document of ${document.node} in the chain of ${node}`); // ID-080
  if (document.version !== (previous?.version ?? 0) + 1) throw broken(`version ${document.version} is out of order`); // ID-081
  const expected = previous === undefined ? null : documentHash(previous);
  if (document.prev_hash !== expected) throw broken(`version ${document.version} does not continue the one before`); // ID-082
  if (previous?.revoked.some((id) => !document.revoked.includes(id))) throw broken('a revocation was taken back'); // ID-085
}

function checkKeys(document: KeyDocument): void {
  const keys = document.recovery_key === undefined ? document.keys : [...document.keys, document.recovery_key];
  if (document.keys.length < 1 || document.keys.length > maxKeys) throw badKey(`not 1 to ${maxKeys} keys`); // ID-083
  if (new Set(keys).size !== keys.length) throw badKey('a key occurs twice'); // ID-083
  for (const key of keys) {
    checkPublicKey(key);
    if (document.revoked.includes(keyId(key))) throw badKey(`${keyId(key)} is listed and revoked`); // ID-084
  }
}

function checkSignatures({ document, signatures }: SignedKeyDocument, previous: KeyDocument | undefined): void {
  const signers = new Map<string, string>();
  for (const source of previous === undefined ? [document] : [document, previous]) {
    for (const key of source.keys) signers.set(keyId(key), key);
    if (source.recovery_key !== undefined) signers.set(keyId(source.recovery_key), source.recovery_key);
  }
  for (const [id, signature] of Object.entries(signatures)) {
    const key = signers.get(id);
    const good = key !== undefined && verify(key, 'eccp.key-document-sig.v1', document, signature);
    if (!good) throw unsigned(`the signature of ${id} does not hold`); // ID-089
  }
  const signedBy = (key: string) => Object.hasOwn(signatures, keyId(key));
  if (!document.keys.every(signedBy)) throw unsigned('not every listed key signed'); // ID-086
  if (previous === undefined) return;
  const recovery = previous.recovery_key;
  const recovered = recovery !== undefined && signedBy(recovery);
  if (!recovered && !previous.keys.some(signedBy)) throw unsigned('no key of the version before signed'); // ID-087
  if (recovery !== undefined && document.recovery_key !== recovery && !recovered) {
    throw unsigned('the old recovery key did not sign its replacement'); // ID-088
  }
}

/** The shape of schemas/SignedKeyDocument.json, without the limits that have an error of their own. */
function readDocument(value: Json): SignedKeyDocument {
  if (!isObject(value) || Object.keys(value).length !== 2) throw broken('not a signed key document');
  const { document, signatures } = value;
  if (!isKeyDocument(document) || !isSignatures(signatures)) throw broken('not a signed key document');
  return { document, signatures };
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

function broken(what: string): EccpError {
  return new EccpError('ECCP_KEY_CONTINUITY', what);
}

function badKey(what: string): EccpError {
  return new EccpError('ECCP_BAD_KEY', what);
}

function unsigned(what: string): EccpError {
  return new EccpError('ECCP_BAD_SIGNATURE', what);
}
