import { strict as assert } from 'node:assert';
import type { Json } from '../../src/core/canonical-json.ts';
import { type Entry, entryHash } from '../../src/core/event.ts';
import { applyEntry } from '../../src/core/room-log.ts';
import { RoomState } from '../../src/core/room-state.ts';

/** What of a served event is the log's, without what the server adds for its reader. */
interface Served {
  event_id: string;
  entry: Entry;
  txn_id?: string;
}

/**
 * Folds a whole log from its create event on: every hash, link, signature, rule and state root is checked.
 *
 * @returns the state that it adds up to.
 */
export function verifyLog(events: Served[]): RoomState {
  const hashes: string[] = [];
  const ids = new Set<string>();
  const recent = { hashAt: (seq: number) => hashes[seq], holds: (id: string) => ids.has(id) };
  let state = RoomState.empty;
  for (const [seq, { txn_id: _, ...logged }] of events.entries()) {
    assert.equal(logged.entry.seq, seq, 'the log has no hole and no repetition');
    ({ state } = applyEntry(state, logged as object as Json, recent));
    hashes.push(entryHash(logged.entry));
    ids.add(logged.event_id);
  }
  return state;
}
