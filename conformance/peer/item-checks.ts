// What can be wrong with an event or an entry that another node signed, by itself and by the room that it is for.

import type { Json } from '../wire/json.ts';
import { keyIn } from '../wire/key-document.ts';
import { isSelfMembership } from '../wire/log-form.ts';
import { contentHash, eventHash } from '../wire/room-log.ts';
import { verifyJson } from '../wire/signature.ts';
import type { KeyDocument, SequencedEvent, SignedKeyDocument } from '../wire/types.ts';
import { nodeOf, type Origin, type PeerRoom } from './room.ts';

/** What is wrong with an event that a node submits to the host of a room. */
export function originProblems(room: PeerRoom, origin: Origin, node: string): string[] {
  const { event, content, nonce, event_id, signature } = origin;
  const carried = isSelfMembership(event)
    ? (content.node_keys as unknown as SignedKeyDocument[] | undefined)
    : undefined;
  const document = carried?.at(-1)?.document ?? room.documents.get(node);
  const { anchor } = event;
  return [
    ...(nodeOf(event.sender) === node ? [] : [`its sender ${event.sender} lives elsewhere`]),
    ...(event.room_id === room.id ? [] : [`it is for ${event.room_id}`]),
    ...(event_id === `$${eventHash(event)}` ? [] : ['its id is not its hash']),
    ...(event.content_hash === contentHash(content, nonce) ? [] : ['its content is not what its content_hash says']),
    ...((anchor === undefined) === isSelfMembership(event) ? [] : ['its anchor is where none belongs, or missing']),
    ...(anchor && room.log[anchor.seq] === undefined ? [`it is anchored at ${anchor.seq}, which is not there`] : []),
    ...underKey('its signature', document, event.origin_key, 'eccp.event-sig.v1', event, signature),
  ];
}

/** What is wrong with the signatures of an event and its entry under the documents of the sender's node and of the host. */
export function signatureProblems(item: SequencedEvent, sender?: KeyDocument, host?: KeyDocument): string[] {
  const { event, entry, signature, entry_signature } = item;
  return [
    ...underKey('its signature', sender, event.origin_key, 'eccp.event-sig.v1', event, signature),
    ...underKey('its entry’s signature', host, entry.host_key, 'eccp.entry-sig.v1', entry, entry_signature),
  ];
}

function underKey(
  what: string,
  document: KeyDocument | undefined,
  id: string,
  domain: string,
  value: Json,
  signature: string,
): string[] {
  const key = document && keyIn(document, id);
  if (key === undefined) return [`${what} is made with ${id}, which no document in force lists`];
  try {
    return verifyJson(key, domain, value, signature) ? [] : [`${what} does not verify`];
  } catch (error) {
    return [`${what}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
