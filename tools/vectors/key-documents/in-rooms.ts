import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { documentHash, newDocument, type SignedKeyDocument, signDocument } from '../../../src/core/key-document.ts';
import {
  a,
  after,
  b,
  c,
  d,
  first,
  recovery,
  second,
  stolen,
  stolenAgain,
  stranger,
  thief,
  third,
  vector,
} from './scene.ts';

/** What an event may carry in `node_keys` (section 7.6). */
export function inRooms(): JsonObject[] {
  const carry = (
    name: string,
    expected: string,
    in_force: SignedKeyDocument | null,
    ...documents: SignedKeyDocument[]
  ) => vector('LOG-047', `in a room: ${name}`, expected, documents, { in_force });
  const broken = (name: string, in_force: SignedKeyDocument | null, ...documents: SignedKeyDocument[]) =>
    carry(name, 'ECCP_KEY_CONTINUITY', in_force, ...documents);
  const fourth = after(third, {}, [b, c]);
  const rescue = { keys: [d.publicKey], revoked: [a.keyId, b.keyId, c.keyId, thief.keyId] };
  return [
    carry('a checkpoint of version 1', 'ok', null, first),
    carry('a checkpoint of version 3', 'ok', null, third),
    carry('a checkpoint of version 2 that a key which it does not list signed too', 'ok', null, second),
    carry('a checkpoint of version 1 that a key which it does not list signed too', 'ok', null, {
      ...signDocument(first.document, [a, stranger]),
    }),
    broken('two documents where none is in force', null, first, second),
    broken('a checkpoint of another node', null, newDocument('remote.example', [a])),
    broken('a checkpoint of version 0', null, signDocument({ ...first.document, version: 0 }, [a])),
    broken('a checkpoint of version 1 with a prev_hash', null, {
      ...signDocument({ ...first.document, prev_hash: documentHash(first.document) }, [a]),
    }),
    broken('a checkpoint of version 3 without a prev_hash', null, {
      ...signDocument({ ...third.document, prev_hash: null }, [b, c]),
    }),
    carry('a checkpoint that a listed key did not sign', 'ECCP_BAD_SIGNATURE', null, signDocument(third.document, [b])),
    carry('a checkpoint that revokes a key which it lists', 'ECCP_BAD_KEY', null, {
      ...signDocument({ ...third.document, revoked: [b.keyId] }, [b, c]),
    }),
    carry('the next document', 'ok', second, third),
    carry('the next two documents', 'ok', second, third, fourth),
    broken('the document in force', third, third),
    broken('an older document', third, second),
    broken('a document left out', second, fourth),
    broken('a revocation taken back', third, after(third, { revoked: [] }, [b, c])),
    broken('a revocation taken back right after it, the recovery key among the signers', third, {
      ...after(third, { revoked: [] }, [b, c, recovery]),
    }),
    carry('a recovery document that continues another than the one in force', 'ok', stolenAgain, {
      ...after(third, { ...rescue, version: 6 }, [d, recovery]),
    }),
    carry('a recovery document after documents that the room never had', 'ok', first, {
      ...after(stolen, { ...rescue, version: 6 }, [d, recovery]),
    }),
    broken('a recovery document of the version in force', stolenAgain, {
      ...after(third, { ...rescue, version: 5 }, [d, recovery]),
    }),
    broken('a document that continues another than the one in force, without the recovery key', stolenAgain, {
      ...after(third, { version: 6 }, [b, c]),
    }),
  ];
}
