import { canonicalize, type Json, type JsonObject } from '../../src/core/canonical-json.ts';
import {
  contentHash,
  type Entry,
  type Event,
  entryHash,
  eventId,
  foundedRoomId,
  isSelfMembership,
  type SequencedEvent,
} from '../../src/core/event.ts';
import { nodeOf } from '../../src/core/ids.ts';
import { hash, type SigningKey } from '../../src/core/signing.ts';
import { nonceOf, startTime } from './fixed.ts';

/** What somebody puts into a room. */
export interface Draft {
  sender: string;
  type: string;
  stateKey?: string;
  content: JsonObject;
  /** Absent: what is in the state. */
  replaces?: string | null;
  /** The key of the sender's node; absent: that of the log's host. */
  key?: SigningKey;
}

/** What to get wrong. Each step works on what the ones before it left, so that only the named thing is wrong. */
export interface Faults {
  /** Before the event is hashed and signed. */
  event?: (event: Event & JsonObject) => void;
  /** Before the entry is signed. */
  entry?: (entry: Entry & JsonObject) => void;
  /** At the very end. */
  item?: (item: SequencedEvent & JsonObject) => void;
  hostKey?: SigningKey;
}

/**
 * Writes the entries of a log, right or wrong. It judges nothing: what the core would refuse to build has to be written too, and
 * what is right is shown by the tests, which replay it.
 */
export class LogWriter {
  readonly log: SequencedEvent[] = [];
  roomId = '';
  hostKey: SigningKey;
  readonly #state = new Map<string, [type: string, stateKey: string, eventId: string]>();

  constructor(hostKey: SigningKey) {
    this.hostKey = hostKey;
  }

  /** Puts an event into the log. */
  add(draft: Draft): SequencedEvent {
    return this.append(this.next(draft));
  }

  /** What add() would put there, perhaps with faults. */
  next(draft: Draft, faults: Faults = {}): SequencedEvent {
    const { sender, type, stateKey, content, key = this.hostKey } = draft;
    const seq = this.log.length;
    const nonce = nonceOf(seq + 1);
    const event: Event = {
      v: 1,
      type,
      sender,
      origin_key: key.keyId,
      origin_ts: startTime + seq,
      content_hash: contentHash(content, nonce),
    };
    if (stateKey !== undefined) {
      event.state_key = stateKey;
      event.replaces = draft.replaces === undefined ? this.inState(type, stateKey) : draft.replaces;
    }
    if (type !== 'eccp.room.create') event.room_id = this.roomId;
    const prev = this.headHash();
    if (prev !== null && type !== 'eccp.room.create' && !isSelfMembership(event))
      event.anchor = { seq: seq - 1, hash: prev };
    faults.event?.(event);
    const event_id = eventId(event);
    const hostKey = faults.hostKey ?? this.hostKey;
    const entry: Entry = {
      v: 1,
      room_id: seq === 0 ? foundedRoomId(event) : this.roomId,
      epoch: 0,
      seq,
      prev,
      event_id,
      host_key: hostKey.keyId,
      host_ts: startTime + seq,
      state_root: hash('eccp.state.v1', this.canonicalState({ event, event_id, content })),
    };
    faults.entry?.(entry);
    const item: SequencedEvent = {
      event_id,
      event,
      content,
      nonce,
      signature: key.sign('eccp.event-sig.v1', event),
      entry,
      entry_signature: hostKey.sign('eccp.entry-sig.v1', entry),
    };
    faults.item?.(item);
    return item;
  }

  append(item: SequencedEvent): SequencedEvent {
    this.roomId = item.entry.room_id;
    for (const row of rowsOf(item)) this.#state.set(`${row[0]} ${row[1]}`, row);
    this.log.push(item);
    return item;
  }

  /** A writer at the end of the first `length` entries of this one's log. */
  back(length: number): LogWriter {
    const writer = new LogWriter(this.hostKey);
    for (const item of this.log.slice(0, length)) writer.append(item);
    return writer;
  }

  /** The hash of the last entry, null when there is none. */
  headHash(): string | null {
    const last = this.log.at(-1);
    return last === undefined ? null : entryHash(last.entry);
  }

  /** The id of the event in the state, null when there is none. */
  inState(type: string, stateKey: string): string | null {
    return this.#state.get(`${type} ${stateKey}`)?.[2] ?? null;
  }

  /** The text whose hash is the state root, with one more event (LOG-042). */
  canonicalState(after?: Pick<SequencedEvent, 'event' | 'event_id' | 'content'>): string {
    const state = new Map(this.#state);
    for (const row of after === undefined ? [] : rowsOf(after)) state.set(`${row[0]} ${row[1]}`, row);
    const rows = [...state].sort(([a], [b]) => (a < b ? -1 : 1)); // a space sorts before all that types may have
    return canonicalize(rows.map(([, row]): Json => row));
  }
}

function rowsOf({ event, event_id, content }: Pick<SequencedEvent, 'event' | 'event_id' | 'content'>) {
  const { type, state_key, sender } = event;
  const rows: [string, string, string][] = [];
  if (state_key !== undefined) rows.push([type, state_key, event_id]);
  const carries = type === 'eccp.room.create' || isSelfMembership(event);
  if (carries && content?.node_keys !== undefined) rows.push(['eccp.node.keys', nodeOf(sender), event_id]);
  return rows;
}
