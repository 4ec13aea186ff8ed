import { constants } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Json } from '../core/canonical-json.ts';
import { newDocument, type SignedKeyDocument, verifyChain } from '../core/key-document.ts';
import { generateSigningKey, loadSigningKey, type SigningKey } from '../core/signing.ts';
import type { Tables } from './tables.ts';

/** The node's name, its signing key, and the chain of key documents that vouches for it. */
export interface NodeIdentity {
  readonly name: string;
  readonly key: SigningKey;
  readonly chain: readonly SignedKeyDocument[];
}

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
  const found = { pem: await read(keyFile), chain: await read(chainFile) };
  const missing = [...(found.pem === undefined ? [keyFile] : []), ...(found.chain === undefined ? [chainFile] : [])];
  // The key is written first: without it, the documents are the rest of an identity; without them, it may be a beginning.
  if (missing.length > 0 && (!isNew || found.chain !== undefined)) throw lost(missing);
  const pem = found.pem ?? (await write(keyFile, generateSigningKey().toPem()));
  const key = orExplain(keyFile, () => loadSigningKey(pem));
  const text = found.chain ?? (await write(chainFile, `${JSON.stringify([newDocument(name, [key])], null, 2)}\n`));
  const chain = orExplain(chainFile, () => JSON.parse(text) as SignedKeyDocument[] & Json);
  const owner = chain[0]?.document.node;
  if (owner !== name) {
    throw new IdentityError(
      `${directory} holds the keys of ${owner}: start with --server-name ${owner}, or give ${name} a data directory of its own`,
    );
  }
  const newest = orExplain(chainFile, () => verifyChain(chain, name));
  if (!newest.keys.includes(key.publicKey)) {
    throw new IdentityError(`${keyFile} is not a key that ${chainFile} vouches for: restore both from one backup`);
  }
  return { name, key, chain };
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

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written beside, synced and renamed: after a crash the file is whole or not there. */
async function write(file: string, text: string): Promise<string> {
  const beside = `${file}.new`;
  const handle = await open(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
  const directory = await open(join(file, '..'));
  await directory.sync();
  await directory.close();
  return text;
}
