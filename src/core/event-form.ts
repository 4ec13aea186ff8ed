import type { Json } from './canonical-json.ts';
import { fromBase64url } from './encoding.ts';
import { EccpError } from './errors.ts';
import { type Event, isSelfMembership, type SequencedEvent } from './event.ts';
import { checkType } from './event-types.ts';
import { isEventId, isEventType, isHash, isKeyId, isRoomId, isStateKey, isUserId } from './ids.ts';
import { badEvent, checkMembers, isCount, isObject, isString, type Members } from './members.ts';

const isOne = (value: Json) => value === 1;

const eventMembers: Members = {
  v: isOne,
  type: isEventType,
  sender: isUserId,
  origin_key: isKeyId,
  origin_ts: isCount,
  content_hash: isHash,
};
const optionalEventMembers: Members = {
  room_id: isRoomId,
  state_key: isStateKey,
  anchor: isAnchor,
  replaces: (value) => value === null || isEventId(value),
};
/** Of an entry (schemas/Entry.json), which is closed (LOG-010). */
export const entryMembers: Members = {
  v: isOne,
  room_id: isRoomId,
  epoch: isCount,
  seq: isCount,
  prev: (value) => value === null || isHash(value),
  event_id: isEventId,
  host_key: isKeyId,
  host_ts: isCount,
  state_root: isHash,
};
const wrapperMembers: Members = {
  event_id: isEventId,
  event: isObject,
  signature: isString,
  entry: isObject,
  entry_signature: isString,
};
const optionalWrapperMembers: Members = {
  content: isObject,
  nonce: isNonce,
  redacted_by: isEventId,
  txn_id: isString,
};

/**
 * Takes what was received for a sequenced event, once its form is right. Event and entry are closed (LOG-010), what stands beside
 * them is not.
 *
 * @throws EccpError ECCP_BAD_EVENT
 */
export function readSequencedEvent(received: Json): SequencedEvent {
  checkMembers(received, '', wrapperMembers, optionalWrapperMembers, false);
  checkMembers(received.entry, '/entry', entryMembers, {}, true);
  checkMembers(received.event, '/event', eventMembers, optionalEventMembers, true);
  const sequenced = received as SequencedEvent; // the three calls have just established it
  checkEventForm(sequenced.event);
  return sequenced;
}

/**
 * Which of the optional members of an event stand there is not a choice: its kind decides.
 *
 * @throws EccpError ECCP_BAD_EVENT
 */
export function checkEventForm(event: Event): void {
  checkMembers(event, '/event', eventMembers, optionalEventMembers, true);
  checkType(event.type, event.state_key);
  const isCreate = event.type === 'eccp.room.create';
  expect('room_id', event, !isCreate); // LOG-011
  expect('replaces', event, event.state_key !== undefined); // LOG-030
  expect('anchor', event, !isCreate && !isSelfMembership(event)); // LOG-025, LOG-026
}

function expect(member: 'room_id' | 'anchor' | 'replaces', event: Event, expected: boolean): void {
  if (Object.hasOwn(event, member) !== expected)
    throw badEvent(`/event/${member}`, expected ? 'missing' : 'not allowed here');
}

function isAnchor(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 2 && isCount(value.seq ?? null) && isHash(value.hash);
}

function isNonce(value: Json): boolean {
  if (typeof value !== 'string') return false;
  try {
    fromBase64url(value, 16); // LOG-006
    return true;
  } catch (error) {
    if (error instanceof EccpError) return false;
    throw error;
  }
}
