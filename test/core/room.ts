import type { JsonObject } from '../../src/core/canonical-json.ts';
import { EntryWindow } from '../../src/core/entry-window.ts';
import { contentHash, eventId, type SequencedEvent } from '../../src/core/event.ts';
import { newDocument, type SignedKeyDocument } from '../../src/core/key-document.ts';
import { documentsToCarry } from '../../src/core/node-keys.ts';
import { type Appended, applyEntry, buildEvent, type Draft, sequence } from '../../src/core/room-log.ts';
import { RoomState } from '../../src/core/room-state.ts';
import { loadSigningKey, type SigningKey } from '../../src/core/signing.ts';

/** A key that is the same in every run. */
export function keyOf(seed: number): SigningKey {
  const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return loadSigningKey(Buffer.concat([pkcs8Prefix, Buffer.alloc(32, seed)]));
}

export const home = 'example.org';
export const homeKey = keyOf(1);
export const homeChain: SignedKeyDocument[] = [newDocument(home, [homeKey])];
export const remote = 'remote.example';
export const remoteKey = keyOf(2);
export const remoteChain: SignedKeyDocument[] = [newDocument(remote, [remoteKey])];

export const [alice, bob, carol, dave] = ['alice', 'bob', 'carol', 'dave'].map((name) => `@${name}:${home}`) as [
  string,
  string,
  string,
  string,
];
export const rita = `@rita:${remote}`;

export const startTime = 1_775_001_600_000;

/** A log being written on its host, example.org. */
export class Room {
  state: RoomState = RoomState.empty;
  readonly log: SequencedEvent[] = [];
  #nonce = 0;

  /** @param power what `users` says, the content's other members, or null for a room without power levels. */
  static create(power: JsonObject | null = { users: { [alice]: 100 } }): Room {
    const room = new Room();
    room.set(alice, 'eccp.room.create', { room_version: '1', node_keys: homeChain });
    room.member(alice, alice, 'join');
    if (power !== null) room.set(alice, 'eccp.room.power_levels', power);
    return room;
  }

  /** Puts an event into the log, and hands back what was sequenced. */
  add(draft: Draft): SequencedEvent {
    return this.take(this.attempt(draft));
  }

  /** What add() would do. */
  attempt(draft: Draft): Appended {
    const nonce = Buffer.alloc(16);
    nonce.writeUInt32BE(++this.#nonce);
    const now = startTime + this.#nonce;
    const key = draft.sender.endsWith(remote) ? remoteKey : homeKey;
    const signed = buildEvent(this.state, draft, key, nonce.toString('base64url'), now);
    return sequence(this.state, signed, homeKey, now);
  }

  take({ sequenced, state }: Appended): SequencedEvent {
    this.state = state;
    this.log.push(sequenced);
    return sequenced;
  }

  set(sender: string, type: string, content: JsonObject, stateKey = ''): SequencedEvent {
    return this.add({ sender, type, stateKey, content });
  }

  send(sender: string, type: string, content: JsonObject): SequencedEvent {
    return this.add({ sender, type, content });
  }

  say(sender: string, body = 'hello'): SequencedEvent {
    return this.send(sender, 'eccp.room.message', { body });
  }

  member(sender: string, target: string, membership: string): SequencedEvent {
    return this.add(memberDraft(this.state, sender, target, membership));
  }

  redact(sender: string, target: SequencedEvent, named = target.event.sender): SequencedEvent {
    return this.send(sender, 'eccp.room.redaction', { redacts: { event_id: target.event_id, sender: named } });
  }
}

export function memberDraft(state: RoomState, sender: string, target: string, membership: string): Draft {
  const isRemote = sender === target && sender.endsWith(remote);
  const newer = isRemote ? documentsToCarry(state, remote, remoteChain) : [];
  const content: JsonObject = newer.length === 0 ? { membership } : { membership, node_keys: newer };
  return { sender, type: 'eccp.room.member', stateKey: target, content };
}

/** The state and the window after a log, verified entry by entry from the bytes that an answer would have. */
export function replay(log: readonly { readonly event_id: string }[]): { state: RoomState; recent: EntryWindow } {
  let state: RoomState = RoomState.empty;
  const recent = new EntryWindow();
  for (const sequenced of log) {
    state = applyEntry(state, JSON.parse(JSON.stringify(sequenced)), recent).state;
    recent.push(state.head.seq, state.head.hash ?? '', sequenced.event_id);
  }
  return { state, recent };
}

/** Hashes and signs a changed entry again, so that nothing but the change is wrong with it. */
export function resign(sequenced: SequencedEvent, originKey = homeKey, hostKey = homeKey): SequencedEvent {
  const { content, nonce, event, entry } = sequenced;
  if (content !== undefined && nonce !== undefined) event.content_hash = contentHash(content, nonce);
  sequenced.event_id = eventId(event);
  sequenced.signature = originKey.sign('eccp.event-sig.v1', event);
  entry.event_id = sequenced.event_id;
  sequenced.entry_signature = hostKey.sign('eccp.entry-sig.v1', entry);
  return sequenced;
}
