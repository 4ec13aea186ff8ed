// Who a node is, by its keys: what it signed about itself when the run began.
import { HarnessError } from './outcome.ts';
import type { Target } from './target.ts';
import { hashJson } from './wire/hash.ts';
import { isObject, type JsonObject } from './wire/json.ts';
import { carriedProblems, keyIn } from './wire/key-document.ts';
import { verifyJson } from './wire/signature.ts';
import type { SignedKeyDocument } from './wire/types.ts';

const KEYS = '/_eccp/federation/v1/keys';

/** The newest key document of a node, and its statement that it is the newest one now. */
export interface NodeKeys {
  /** The id of the key that signed the statement: the node's fingerprint. */
  fingerprint: string;
  document: SignedKeyDocument;
  freshness: { freshness: JsonObject; key: string; signature: string };
}

/** What is known of a node's keys, or why nothing is. */
export type KeysFound = { keys: NodeKeys } | { no_keys: string };

/**
 * Asks a node for its keys (KEY-010, KEY-013).
 * @param node its name.
 */
export async function keysOf(target: Target, node: string): Promise<KeysFound> {
  try {
    const { body } = await target.send({ who: 'the suite', method: 'GET', path: KEYS }, []);
    const document = Array.isArray(body.documents) ? body.documents.at(-1) : undefined;
    const freshness = body.freshness;
    if (!isObject(document) || !isObject(freshness)) return { no_keys: 'getKeys gave none' };
    const keys = { fingerprint: String(freshness.key), document, freshness } as unknown as NodeKeys;
    const [problem] = keyProblems(keys, node, Date.now());
    return problem === undefined ? { keys } : { no_keys: `its keys cannot be relied on: ${problem}` };
  } catch (error) {
    if (error instanceof HarnessError || !(error instanceof Error)) throw error;
    return { no_keys: error.message };
  }
}

/**
 * What is wrong with keys that are said to be a node's.
 * @param from when they are said to have been in force, in milliseconds since 1970; some time until `to`.
 */
export function keyProblems(
  { fingerprint, document: signed, freshness }: NodeKeys,
  node: string,
  from: number,
  to = from,
): string[] {
  const { document } = signed;
  const { freshness: statement, key, signature } = freshness;
  const publicKey = keyIn(document, key);
  const right = publicKey !== undefined && verifyJson(publicKey, 'eccp.freshness-sig.v1', statement, signature);
  return [
    ...carriedProblems([signed], node),
    ...(fingerprint === key ? [] : ['the fingerprint is of another key']),
    ...(right ? [] : ['the statement of freshness is not signed by a key of the document']),
    ...(statement.node === node ? [] : [`the statement of freshness is of ${String(statement.node)}`]),
    ...(statement.document_hash === hashJson('eccp.key-document.v1', document)
      ? []
      : ['the statement of freshness is about another document']),
    ...(Number(statement.valid_from) <= to && from <= Number(statement.valid_until)
      ? []
      : ['the statement of freshness is of another time']),
  ];
}
