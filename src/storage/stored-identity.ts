// A node's keys on disk: the private ones in one file, the documents that vouch for them in another.
import { documentHash, type KeyDocument, maxKeys, type SignedKeyDocument, signDocument } from '../core/key-document.ts';
import { generateSigningKey, keyId, loadSigningKey, type SigningKey } from '../core/signing.ts';
import { replaceFile, writtenTs } from './key-files.ts';

/** The node's name, its signing keys, and the chain of key documents that vouches for them. */
export interface NodeIdentity {
  readonly name: string;
  /** The key to sign with now; another one after a rotation. */
  readonly key: SigningKey;
  /** Every key document, oldest first; longer after a rotation. */
  readonly chain: readonly SignedKeyDocument[];
  /** When the keys changed last, in milliseconds since 1970. */
  readonly changedTs: number;
  /**
   * The key to sign with where an older document is in force: the newest of this node's keys that it lists.
   *
   * @param document undefined where none is in force: then the key of now.
   */
  keyIn(document: KeyDocument | undefined): SigningKey;
  /**
   * Puts a new key in place of the one that signs. The others stay listed, as many as a document may list.
   *
   * @param revoke instead of listing the others, says that nobody may trust them any more.
   */
  rotate(options: { revoke: boolean }): Promise<void>;
}

export class StoredIdentity implements NodeIdentity {
  readonly name: string;
  readonly #files: { readonly keyFile: string; readonly chainFile: string };
  /** Those that the newest document lists, the newest last. */
  #keys: readonly SigningKey[];
  #chain: readonly SignedKeyDocument[];
  #changedTs: number;
  /** The rotation that runs, or the last one. */
  #rotating: Promise<void> = Promise.resolve();

  constructor(
    name: string,
    files: { readonly keyFile: string; readonly chainFile: string },
    keys: readonly SigningKey[],
    chain: readonly SignedKeyDocument[],
    changedTs: number,
  ) {
    this.name = name;
    this.#files = files;
    this.#keys = keys;
    this.#chain = chain;
    this.#changedTs = changedTs;
  }

  get key(): SigningKey {
    return newestOf(this.#keys);
  }

  get chain(): readonly SignedKeyDocument[] {
    return this.#chain;
  }

  get changedTs(): number {
    return this.#changedTs;
  }

  keyIn(document: KeyDocument | undefined): SigningKey {
    return this.#keys.findLast((key) => document?.keys.includes(key.publicKey)) ?? this.key;
  }

  rotate({ revoke }: { revoke: boolean }): Promise<void> {
    const rotated = this.#rotating.then(() => this.#rotate(revoke));
    this.#rotating = rotated.catch(() => {});
    return rotated;
  }

  /** After a crash between any two of its writes, the documents on disk list a key that is there. */
  async #rotate(revoke: boolean): Promise<void> {
    const { keyFile, chainFile } = this.#files;
    const fresh = generateSigningKey();
    const [kept, signed] = nextDocument(newestOf(this.#chain).document, this.#keys, fresh, revoke);
    const chain = [...this.#chain, signed];
    await replaceFile(keyFile, pemOf([...this.#keys, fresh], this.key));
    await replaceFile(chainFile, `${JSON.stringify(chain, null, 2)}\n`);
    this.#keys = kept;
    this.#chain = chain;
    this.#changedTs = await writtenTs(chainFile);
    await replaceFile(keyFile, pemOf(kept, fresh)); // what is revoked or no longer listed goes
  }
}

/** The document that makes `fresh` the newest key, and the keys that it lists, the newest last. */
function nextDocument(
  before: KeyDocument,
  keys: readonly SigningKey[],
  fresh: SigningKey,
  revoke: boolean,
): [SigningKey[], SignedKeyDocument] {
  const room = maxKeys - 1 - (before.recovery_key === undefined ? 0 : 1);
  const kept = revoke ? [fresh] : [...keys.slice(-room), fresh];
  const document: KeyDocument = {
    ...before,
    version: before.version + 1,
    prev_hash: documentHash(before),
    keys: kept.map((key) => key.publicKey),
    revoked: revoke ? [...before.revoked, ...before.keys.map(keyId)] : before.revoked,
  };
  const signers = new Set([...kept, newestOf(keys)]); // by a key of the version before, also where this one revokes it (ID-087)
  return [kept, signDocument(document, [...signers])];
}

/** The private keys whose public ones a document lists, in its order: the newest last. */
export function inForce(keys: readonly SigningKey[], document: KeyDocument): SigningKey[] {
  return document.keys.flatMap((publicKey) => keys.find((key) => key.publicKey === publicKey) ?? []);
}

function newestOf<T>(items: readonly T[]): T {
  const newest = items.at(-1);
  if (newest === undefined) throw new Error('an identity without keys');
  return newest;
}

const pemBlock = /-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g;

/** Every private key of the file. @throws EccpError ECCP_BAD_KEY */
export function readKeys(pem: string): SigningKey[] {
  return (pem.match(pemBlock) ?? [pem]).map((block) => loadSigningKey(block));
}

/** The file's text. @param first the key that signs now stands first, for versions of the node that read only one. */
export function pemOf(keys: readonly SigningKey[], first: SigningKey | undefined): string {
  return [...(first ? [first] : []), ...keys.filter((key) => key !== first).reverse()]
    .map((key) => key.toPem())
    .join('');
}
