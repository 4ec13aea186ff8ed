import type { Json, JsonObject } from './json.ts';

// The wire objects as the suite reads them. A schema check has run before anything is typed so.

export type KeyDocument = {
  node: string;
  version: number;
  prev_hash: string | null;
  keys: string[];
  revoked: string[];
  recovery_key?: string;
};

export type SignedKeyDocument = { document: KeyDocument; signatures: { [keyId: string]: string } };

export type Event = {
  v: number;
  room_id?: string;
  type: string;
  state_key?: string;
  sender: string;
  origin_key: string;
  origin_ts: number;
  anchor?: { seq: number; hash: string };
  replaces?: string | null;
  content_hash: string;
};

export type Entry = {
  v: number;
  room_id: string;
  epoch: number;
  seq: number;
  prev: string | null;
  event_id: string;
  host_key: string;
  host_ts: number;
  state_root: string;
};

export type SequencedEvent = {
  event_id: string;
  event: Event;
  content?: JsonObject;
  nonce?: string;
  signature: string;
  entry: Entry;
  entry_signature: string;
  redacted_by?: string;
  withheld?: true;
  txn_id?: string;
};

/** The events of an answer's member, typed; the schema check has made sure of their form. */
export function eventsOf(list: Json | undefined): SequencedEvent[] {
  return Array.isArray(list) ? (list as SequencedEvent[]) : [];
}
