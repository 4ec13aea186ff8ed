// What a node can check of an invitation: not that the inviter may invite, but who says so (section 17.4).
import type { JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { contentHash, eventId, foundedRoomId, type SequencedEvent } from '../core/event.ts';
import { readSequencedEvent } from '../core/event-form.ts';
import { checkContent } from '../core/event-types.ts';
import { isRoomId, nodeOf } from '../core/ids.ts';
import { type KeyDocument, listedKey, verifyCheckpoint } from '../core/key-document.ts';
import { badEvent, checkMembers, isBoolean, isOneOf, isText } from '../core/members.ts';
import { verify } from '../core/signing.ts';
import type { NodeName } from '../generated/api.ts';
import type { Invite } from './invite-item.ts';

/** A key of another node that is in force now. Throws the EccpError of why there is none. */
export type KeyOf = (node: NodeName, keyId: string) => Promise<string>;

/** schemas/RoomPreview.json */
const previewMembers = {
  required: { visibility: isOneOf('public', 'private', 'invite_only', 'shadow') },
  optional: { encrypted: isBoolean, name: isText(255), topic: isText(2000) },
};

/**
 * Takes an item for an invitation (schemas/Invite.json).
 *
 * @param origin the node that sent it, authenticated.
 * @throws EccpError ECCP_BAD_EVENT, ECCP_NOT_HOST, ECCP_ROOM_MISMATCH, ECCP_UNSUPPORTED_VERSION, ECCP_BAD_SIGNATURE, those of a key document.
 */
export async function readInvite(origin: NodeName, item: JsonObject, keyOf: KeyOf): Promise<Invite> {
  const { room_id, event_id, preview, keys } = item;
  if (!isRoomId(room_id)) throw badEvent('/room_id', 'not a room id');
  const create = readSequencedEvent(item.create ?? null);
  const invite = readSequencedEvent(item.invite ?? null);
  const founder = nodeOf(room_id) as NodeName;
  // Who hosts a room in a later epoch only its log tells: until it is held, that is a claim like the inviter's power.
  if (founder !== origin && invite.entry.epoch === 0) {
    throw new EccpError('ECCP_NOT_HOST', 'Only the host of a room brings invitations to it.'); // HOST-041
  }
  const { event, content } = invite;
  if (
    create.event.type !== 'eccp.room.create' ||
    foundedRoomId(create.event) !== room_id ||
    event.room_id !== room_id
  ) {
    throw new EccpError('ECCP_ROOM_MISMATCH', 'The create event or the invite belongs to another room.'); // HOST-042
  }
  if (event.type !== 'eccp.room.member' || content?.membership !== 'invite' || invite.event_id !== event_id) {
    throw badEvent('/invite', 'not an invite'); // HOST-043
  }
  if (!Array.isArray(keys) || keys.length !== 1) throw badEvent('/keys', 'not one key document');
  checkMembers(preview, '/preview', previewMembers.required, previewMembers.optional, false);
  checkWhole(create);
  checkContent(create.event.type, create.content ?? {}); // HOST-046
  const founding = verifyCheckpoint(create.content?.node_keys ?? null, founder);
  checkEventSignature(create, founding);
  await checkEntrySignature(founder, create, keyOf, founding);
  checkWhole(invite);
  checkEventSignature(invite, verifyCheckpoint(keys ?? null, nodeOf(event.sender)));
  await checkEntrySignature(origin, invite, keyOf, origin === founder ? founding : undefined);
  return item as unknown as Invite;
}

/**
 * Checks that a room's host sequenced a membership event: hashes, and the host's signature under a key that it has now.
 *
 * @throws EccpError ECCP_BAD_EVENT, ECCP_BAD_SIGNATURE, why the host's keys cannot be had.
 */
export async function verifyHostsEntry(host: NodeName, sequenced: SequencedEvent, keyOf: KeyOf): Promise<void> {
  checkWhole(sequenced);
  await checkEntrySignature(host, sequenced, keyOf);
}

function checkWhole({ event_id, event, content, nonce, entry }: SequencedEvent): void {
  if (eventId(event) !== event_id || entry.event_id !== event_id)
    throw badEvent('/event_id', 'not the hash of the event');
  if (content === undefined || nonce === undefined || contentHash(content, nonce) !== event.content_hash) {
    throw badEvent('/event/content_hash', 'not the hash of content and nonce');
  }
}

function checkEventSignature({ event, signature }: SequencedEvent, document: KeyDocument): void {
  const key = listedKey(document, event.origin_key);
  if (key === undefined || !verify(key, 'eccp.event-sig.v1', event, signature)) {
    throw new EccpError('ECCP_BAD_SIGNATURE', `The signature of ${document.node} does not verify.`); // HOST-045
  }
}

/** @param founding the host's document when it made the room: old entries may be under its keys. */
async function checkEntrySignature(
  host: NodeName,
  { entry, entry_signature }: SequencedEvent,
  keyOf: KeyOf,
  founding?: KeyDocument,
): Promise<void> {
  const key = (founding && listedKey(founding, entry.host_key)) ?? (await keyOf(host, entry.host_key));
  if (!verify(key, 'eccp.entry-sig.v1', entry, entry_signature)) {
    throw new EccpError('ECCP_BAD_SIGNATURE', 'The signature of the host does not verify.'); // HOST-045
  }
}
