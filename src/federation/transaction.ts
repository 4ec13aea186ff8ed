// What goes from one node to another in one exchange, and what its answer says of each item (chapter 16). Pure functions.
import type { Json, JsonObject } from '../core/canonical-json.ts';
import { isEventId, isNodeName } from '../core/ids.ts';
import { isCount, isObject, isText } from '../core/members.ts';
import type { EventId, ItemResult, NodeName, RoomId } from '../generated/api.ts';

export const exchangePath = '/_eccp/federation/v1/transactions';
/** The most items of one transaction, those without results aside. */
export const maxItems = 50;
/** The most that this node's items of one transaction come to, in bytes of JSON: what else it has leaves it below the 4 MiB of the wire. */
export const maxItemBytes = 3.5 * 1024 * 1024;

const sections = {
  submission: 'submissions',
  entry: 'entries',
  invite: 'invites',
  device_change: 'device_changes',
  to_device: 'to_device',
} as const;
/** Sections of class `e2ee`: a node of another class has no results for them. */
const deviceKinds: readonly QueuedItem['kind'][] = ['device_change', 'to_device'];

/** What waits for another node (services/outbox.ts). */
export interface QueuedItem {
  readonly position: number;
  readonly kind: keyof typeof sections;
  /** The event, or the id of an item that is none. */
  readonly eventId: EventId;
  /** Whose items keep their order: a room's, or those of one kind that belong to none. */
  readonly roomId: RoomId;
  /** As the transaction has it. */
  readonly body: JsonObject;
}

/**
 * The first items of a queue that may go out together. The receiver takes a transaction section by section, so that a room's items of
 * two kinds would lose their order in one: the second kind waits for the next transaction.
 *
 * @param held rooms whose items stay for now.
 */
export function chooseItems(queue: readonly QueuedItem[], held: ReadonlySet<RoomId>): QueuedItem[] {
  const kinds = new Map<RoomId, QueuedItem['kind']>();
  const chosen: QueuedItem[] = [];
  for (const item of queue) {
    if (held.has(item.roomId)) continue;
    const kind = kinds.get(item.roomId) ?? item.kind;
    if (kind !== item.kind) break;
    kinds.set(item.roomId, kind);
    chosen.push(item);
  }
  return chosen;
}

/** The transaction that carries these items. */
export function transactionOf(items: readonly QueuedItem[]): JsonObject {
  const transaction: { [section: string]: Json[] } = {};
  for (const { kind, body } of items) {
    const section = transaction[sections[kind]] ?? [];
    transaction[sections[kind]] = section;
    section.push(body);
  }
  return transaction;
}

/**
 * What an answer says of each of these items, in their order.
 *
 * @param answer untrusted JSON.
 * @returns undefined for what does not answer this transaction: another number of results, other events, a result out of form.
 */
export function readResults(answer: Json, items: readonly QueuedItem[]): ItemResult[] | undefined {
  if (!isObject(answer)) return undefined;
  const lists = new Map<QueuedItem['kind'], Json[]>();
  for (const [kind, section] of Object.entries(sections) as [QueuedItem['kind'], string][]) {
    const list = answer[section];
    if (Array.isArray(list)) lists.set(kind, [...list]);
    else if (!deviceKinds.includes(kind) || list !== undefined) return undefined;
  }
  const results: ItemResult[] = [];
  for (const { kind, eventId } of items) {
    const list = lists.get(kind);
    const result = list === undefined ? unknownSection(eventId) : readResult(list.shift(), idOf(kind), eventId);
    if (result === undefined) return undefined;
    results.push(result);
  }
  return [...lists.values()].every((list) => list.length === 0) ? results : undefined;
}

/** By which member an item and its result are known. */
function idOf(kind: QueuedItem['kind']): 'id' | 'event_id' {
  return deviceKinds.includes(kind) ? 'id' : 'event_id';
}

/** MAN-050: what a node does not know it never takes. */
function unknownSection(eventId: EventId): ItemResult {
  return { event_id: eventId, errcode: 'ECCP_CAPABILITY', error: 'The node does not know such items.' };
}

const errcodePattern = /^ECCP_[A-Z_]{1,100}$/;
const isSentence = isText(1000);

/** Either `status`, or `errcode` with what belongs to it; whatever else a peer adds is left out. A refusal's sentence is shown to users. */
function readResult(result: Json | undefined, id: 'id' | 'event_id', eventId: EventId): ItemResult | undefined {
  if (!isObject(result) || result[id] !== eventId) return undefined;
  const { status, seq, errcode, error, current, version, host } = result;
  if (errcode === undefined) {
    if (status !== 'sequenced' && status !== 'applied') return undefined;
    return { event_id: eventId, status, ...(isCount(seq ?? null) && { seq: seq as number }) };
  }
  if (status !== undefined || typeof errcode !== 'string' || !errcodePattern.test(errcode)) return undefined;
  return {
    event_id: eventId,
    errcode,
    error: isSentence(error ?? null) && error !== '' ? (error as string) : 'No reason was given.',
    ...((current === null || isEventId(current)) && { current: current as EventId | null }),
    ...(isCount(version ?? null) && { version: version as number }),
    ...(isNodeName(host ?? null) && { host: host as NodeName }), // HOST-090
  };
}
