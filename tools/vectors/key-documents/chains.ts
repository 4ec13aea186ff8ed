import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { documentHash, newDocument, type SignedKeyDocument, signDocument } from '../../../src/core/key-document.ts';
import { keyOf } from '../fixed.ts';
import {
  a,
  after,
  b,
  c,
  first,
  node,
  otherRecovery,
  recovery,
  second,
  third,
  vector,
  withoutRecovery,
} from './scene.ts';

/** Chains as they should be, and those that are out of order (ID-081, ID-082, ID-085). */
export function chains(): JsonObject[] {
  const good = (rule: string, name: string, documents: SignedKeyDocument[]) => vector(rule, name, 'ok', documents);
  const broken = (rule: string, name: string, documents: SignedKeyDocument[]) =>
    vector(rule, name, 'ECCP_KEY_CONTINUITY', documents);
  const many = Array.from({ length: 16 }, (_, i) => keyOf(30 + i));
  const plain = newDocument(node, [a]);
  const recovered = after(first, { keys: [b.publicKey], revoked: [a.keyId] }, [b, recovery]);
  const branch = after(first, { keys: [c.publicKey] }, [a, c]);
  return [
    good('ID-090', 'one document', [first]),
    good('ID-090', 'one document without a recovery key', [plain]),
    good('ID-090', 'one document with two keys', [newDocument(node, [a, b])]),
    good('ID-083', 'one document with 16 keys', [newDocument(node, many)]),
    good('ID-090', 'a key replaced, then another added and the first revoked', [first, second, third]),
    good('ID-090', 'a document that changes nothing', [first, after(first, {}, [a])]),
    good('ID-087', 'the only key replaced and revoked, its own signature below', [
      first,
      after(first, { keys: [b.publicKey], revoked: [a.keyId] }, [a, b]),
    ]),
    good('ID-087', 'the only key replaced and revoked by the recovery key', [first, recovered]),
    good('ID-081', 'the recovery key leaves versions out', [
      first,
      after(first, { version: 5, keys: [b.publicKey] }, [b, recovery]),
    ]),
    good('ID-088', 'the recovery key replaced with its signature', [
      first,
      after(first, { recovery_key: otherRecovery.publicKey }, [a, recovery]),
    ]),
    good('ID-088', 'the recovery key dropped with its signature', [
      first,
      withoutRecovery(after(first, {}, [a]), [a, recovery]),
    ]),
    good('ID-088', 'a recovery key added', [plain, after(plain, { recovery_key: recovery.publicKey }, [a])]),
    broken('ID-081', 'no document', []),
    broken('ID-081', 'the first is missing', [second, third]),
    broken('ID-081', 'one between is missing', [first, third]),
    broken('ID-081', 'a document twice', [first, first]),
    broken('ID-081', 'the order reversed', [second, first]),
    broken('ID-081', 'version 0', [signDocument({ ...first.document, version: 0 }, [a])]),
    broken('ID-081', 'a key that is not the recovery key leaves versions out', [
      first,
      after(first, { version: 3 }, [a]),
    ]),
    broken('ID-081', 'the recovery key of a later document leaves versions out', [
      plain,
      after(plain, { version: 3, recovery_key: recovery.publicKey }, [a, recovery]),
    ]),
    broken('ID-081', 'the recovery key repeats a version', [first, after(first, { version: 1 }, [a, recovery])]),
    broken('ID-082', 'version 1 with a prev_hash', [
      signDocument({ ...first.document, prev_hash: documentHash(first.document) }, [a]),
    ]),
    broken('ID-082', 'version 2 without a prev_hash', [first, after(first, { prev_hash: null }, [a])]),
    broken('ID-082', 'a prev_hash of another document', [
      first,
      after(first, { prev_hash: documentHash(second.document) }, [a]),
    ]),
    broken('ID-082', 'a chain goes on from another branch', [first, branch, third]),
    broken('ID-082', 'the recovery key leaves versions out, with a prev_hash of another document', [
      first,
      after(first, { version: 5, prev_hash: documentHash(second.document) }, [a, recovery]),
    ]),
    broken('ID-085', 'a revocation taken back', [first, second, third, after(third, { revoked: [] }, [b, c])]),
    broken('ID-085', 'a revocation replaced by another', [
      first,
      second,
      third,
      after(third, { revoked: [keyOf(99).keyId] }, [b, c]),
    ]),
    broken('ID-085', 'a revocation taken back by the recovery key', [
      first,
      second,
      third,
      after(third, { revoked: [] }, [b, c, recovery]),
    ]),
  ];
}
