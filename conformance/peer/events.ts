// Events and entries that a fake node signs.
import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../wire/json.ts';
import { isSelfMembership } from '../wire/log-form.ts';
import { contentHash, eventHash } from '../wire/room-log.ts';
import { signJson } from '../wire/signature.ts';
import type { Entry, Event, SequencedEvent } from '../wire/types.ts';
import type { PeerIdentity } from './identity.ts';
import { type Origin, PeerRoom } from './room.ts';

/** What a user of a fake node wants to say. */
export interface Draft {
  type: string;
  sender: string;
  content: JsonObject;
  /** What makes it a state event. */
  stateKey?: string;
}

/** What differs from a right event: its members before it is signed, and what travels beside it afterwards. */
export interface EventFaults {
  bend?: (event: Event & JsonObject) => void;
  spoil?: (origin: Origin) => void;
}

/**
 * An event, signed for a place right after the head of the room as the node holds it.
 * @param room absent for a create event, and for a room whose log the node does not have: then `roomId` names it.
 */
export function originEvent(
  identity: PeerIdentity,
  room: PeerRoom | undefined,
  draft: Draft,
  { bend, spoil }: EventFaults = {},
  roomId = room?.id,
): Origin {
  const nonce = randomBytes(16).toString('base64url');
  const content = withKeys(identity, room, draft);
  const event: Event = {
    v: 1,
    ...(roomId === undefined ? {} : { room_id: roomId }),
    type: draft.type,
    ...(draft.stateKey === undefined ? {} : { state_key: draft.stateKey }),
    sender: draft.sender,
    origin_key: identity.key.id,
    origin_ts: Date.now(),
    ...(draft.stateKey === undefined ? {} : { replaces: room?.inForce(draft.type, draft.stateKey) ?? null }),
    content_hash: contentHash(content, nonce),
  };
  const head = room?.head;
  if (head?.hash && !isSelfMembership(event)) event.anchor = { seq: head.seq, hash: head.hash };
  bend?.(event as Event & JsonObject);
  const signature = signJson(identity.key.seed, 'eccp.event-sig.v1', event);
  const origin = { event_id: `$${eventHash(event)}`, event, content, nonce, signature };
  spoil?.(origin);
  return origin;
}

/** Puts an event into the next place of a room, signed by its host; the room itself is left as it is. */
export function sequenced(
  identity: Pick<PeerIdentity, 'key'>,
  room: PeerRoom,
  origin: Origin,
  bend: Partial<Entry> & JsonObject = {},
): SequencedEvent {
  const entry = room.entryFor(origin, identity.key.id, bend);
  return { ...origin, entry, entry_signature: signJson(identity.key.seed, 'eccp.entry-sig.v1', entry) };
}

/** A new room of a user of the fake node, with the entries that a node gives a new room (LOG-053). @param more for the create event */
export function foundRoom(
  identity: PeerIdentity,
  creator: string,
  visibility: string,
  history: string,
  version = '1',
  withPower = true,
  more: JsonObject = {},
): PeerRoom {
  const create = originEvent(identity, undefined, {
    type: 'eccp.room.create',
    sender: creator,
    content: { room_version: version, ...more },
    stateKey: '',
  });
  const room = new PeerRoom(`!${eventHash(create.event)}:${identity.node}`);
  room.append(sequenced(identity, room, create));
  const drafts: Draft[] = [
    { type: 'eccp.room.member', sender: creator, content: { membership: 'join' }, stateKey: creator },
    { type: 'eccp.room.power_levels', sender: creator, content: { users: { [creator]: 100 } }, stateKey: '' },
    { type: 'eccp.room.visibility', sender: creator, content: { visibility }, stateKey: '' },
    {
      type: 'eccp.room.history_visibility',
      sender: creator,
      content: { history_visibility: history },
      stateKey: '',
    },
  ];
  const wanted = drafts.filter(({ type }) => withPower || type !== 'eccp.room.power_levels');
  for (const draft of wanted) room.append(sequenced(identity, room, originEvent(identity, room, draft)));
  return room;
}

/** The content with the key documents that the room does not have yet, where the event is one that carries them (LOG-044, LOG-045). */
function withKeys(identity: PeerIdentity, room: PeerRoom | undefined, draft: Draft): JsonObject {
  const carrier =
    draft.type === 'eccp.room.create' || (draft.type === 'eccp.room.member' && draft.stateKey === draft.sender);
  if (!carrier || 'node_keys' in draft.content) return draft.content;
  const held = room?.documents.get(identity.node)?.version;
  const documents =
    held === undefined ? [identity.newest] : identity.chain.filter(({ document }) => document.version > held);
  return documents.length === 0 ? draft.content : { ...draft.content, node_keys: documents };
}
