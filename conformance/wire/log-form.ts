import { fromBase64url } from './hash.ts';
import { type Json, lookUp } from './json.ts';
import type { Event, SequencedEvent } from './types.ts';

/** Types whose content the fold reads: it travels with the event always, and no redaction touches it. */
export const AUTH_TYPES: readonly string[] = [
  'eccp.room.create',
  'eccp.room.member',
  'eccp.room.power_levels',
  'eccp.room.visibility',
  'eccp.room.history_visibility',
  'eccp.room.host',
  'eccp.room.encryption',
  'eccp.room.redaction',
];

const EVENT = ['v', 'type', 'sender', 'origin_key', 'origin_ts', 'content_hash'];
const ENTRY = ['v', 'room_id', 'epoch', 'seq', 'prev', 'event_id', 'host_key', 'host_ts', 'state_root'];

/** Whether an event is about its sender's own membership: such events know no anchor and may carry key documents. */
export function isSelfMembership(event: Event): boolean {
  return event.type === 'eccp.room.member' && event.state_key === event.sender;
}

/** What is wrong with the form of an event and its entry: each has the members that chapter 7 gives it, and no others. */
export function formProblems({ event, entry, content, nonce }: SequencedEvent, seq: number): string[] {
  const isCreate = event.type === 'eccp.room.create';
  const expected = [
    ...EVENT,
    ...(isCreate ? [] : ['room_id']),
    ...(event.state_key === undefined ? [] : ['state_key', 'replaces']),
    ...(isCreate || isSelfMembership(event) ? [] : ['anchor']),
  ];
  return [
    ...unlike('event', event, expected),
    ...unlike('entry', entry, ENTRY),
    ...(event.anchor ? unlike('anchor', event.anchor, ['seq', 'hash']) : []),
    ...(event.v === 1 && entry.v === 1 ? [] : [`v is ${event.v} in the event, ${entry.v} in the entry`]),
    ...(isCreate === (seq === 0) ? [] : [`a ${event.type} stands at entry ${seq}`]),
    ...((content === undefined) === (nonce === undefined) ? [] : ['content and nonce do not come together']),
    ...(AUTH_TYPES.includes(event.type) && content === undefined ? ['auth content is missing'] : []),
    ...carrierProblems(event, content?.node_keys),
  ];
}

/** What is wrong with the nonce of an event: it is 16 bytes, and no event of `seen` has it. */
export function nonceProblems({ nonce }: SequencedEvent, seen: Set<string>): string[] {
  if (nonce === undefined) return [];
  const twice = seen.has(nonce);
  seen.add(nonce);
  try {
    const bytes = fromBase64url(nonce).length;
    return [...(bytes === 16 ? [] : [`the nonce has ${bytes} bytes`]), ...(twice ? ['the nonce was used before'] : [])];
  } catch (error) {
    return [`the nonce: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** What is wrong with one event in regard to the redactions of its log: the first that applies is named, and takes the content away. */
export function redactionProblems(item: SequencedEvent, log: readonly SequencedEvent[]): string[] {
  const first = log.find((other) => applies(other, item));
  const named = item.redacted_by;
  const gone = item.content === undefined;
  return [
    ...(named === first?.event_id ? [] : [`redacted_by is ${named ?? 'absent'}, not ${first?.event_id ?? 'absent'}`]),
    ...(gone || !first ? [] : ['its content is still there']),
    ...((item.withheld === true) === (gone && !first)
      ? []
      : [
          item.withheld
            ? 'it is marked as withheld, and is not'
            : 'its content is missing, though no redaction applies',
        ]),
  ];
}

function applies({ event, content, entry }: SequencedEvent, target: SequencedEvent): boolean {
  return (
    event.type === 'eccp.room.redaction' &&
    lookUp(content, 'redacts.event_id') === target.event_id &&
    lookUp(content, 'redacts.sender') === target.event.sender &&
    entry.seq > target.entry.seq &&
    !AUTH_TYPES.includes(target.event.type)
  );
}

function carrierProblems(event: Event, documents: Json | undefined): string[] {
  if (documents === undefined || !['eccp.room.create', 'eccp.room.member'].includes(event.type)) return [];
  if (event.type === 'eccp.room.member' && !isSelfMembership(event))
    return ['node_keys stands in another user’s event'];
  return Array.isArray(documents) && documents.length > 0 ? [] : ['node_keys is empty'];
}

function unlike(what: string, value: object, expected: readonly string[]): string[] {
  const actual = Object.keys(value);
  const missing = expected.filter((member) => !actual.includes(member));
  const extra = actual.filter((member) => !expected.includes(member));
  return [
    ...(missing.length > 0 ? [`the ${what} lacks ${missing.join(', ')}`] : []),
    ...(extra.length > 0 ? [`the ${what} has ${extra.join(', ')}, which do not belong there`] : []),
  ];
}
