import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { documentHash, type SignedKeyDocument } from '../../../src/core/key-document.ts';
import { a, after, b, c, d, first, recovery, second, stolen, stolenAgain, thief, third, vector } from './scene.ts';

/** What a node takes from a peer of which it holds a chain (section 13.4). */
export function heldChains(): JsonObject[] {
  /** @param holds the documents held afterwards. */
  const take = (
    rule: string,
    name: string,
    held: SignedKeyDocument[],
    documents: SignedKeyDocument[],
    holds: SignedKeyDocument[],
  ) => ({
    ...vector(rule, name, 'ok', documents, { held }),
    holds: holds.map(({ document }) => documentHash(document)),
  });
  const refuse = (rule: string, name: string, held: SignedKeyDocument[], documents: SignedKeyDocument[]) =>
    vector(rule, name, 'ECCP_KEY_CONTINUITY', documents, { held });
  const owned = [first, second, third];
  const robbed = [...owned, stolen, stolenAgain];
  const rescue = { keys: [d.publicKey], revoked: [a.keyId, b.keyId, c.keyId, thief.keyId] };
  const recovered = after(third, { ...rescue, version: 6 }, [d, recovery]);
  const onward = after(recovered, { keys: [d.publicKey, b.publicKey], revoked: [a.keyId] }, [b, d]);
  const next = after(recovered, {}, [d]);
  return [
    take('KEY-020', 'nothing new', owned, [], owned),
    take('KEY-020', 'the next document', [first, second], [third], owned),
    take('KEY-020', 'the next two documents', [first], [second, third], owned),
    take('KEY-048', 'a recovery document displaces what a thief published', robbed, [recovered], [...owned, recovered]),
    take('KEY-048', 'a recovery document and what follows it', robbed, [recovered, next], [...owned, recovered, next]),
    take(
      'KEY-047',
      'a recovery document that continues the first',
      robbed,
      [after(first, { ...rescue, version: 6 }, [d, recovery])],
      [first, after(first, { ...rescue, version: 6 }, [d, recovery])],
    ),
    take('KEY-047', 'a recovery document that continues the newest', owned, [recovered], [...owned, recovered]),
    refuse('KEY-040', 'another document of the version held', owned, [
      after(second, { keys: [b.publicKey, d.publicKey], revoked: [a.keyId] }, [b, d]),
    ]),
    refuse('KEY-040', 'a document that continues an earlier one, without the recovery key', robbed, [
      after(third, { keys: [d.publicKey], version: 6 }, [b, d]),
    ]),
    refuse('KEY-040', 'a document that leaves a version out', [first], [third]),
    refuse('KEY-047', 'a recovery document of a version that is held', robbed, [
      after(third, { ...rescue, version: 5 }, [d, recovery]),
    ]),
    refuse('KEY-047', 'a recovery document that continues what nobody holds', robbed, [
      after(onward, { version: 9 }, [b, d, recovery]),
    ]),
    refuse('KEY-047', 'a recovery document that takes back a revocation', robbed, [
      after(third, { ...rescue, version: 6, revoked: [] }, [d, recovery]),
    ]),
  ];
}
