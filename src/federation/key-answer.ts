// What another node's answer to getKeys means for what this node holds of its keys (section 13.3).
import { setImmediate } from 'node:timers/promises';
import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { readFreshness, type SignedFreshness, verifyFreshness } from '../core/freshness.ts';
import { documentHash, extendChain, type SignedKeyDocument } from '../core/key-document.ts';
import { isSignedKeyDocument } from '../core/key-document-form.ts';
import { isObject } from '../core/members.ts';
import { unreachable } from './peer-answer.ts';

/** How many new documents of one answer are verified: each costs up to 34 checks of keys and signatures (KEY-024). */
const maxNew = 64;

/** The answer contradicts what is held: one of the two is not the peer's own. */
export class KeyDispute extends EccpError {}

/** What is held with the answer added to it. */
export interface Taken {
  readonly chain: SignedKeyDocument[];
  /** Whether a recovery document is among what was added. */
  readonly recovered: boolean;
  /** Absent where the answer has more documents than are verified at once: then the rest is to be asked for. */
  readonly freshness?: SignedFreshness;
}

/**
 * Adds an answer to what is held.
 *
 * @param held the chain held, oldest first; empty on first contact.
 * @param now this node's clock, in milliseconds.
 * @throws KeyDispute ECCP_KEY_CONTINUITY when the answer contradicts what is held (KEY-040). @throws EccpError ECCP_KEY_ROLLBACK,
 *   ECCP_KEY_CONTINUITY, ECCP_BAD_KEY, ECCP_BAD_SIGNATURE, and ECCP_UNREACHABLE for an answer that is none.
 */
export async function takeAnswer(
  node: string,
  held: readonly SignedKeyDocument[],
  answer: Json,
  now: number,
): Promise<Taken> {
  if (!isObject(answer) || !Array.isArray(answer.documents) || !isObject(answer.freshness)) {
    throw unreachable(node, 'its answer has no key documents'); // KEY-031
  }
  const version = held.at(-1)?.document.version ?? 0;
  try {
    const signed = readFreshness(answer.freshness, node, now);
    const { freshness } = signed;
    if (freshness.version < version) {
      throw new EccpError('ECCP_KEY_ROLLBACK', `it serves version ${freshness.version}, and ${version} is held`); // KEY-027
    }
    if (freshness.version === version && !holdsHash(held.slice(-1), freshness.document_hash)) {
      throw new KeyDispute('ECCP_KEY_CONTINUITY', `there are two versions ${version}`); // KEY-040
    }
    const news = answer.documents.filter((document) => isNew(held, version, document));
    const added = await extend(node, held, news.slice(0, maxNew));
    if (news.length > maxNew) return added;
    const newest = added.chain.at(-1);
    if (newest === undefined) throw new EccpError('ECCP_KEY_CONTINUITY', 'it serves no key document');
    verifyFreshness(signed, newest.document);
    return { ...added, freshness: signed };
  } catch (error) {
    throw error instanceof EccpError ? named(node, error, version) : error;
  }
}

async function extend(
  node: string,
  held: readonly SignedKeyDocument[],
  documents: readonly Json[],
): Promise<{ chain: SignedKeyDocument[]; recovered: boolean }> {
  let chain = [...held];
  let recovered = false;
  for (const document of documents) {
    try {
      const longer = extendChain(chain, document, node);
      chain = longer.chain;
      recovered ||= longer.recovered;
    } catch (error) {
      const breaks = error instanceof EccpError && error.errcode === 'ECCP_KEY_CONTINUITY' && held.length > 0;
      throw breaks ? new KeyDispute(error.errcode, error.message) : error;
    }
    await setImmediate(); // others' requests come between: 64 documents take up to a second
  }
  return { chain, recovered };
}

/** Whether a document goes beyond what is held. Peers may serve more than they were asked for, but nothing else. */
function isNew(held: readonly SignedKeyDocument[], version: number, document: Json): boolean {
  if (!isSignedKeyDocument(document) || document.document.version > version) return true;
  if (holdsHash(held, documentHash(document.document))) return false;
  throw new KeyDispute('ECCP_KEY_CONTINUITY', `there are two versions ${document.document.version}`); // KEY-040
}

function holdsHash(chain: readonly SignedKeyDocument[], hash: string): boolean {
  return chain.some(({ document }) => documentHash(document) === hash);
}

/** The refusal with the peer's name, which its reader may not know, and the version held. */
function named(node: string, error: EccpError, version: number): EccpError {
  const details = error.errcode === 'ECCP_KEY_CONTINUITY' ? { version } : error.details;
  const message = `the keys of ${node}: ${error.message}`;
  return error instanceof KeyDispute
    ? new KeyDispute(error.errcode, message, details)
    : new EccpError(error.errcode, message, details);
}
