import type { Json } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { type Entry, entryHash } from './event.ts';
import { entryMembers } from './event-form.ts';
import { isNodeName, isRoomId, nodeOf } from './ids.ts';
import { documentHash, type KeyDocument, listedKey, verifyCheckpoint } from './key-document.ts';
import { badEvent, checkMembers, isObject, isString } from './members.ts';
import { verify } from './signing.ts';

/** What a piece of evidence proves: its node signed two different entries for one place. */
export interface Contradiction {
  readonly node: string;
  readonly roomId: string;
  readonly entries: readonly [Entry, Entry];
  /** The key document that lists the keys of both. What it says is only as good as the way in which it came here. */
  readonly document: KeyDocument;
  readonly documentHash: string;
}

/**
 * Verifies evidence (schemas/Equivocation.json) by itself: nothing else has to be known or asked.
 *
 * @param received untrusted JSON.
 * @throws EccpError that says what does not hold: ECCP_BAD_EVENT for its form and for entries that do not contradict each other,
 *   ECCP_ROOM_MISMATCH, ECCP_NOT_HOST, ECCP_BAD_SIGNATURE, and those of verifyCheckpoint() for the key document.
 */
export function verifyEquivocation(received: Json): Contradiction {
  checkMembers(
    received,
    '',
    { room_id: isRoomId, node: isNodeName, heads: isPair, documents: Array.isArray },
    {},
    false,
  );
  const { room_id, node, heads, documents } = received as {
    room_id: string;
    node: string;
    heads: Json[];
    documents: Json[];
  };
  const document = verifyCheckpoint(documents, node);
  const [first, second] = [headEntry(heads[0], '/heads/0', document), headEntry(heads[1], '/heads/1', document)];
  for (const { room_id: other } of [first, second]) {
    if (other !== room_id) throw new EccpError('ECCP_ROOM_MISMATCH', `an entry is of ${other}, not of ${room_id}`);
  }
  if (first.seq !== second.seq || first.epoch !== second.epoch) {
    throw badEvent('/heads/1/entry', 'is for another place than the first, so both may stand in one log');
  }
  if (entryHash(first) === entryHash(second)) throw badEvent('/heads/1/entry', 'is the same entry as the first');
  // Who hosts later epochs, the log alone tells; of the first, the room's id does.
  if (first.epoch === 0 && nodeOf(room_id) !== node) {
    throw new EccpError(
      'ECCP_NOT_HOST',
      `${node} is not the host of ${room_id}, so its entries prove nothing about it`,
    );
  }
  return { node, roomId: room_id, entries: [first, second], document, documentHash: documentHash(document) };
}

function isPair(value: Json): boolean {
  return Array.isArray(value) && value.length === 2;
}

/** The entry of a head, once the signature of one of the listed keys holds. */
function headEntry(head: Json | undefined, path: string, document: KeyDocument): Entry {
  checkMembers(head, path, { entry: isObject, entry_signature: isString }, {}, false);
  checkMembers(head.entry, `${path}/entry`, entryMembers, {}, true);
  const entry = head.entry as Entry;
  const key = listedKey(document, entry.host_key);
  if (key === undefined) {
    throw new EccpError('ECCP_BAD_SIGNATURE', `${path}: the key document does not list ${entry.host_key}`);
  }
  if (!verify(key, 'eccp.entry-sig.v1', entry, head.entry_signature as string)) {
    throw new EccpError('ECCP_BAD_SIGNATURE', `${path}: the signature of ${document.node} does not verify`);
  }
  return entry;
}
