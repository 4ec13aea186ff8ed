import type { Kysely } from 'kysely';
import { maxAnchorAge, type RecentEntries } from '../core/event-acceptance.ts';
import { hash } from '../core/signing.ts';
import type { EventId, RoomId } from '../generated/api.ts';
import { prepared } from './prepared.ts';
import type { Tables } from './tables.ts';

/** What of a log's past one event depends on. */
export interface Looked {
  readonly eventId: string;
  /** Entries whose hashes are wanted. */
  readonly seqs: readonly (number | undefined)[];
}

const entryAt = prepared((db, { roomId, seq }: { roomId: RoomId; seq: number }) =>
  db.selectFrom('events').select('entry').where('room_id', '=', roomId).where('seq', '=', seq),
);

const placeAfter = prepared((db, { roomId, eventId, seq }: { roomId: RoomId; eventId: EventId; seq: number }) =>
  db
    .selectFrom('events')
    .select('seq')
    .where('room_id', '=', roomId)
    .where('event_id', '=', eventId)
    .where('seq', '>', seq),
);

/**
 * The part of a log's last 1000 entries that judging one event needs, read from the database.
 *
 * @param headSeq the last entry's place.
 */
export async function recentEntries(
  db: Kysely<Tables>,
  roomId: RoomId,
  headSeq: number,
  { eventId, seqs }: Looked,
): Promise<RecentEntries> {
  const hashes = new Map<number, string>();
  for (const seq of seqs) {
    if (seq === undefined || seq > headSeq) continue;
    for (const row of await entryAt(db, { roomId, seq })) hashes.set(seq, hash('eccp.entry.v1', row.entry)); // stored in canonical form
  }
  const [held] = await placeAfter(db, { roomId, eventId: eventId as EventId, seq: headSeq - maxAnchorAge });
  return { hashAt: (seq) => hashes.get(seq), holds: (id) => id === eventId && held !== undefined };
}
