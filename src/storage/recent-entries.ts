import type { Kysely } from 'kysely';
import { maxAnchorAge, type RecentEntries } from '../core/event-acceptance.ts';
import { hash } from '../core/signing.ts';
import type { EventId, RoomId } from '../generated/api.ts';
import type { Tables } from './tables.ts';

/** What of a log's past one event depends on. */
export interface Looked {
  readonly eventId: string;
  /** Entries whose hashes are wanted. */
  readonly seqs: readonly (number | undefined)[];
}

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
  const wanted = seqs.filter((seq): seq is number => seq !== undefined && seq <= headSeq);
  if (wanted.length > 0) {
    const rows = await db
      .selectFrom('events')
      .select(['seq', 'entry'])
      .where('room_id', '=', roomId)
      .where('seq', 'in', wanted)
      .execute();
    for (const row of rows) hashes.set(row.seq, hash('eccp.entry.v1', row.entry)); // stored in canonical form
  }
  const held = await db
    .selectFrom('events')
    .select('seq')
    .where('room_id', '=', roomId)
    .where('event_id', '=', eventId as EventId)
    .where('seq', '>', headSeq - maxAnchorAge)
    .executeTakeFirst();
  return { hashAt: (seq) => hashes.get(seq), holds: (id) => id === eventId && held !== undefined };
}
