// A room's log in the hands of a fake node: folded without judging, so that a scenario can write what no node should.
import { hashJson } from '../wire/hash.ts';
import { isObject, type Json, type JsonObject, lookUp } from '../wire/json.ts';
import { AUTH_TYPES, isSelfMembership } from '../wire/log-form.ts';
import { stateRoot } from '../wire/room-log.ts';
import type { Entry, Event, KeyDocument, SequencedEvent, SignedKeyDocument } from '../wire/types.ts';

/** An event as its sender's node signed it, without a place in a log yet. */
export interface Origin {
  event_id: string;
  event: Event;
  content: JsonObject;
  nonce: string;
  signature: string;
}

/** The node in a user id, room id or alias. */
export function nodeOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** The hash of an entry, by which the next one and anchors name it. */
export function entryHash(entry: Entry): string {
  return hashJson('eccp.entry.v1', entry);
}

/** A room by its log, from entry 0 on. */
export class PeerRoom {
  readonly id: string;
  readonly log: SequencedEvent[] = [];
  /** `type state_key` to the event in force. */
  readonly state = new Map<string, string>();
  /** The key documents in force, by node. */
  readonly documents = new Map<string, KeyDocument>();
  /** Memberships by user. */
  readonly memberships = new Map<string, string>();
  /** The node that puts events in order, and how often that was another one before. */
  host: string;
  epoch = 0;

  constructor(id: string) {
    this.id = id;
    this.host = nodeOf(id);
  }

  /** The last entry; its seq is −1 and its hash null before the first. */
  get head(): { seq: number; hash: string | null; ts: number } {
    const last = this.log.at(-1);
    return last
      ? { seq: last.entry.seq, hash: entryHash(last.entry), ts: last.entry.host_ts }
      : { seq: -1, hash: null, ts: 0 };
  }

  /** The event in force for a type and a state key, or null. */
  inForce(type: string, key = ''): string | null {
    return this.state.get(`${type} ${key}`) ?? null;
  }

  /** The nodes whose users are joined. */
  get nodes(): string[] {
    const joined = [...this.memberships].filter(([, membership]) => membership === 'join');
    return [...new Set(joined.map(([user]) => nodeOf(user)))];
  }

  /** Adds an entry as it stands. */
  append(item: SequencedEvent): void {
    this.log.push(item);
    const { event, content } = item;
    for (const key of pairsOf(event, content)) this.state.set(key, item.event_id);
    const newest = carried(event, content).at(-1)?.document;
    if (newest) this.documents.set(nodeOf(event.sender), newest);
    if (event.type === 'eccp.room.member' && event.state_key !== undefined)
      this.memberships.set(event.state_key, String(content?.membership));
    if (event.type === 'eccp.room.redaction') this.#redact(item.event_id, lookUp(content, 'redacts'));
    if (event.type === 'eccp.room.host' && typeof content?.node === 'string') {
      this.host = content.node;
      this.epoch++;
    }
  }

  /** Takes the content away from the event that a redaction names, where it applies (LOG-054, LOG-055). */
  #redact(redaction: string, redacts: Json | undefined): void {
    const target = this.log.find(({ event_id }) => event_id === lookUp(redacts, 'event_id'));
    if (!target || target.event.sender !== lookUp(redacts, 'sender') || AUTH_TYPES.includes(target.event.type)) return;
    delete target.content;
    delete target.nonce;
    target.redacted_by ??= redaction;
  }

  /** The entry that would give an event the next place; members can be bent. */
  entryFor(origin: Origin, hostKey: string, bend: Partial<Entry> = {}): Entry {
    const { seq, hash, ts } = this.head;
    const after = new Map(this.state);
    for (const key of pairsOf(origin.event, origin.content)) after.set(key, origin.event_id);
    return {
      v: 1,
      room_id: this.id,
      epoch: this.epoch,
      seq: seq + 1,
      prev: hash,
      event_id: origin.event_id,
      host_key: hostKey,
      host_ts: Math.max(ts, Date.now()),
      state_root: stateRoot(after),
      ...bend,
    };
  }
}

/** The pairs of the state that an event sets. */
function pairsOf(event: Event, content: JsonObject | undefined): string[] {
  return [
    ...(event.state_key === undefined ? [] : [`${event.type} ${event.state_key}`]),
    ...(carried(event, content).length > 0 ? [`eccp.node.keys ${nodeOf(event.sender)}`] : []),
  ];
}

function carried(event: Event, content: JsonObject | undefined): SignedKeyDocument[] {
  const documents = content?.node_keys;
  const carrier = event.type === 'eccp.room.create' || isSelfMembership(event);
  return carrier && Array.isArray(documents) && documents.every((signed) => isObject(signed))
    ? (documents as unknown as SignedKeyDocument[])
    : [];
}
