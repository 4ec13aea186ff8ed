import { canonicalize, type Json, type JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { contentHash, type Event, eventId, foundedRoomId, type SignedEvent } from './event.ts';
import { checkEventForm } from './event-form.ts';
import { checkContent, isAuthType } from './event-types.ts';
import { checkHostTransfer } from './host-transfer.ts';
import { nodeOf } from './ids.ts';
import { badEvent } from './members.ts';
import { carriedKeys, checkKeyInForce } from './node-keys.ts';
import { type Act, checkRules, overridesTarget, redacts } from './room-rules.ts';
import type { RoomState, StateEntry } from './room-state.ts';
import { verify } from './signing.ts';
import { checkVerified } from './verified-power.ts';

/** How far back an anchor may lie, in entries (LOG-025). */
export const maxAnchorAge = 1000;
/** The most that a canonical event and its canonical content and nonce come to together, in bytes (LOG-018). */
export const maxEventBytes = 60 * 1024;
/** How deep a content nests; it leaves room for what answers and transactions wrap around it (LOG-019). */
export const maxContentDepth = 24;

/** What the last 1000 entries of a log are needed for. */
export interface RecentEntries {
  /** The hash of the entry at `seq`, undefined when it is not at hand. */
  hashAt(seq: number): string | undefined;
  /** Whether the event is one of the last 1000 entries'. */
  holds(eventId: string): boolean;
}

/** An event with its content, which may be missing: redacted, or not for this node. */
export type Submission = Omit<SignedEvent, 'content' | 'nonce'> & Partial<Pick<SignedEvent, 'content' | 'nonce'>>;

/**
 * Decides whether an event may be the next one, and says what the state is with it. The head stays.
 *
 * @param recent absent for an event that this process has just built: see sequence().
 * @throws EccpError ECCP_BAD_EVENT, ECCP_BAD_JSON, ECCP_TOO_LARGE, ECCP_UNSUPPORTED_VERSION, ECCP_ROOM_MISMATCH,
 *   ECCP_KEY_CONTINUITY, ECCP_BAD_KEY, ECCP_KEY_REVOKED, ECCP_SENDER_MISMATCH, ECCP_BAD_SIGNATURE, ECCP_DUPLICATE_EVENT,
 *   ECCP_STALE_ANCHOR, ECCP_CHAIN_FORK, ECCP_GAP, ECCP_STATE_CONFLICT, ECCP_FORBIDDEN
 */
export function accept(state: RoomState, submission: Submission, recent?: RecentEntries): RoomState {
  const { event, event_id, content } = submission;
  checkEventForm(event);
  if (event.room_id !== undefined && event.room_id !== state.roomId) {
    throw new EccpError('ECCP_ROOM_MISMATCH', 'an event of another room'); // LOG-012
  }
  if (recent !== undefined) checkHashes(submission);
  checkSubmittedContent(submission);
  if (recent?.holds(event_id)) throw new EccpError('ECCP_DUPLICATE_EVENT', `${event_id} is in the log`); // LOG-029
  checkAnchor(state, event, recent);

  const act: Act = {
    type: event.type,
    stateKey: event.state_key,
    sender: event.sender,
    content: isAuthType(event.type) && content !== undefined ? content : {},
  };
  if (!overridesTarget(state, act)) checkReplaces(state, event); // LOG-032
  checkRules(state, act);
  if (event.type === 'eccp.room.host') checkHostTransfer(state, act.content);
  if (event.type === 'eccp.room.power_levels') checkVerified(state, act.content);

  const after = state.with(event.room_id ?? foundedRoomId(event), changesOf(state, submission));
  const key = checkKeyInForce(after, nodeOf(event.sender), event.origin_key, 'ECCP_SENDER_MISMATCH'); // LOG-048
  if (recent !== undefined && !verify(key, 'eccp.event-sig.v1', event, submission.signature)) {
    throw new EccpError('ECCP_BAD_SIGNATURE', 'the origin’s signature does not verify'); // LOG-007, LOG-051
  }
  return after;
}

/** @throws EccpError ECCP_BAD_EVENT for an event or content of another hash than it names. */
export function checkHashes({ event, event_id, content, nonce }: Submission): void {
  if (event_id !== eventId(event)) throw badEvent('/event_id', 'not the hash of the event'); // LOG-003
  if ((content === undefined) !== (nonce === undefined)) throw badEvent('/nonce', 'content and nonce go together');
  if (content !== undefined && nonce !== undefined && event.content_hash !== contentHash(content, nonce)) {
    throw badEvent('/event/content_hash', 'not the hash of content and nonce'); // LOG-005
  }
}

/** What is refused for a content that the fold does not read is this copy of it: the entry without content stays good. */
export function checkSubmittedContent({ event, content, nonce }: Submission): void {
  if (content === undefined || nonce === undefined) {
    if (isAuthType(event.type)) throw badEvent('/content', 'missing'); // LOG-022
    return;
  }
  const bytes = Buffer.byteLength(canonicalize(event)) + Buffer.byteLength(canonicalize({ content, nonce }));
  if (bytes > maxEventBytes) throw new EccpError('ECCP_TOO_LARGE', `${bytes} bytes, more than ${maxEventBytes}`); // LOG-018
  checkDepth(content);
  if (isAuthType(event.type)) checkContent(event.type, content); // LOG-021
}

function checkAnchor({ head }: RoomState, { anchor }: Event, recent: RecentEntries | undefined): void {
  if (anchor === undefined) return;
  if (head.seq + 1 - anchor.seq > maxAnchorAge) {
    throw new EccpError('ECCP_STALE_ANCHOR', `more than ${maxAnchorAge} entries back`); // LOG-027
  }
  const held = anchor.seq === head.seq ? head.hash : anchor.seq < head.seq ? recent?.hashAt(anchor.seq) : null;
  if (held === undefined) throw new EccpError('ECCP_GAP', `the entry ${anchor.seq} is missing`);
  if (held !== anchor.hash) throw new EccpError('ECCP_CHAIN_FORK', 'written on another branch'); // LOG-028
}

function checkReplaces(state: RoomState, { type, state_key, replaces }: Event): void {
  if (state_key === undefined) return;
  const current = state.get(type, state_key)?.event_id ?? null;
  if (replaces !== current) throw new EccpError('ECCP_STATE_CONFLICT', 'the state has changed', { current }); // LOG-031
}

function changesOf(state: RoomState, { event, event_id, content }: Submission): StateEntry[] {
  const { type, state_key, sender } = event;
  const changes: StateEntry[] = [];
  if (state_key !== undefined) changes.push({ type, state_key, event_id, sender, ...(content && { content }) });
  const keys = carriedKeys(state, event, event_id, content);
  if (keys !== undefined) changes.push(keys);
  if (type === 'eccp.room.redaction' && content !== undefined) changes.push(...redactedState(state, content));
  return changes;
}

/** A redacted state event stays in force, empty. The pairs that key documents set belong to auth events, whatever their own type. */
function redactedState(state: RoomState, content: JsonObject): StateEntry[] {
  const events = state.entries().filter((entry) => entry.type !== 'eccp.node.keys');
  const target = events.find((entry) => redacts(content, entry, entry.event_id));
  if (target?.content === undefined) return [];
  const { content: _, ...emptied } = target;
  return [emptied];
}

/** @throws EccpError ECCP_BAD_EVENT for a content that nests deeper than answers can carry it (LOG-019). */
export function checkDepth(content: JsonObject): void {
  if (isDeeper(content, maxContentDepth)) throw badEvent('/content', `deeper than ${maxContentDepth}`);
}

/** Whether a value nests deeper than `limit` levels; an object or array with nothing in it is one level. */
export function isDeeper(value: Json, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return limit === 0 || Object.values(value).some((inner) => isDeeper(inner, limit - 1));
}
