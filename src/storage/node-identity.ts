import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Json } from '../core/canonical-json.ts';
import { newDocument, type SignedKeyDocument, verifyChain } from '../core/key-document.ts';
import { generateSigningKey } from '../core/signing.ts';
import { readFileIfAny, replaceFile, writtenTs } from './key-files.ts';
import { inForce, type NodeIdentity, pemOf, readKeys, StoredIdentity } from './stored-identity.ts';
import type { Tables } from './tables.ts';

export type { NodeIdentity };

/** The keys on disk are not this node's, or not usable. */
export class IdentityError extends Error {}

/** Whether nothing in the store belongs to an identity: it holds neither accounts nor rooms. */
export async function holdsNobody(db: Kysely<Tables>): Promise<boolean> {
  const account = await db.selectFrom('accounts').select('user_id').limit(1).executeTakeFirst();
  const room = await db.selectFrom('rooms').select('room_id').limit(1).executeTakeFirst();
  return account === undefined && room === undefined;
}

/**
 * The node's identity from its key directory; the first boot makes it. Nothing that exists is ever overwritten.
 *
 * @param isNew whether nothing belongs to the identity yet, so that it may be made.
 * @throws IdentityError when the keys are lost, belong to another node name, or are damaged.
 */
export async function nodeIdentity(directory: string, name: string, isNew: boolean): Promise<NodeIdentity> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const keyFile = join(directory, 'signing-key.pem');
  const chainFile = join(directory, 'key-documents.json');
  const found = { pem: await readFileIfAny(keyFile), chain: await readFileIfAny(chainFile) };
  const missing = [...(found.pem === undefined ? [keyFile] : []), ...(found.chain === undefined ? [chainFile] : [])];
  // The key is written first: without it, the documents are the rest of an identity; without them, it may be a beginning.
  if (missing.length > 0 && (!isNew || found.chain !== undefined)) throw lost(missing);
  const pem = found.pem ?? (await replaceFile(keyFile, generateSigningKey().toPem()));
  const keys = orExplain(keyFile, () => readKeys(pem));
  const text =
    found.chain ??
    (await replaceFile(chainFile, `${JSON.stringify([newDocument(name, keys.slice(0, 1))], null, 2)}\n`));
  const chain = orExplain(chainFile, () => JSON.parse(text) as SignedKeyDocument[] & Json);
  const owner = chain[0]?.document.node;
  if (owner !== name) {
    throw new IdentityError(
      `${directory} holds the keys of ${owner}: start with --server-name ${owner}, or give ${name} a data directory of its own`,
    );
  }
  const newest = orExplain(chainFile, () => verifyChain(chain, name));
  const own = inForce(keys, newest);
  if (own.length === 0) {
    throw new IdentityError(`${keyFile} is not a key that ${chainFile} vouches for: restore both from one backup`);
  }
  const revoked = keys.filter((key) => newest.revoked.includes(key.keyId)); // a crash left them there
  const kept = keys.filter((key) => !revoked.includes(key));
  if (revoked.length > 0) await replaceFile(keyFile, pemOf(kept, own.at(-1)));
  return new StoredIdentity(name, { keyFile, chainFile }, own, chain, await writtenTs(chainFile));
}

function lost(files: string[]): IdentityError {
  const [are, them] = files.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return new IdentityError(
    `${files.join(' and ')} ${are} missing, and this data directory is not a new one: restore ${them} from a backup`,
  );
}

function orExplain<T>(file: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    throw new IdentityError(`${file} cannot be used: restore it from a backup`, { cause });
  }
}
