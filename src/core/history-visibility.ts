import type { HistoryVisibility, Membership } from './room-state.ts';

/** A value that the entry at `seq` put in force: it holds after that entry, up to and after the next one's. */
export interface Change<T> {
  seq: number;
  value: T;
}

/** Entries `from` to `to`, both included. */
export interface SeqRange {
  from: number;
  to: number;
}

/**
 * Whether a reader may read the entry at `seq` (spec/10-history-visibility.md).
 *
 * @param settings the room's history visibility events, ascending by seq.
 * @param memberships the reader's membership events, ascending by seq, all that are known: a later join opens earlier entries. For the
 *   room's creator a join at seq 0 comes first (HIST-014).
 */
export function mayRead(
  settings: readonly Change<HistoryVisibility>[],
  memberships: readonly Change<Membership>[],
  seq: number,
): boolean {
  const around = [valueAfter(memberships, seq - 1), valueAfter(memberships, seq)];
  if (around.includes('join')) return true; // HIST-002
  const joinsLater = memberships.findLast((change) => change.value === 'join');
  if (joinsLater === undefined || joinsLater.seq < seq) return false; // HIST-006, HIST-007
  const setting = valueAfter(settings, seq - 1) ?? 'joined'; // HIST-001, HIST-010, HIST-011
  if (setting === 'invited') return around.includes('invite'); // HIST-004
  return setting === 'shared'; // HIST-003, HIST-005
}

/**
 * What a reader may read, as sorted, disjoint ranges that do not touch: mayRead at every entry from `first` to `head`.
 *
 * @param head the seq of the last entry.
 * @param first of a log that is not held whole: the first entry from which on it is. Earlier changes that are not known open nothing.
 */
export function readableRanges(
  settings: readonly Change<HistoryVisibility>[],
  memberships: readonly Change<Membership>[],
  head: number,
  first = 0,
): SeqRange[] {
  // Between two changes every entry is judged alike; the entry of a change and the one after it begin something new.
  const changes = [...settings, ...memberships].flatMap(({ seq }) => [seq, seq + 1]);
  const starts = [...new Set([first, ...changes])].filter((seq) => seq >= first && seq <= head).sort((a, b) => a - b);
  const ranges: SeqRange[] = [];
  for (const [i, from] of starts.entries()) {
    if (!mayRead(settings, memberships, from)) continue;
    const to = (starts[i + 1] ?? head + 1) - 1;
    const last = ranges.at(-1);
    if (last?.to === from - 1) last.to = to;
    else ranges.push({ from, to });
  }
  return ranges;
}

/** The value in force after the entry at `seq`: binary search, for rooms whose members come and go for years. */
function valueAfter<T>(changes: readonly Change<T>[], seq: number): T | undefined {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return changes[low - 1]?.value;
}
