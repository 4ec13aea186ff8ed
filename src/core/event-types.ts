import type { Json, JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { isDeviceId, isEventId, isEventType, isHash, isNodeName, isRoomId, isUserId } from './ids.ts';
import { badEvent, checkMembers, isCount, isObject, isOneOf, isString, isText, type Members } from './members.ts';

/** The `eccp.` types that room version "1" knows. */
interface EventType {
  /** Which state key it has: none at all (not a state event), the empty one, or a user id. */
  stateKey: 'none' | 'empty' | 'user';
  /** Whether the fold reads its content, which therefore always travels and is never redacted. */
  auth: boolean;
  required: Members;
  optional: Members;
  /** Whether other members are refused. */
  closed?: true;
}

const isTrue = (value: Json) => value === true;
const isLevel = (value: Json) => isCount(value) && value <= 100;
const isLevelMap = (isKey: (key: string) => boolean) => (value: Json) =>
  isObject(value) && Object.entries(value).every(([key, level]) => isKey(key) && isLevel(level));
const isDocumentList = (value: Json) => Array.isArray(value) && value.length > 0 && value.every(isObject);

const eventTypes = new Map<string, EventType>([
  [
    'eccp.room.create',
    {
      stateKey: 'empty',
      auth: true,
      required: { room_version: isString, node_keys: isDocumentList },
      optional: { direct: isTrue, predecessor: isPredecessor, require_verified: isTrue },
    },
  ],
  [
    'eccp.room.member',
    {
      stateKey: 'user',
      auth: true,
      required: { membership: isOneOf('invite', 'join', 'knock', 'leave', 'ban') },
      optional: { reason: isString, node_keys: isDocumentList },
    },
  ],
  [
    'eccp.room.power_levels',
    {
      stateKey: 'empty',
      auth: true,
      required: {},
      optional: {
        users: isLevelMap(isUserId),
        events: isLevelMap(isEventType),
        users_default: isLevel,
        events_default: isLevel,
        state_default: isLevel,
        invite: isLevel,
        kick: isLevel,
        ban: isLevel,
        redact: isLevel,
        verified: isObject,
      },
    },
  ],
  ['eccp.room.visibility', auth({ visibility: isOneOf('public', 'private', 'invite_only', 'shadow') })],
  ['eccp.room.history_visibility', auth({ history_visibility: isOneOf('shared', 'invited', 'joined') })],
  [
    'eccp.room.host',
    { stateKey: 'empty', auth: true, required: { node: isNodeName, consent: isObject }, optional: {} },
  ],
  ['eccp.room.encryption', auth({ algorithm: isOneOf('eccp.room.v1') })],
  ['eccp.room.name', { stateKey: 'empty', auth: false, required: { name: isText(255) }, optional: {} }],
  ['eccp.room.topic', { stateKey: 'empty', auth: false, required: { topic: isText(2000) }, optional: {} }],
  [
    'eccp.room.redaction',
    { stateKey: 'none', auth: true, required: { redacts: isRedacts }, optional: { reason: isString } },
  ],
  ['eccp.room.message', { stateKey: 'none', auth: false, required: { body: isString }, optional: {} }],
  [
    'eccp.room.encrypted',
    {
      stateKey: 'none',
      auth: false,
      required: {
        algorithm: isOneOf('eccp.room.v1'),
        sender_device: isDeviceId,
        chain_id: isHash,
        index: (value) => isCount(value) && value <= 99,
        ciphertext: (value) => isString(value) && /^[A-Za-z0-9_-]{22,}$/.test(value),
        signature: (value) => isString(value) && /^[A-Za-z0-9_-]{85}[AQgw]$/.test(value),
      },
      optional: {},
      closed: true,
    },
  ],
]);

/**
 * Whether a type exists in room version "1" and has this state key.
 *
 * @throws EccpError ECCP_BAD_EVENT
 */
export function checkType(type: string, stateKey: string | undefined): void {
  const known = eventTypes.get(type);
  if (known === undefined) {
    if (type.startsWith('eccp.')) throw badEvent('/event/type', `${type} is not a type of this room version`); // LOG-014
    return;
  }
  const fits =
    known.stateKey === 'none'
      ? stateKey === undefined
      : known.stateKey === 'empty'
        ? stateKey === ''
        : isUserId(stateKey);
  if (!fits) throw badEvent('/event/state_key', `not the state key of a ${type}`); // LOG-016, LOG-017
}

/** Whether the fold reads the content of such events (LOG-022): it always travels, and no redaction touches it. */
export function isAuthType(type: string): boolean {
  return eventTypes.get(type)?.auth === true;
}

/**
 * Checks a content against its type's schema. Types that are not `eccp.` ones have free content.
 *
 * @throws EccpError ECCP_BAD_EVENT, ECCP_UNSUPPORTED_VERSION
 */
export function checkContent(type: string, content: JsonObject): void {
  const known = eventTypes.get(type);
  if (known === undefined) return;
  checkMembers(content, '/content', known.required, known.optional, known.closed === true);
  if (type === 'eccp.room.create' && content.room_version !== '1') {
    throw new EccpError('ECCP_UNSUPPORTED_VERSION', `room version ${content.room_version}`); // LOG-023
  }
}

function auth(required: Members): EventType {
  return { stateKey: 'empty', auth: true, required, optional: {} };
}

function isPredecessor(value: Json): boolean {
  return isObject(value) && isRoomId(value.room_id) && isCount(value.seq ?? null) && isHash(value.hash);
}

function isRedacts(value: Json): boolean {
  return isObject(value) && isEventId(value.event_id) && isUserId(value.sender);
}
