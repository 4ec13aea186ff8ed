import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { documentHash, newDocument, signDocument } from '../../src/core/key-document.ts';
import type { SigningKey } from '../../src/core/signing.ts';
import { keyOf, otherHash, startTime } from './fixed.ts';
import { flipped } from './spoilt.ts';

const node = 'example.org';
const [revoked, retired, key, stranger] = [keyOf(1), keyOf(2), keyOf(3), keyOf(99)];
const first = newDocument(node, [revoked, retired]);
const newest = {
  ...first.document,
  version: 2,
  prev_hash: documentHash(first.document),
  keys: [key.publicKey],
  revoked: [revoked.keyId],
};
const next = { ...newest, version: 3, prev_hash: documentHash(newest) };
const day = 86_400_000;
const now = startTime;
const good = {
  node,
  version: 2,
  document_hash: documentHash(newest),
  valid_from: now - day,
  valid_until: now + day,
};

/** What says that a key document is the newest (section 13.3). */
export function freshness(): JsonObject {
  return {
    about: 'Statements of freshness of example.org, of which two key documents are held.',
    node,
    now,
    held: [first, signDocument(newest, [key, retired])],
    vectors: vectors(),
  };
}

function vectors(): JsonObject[] {
  const of = (rule: string, name: string, expected: string, changes: JsonObject, signer: SigningKey = key) =>
    vector(rule, name, expected, signed({ ...good, ...changes }, signer));
  const stale = (rule: string, name: string, changes: JsonObject) => of(rule, name, 'ECCP_KEY_ROLLBACK', changes);
  const broken = (name: string, changes: JsonObject) => of('KEY-029', name, 'ECCP_KEY_CONTINUITY', changes);
  const week = (from: number, extra: number) => ({ valid_from: from, valid_until: from + 7 * day + extra });
  const statement = signed(good, key);
  const { document_hash: _, ...incomplete } = good;
  return [
    of('KEY-025', 'a statement', 'ok', {}),
    of('KEY-025', 'the last millisecond', 'ok', { valid_until: now + 1 }),
    of('KEY-025', 'a beginning 60000 ms from now', 'ok', { valid_from: now + 60_000 }),
    of('KEY-026', 'seven days', 'ok', week(now, 0)),
    {
      ...vector('KEY-029', 'a statement for the document that comes with it', 'ok', {
        ...signed({ ...good, version: 3, document_hash: documentHash(next) }, key),
      }),
      documents: [signDocument(next, [key])],
    },
    stale('KEY-025', 'an end now', { valid_until: now }),
    stale('KEY-025', 'an end in the past', { valid_from: now - 2 * day, valid_until: now - day }),
    stale('KEY-025', 'a beginning 60001 ms from now', { valid_from: now + 60_001 }),
    stale('KEY-026', 'seven days and a millisecond', week(now, 1)),
    stale('KEY-027', 'the version before the one held', { version: 1, document_hash: documentHash(first.document) }),
    of('KEY-028', 'a key that the newest document revokes', 'ECCP_BAD_SIGNATURE', {}, revoked),
    of('KEY-028', 'a key that only an earlier document lists', 'ECCP_BAD_SIGNATURE', {}, retired),
    of('KEY-028', 'a key that no document lists', 'ECCP_BAD_SIGNATURE', {}, stranger),
    vector('KEY-028', 'a bit of the signature flipped', 'ECCP_BAD_SIGNATURE', {
      ...statement,
      signature: flipped(statement.signature),
    }),
    vector('KEY-028', 'the signature of another statement', 'ECCP_BAD_SIGNATURE', {
      ...statement,
      signature: signed({ ...good, valid_until: now + 1 }, key).signature,
    }),
    vector('KEY-028', 'a signature in the domain of key documents', 'ECCP_BAD_SIGNATURE', {
      ...statement,
      signature: key.sign('eccp.key-document-sig.v1', good),
    }),
    broken('another node', { node: 'remote.example' }),
    broken('another hash for the version held', { document_hash: otherHash }),
    broken('a version whose document does not come with it', { version: 3, document_hash: documentHash(next) }),
    broken('an unknown member', { key: key.keyId }),
    broken('a version that is a text', { version: '2' }),
    broken('a time that is negative', { valid_from: -1 }),
    vector('KEY-029', 'no hash', 'ECCP_KEY_CONTINUITY', signed(incomplete, key)),
    vector('KEY-029', 'an unknown member beside the statement', 'ECCP_KEY_CONTINUITY', { ...statement, note: 'x' }),
    vector('KEY-029', 'no key', 'ECCP_KEY_CONTINUITY', { freshness: good, signature: statement.signature }),
  ];
}

function vector(rule: string, name: string, expected: string, statement: Json): JsonObject {
  return { name, rule, statement, expected };
}

function signed(statement: JsonObject, signer: SigningKey) {
  return { freshness: statement, key: signer.keyId, signature: signer.sign('eccp.freshness-sig.v1', statement) };
}
