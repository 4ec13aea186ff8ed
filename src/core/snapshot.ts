import type { Json } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { type Entry, entryHash, foundedRoomId, type SequencedEvent } from './event.ts';
import { checkHashes, checkSubmittedContent } from './event-acceptance.ts';
import { entryMembers, readSequencedEvent } from './event-form.ts';
import { nodeOf } from './ids.ts';
import { badEvent, checkMembers, isObject, isString } from './members.ts';
import { RoomState, type StateEntry } from './room-state.ts';
import { carriesKeys, SnapshotSignatures } from './snapshot-signatures.ts';

/** How many entries the end of a log in a snapshot has. */
export const recentLength = 1000;

/** A snapshot that passed every check which it can be put to by itself (section 18.4). */
export interface CheckedSnapshot {
  /** After the last entry. */
  readonly state: RoomState;
  /** The events of the state from before `recent`, in log order. Where in the log they stand is the host's claim. */
  readonly older: readonly SequencedEvent[];
  readonly recent: readonly SequencedEvent[];
  /** The key that signed the last entry; whether the host lists it outside the room is for the caller to find out. */
  readonly hostKey: { readonly id: string; readonly publicKey: string };
}

/** The pairs that an event gives a value, with what the state holds of it. */
type Pair = readonly [key: string, entry: StateEntry];

/**
 * Checks a snapshot (PULL-051 to PULL-055).
 *
 * @param received what the host gave for one: untrusted JSON.
 * @param breathe is awaited after each event that was looked at: thousands of them keep a processor busy for long.
 * @throws EccpError the code of what is wrong with it.
 */
export async function checkSnapshot(
  received: Json,
  roomId: string,
  breathe: () => Promise<void>,
): Promise<CheckedSnapshot> {
  const { head, state: named, recent } = readForm(received);
  const [first, last] = [recent[0], recent.at(-1)];
  if (first === undefined || last === undefined) throw badEvent('/recent', 'empty');
  for (const sequenced of [...named, ...recent]) {
    checkEvent(sequenced, roomId);
    await breathe();
  }
  checkChain(recent);
  if (entryHash(head.entry) !== entryHash(last.entry)) throw badEvent('/head', 'not the last entry of recent');
  checkOverlap(named, recent);
  const state = stateOf(roomId, named, last.entry);
  if (state.stateRoot !== head.entry.state_root) throw new EccpError('ECCP_STATE_ROOT', 'not the root of the state');
  const signatures = new SnapshotSignatures(state, [...named, ...recent]);
  const publicKey = signatures.checkHead(head);
  for (const sequenced of recent) {
    signatures.check(sequenced);
    await breathe();
  }
  const older = named.filter(({ entry }) => entry.seq < first.entry.seq);
  return { state, older, recent, hostKey: { id: head.entry.host_key, publicKey } };
}

interface Form {
  head: { entry: Entry; entry_signature: string };
  state: SequencedEvent[];
  recent: SequencedEvent[];
}

function readForm(received: Json): Form {
  const { head, state, recent } = isObject(received) ? received : {};
  if (!Array.isArray(state) || !Array.isArray(recent) || recent.length > recentLength) {
    throw badEvent('', 'not a snapshot');
  }
  checkMembers(head, '/head', { entry: isObject, entry_signature: isString }, {}, false);
  checkMembers(head.entry, '/head/entry', entryMembers, {}, true);
  return {
    head: head as unknown as Form['head'], // the two calls have just established it
    state: state.map(readSequencedEvent),
    recent: recent.map(readSequencedEvent),
  };
}

function checkEvent(sequenced: SequencedEvent, roomId: string): void {
  const { event, event_id, entry } = sequenced;
  checkHashes(sequenced);
  checkSubmittedContent(sequenced);
  const own = event.type === 'eccp.room.create' ? foundedRoomId(event) : event.room_id;
  if (own !== roomId || entry.room_id !== roomId) throw new EccpError('ECCP_ROOM_MISMATCH', 'an event of another room');
  if (entry.event_id !== event_id) throw badEvent('/entry/event_id', 'names another event');
}

/** The end of a log, as long as it has to be, of entries that each continue the one before. */
function checkChain(recent: readonly SequencedEvent[]): void {
  const last = recent.at(-1)?.entry.seq ?? -1;
  const first = Math.max(0, last + 1 - recentLength);
  if (recent.length !== last + 1 - first) throw new EccpError('ECCP_GAP', 'not the last 1000 entries');
  for (const [i, { entry }] of recent.entries()) {
    const before = recent[i - 1]?.entry;
    if (entry.seq !== first + i) throw new EccpError('ECCP_GAP', 'recent has a hole');
    if (before === undefined && (entry.seq === 0) !== (entry.prev === null)) throw fork();
    if (before !== undefined && entry.prev !== entryHash(before)) throw fork();
    if (before !== undefined && entry.epoch < before.epoch) throw badEvent('/entry/epoch', 'less than before');
    if (before !== undefined && entry.host_ts < before.host_ts) throw badEvent('/entry/host_ts', 'less than before');
  }
  if (new Set(recent.map(({ event_id }) => event_id)).size !== recent.length) {
    throw new EccpError('ECCP_DUPLICATE_EVENT', 'an event stands in recent twice');
  }
}

/** From where `recent` begins both tell of the same log. */
function checkOverlap(named: readonly SequencedEvent[], recent: readonly SequencedEvent[]): void {
  const first = recent[0]?.entry.seq ?? 0;
  const last = new Map(recent.flatMap((sequenced) => pairsOf(sequenced).map(([key]) => [key, sequenced.event_id])));
  const given = new Map(named.flatMap((sequenced) => pairsOf(sequenced).map(([key]) => [key, sequenced.event_id])));
  for (const [key, eventId] of last) if (given.get(key) !== eventId) throw badEvent('/state', `lacks the last ${key}`);
  for (const [i, { entry }] of named.entries()) {
    if (entry.seq <= (named[i - 1]?.entry.seq ?? -1)) throw badEvent('/state', 'not in log order');
    if (entry.seq < first) continue;
    const same = recent[entry.seq - first];
    if (same === undefined || entryHash(same.entry) !== entryHash(entry)) throw fork();
  }
}

function stateOf(roomId: string, named: readonly SequencedEvent[], last: Entry): RoomState {
  const pairs = new Map(named.flatMap(pairsOf));
  const used = new Set([...pairs.values()].map((entry) => entry.event_id));
  if (named.some(({ event_id }) => !used.has(event_id))) throw badEvent('/state', 'has an event that no pair names');
  const { epoch, seq, host_ts } = last;
  return RoomState.restore(roomId, pairs.values(), { epoch, seq, hash: entryHash(last), host_ts });
}

function pairsOf({ event, event_id, content }: SequencedEvent): Pair[] {
  const { type, state_key, sender } = event;
  if (state_key === undefined) return [];
  const held = { event_id, sender, ...(content && { content }) };
  const pair = (type: string, key: string): Pair => [`${type} ${key}`, { type, state_key: key, ...held }];
  return carriesKeys({ event, content }) ? [pair(type, state_key), keysPair()] : [pair(type, state_key)];
  function keysPair(): Pair {
    return pair('eccp.node.keys', nodeOf(sender));
  }
}

function fork(): EccpError {
  return new EccpError('ECCP_CHAIN_FORK', 'does not continue the entry before');
}
