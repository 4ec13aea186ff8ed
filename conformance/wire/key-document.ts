import { hashJson } from './hash.ts';
import { keyId, loadKey, verifyJson } from './signature.ts';
import type { KeyDocument, SignedKeyDocument } from './types.ts';

/** The public key that a document gives for a key id, unless it revokes it. */
export function keyIn(document: KeyDocument, id: string): string | undefined {
  return document.revoked.includes(id) ? undefined : document.keys.find((key) => keyId(key) === id);
}

/**
 * What is wrong with a chain of key documents of one node that continues `before` (absent: starts at version 1), by chapter 3:
 * the numbering, the hashes, which keys a document lists and revokes, and who signed it. Right after `before` the recovery key may
 * lead on from another branch.
 */
export function chainProblems(chain: SignedKeyDocument[], node: string, before?: KeyDocument): string[] {
  const problems: string[] = [];
  let previous = before;
  for (const signed of chain) {
    const branches = previous !== undefined && previous === before && leavesBranch(signed, previous);
    const found = branches
      ? [
          ...ownerProblems(signed.document, node),
          ...keyProblems(signed.document, undefined),
          ...signerProblems(signed, previous, true),
        ]
      : [
          ...linkProblems(signed, node, previous),
          ...keyProblems(signed.document, previous),
          ...signerProblems(signed, previous, false),
        ];
    problems.push(...named(signed, found));
    previous = signed.document;
  }
  return problems;
}

/**
 * What is wrong with the key documents that an event of a room carries, by chapter 7: where the room has none of the node, it is one
 * document of any version that stands for itself; otherwise they are a chain that continues the one in force.
 * @param before the document in force for the node.
 */
export function carriedProblems(carried: SignedKeyDocument[], node: string, before?: KeyDocument): string[] {
  const [signed, ...more] = carried;
  if (before || !signed) return chainProblems(carried, node, before);
  const { document } = signed;
  const isFirst = document.version === 1;
  return named(signed, [
    ...(more.length === 0 ? [] : [`comes with ${more.length} more, where the newest alone is to be carried`]),
    ...ownerProblems(document, node),
    ...(isFirst === (document.prev_hash === null) ? [] : [`has the prev_hash ${document.prev_hash}`]),
    ...keyProblems(document, undefined),
    ...unsignedProblems(signed),
  ]);
}

function named({ document }: SignedKeyDocument, problems: string[]): string[] {
  return problems.map((problem) => `key document ${document.version} of ${document.node} ${problem}`);
}

function ownerProblems(document: KeyDocument, node: string): string[] {
  return document.node === node ? [] : [`belongs to another node than ${node}`];
}

function linkProblems(signed: SignedKeyDocument, node: string, previous: KeyDocument | undefined): string[] {
  const { document } = signed;
  const hash = previous ? hashJson('eccp.key-document.v1', previous) : null;
  const inOrder = document.version === (previous?.version ?? 0) + 1 || (previous && isRecovery(signed, previous));
  return [
    ...ownerProblems(document, node),
    ...(inOrder ? [] : [`follows version ${previous?.version ?? 'none'}`]),
    ...(document.prev_hash === hash ? [] : [`has the prev_hash ${document.prev_hash}, recomputed ${hash}`]),
  ];
}

function isRecovery(signed: SignedKeyDocument, previous: KeyDocument): boolean {
  const key = previous.recovery_key;
  return key !== undefined && signed.document.version > previous.version && signedBy(signed, key);
}

/** Whether the recovery key of `previous` takes the chain on from elsewhere than right after it. */
function leavesBranch(signed: SignedKeyDocument, previous: KeyDocument): boolean {
  const { prev_hash } = signed.document;
  const other = prev_hash !== null && prev_hash !== hashJson('eccp.key-document.v1', previous);
  return other && isRecovery(signed, previous);
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

function unsignedProblems(signed: SignedKeyDocument): string[] {
  const missing = signed.document.keys.filter((key) => !signedBy(signed, key));
  return missing.map((key) => `is not signed by its key ${keyId(key)}`);
}

/** @param strangers whether keys may have signed that no document at hand has. */
function signerProblems(signed: SignedKeyDocument, previous: KeyDocument | undefined, strangers: boolean): string[] {
  const { document, signatures } = signed;
  const own = [...document.keys, ...(document.recovery_key === undefined ? [] : [document.recovery_key])];
  const recovery = previous?.recovery_key;
  const heirs = [...(previous?.keys ?? []), ...(recovery === undefined ? [] : [recovery])];
  const byId = new Map([...own, ...heirs].map((key) => [keyId(key), key]));
  const changed = recovery !== undefined && document.recovery_key !== recovery;
  return [
    ...unsignedProblems(signed),
    ...(previous && !heirs.some((key) => signedBy(signed, key))
      ? ['is not signed by a key of the version before']
      : []),
    ...(changed && !signedBy(signed, recovery) ? ['gives up the recovery key without its signature'] : []),
    ...Object.keys(signatures)
      .filter((id) => byId.has(id) || !strangers)
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
