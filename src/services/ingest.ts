import type { Kysely } from 'kysely';
import type { Json, JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { contentHash, type Entry, eventId, type SequencedEvent } from '../core/event.ts';
import { isAuthType } from '../core/event-types.ts';
import { listedKey } from '../core/key-document.ts';
import { isObject } from '../core/members.ts';
import { applyEntry } from '../core/room-log.ts';
import { RoomState } from '../core/room-state.ts';
import { verify } from '../core/signing.ts';
import type { LogHead, NodeName, RoomId } from '../generated/api.ts';
import { verifiedFrom } from '../storage/events.ts';
import { recentEntries } from '../storage/recent-entries.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import type { Evidence, Recorder } from './evidence.ts';
import type { Invitations } from './invitations.ts';
import type { LogChanges, LogKeeper } from './log-keeper.ts';
import { noSuchRoom } from './room-access.ts';
import type { Submissions } from './submissions.ts';

export interface IngestOptions {
  store: NodeStore;
  rooms: Rooms;
  keeper: LogKeeper;
  submissions: Submissions;
  evidence: Evidence;
  audit: Recorder;
  invitations: Invitations;
  nodeName: string;
}

/** How many entries one transaction takes in: others wait for it. */
const perTransaction = 20;

/**
 * The one way in which entries come into this node's logs from other nodes: fan-out, pull and join alike. In a room that it hosts itself
 * those are its own, which it has lost.
 */
export class Ingest {
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** The place after the last entry held; undefined for a room that is neither held nor awaited. */
  nextSeq(roomId: RoomId): Promise<number | undefined> {
    const { store, rooms, submissions } = this.#options;
    return store.read(async (db) => {
      const state = await rooms.load(db, roomId);
      if (state !== undefined) return state.head.seq + 1;
      return (await submissions.awaits(db, roomId)) ? 0 : undefined;
    });
  }

  /**
   * Verifies entries and puts them into the log, in order. One that is held already is passed over. One about an invitation to a room
   * without users of this node is for the invitation.
   *
   * @param from the node that handed them over.
   * @throws EccpError the code of applyEntry() for the first that is refused, where those before it stay; ECCP_NOT_FOUND for a room
   *   that this node takes no part in; ECCP_ROOM_FROZEN.
   */
  async apply(roomId: RoomId, entries: readonly Json[], from: NodeName): Promise<void> {
    if ((await this.#applyAll(roomId, entries, from, true)) !== 'outside') return;
    const [first] = entries;
    if (first !== undefined && (await this.#options.invitations.entry(from, roomId, first))) {
      return this.apply(roomId, entries.slice(1), from);
    }
    await this.applyLog(roomId, entries, from);
  }

  /**
   * As apply(), with entries of a log that a node served: it does that for nodes of the room alone, so this is one by now, and an invitation
   * among them is a part of the log like any other entry.
   */
  async applyLog(roomId: RoomId, entries: readonly Json[], from: NodeName): Promise<void> {
    await this.#applyAll(roomId, entries, from, false);
  }

  /**
   * @param asMember whether nothing is to be done where no user of this node is in the room.
   * @returns `outside` when that was so.
   */
  async #applyAll(
    roomId: RoomId,
    entries: readonly Json[],
    from: NodeName,
    asMember: boolean,
  ): Promise<'outside' | undefined> {
    const batches: Promise<void>[] = [];
    const adopted: number[] = [];
    let end: 'outside' | Refused | undefined;
    // Transactions run in the order in which they are asked for. While one is being made durable the next one may run; more than
    // that would hold up everybody else.
    for (let start = 0; start < entries.length; start += perTransaction) {
      await batches.at(-2)?.catch(() => {});
      const take = async (log: LogChanges) => {
        const batch = entries.slice(start, start + perTransaction);
        end ??= await this.#applyBatch(log, roomId, { batch, from, asMember: asMember && start === 0, adopted });
      };
      const written = this.#options.keeper.write(take);
      written.catch(() => {}); // told below
      batches.push(written);
    }
    await Promise.all(batches);
    await this.#recordAdopted(roomId, adopted, from);
    if (end === undefined || end === 'outside') return end;
    await this.#judge(roomId, end, from);
    throw end.error;
  }

  /** Applies entries until one is refused: what came before it is kept, so the refusal is a value. */
  async #applyBatch(
    log: LogChanges,
    roomId: RoomId,
    { batch, from, asMember, adopted }: Batch,
  ): Promise<'outside' | Refused | undefined> {
    const { rooms, submissions, nodeName } = this.#options;
    const held = await rooms.load(log.trx, roomId);
    const hosts = held?.host === nodeName;
    if (asMember && !hosts && held?.nodes.has(nodeName) !== true) return 'outside';
    if (held === undefined && !(await submissions.awaits(log.trx, roomId))) throw noSuchRoom();
    if (hosts && !held.nodes.has(from)) throw noSuchRoom(); // HOST-032
    await rooms.requireOpen(log.trx, roomId);
    let state = held ?? RoomState.empty;
    for (const received of batch) {
      try {
        const recent = await recentEntries(log.trx, roomId, state.head.seq, lookedFor(received));
        const appended = applyEntry(state, received, recent);
        if (appended.state.roomId !== roomId) throw new EccpError('ECCP_ROOM_MISMATCH', 'an entry of another room');
        await log.append(state, appended);
        if (state.host === nodeName) adopted.push(appended.sequenced.entry.seq);
        state = appended.state;
      } catch (error) {
        if (!(error instanceof EccpError)) throw error;
        if (error.errcode === 'ECCP_DUPLICATE_EVENT' && isHeld(state, received)) continue;
        if (error.errcode === 'ECCP_CHAIN_FORK' && (await isBehind(log.trx, roomId, received))) continue;
        return { error, received, state };
      }
    }
    return undefined;
  }

  /** HOST-093: what this node had signed and did not hold any more. */
  async #recordAdopted(roomId: RoomId, adopted: readonly number[], from: NodeName): Promise<void> {
    const [first] = adopted;
    if (first === undefined) return;
    const detail = { first, last: adopted.at(-1) ?? first };
    await this.#options.audit.record({ kind: 'room.entries_adopted', actor: from, subject: roomId, detail });
  }

  /** Whether what was refused shows that the host broke the rules: then the log ends here, for good. */
  async #judge(roomId: RoomId, { error, received, state }: Refused, from: NodeName): Promise<void> {
    if (error.errcode === 'ECCP_GAP' || error.errcode === 'ECCP_ROOM_FROZEN' || state.head.seq < 0) return;
    const entry = signedEntry(state, received);
    if (entry === undefined) return;
    const { evidence } = this.#options;
    if (entry.entry.seq <= state.head.seq) await evidence.contradiction(roomId, entry);
    // Who relays an entry can spoil what its hash does not cover: only the host itself is taken at its word.
    else if (from === state.host && isWhole(received)) await evidence.invalid(roomId, entry, error);
  }
}

interface Batch {
  readonly batch: readonly Json[];
  readonly from: NodeName;
  /** Whether nothing is to be done where no user of this node is in the room. */
  readonly asMember: boolean;
  /** Takes the places of entries in a room that this node hosts. */
  readonly adopted: number[];
}

interface Refused {
  readonly error: EccpError;
  readonly received: Json;
  readonly state: RoomState;
}

/** What applyEntry() will ask of the log's past. Nothing here has been checked yet. */
function lookedFor(received: Json): { eventId: string; seqs: (number | undefined)[] } {
  const { event_id, entry, event } = isObject(received) ? received : {};
  const anchor = isObject(event) && isObject(event.anchor) ? event.anchor.seq : undefined;
  const seq = isObject(entry) ? entry.seq : undefined;
  return {
    eventId: typeof event_id === 'string' ? event_id : '',
    seqs: [seq, anchor].map((value) => (Number.isSafeInteger(value) ? (value as number) : undefined)),
  };
}

/** A duplicate is either this very entry again, or a host that sequenced one event twice. */
function isHeld(state: RoomState, received: Json): boolean {
  return ((received as JsonObject).entry as Entry).seq <= state.head.seq;
}

/** Whether a snapshot stands for the entry, until the log has been read so far back. */
async function isBehind(db: Kysely<Tables>, roomId: RoomId, received: Json): Promise<boolean> {
  return ((received as JsonObject).entry as Entry).seq < (await verifiedFrom(db, roomId));
}

/** The entry, if the room's host signed it. */
export function signedEntry(state: RoomState, received: Json): LogHead | undefined {
  try {
    const { entry, entry_signature } = received as SequencedEvent;
    const document = state.keyDocument(state.host);
    const key = document && listedKey(document, entry.host_key);
    const isSigned = key !== undefined && verify(key, 'eccp.entry-sig.v1', entry, entry_signature);
    return isSigned && entry.room_id === state.roomId && Number.isSafeInteger(entry.seq)
      ? ({ entry, entry_signature } as LogHead)
      : undefined;
  } catch {
    return undefined; // out of form: nothing that could have been signed
  }
}

/** Whether the hashes hold together: then the event and content are those that the entry stands for. */
export function isWhole(received: Json): boolean {
  try {
    const { event_id, event, content, nonce, entry } = received as SequencedEvent;
    if (content === undefined && isAuthType(event.type)) return false;
    const isContent =
      content === undefined || nonce === undefined || event.content_hash === contentHash(content, nonce);
    return isContent && event_id === eventId(event) && entry.event_id === event_id;
  } catch {
    return false;
  }
}
