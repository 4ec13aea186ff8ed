// The faults that a chain of key documents, or the statement of its freshness, can have, by the words in which scenarios ask for them.
import type { JsonObject } from '../wire/json.ts';
import { keyId } from '../wire/signature.ts';
import type { KeyDocument, SignedKeyDocument } from '../wire/types.ts';
import { BAD_KEYS, beyondL, cofactored, neutralR } from './edge-signatures.ts';
import { documentHash, type PeerIdentity, type PeerKey, signDocument } from './identity.ts';

const OTHER_HASH = 'A'.repeat(43);
const DOMAIN = 'eccp.key-document-sig.v1';
const DAY = 24 * 60 * 60 * 1000;

/** What each fault does to the chain of an identity that nobody has met yet; its key, the new one where there is one, signs requests. */
export const CHAIN_FAULTS: Readonly<Record<string, (identity: PeerIdentity) => void>> = {
  // ID-080 to ID-082: which document stands where
  'a document of another node': (id) => first(id, { node: 'another.example.org' }),
  'a document with a member that nobody knows': (id) => first(id, { x: 1 } as Partial<KeyDocument>),
  'a document that lacks a member': (id) => {
    const { revoked: _, ...document } = id.newest.document;
    id.chain = [signDocument(document as KeyDocument, [id.key])];
  },
  'a first document of version 2': (id) => first(id, { version: 2 }),
  'a first document that names one before it': (id) => first(id, { prev_hash: OTHER_HASH }),
  'a version that is left out': (id) => second(id, { version: 3 }),
  'a version that stands twice': (id) => second(id, { version: 1 }),
  'a document that names another before it': (id) => second(id, { prev_hash: OTHER_HASH }),
  'a revocation that is taken back': (id) => {
    id.rotate(true);
    second(id, { revoked: [] });
  },
  // ID-083, ID-084, ID-074, ID-075: its keys
  'no key': (id) => first(id, { keys: [] }),
  '17 keys': (id) => {
    const keys = [id.key, ...Array.from({ length: 16 }, () => id.newKey())];
    first(id, { keys: keys.map(({ publicKey }) => publicKey) }, keys);
  },
  'a key that stands twice': (id) => first(id, { keys: [id.key.publicKey, id.key.publicKey] }),
  'a recovery key that is a key as well': (id) => first(id, { recovery_key: id.key.publicKey }),
  'a key that is revoked as well': (id) => first(id, { revoked: [id.key.id] }),
  'a recovery key that is revoked': (id) => first(id, { revoked: [id.recovery.id] }),
  ...Object.fromEntries(Object.entries(BAD_KEYS).map(([words, make]) => [`a key ${words}`, withKey(make)])),
  // ID-086 to ID-089, ID-072, ID-073: its signatures
  'a key that did not sign it': (id) => first(id, { keys: [id.key.publicKey, id.newKey().publicKey] }),
  'no signature by a key of the version before': (id) => {
    const key = id.newKey();
    second(id, { keys: [key.publicKey] }, [key]);
    id.key = key; // a node that takes the document takes the request as well
  },
  'another recovery key without the signature of the old one': (id) =>
    second(id, { recovery_key: id.newKey().publicKey }),
  'no recovery key any more, without the signature of the old one': (id) => {
    const { recovery_key: _, ...document } = id.next([id.key], id.newest);
    id.chain = [...id.chain, signDocument(document, [id.key])];
  },
  'the signature of a stranger': (id) => first(id, {}, [id.key, id.newKey()]),
  'a signature that does not verify': (id) => resign(id, (signature) => `${signature.slice(0, 60)}${'A'.repeat(26)}`),
  'a signature whose S is not below L': (id) => resign(id, beyondL),
  'a signature that holds only with the cofactor': (id) =>
    resign(id, (_, document) => cofactored(document, id.key, DOMAIN)),
  'a signature whose R is the neutral element': (id) => resign(id, (_, document) => neutralR(document, id.key, DOMAIN)),
};

/** What is wrong with the statement: members that it has, or what stands beside it. */
export const FRESHNESS_FAULTS: Readonly<Record<string, (identity: PeerIdentity) => JsonObject>> = {
  'a statement that has ended': (id) => id.freshness({ valid_from: Date.now() - DAY, valid_until: Date.now() - 1000 }),
  'a statement that begins in 90 seconds': (id) => id.freshness({ valid_from: Date.now() + 90_000 }),
  'a statement for more than seven days': (id) => {
    const from = Date.now() - 1000;
    return id.freshness({ valid_from: from, valid_until: from + 7 * DAY + 1 });
  },
  'a statement for a version that is not there': (id) => id.freshness({ version: id.newest.document.version + 1 }),
  'a statement of another node': (id) => id.freshness({ node: 'another.example.org' }),
  'a statement with a member that nobody knows': (id) => id.freshness({ x: 1 }),
  'a statement for another document of that version': (id) => id.freshness({ document_hash: OTHER_HASH }),
  'a statement under a key that is not listed': (id) => id.freshness({}, id.newKey()),
  'a statement whose signature does not verify': (id) => {
    const right = id.freshness();
    return { ...right, freshness: { ...(right.freshness as JsonObject), valid_until: Date.now() + 2 * DAY } };
  },
  'a statement whose S is not below L': (id) => {
    const right = id.freshness();
    return { ...right, signature: beyondL(String(right.signature)) };
  },
};

/** What `/keys` answers where it answers something else, before anything in it is looked at. */
export const ANSWER_FAULTS: Readonly<
  Record<string, { status: number; raw: Buffer; headers?: Record<string, string> }>
> = {
  'a member that stands twice': { status: 200, raw: Buffer.from('{"documents":[],"documents":[],"freshness":{}}') },
  'a number with a fraction': { status: 200, raw: Buffer.from('{"documents":[1.5],"freshness":{}}') },
  'bytes that are not UTF-8': { status: 200, raw: Buffer.from('7b2261223a22ff227d', 'hex') },
  'no documents': { status: 200, raw: Buffer.from('{"freshness":{}}') },
  'no freshness': { status: 200, raw: Buffer.from('{"documents":[]}') },
  'an array': { status: 200, raw: Buffer.from('[]') },
  'a text': { status: 200, raw: Buffer.from('hello'), headers: { 'content-type': 'text/plain' } },
  'a redirect': { status: 302, raw: Buffer.alloc(0), headers: { location: '/_eccp/federation/v1/keys?elsewhere=1' } },
  'a refusal': { status: 404, raw: Buffer.from('{"errcode":"ECCP_NOT_FOUND","error":"No."}') },
  'an error without a code': { status: 500, raw: Buffer.from('<html></html>') },
  'more than 8388608 bytes': { status: 200, raw: Buffer.alloc(8_400_000, ' ') },
};

function first(identity: PeerIdentity, bend: Partial<KeyDocument>, signers: readonly PeerKey[] = [identity.key]): void {
  identity.chain = [signDocument(identity.next([identity.key], undefined, bend), signers)];
}

function second(
  identity: PeerIdentity,
  bend: Partial<KeyDocument>,
  signers: readonly PeerKey[] = [identity.key],
): void {
  const document = identity.next([identity.key], identity.newest, bend);
  identity.chain = [...identity.chain, signDocument(document, signers)];
}

/** A document with a further key that is none; what stands for its signature is nothing that anybody could check. */
function withKey(make: (key: PeerKey) => string): (identity: PeerIdentity) => void {
  return (identity) => {
    const bad = make(identity.newKey());
    first(identity, { keys: [identity.key.publicKey, bad] });
    identity.newest.signatures[keyId(bad)] = `${'A'.repeat(85)}A`;
  };
}

function resign(identity: PeerIdentity, change: (signature: string, document: KeyDocument) => string): void {
  const { document, signatures } = identity.newest;
  const { id } = identity.key;
  identity.chain = [{ document, signatures: { [id]: change(signatures[id] ?? '', document) } }];
}

/** A document by which the recovery key takes the chain back to `base`, with a new key that signs from then on. */
export function recover(identity: PeerIdentity, base: SignedKeyDocument): void {
  const key = identity.newKey();
  const bend = { version: identity.newest.document.version + 1, prev_hash: documentHash(base) };
  const document = identity.next([key], base, bend);
  identity.chain = [
    ...identity.chain.slice(0, base.document.version),
    signDocument(document, [key, identity.recovery]),
  ];
  identity.key = key;
}
