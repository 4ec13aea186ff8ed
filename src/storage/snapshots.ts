import type { Kysely } from 'kysely';
import type { SequencedEvent } from '../core/event.ts';
import type { RoomState } from '../core/room-state.ts';
import type { CheckedSnapshot } from '../core/snapshot.ts';
import type { EventId, EventType, RoomId, UserId } from '../generated/api.ts';
import { prepared } from './prepared.ts';
import { eventRow, insertEvent, type Origin, type Rooms, summaryOf } from './rooms.ts';
import { nextPosition } from './stream.ts';
import type { MembershipRow, StateTable, Tables } from './tables.ts';

const insertState = prepared((db, row: StateTable) =>
  db.insertInto('state').values({ room_id: row.room_id, type: row.type, state_key: row.state_key, seq: row.seq }),
);

const insertMembership = prepared((db, row: MembershipRow) =>
  db.insertInto('memberships').values({
    room_id: row.room_id,
    user_id: row.user_id,
    membership: row.membership,
    seq: row.seq,
    stream: row.stream,
    ever_joined: row.ever_joined,
    forgotten_seq: row.forgotten_seq,
  }),
);

/**
 * Makes a room of a snapshot. All of it has one position in the stream: it came at once.
 *
 * @param originOf the device that sent an event of this node's users.
 */
export async function adopt(
  trx: Kysely<Tables>,
  rooms: Rooms,
  { state, older, recent }: CheckedSnapshot,
  originOf: (eventId: EventId) => Promise<Origin | undefined>,
): Promise<void> {
  const roomId = state.roomId as RoomId;
  const stream = await nextPosition(trx);
  const { epoch, seq, hash, host_ts } = state.head;
  const head = { epoch, head_seq: seq, head_hash: hash ?? '', head_ts: host_ts, head_stream: stream };
  const verified_from = recent[0]?.entry.seq ?? 0;
  await trx
    .insertInto('rooms')
    .values({ room_id: roomId, ...head, ...summaryOf(state), verified_from })
    .execute();
  const events = [...older, ...recent];
  for (const sequenced of events) {
    await insertEvent(trx, eventRow(sequenced, stream, await originOf(sequenced.event_id as EventId)));
  }
  await storeState(trx, state, events, stream);
  for (const sequenced of recent) {
    if (sequenced.event.type === 'eccp.room.redaction') await rooms.redact(trx, roomId, sequenced);
  }
}

async function storeState(
  trx: Kysely<Tables>,
  state: RoomState,
  events: readonly SequencedEvent[],
  stream: number,
): Promise<void> {
  const roomId = state.roomId as RoomId;
  const seqOf = new Map(events.map(({ event_id, entry }) => [event_id, entry.seq]));
  const joiners = new Set(events.filter(isJoin).map(({ event }) => event.state_key));
  for (const { type, state_key, event_id, content } of state.entries()) {
    const seq = seqOf.get(event_id) ?? 0;
    await insertState(trx, { room_id: roomId, type: type as EventType, state_key, seq });
    if (type !== 'eccp.room.member') continue;
    await insertMembership(trx, {
      room_id: roomId,
      user_id: state_key as UserId,
      membership: content?.membership as MembershipRow['membership'],
      seq,
      stream,
      ever_joined: joiners.has(state_key) ? 1 : 0,
      forgotten_seq: -1,
    });
  }
}

function isJoin({ event, content }: SequencedEvent): boolean {
  return event.type === 'eccp.room.member' && content?.membership === 'join';
}
