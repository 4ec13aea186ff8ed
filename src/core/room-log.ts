import type { Json, JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import {
  contentHash,
  type Entry,
  type Event,
  entryHash,
  eventId,
  isSelfMembership,
  type SequencedEvent,
  type SignedEvent,
} from './event.ts';
import { accept, checkDepth, type RecentEntries } from './event-acceptance.ts';
import { readSequencedEvent } from './event-form.ts';
import { checkContent } from './event-types.ts';
import { badEvent } from './members.ts';
import { checkKeyInForce } from './node-keys.ts';
import type { RoomState } from './room-state.ts';
import { type SigningKey, verify } from './signing.ts';

/** What a user wants to put into a room. */
export interface Draft {
  sender: string;
  type: string;
  /** Present for state events, if only as ''. */
  stateKey?: string;
  content: JsonObject;
  /** What the user means to replace; absent: whatever is in force. */
  replaces?: string | null;
}

/** A log's new last entry, and what the log adds up to with it. */
export interface Appended {
  sequenced: SequencedEvent;
  state: RoomState;
}

/**
 * Writes and signs an event at the head of a room. Whether the room's rules allow it is judged by sequence().
 *
 * @param state RoomState.empty for a create event.
 * @param nonce 16 fresh random bytes in base64url.
 * @param now the sender's node's clock, in milliseconds.
 * @throws EccpError ECCP_BAD_EVENT for a content that its type does not allow, ECCP_BAD_JSON for one without canonical form.
 */
export function buildEvent(state: RoomState, draft: Draft, key: SigningKey, nonce: string, now: number): SignedEvent {
  const { sender, type, stateKey, content, replaces } = draft;
  checkDepth(content);
  checkContent(type, content); // LOG-020
  const event: Event = {
    v: 1,
    type,
    sender,
    origin_key: key.keyId,
    origin_ts: now,
    content_hash: contentHash(content, nonce),
  };
  if (stateKey !== undefined) {
    event.state_key = stateKey;
    event.replaces = replaces === undefined ? (state.get(type, stateKey)?.event_id ?? null) : replaces;
  }
  if (type !== 'eccp.room.create') event.room_id = state.roomId;
  const { seq, hash } = state.head;
  if (type !== 'eccp.room.create' && !isSelfMembership(event) && hash !== null) event.anchor = { seq, hash };
  return { event_id: eventId(event), event, content, nonce, signature: key.sign('eccp.event-sig.v1', event) };
}

/**
 * Gives an event the next place in a room that this node hosts.
 *
 * @param hostKey a key of the host's document in force.
 * @param now the host's clock, in milliseconds.
 * @param recent for an event that came from elsewhere: everything about it is verified. Absent for one that buildEvent() has just
 *   made from this very state: its hashes and signature are not computed a second time; all other checks are the same.
 * @throws EccpError with the codes of accept(); ECCP_NOT_HOST when `hostKey` is not the host's.
 */
export function sequence(
  state: RoomState,
  signed: SignedEvent,
  hostKey: SigningKey,
  now: number,
  recent?: RecentEntries,
): Appended {
  const after = accept(state, signed, recent);
  const { seq, hash, host_ts } = state.head;
  const entry: Entry = {
    v: 1,
    room_id: after.roomId,
    epoch: state.nextEpoch, // LOG-034
    seq: seq + 1, // LOG-033
    prev: hash, // LOG-008
    event_id: signed.event_id,
    host_key: hostKey.keyId,
    host_ts: Math.max(host_ts, now), // LOG-035
    state_root: after.stateRoot, // LOG-042
  };
  checkKeyInForce(after, hostOfEntry(state, after), hostKey.keyId, 'ECCP_NOT_HOST');
  const entry_signature = hostKey.sign('eccp.entry-sig.v1', entry); // LOG-009
  return { sequenced: { ...signed, entry, entry_signature }, state: advance(after, entry) };
}

/**
 * Verifies one entry of a log, whoever served it, and applies it: the left fold's step.
 *
 * @param received what a peer or a client was given for a sequenced event: untrusted JSON.
 * @param recent the entries before it.
 * @throws EccpError with the codes of accept(), and ECCP_GAP, ECCP_CHAIN_FORK, ECCP_DUPLICATE_EVENT, ECCP_EPOCH_SUPERSEDED,
 *   ECCP_ROOM_MISMATCH, ECCP_STATE_ROOT, ECCP_BAD_EVENT, ECCP_KEY_REVOKED, ECCP_BAD_SIGNATURE for the entry.
 */
export function applyEntry(state: RoomState, received: Json, recent: RecentEntries): Appended {
  const sequenced = readSequencedEvent(received);
  const { entry, event_id, entry_signature } = sequenced;
  checkPlace(state, entry, recent);
  if (entry.event_id !== event_id) throw badEvent('/entry/event_id', 'names another event'); // LOG-036
  const after = accept(state, sequenced, recent);
  if (entry.room_id !== after.roomId) throw new EccpError('ECCP_ROOM_MISMATCH', 'an entry of another room'); // LOG-012
  const key = checkKeyInForce(after, hostOfEntry(state, after), entry.host_key, 'ECCP_BAD_SIGNATURE'); // LOG-050
  if (!verify(key, 'eccp.entry-sig.v1', entry, entry_signature)) {
    throw new EccpError('ECCP_BAD_SIGNATURE', 'the host’s signature does not verify'); // LOG-009, LOG-051
  }
  if (entry.state_root !== after.stateRoot) throw new EccpError('ECCP_STATE_ROOT', 'not the root of the state'); // LOG-043
  return { sequenced, state: advance(after, entry) };
}

function checkPlace(state: RoomState, entry: Entry, recent: RecentEntries): void {
  const { seq, hash, host_ts } = state.head;
  const epoch = state.nextEpoch;
  if (entry.seq <= seq) {
    const same = recent.hashAt(entry.seq) === entryHash(entry);
    throw new EccpError(same ? 'ECCP_DUPLICATE_EVENT' : 'ECCP_CHAIN_FORK', `there is an entry ${entry.seq} already`); // LOG-039, LOG-040
  }
  if (entry.seq > seq + 1) throw new EccpError('ECCP_GAP', `entries ${seq + 1} to ${entry.seq - 1} are missing`); // LOG-038
  if (entry.epoch < epoch) throw new EccpError('ECCP_EPOCH_SUPERSEDED', `epoch ${entry.epoch} has ended`); // LOG-041
  if (entry.epoch > epoch) throw badEvent('/entry/epoch', 'no event began this epoch'); // LOG-034
  if (entry.prev !== hash) throw new EccpError('ECCP_CHAIN_FORK', 'does not continue the last entry'); // LOG-039
  if (entry.host_ts < host_ts) throw badEvent('/entry/host_ts', 'less than the entry’s before'); // LOG-037
}

/** Who signs the entry after `state`: a transfer is the old host's last one. The first entry makes the room, and its host. */
function hostOfEntry(state: RoomState, after: RoomState): string {
  return state.head.seq < 0 ? after.host : state.host;
}

function advance(after: RoomState, entry: Entry): RoomState {
  return after.at({ epoch: entry.epoch, seq: entry.seq, hash: entryHash(entry), host_ts: entry.host_ts });
}
