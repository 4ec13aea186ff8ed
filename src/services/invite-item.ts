import type { Kysely } from 'kysely';
import { nodeOf } from '../core/ids.ts';
import { carriedDocuments, type RoomState } from '../core/room-state.ts';
import type { EventId, RoomId, RoomPreview, SequencedEvent, SignedKeyDocument } from '../generated/api.ts';
import { eventById, sequencedOf } from '../storage/events.ts';
import { textOf } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';

/** schemas/Invite.json */
export interface Invite {
  readonly event_id: EventId;
  readonly room_id: RoomId;
  readonly invite: SequencedEvent;
  readonly create: SequencedEvent;
  readonly keys: readonly [SignedKeyDocument];
  readonly preview: RoomPreview;
}

/**
 * What the node of an invited user is told (schemas/Invite.json).
 *
 * @param state with the invite in it.
 */
export async function inviteItem(db: Kysely<Tables>, state: RoomState, invite: SequencedEvent): Promise<Invite> {
  const roomId = state.roomId as RoomId;
  const create = await eventById(db, roomId, state.get('eccp.room.create')?.event_id as EventId);
  const keys = carriedDocuments(state.get('eccp.node.keys', nodeOf(invite.event.sender))?.content).at(-1);
  if (create === undefined || keys === undefined) throw new Error(`${roomId} does not begin as a room does`);
  const name = textOf(state, 'eccp.room.name', 'name');
  const topic = textOf(state, 'eccp.room.topic', 'topic');
  return {
    event_id: invite.event_id,
    room_id: roomId,
    invite,
    create: sequencedOf(create),
    keys: [keys as SignedKeyDocument],
    preview: {
      visibility: state.visibility,
      encrypted: state.isEncrypted,
      ...(name === null ? {} : { name }),
      ...(topic === null ? {} : { topic }),
    },
  };
}
