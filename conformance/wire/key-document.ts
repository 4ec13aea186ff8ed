import { hashJson } from './hash.ts';
import { keyId, loadKey, verifyJson } from './signature.ts';
import type { KeyDocument, SignedKeyDocument } from './types.ts';

/** The public key that a document gives for a key id, unless it revokes it. */
export function keyIn(document: KeyDocument, id: string): string | undefined {
  return document.revoked.includes(id) ? undefined : document.keys.find((key) => keyId(key) === id);
}

/**
 * What is wrong with a chain of key documents of one node that continues `before` (absent: starts at version 1), by chapter 3:
 * the numbering, the hashes, which keys a document lists and revokes, and who signed it.
 */
export function chainProblems(chain: SignedKeyDocument[], node: string, before?: KeyDocument): string[] {
  const problems: string[] = [];
  let previous = before;
  for (const signed of chain) {
    const { document } = signed;
    const place = `key document ${document.version} of ${document.node}`;
    const wrong = [
      ...linkProblems(document, node, previous),
      ...keyProblems(document, previous),
      ...signerProblems(signed, previous),
    ];
    problems.push(...wrong.map((problem) => `${place} ${problem}`));
    previous = document;
  }
  return problems;
}

function linkProblems(document: KeyDocument, node: string, previous: KeyDocument | undefined): string[] {
  const hash = previous ? hashJson('eccp.key-document.v1', previous) : null;
  return [
    ...(document.node === node ? [] : [`belongs to another node than ${node}`]),
    ...(document.version === (previous?.version ?? 0) + 1 ? [] : [`follows version ${previous?.version ?? 'none'}`]),
    ...(document.prev_hash === hash ? [] : [`has the prev_hash ${document.prev_hash}, recomputed ${hash}`]),
  ];
}

function keyProblems({ keys, revoked, recovery_key }: KeyDocument, previous: KeyDocument | undefined): string[] {
  const all = [...keys, ...(recovery_key === undefined ? [] : [recovery_key])];
  const forgotten = previous?.revoked.filter((id) => !revoked.includes(id)) ?? [];
  return [
    ...(keys.length >= 1 && keys.length <= 16 && new Set(all).size === all.length
      ? []
      : ['lists no key, more than 16, or one twice']),
    ...all.filter((key) => revoked.includes(keyId(key))).map((key) => `revokes its own key ${keyId(key)}`),
    ...forgotten.map((id) => `no longer revokes ${id}`),
  ];
}

function signerProblems(signed: SignedKeyDocument, previous: KeyDocument | undefined): string[] {
  const { document, signatures } = signed;
  const own = [...document.keys, ...(document.recovery_key === undefined ? [] : [document.recovery_key])];
  const recovery = previous?.recovery_key;
  const heirs = [...(previous?.keys ?? []), ...(recovery === undefined ? [] : [recovery])];
  const byId = new Map([...own, ...heirs].map((key) => [keyId(key), key]));
  const changed = recovery !== undefined && document.recovery_key !== recovery;
  return [
    ...document.keys.filter((key) => !signedBy(signed, key)).map((key) => `is not signed by its key ${keyId(key)}`),
    ...(previous && !heirs.some((key) => signedBy(signed, key))
      ? ['is not signed by a key of the version before']
      : []),
    ...(changed && !signedBy(signed, recovery) ? ['gives up the recovery key without its signature'] : []),
    ...Object.keys(signatures)
      .filter((id) => !signedBy(signed, byId.get(id) ?? ''))
      .map((id) => `has a signature by ${id} that does not count`),
  ];
}

function signedBy({ document, signatures }: SignedKeyDocument, key: string): boolean {
  try {
    const signature = signatures[keyId(key)];
    loadKey(key);
    return signature !== undefined && verifyJson(key, 'eccp.key-document-sig.v1', document, signature);
  } catch {
    return false;
  }
}
