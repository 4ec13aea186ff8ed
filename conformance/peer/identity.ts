// The keys of a fake node: its signing keys, its chain of key documents and what it says of their freshness.
import { getPublicKey } from '@noble/ed25519';
import { fromBase64url, hashBytes, hashJson, toBase64url } from '../wire/hash.ts';
import type { JsonObject } from '../wire/json.ts';
import { keyId, signJson } from '../wire/signature.ts';
import type { KeyDocument, SignedKeyDocument } from '../wire/types.ts';

/** Milliseconds for which a fake node vouches for its newest document. */
export const FRESH_FOR = 24 * 60 * 60 * 1000;

/** A signing key with its seed, which a fake node has no reason to hide. */
export interface PeerKey {
  seed: Uint8Array;
  /** Raw, in base64url. */
  publicKey: string;
  id: string;
}

/**
 * The key that a text gives. A fake node's keys follow from its name, so that a node which met one under that name in an earlier
 * run finds the same keys again.
 */
export function keyOf(text: string): PeerKey {
  const seed = fromBase64url(hashBytes('eccp.conformance.peer', Buffer.from(text)));
  const publicKey = toBase64url(getPublicKey(seed));
  return { seed, publicKey, id: keyId(publicKey) };
}

/** A key document with the signatures of the keys given. */
export function signDocument(document: KeyDocument, signers: readonly PeerKey[]): SignedKeyDocument {
  const signature = ({ seed }: PeerKey) => signJson(seed, 'eccp.key-document-sig.v1', document);
  return { document, signatures: Object.fromEntries(signers.map((key) => [key.id, signature(key)])) };
}

/** What a fake node is by its keys. Scenarios bend it: nothing here stops them. */
export class PeerIdentity {
  readonly node: string;
  /** The key that signs now. */
  key: PeerKey;
  /** The key that signs requests, where it is another. */
  requestKey: PeerKey | undefined;
  /** What `/keys` serves, oldest first. */
  chain: SignedKeyDocument[];
  /** The offline key, which every document names. */
  readonly recovery: PeerKey;
  readonly #made = new Map<string, PeerKey>();

  constructor(node: string) {
    this.node = node;
    this.recovery = keyOf(`${node} recovery`);
    this.key = this.newKey();
    this.chain = [];
    this.extend([this.key]);
  }

  /** A key that no document lists yet. */
  newKey(): PeerKey {
    const key = keyOf(`${this.node} ${this.#made.size + 1}`);
    this.#made.set(key.publicKey, key);
    return key;
  }

  /** The newest document. */
  get newest(): SignedKeyDocument {
    const signed = this.chain.at(-1);
    if (!signed) throw new Error('the chain is empty');
    return signed;
  }

  /** The document after `before` (absent: the first one) with these keys; members can be bent before it is signed. */
  next(keys: readonly PeerKey[], before?: SignedKeyDocument, bend: Partial<KeyDocument> = {}): KeyDocument {
    return {
      node: this.node,
      version: (before?.document.version ?? 0) + 1,
      prev_hash: before ? documentHash(before) : null,
      keys: keys.map(({ publicKey }) => publicKey),
      revoked: before?.document.revoked ?? [],
      recovery_key: this.recovery.publicKey,
      ...bend,
    };
  }

  /** Appends a document with these keys, signed by them and by the key that signed before. */
  extend(keys: readonly PeerKey[], bend: Partial<KeyDocument> = {}): void {
    const before = this.chain.at(-1);
    const document = this.next(keys, before, bend);
    this.chain = [...this.chain, signDocument(document, before ? unique([...keys, this.key]) : keys)];
    this.key = keys.at(-1) ?? this.key;
  }

  /** A new key in place of the one that signs; the old one stays listed, or is revoked. @returns the old key. */
  rotate(revoke = false): PeerKey {
    const old = this.key;
    const key = this.newKey();
    const revoked = revoke ? [...this.newest.document.revoked, old.id] : this.newest.document.revoked;
    this.extend(revoke ? [key] : [old, key], { revoked });
    return old;
  }

  /** The signed freshness statement for the newest document; members can be bent before it is signed. */
  freshness(bend: JsonObject = {}, key = this.#listed()): JsonObject {
    const now = Date.now();
    const { document } = this.newest;
    const freshness = {
      node: this.node,
      version: document.version,
      document_hash: documentHash(this.newest),
      valid_from: now,
      valid_until: now + FRESH_FOR,
      ...bend,
    };
    return { freshness, key: key.id, signature: signJson(key.seed, 'eccp.freshness-sig.v1', freshness) };
  }

  /** The keys that a document lists, those of them that this identity made. */
  keysOf({ document }: SignedKeyDocument): PeerKey[] {
    return document.keys.flatMap((key) => this.#made.get(key) ?? []);
  }

  /** A key that the newest document lists: the one that signs, if it is one. */
  #listed(): PeerKey {
    const keys = this.keysOf(this.newest);
    return keys.find(({ id }) => id === this.key.id) ?? keys[0] ?? this.key;
  }
}

/** The hash of a key document, by which the next one names it. */
export function documentHash({ document }: SignedKeyDocument): string {
  return hashJson('eccp.key-document.v1', document);
}

function unique(keys: readonly PeerKey[]): PeerKey[] {
  return [...new Map(keys.map((key) => [key.id, key])).values()];
}
