// The audit log as anybody can check it who has it: numbers, hashes and signatures (section 19.6).
import { hashJson } from './wire/hash.ts';
import { isObject, type JsonObject, show } from './wire/json.ts';
import { keyId, verifyJson } from './wire/signature.ts';
import type { SignedKeyDocument } from './wire/types.ts';

/**
 * What is wrong with a log from its first record on.
 * @param documents all key documents of the node, whose keys count whether they are revoked by now or not.
 */
export function auditProblems(
  log: readonly JsonObject[],
  documents: readonly SignedKeyDocument[],
  node: string,
): string[] {
  const keys = new Map(documents.flatMap(({ document }) => document.keys.map((key) => [keyId(key), key] as const)));
  const problems: string[] = [];
  let before: string | null = null;
  for (const [seq, { record, hash, key, signature }] of log.entries()) {
    const say = (problem: string) => problems.push(`record ${seq}: ${problem}`);
    if (!isObject(record)) {
      say('there is none');
      continue;
    }
    if (record.seq !== seq) say(`its seq is ${show(record.seq)}`);
    if (record.node !== node) say(`its node is ${show(record.node)}`);
    if (record.prev !== before) say(`its prev is ${show(record.prev)}, recomputed ${before}`);
    before = hashJson('eccp.audit.v1', record);
    if (hash !== before) say(`its hash is ${show(hash)}, recomputed ${before}`);
    const publicKey = keys.get(String(key));
    if (publicKey === undefined) say(`no document lists its key ${show(key)}`);
    else if (!verifyJson(publicKey, 'eccp.audit-sig.v1', record, String(signature)))
      say('its signature does not verify');
  }
  return problems;
}
