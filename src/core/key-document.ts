import { canonicalize, type Json } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { isSignedKeyDocument, type KeyDocument, type SignedKeyDocument } from './key-document-form.ts';
import { checkPublicKey, hash, keyId, type SigningKey, verify } from './signing.ts';

export type { KeyDocument, SignedKeyDocument };

/** The most keys that a document may list. */
export const maxKeys = 16;

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
 * Checks key documents one after another, from a node's first or from the one already held (ID-080 to ID-089). The version may go up
 * by more than one in a document that the recovery key of the one before it signed. Right after `held` such a document may also
 * continue another than `held`, which then need not be known: it displaces the branch of `held`.
 *
 * @param documents the documents as they were received; their shape is checked too.
 * @param node the node whose keys they must be.
 * @param held the last document already verified; without it the chain must start at version 1.
 * @returns the last document of the chain.
 * @throws EccpError ECCP_KEY_CONTINUITY with the `version` held for a chain or document out of form, ECCP_BAD_KEY for a key,
 *   ECCP_BAD_SIGNATURE.
 */
export function verifyChain(documents: Json, node: string, held?: KeyDocument): KeyDocument {
  return tellingVersion(held, () => {
    if (!Array.isArray(documents)) throw broken('a chain is an array of key documents');
    let last = held;
    for (const item of documents) {
      const signed = readDocument(item, node);
      checkNext(signed, last, last !== undefined && last === held);
      last = signed.document;
    }
    if (last === undefined) throw broken('an empty chain');
    return last;
  });
}

/**
 * Checks the next document of a chain that is held whole.
 *
 * @param chain oldest first; every document of it verified.
 * @param item the document as it was received.
 * @returns the chain with it, and whether the recovery key was needed. A recovery document takes the place of whatever followed the
 *   document that it continues.
 * @throws EccpError those of verifyChain().
 */
export function extendChain(
  chain: readonly SignedKeyDocument[],
  item: Json,
  node: string,
): { chain: SignedKeyDocument[]; recovered: boolean } {
  const last = chain.at(-1)?.document;
  return tellingVersion(last, () => {
    const signed = readDocument(item, node);
    const { version, prev_hash } = signed.document;
    if (last === undefined || continues(signed.document, last)) {
      checkNext(signed, last, false);
      return { chain: [...chain, signed], recovered: false };
    }
    const at = chain.findLastIndex(({ document }) => documentHash(document) === prev_hash);
    const base = chain[at]?.document;
    const leads = base !== undefined && version > last.version && isRecovery(signed, base);
    if (!leads) throw broken(`version ${version} does not continue the ${last.version} that is held`);
    checkNext(signed, base, false);
    return { chain: [...chain.slice(0, at + 1), signed], recovered: true };
  });
}

/**
 * Checks the one key document with which a node enters a room (LOG-047): it stands for itself. Signatures of keys that it does not
 * list, such as those of the version before, which the room does not have, are passed over.
 *
 * @throws EccpError those of verifyChain(); ECCP_KEY_CONTINUITY for more documents than one.
 */
export function verifyCheckpoint(documents: Json, node: string): KeyDocument {
  return tellingVersion(undefined, () => {
    if (!Array.isArray(documents) || documents.length !== 1) throw broken('not one key document, the newest');
    const signed = readDocument(documents[0], node);
    const { version, prev_hash } = signed.document;
    if (version < 1 || (version === 1) !== (prev_hash === null)) throw broken('only version 1 has no prev_hash'); // ID-082
    checkKeys(signed.document);
    const good = (key: string) => verify(key, 'eccp.key-document-sig.v1', signed.document, signatureOf(signed, key));
    if (!signed.document.keys.every(good)) throw unsigned('not every listed key signed'); // ID-086
    return signed.document;
  });
}

/** @param displaces whether a recovery document may come from another branch than that of `previous`. */
function checkNext(signed: SignedKeyDocument, previous: KeyDocument | undefined, displaces: boolean): void {
  const branches = displaces && previous !== undefined && leavesBranch(signed, previous);
  if (!branches) checkPlace(signed, previous);
  checkKeys(signed.document);
  checkSignatures(signed, previous, branches);
}

/** Whether a recovery document takes the chain on from elsewhere than `previous`; then only its key stands for what it says. */
function leavesBranch(signed: SignedKeyDocument, previous: KeyDocument): boolean {
  const { prev_hash } = signed.document;
  return prev_hash !== null && prev_hash !== documentHash(previous) && isRecovery(signed, previous);
}

function continues(document: KeyDocument, previous: KeyDocument): boolean {
  return document.version === previous.version + 1 && document.prev_hash === documentHash(previous);
}

/** Whether the recovery key of a document is among the signers of a later one; whether the signature holds is checked elsewhere. */
function isRecovery({ document, signatures }: SignedKeyDocument, base: KeyDocument): boolean {
  const recovery = base.recovery_key;
  return recovery !== undefined && document.version > base.version && Object.hasOwn(signatures, keyId(recovery));
}

function checkPlace(signed: SignedKeyDocument, previous: KeyDocument | undefined): void {
  const { version, prev_hash, revoked } = signed.document;
  const isInOrder =
    version === (previous?.version ?? 0) + 1 || (previous !== undefined && isRecovery(signed, previous));
  if (!isInOrder) throw broken(`version ${version} is out of order`); // ID-081
  const expected = previous === undefined ? null : documentHash(previous);
  if (prev_hash !== expected) throw broken(`version ${version} does not continue the one before`); // ID-082
  if (previous?.revoked.some((id) => !revoked.includes(id))) throw broken('a revocation was taken back'); // ID-085
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

/** @param strangers whether keys may have signed that are in none of the documents at hand. */
function checkSignatures(signed: SignedKeyDocument, previous: KeyDocument | undefined, strangers: boolean): void {
  const { document, signatures } = signed;
  const signers = new Map<string, string>();
  for (const source of previous === undefined ? [document] : [document, previous]) {
    for (const key of source.keys) signers.set(keyId(key), key);
    if (source.recovery_key !== undefined) signers.set(keyId(source.recovery_key), source.recovery_key);
  }
  for (const [id, signature] of Object.entries(signatures)) {
    const key = signers.get(id);
    if (key === undefined && strangers) continue;
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

/** The signature that stands under a key; '' where there is none, which verifies nowhere. */
function signatureOf({ signatures }: SignedKeyDocument, key: string): string {
  const id = keyId(key);
  return Object.hasOwn(signatures, id) ? (signatures[id] ?? '') : '';
}

function readDocument(value: Json | undefined, node: string): SignedKeyDocument {
  if (!isSignedKeyDocument(value)) throw broken('not a signed key document');
  if (value.document.node !== node) throw broken(`a document of ${value.document.node} in the chain of ${node}`); // ID-080
  return value;
}

/** Runs a check; a refusal of the chain says which version is held, so that whoever sent it knows where to go on. */
function tellingVersion<T>(held: KeyDocument | undefined, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof EccpError && error.errcode === 'ECCP_KEY_CONTINUITY') {
      throw new EccpError(error.errcode, error.message, { version: held?.version ?? 0 });
    }
    throw error;
  }
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
