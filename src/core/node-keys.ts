import type { JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { type Event, isSelfMembership } from './event.ts';
import { nodeOf } from './ids.ts';
import { documentHash, listedKey, type SignedKeyDocument, verifyChain, verifyCheckpoint } from './key-document.ts';
import { badEvent } from './members.ts';
import type { RoomState, StateEntry } from './room-state.ts';
import { keyId } from './signing.ts';

/**
 * What a create or self-membership event has to carry as `node_keys` (LOG-044, LOG-045): the newest document where the room has none
 * of this node, otherwise those that follow the one that it has. When there are none the member is left out.
 *
 * @param chain the node's whole chain, oldest first.
 */
export function documentsToCarry(
  state: RoomState,
  node: string,
  chain: readonly SignedKeyDocument[],
): SignedKeyDocument[] {
  const held = state.keyDocument(node);
  if (held === undefined) return chain.slice(-1);
  const newer = chain.filter((signed) => signed.document.version > held.version);
  if (newer.length === 0) return [];
  const same = chain.find((signed) => signed.document.version === held.version);
  if (same !== undefined && documentHash(same.document) === documentHash(held)) return newer;
  // The room's document stands on a branch that a recovery has displaced: only the recovery key leads on from there.
  const recovery = held.recovery_key;
  const at = newer.findIndex(({ signatures }) => recovery !== undefined && Object.hasOwn(signatures, keyId(recovery)));
  return at === -1 ? [] : newer.slice(at);
}

/**
 * The change of state that a carrier of key documents makes (LOG-046): from this entry on its node's signatures, the carrier's own
 * among them, are judged by the newest document. Undefined for an event that carries none.
 *
 * @param content the event's content, absent when it did not travel.
 * @throws EccpError those of verifyChain() and verifyCheckpoint(); ECCP_BAD_EVENT for documents in an event that may not carry any.
 */
export function carriedKeys(
  state: RoomState,
  event: Event,
  event_id: string,
  content: JsonObject | undefined,
): StateEntry | undefined {
  const isCreate = event.type === 'eccp.room.create';
  if (content?.node_keys === undefined || (!isCreate && event.type !== 'eccp.room.member')) return undefined;
  if (!isCreate && !isSelfMembership(event)) throw badEvent('/content/node_keys', 'not in an event about another user'); // LOG-052
  const node = nodeOf(event.sender);
  const held = state.keyDocument(node);
  if (held === undefined)
    verifyCheckpoint(content.node_keys, node); // LOG-047
  else verifyChain(content.node_keys, node, held); // LOG-047
  return { type: 'eccp.node.keys', state_key: node, event_id, sender: event.sender, content };
}

/**
 * The public key that a key id names in the document in force for a node.
 *
 * @param unlisted the code for a key that the document does not have.
 * @throws EccpError ECCP_KEY_REVOKED for a key that the document revokes.
 */
export function checkKeyInForce(
  state: RoomState,
  node: string,
  id: string,
  unlisted: 'ECCP_SENDER_MISMATCH' | 'ECCP_BAD_SIGNATURE' | 'ECCP_NOT_HOST',
): string {
  const document = state.keyDocument(node);
  const key = document && listedKey(document, id);
  if (key !== undefined) return key;
  if (document?.revoked.includes(id)) throw new EccpError('ECCP_KEY_REVOKED', `${id} is revoked`); // LOG-049
  throw new EccpError(unlisted, `${id} is not a key of ${node}`); // LOG-048
}
