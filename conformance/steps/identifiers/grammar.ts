// The grammars of chapter 3, written for the suite alone.
import { isObject, type Json } from '../../wire/json.ts';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const HASH = '[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]';

/** Whether a text is the name of a node. */
export function isNodeName(text: string): boolean {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/s.exec(text) ?? [];
  if (text.length > 253 || (text.endsWith(':') && !host.endsWith(']'))) return false;
  if (port !== undefined && !(/^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65535)) return false;
  if (host.startsWith('[')) return isIpv6(host);
  const labels = host.split('.');
  if (labels.length === 4 && labels.every((label) => OCTET.test(label) && Number(label) <= 255)) return true;
  return labels.every((label) => LABEL.test(label)) && /^[a-z]/.test(labels.at(-1) ?? '');
}

/** Whether an address in brackets has the spelling of RFC 5952 section 4, which is the one that URLs have. */
function isIpv6(host: string): boolean {
  try {
    return new URL(`http://${host}`).hostname === host;
  } catch {
    return false;
  }
}

/** Whether a text is a user id. */
export function isUserId(text: string): boolean {
  const [, node] = /^@[a-z0-9._=-]{1,64}:(.*)$/s.exec(text) ?? [];
  return text.length <= 255 && node !== undefined && isNodeName(node);
}

/** Whether a text is a room id. */
export function isRoomId(text: string): boolean {
  const [, node] = new RegExp(`^!${HASH}:(.*)$`, 's').exec(text) ?? [];
  return text.length <= 255 && node !== undefined && isNodeName(node);
}

/** Whether a text is an event id. */
export function isEventId(text: string): boolean {
  return new RegExp(`^\\$${HASH}$`).test(text);
}

/** Whether a text is a device id. */
export function isDeviceId(text: string): boolean {
  return /^[A-Z0-9]{8,16}$/.test(text);
}

/** An id in an answer, and what it should be one of. */
export interface FoundId {
  kind: 'user' | 'room' | 'event';
  id: string;
}

const MEMBERS: Record<string, FoundId['kind']> = {
  user_id: 'user',
  sender: 'user',
  room_id: 'room',
  event_id: 'event',
  redacted_by: 'event',
  replaces: 'event',
};

/** Every id in an answer, by the members that hold ids; the keys of a sync's rooms and the state keys of members too. */
export function idsIn(value: Json | undefined): FoundId[] {
  if (Array.isArray(value)) return value.flatMap(idsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([member, item]): FoundId[] => {
    const kind = member === 'state_key' && value.type === 'eccp.room.member' ? 'user' : MEMBERS[member];
    if (kind && typeof item === 'string') return [{ kind, id: item }];
    const keys = member === 'joined' && isObject(item) ? Object.keys(item) : [];
    return [...keys.map((id): FoundId => ({ kind: 'room', id })), ...idsIn(item)];
  });
}

/** Whether an id of an answer has the form of its kind. */
export function isWellFormed({ kind, id }: FoundId): boolean {
  return { user: isUserId, room: isRoomId, event: isEventId }[kind](id);
}
