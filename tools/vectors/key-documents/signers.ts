import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { newDocument, type SignedKeyDocument, signDocument } from '../../../src/core/key-document.ts';
import type { SigningKey } from '../../../src/core/signing.ts';
import { flipped, raised } from '../spoilt.ts';
import {
  a,
  after,
  b,
  c,
  d,
  first,
  node,
  otherRecovery,
  recovery,
  second,
  stranger,
  third,
  vector,
  withoutRecovery,
} from './scene.ts';

/** Who has to sign a document, and who may (ID-086 to ID-089). */
export function signers(): JsonObject[] {
  const bad = (rule: string, name: string, documents: SignedKeyDocument[]) =>
    vector(rule, name, 'ECCP_BAD_SIGNATURE', documents);
  const forged = (name: string, { document }: SignedKeyDocument, key: SigningKey, change: (text: string) => string) => {
    const signed = signDocument(document, [a, key]);
    const signature = change(signed.signatures[key.keyId] ?? '');
    return bad('ID-089', name, [{ document, signatures: { ...signed.signatures, [key.keyId]: signature } }]);
  };
  const both = newDocument(node, [a, b]);
  return [
    bad('ID-086', 'a listed key did not sign', [signDocument(both.document, [a])]),
    bad('ID-086', 'a new key did not sign', [first, after(first, { keys: [a.publicKey, b.publicKey] }, [a])]),
    bad('ID-086', 'the recovery key alone signed', [first, after(first, { keys: [b.publicKey] }, [recovery])]),
    bad('ID-087', 'only the new key signed', [first, after(first, { keys: [b.publicKey] }, [b])]),
    bad('ID-087', 'only the recovery key that comes with it signed', [
      first,
      after(first, { keys: [b.publicKey], recovery_key: otherRecovery.publicKey }, [b, otherRecovery]),
    ]),
    bad('ID-087', 'only a key of the document before the last signed', [
      first,
      second,
      after(second, { keys: [a.publicKey] }, [a]),
    ]),
    bad('ID-088', 'the recovery key replaced without its signature', [
      first,
      after(first, { recovery_key: otherRecovery.publicKey }, [a, otherRecovery]),
    ]),
    bad('ID-088', 'the recovery key dropped without its signature', [
      first,
      withoutRecovery(after(first, {}, [a]), [a]),
    ]),
    bad('ID-089', 'a signature by a stranger', [signDocument(first.document, [a, stranger])]),
    bad('ID-089', 'a signature by a key of the document before the last', [
      first,
      second,
      after(second, { keys: [b.publicKey, d.publicKey] }, [a, b, d]),
    ]),
    bad('ID-089', 'a signature by a key that was revoked', [first, second, third, after(third, {}, [a, b, c])]),
    forged('a signature with a bit flipped', first, a, flipped),
    forged('a signature of the recovery key with a bit flipped', first, recovery, flipped),
    forged('a signature with S + L', first, a, raised),
    forged('a signature under the id of another key', both, b, () => a.sign('eccp.key-document-sig.v1', both.document)),
    forged('a signature of another document', first, a, () => both.signatures[a.keyId] ?? ''),
    forged('a signature in the domain of statements', first, a, () => a.sign('eccp.freshness-sig.v1', first.document)),
  ];
}
