import { Point } from '@noble/ed25519';
import type { Json, JsonObject } from '../../../src/core/canonical-json.ts';
import { toBase64url } from '../../../src/core/encoding.ts';
import { type KeyDocument, newDocument, signDocument } from '../../../src/core/key-document.ts';
import type { SigningKey } from '../../../src/core/signing.ts';
import { encoding, pairOf, prime, torsion } from '../curve.ts';
import { keyOf } from '../fixed.ts';
import { a, b, first, node, recovery, vector } from './scene.ts';

/** Documents out of form (ID-080), and keys that no document may have (ID-074, ID-075, ID-083, ID-084). */
export function forms(): JsonObject[] {
  const { document, signatures } = first;
  const changed = (changes: JsonObject, signers: SigningKey[] = [a]) =>
    signDocument({ ...document, ...changes } as KeyDocument, signers);
  const malformed = (name: string, item: Json) => vector('ID-080', name, 'ECCP_KEY_CONTINUITY', [item]);
  const bad = (rule: string, name: string, item: Json) => vector(rule, name, 'ECCP_BAD_KEY', [item]);
  const { revoked: _, ...incomplete } = document;
  const neutral = toBase64url(encoding(1n));
  const mixed = pairOf(Buffer.alloc(32, 2)).point.add(torsion[1] ?? Point.ZERO);
  const many = Array.from({ length: 17 }, (_, i) => keyOf(30 + i));
  return [
    malformed('not an object', 'a document'),
    malformed('an unknown member', changed({ name: 'x' })),
    malformed('an unknown member beside document and signatures', { document, signatures, note: 'x' }),
    malformed('no member revoked', signDocument(incomplete as KeyDocument, [a])),
    malformed('no signatures', { document }),
    malformed('a version that is a text', changed({ version: '1' })),
    malformed('a prev_hash that is a number', changed({ prev_hash: 0 })),
    malformed('keys that are no list', changed({ keys: a.publicKey })),
    malformed('a key with padding', changed({ keys: [`${a.publicKey}=`] })),
    malformed('a key of 31 bytes', changed({ keys: [toBase64url(Buffer.alloc(31, 1))] })),
    malformed('a revocation of what is no key id', changed({ revoked: [b.publicKey] })),
    malformed('a revocation twice', changed({ revoked: [b.keyId, b.keyId] })),
    malformed('a recovery key that is null', changed({ recovery_key: null })),
    malformed('a node name in capitals', changed({ node: 'EXAMPLE.ORG' })),
    malformed('the document of another node', newDocument('remote.example', [a])),
    malformed('the document of the same name with a port', newDocument(`${node}:8448`, [a])),
    bad('ID-083', 'no key', changed({ keys: [] })),
    bad('ID-083', '17 keys', newDocument(node, many)),
    bad('ID-083', 'a key twice', newDocument(node, [a, a])),
    bad('ID-083', 'the recovery key among the keys', newDocument(node, [a], a.publicKey)),
    bad('ID-084', 'a key listed and revoked', changed({ revoked: [a.keyId] })),
    bad('ID-084', 'the recovery key revoked', changed({ revoked: [recovery.keyId] })),
    bad('ID-075', 'a key of small order', changed({ keys: [a.publicKey, neutral] })),
    bad('ID-075', 'a recovery key of small order', changed({ recovery_key: neutral })),
    bad('ID-075', 'a key with a small-order part', changed({ keys: [a.publicKey, toBase64url(mixed.toBytes())] })),
    bad('ID-074', 'a key that is not canonical', changed({ keys: [a.publicKey, toBase64url(encoding(prime + 3n))] })),
    bad('ID-074', 'a key that is not on the curve', changed({ keys: [a.publicKey, toBase64url(encoding(2n))] })),
  ];
}
