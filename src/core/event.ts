import { canonicalize, type JsonObject } from './canonical-json.ts';
import { nodeOf } from './ids.ts';
import { hash } from './signing.ts';

// Type aliases, not interfaces: only an alias is assignable to JsonObject, which is what gets hashed and signed.

/** The entry that an event was written after; it pins the event to one branch. */
export type Anchor = { seq: number; hash: string };

/** What the sender's node signs (schemas/Event.json). */
export type Event = {
  v: 1;
  room_id?: string;
  type: string;
  state_key?: string;
  sender: string;
  origin_key: string;
  /** Milliseconds since 1970, by the sender's node. */
  origin_ts: number;
  anchor?: Anchor;
  replaces?: string | null;
  content_hash: string;
};

/** An event's place in the log, signed by the host (schemas/Entry.json). */
export type Entry = {
  v: 1;
  room_id: string;
  epoch: number;
  seq: number;
  prev: string | null;
  event_id: string;
  host_key: string;
  /** Milliseconds since 1970, by the host; never less than the entry's before. */
  host_ts: number;
  state_root: string;
};

/** An event on its way to the host. */
export type SignedEvent = { event_id: string; event: Event; content: JsonObject; nonce: string; signature: string };

/** An event with its entry, as logs hold it (schemas/SequencedEvent.json). Content and nonce are absent together. */
export type SequencedEvent = {
  event_id: string;
  event: Event;
  content?: JsonObject;
  nonce?: string;
  signature: string;
  entry: Entry;
  entry_signature: string;
  redacted_by?: string;
  txn_id?: string;
};

export function eventId(event: Event): string {
  return `$${hash('eccp.event.v1', canonicalize(event))}`; // LOG-003
}

/** The id of the room that a create event founds; its sender's node is the first host. */
export function foundedRoomId(createEvent: Event): string {
  return `!${eventId(createEvent).slice(1)}:${nodeOf(createEvent.sender)}`; // LOG-004
}

/** @param nonce 16 random bytes in base64url: without them short content could be guessed from its hash. */
export function contentHash(content: JsonObject, nonce: string): string {
  return hash('eccp.content.v1', canonicalize({ content, nonce })); // LOG-005
}

export function entryHash(entry: Entry): string {
  return hash('eccp.entry.v1', canonicalize(entry)); // LOG-008
}

/** Join, knock, leave: a user's own membership. Such an event carries no anchor and may carry key documents. */
export function isSelfMembership(event: Event): boolean {
  return event.type === 'eccp.room.member' && event.state_key === event.sender;
}
