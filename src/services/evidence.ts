import type { Kysely } from 'kysely';
import { canonicalize, type Json, type JsonObject } from '../core/canonical-json.ts';
import { type Contradiction, verifyEquivocation } from '../core/equivocation.ts';
import { EccpError } from '../core/errors.ts';
import { entryHash } from '../core/event.ts';
import { documentHash, listedKey } from '../core/key-document.ts';
import { carriedDocuments, type RoomState } from '../core/room-state.ts';
import { verify } from '../core/signing.ts';
import type { Equivocation, LogHead, NodeName, RoomId, SignedKeyDocument } from '../generated/api.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';
import type { Environment, NodeStore } from './environment.ts';

/** Where decisions are recorded. */
export interface Recorder {
  record(entry: {
    kind: string;
    actor: string;
    subject?: string;
    errcode?: string;
    request_id?: string | undefined;
    detail?: JsonObject;
  }): Promise<void>;
}

export interface EvidenceOptions {
  store: NodeStore;
  rooms: Rooms;
  environment: Environment;
  audit: Recorder;
  nodeName: string;
}

/** What a host did against the rules, and the end of the log that comes of it. */
export class Evidence {
  readonly #options: EvidenceOptions;
  #listener: (found: Equivocation, participants: readonly NodeName[]) => void = () => {};

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** The host signed an entry that cannot follow the last one: the log halts before it. */
  async invalid(roomId: RoomId, head: LogHead, error: EccpError): Promise<void> {
    const { store, rooms, audit } = this.#options;
    const why = `entry ${head.entry.seq} is refused with ${error.errcode}: ${error.message}`;
    await store.write((trx) => rooms.freeze(trx, roomId, why));
    const detail = { reason: why, entry: head.entry, entry_signature: head.entry_signature };
    await audit.record({ kind: 'room.frozen', actor: 'node', subject: roomId, errcode: error.errcode, detail });
  }

  /**
   * Compares an entry with the one held at its place. When the host signed both and they differ, that is evidence: it is kept, and the
   * room freezes.
   */
  async contradiction(roomId: RoomId, other: LogHead): Promise<void> {
    const { store, rooms, environment, audit, nodeName } = this.#options;
    const found = await store.write(async (trx) => {
      const state = await rooms.load(trx, roomId);
      const held = await entryAt(trx, roomId, other.entry.seq);
      if (state === undefined || held === undefined) return undefined;
      const evidence = contradictionOf(state, held, other);
      if (evidence === undefined) return undefined;
      const item = canonicalize(evidence as unknown as JsonObject);
      const id = evidence.heads
        .map((head) => entryHash(head.entry))
        .sort()
        .join(' ');
      const row = { id, room_id: roomId, item, ts: environment.now() };
      const stored = await trx
        .insertInto('evidence')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      await rooms.freeze(trx, roomId, `the host signed two entries ${other.entry.seq}`);
      return stored && { evidence, nodes: state.nodes };
    });
    if (found === undefined) return;
    const { evidence, nodes } = found;
    const detail = { evidence: evidence as unknown as JsonObject };
    await audit.record({ kind: 'room.equivocation', actor: evidence.node, subject: roomId, detail });
    this.#listener(evidence, [...nodes].filter((node) => node !== evidence.node && node !== nodeName) as NodeName[]);
  }

  /** @param listener is told of new evidence, and of the participants other than the host who are to have it. */
  onFound(listener: (found: Equivocation, participants: readonly NodeName[]) => void): void {
    this.#listener = listener;
  }

  /**
   * Whether evidence that another node brought holds by itself, and under the key document in force in the room (HOST-076 to HOST-078). Under
   * another document it is only recorded: whoever has a revoked key can make such evidence.
   */
  async isProof(origin: NodeName, item: Equivocation): Promise<boolean> {
    const { store, rooms, audit } = this.#options;
    let proven: Contradiction;
    try {
      proven = verifyEquivocation(item as unknown as Json);
    } catch (error) {
      if (error instanceof EccpError) return false;
      throw error;
    }
    const roomId = item.room_id;
    const state = await store.read((db) => rooms.load(db, roomId));
    const inForce = state?.keyDocument(state.host);
    if (inForce !== undefined && documentHash(inForce) === proven.documentHash) return true;
    const detail = { evidence: item as unknown as JsonObject, from: origin, frozen: false };
    await audit.record({ kind: 'room.equivocation', actor: item.node, subject: roomId, detail });
    return false;
  }

  /** Everything that is kept about a room, for those who ask and for the operator. */
  list(roomId: RoomId): Promise<Equivocation[]> {
    return this.#options.store.read(async (db) => {
      const rows = await db.selectFrom('evidence').select('item').where('room_id', '=', roomId).execute();
      return rows.map((row) => JSON.parse(row.item) as Equivocation);
    });
  }
}

async function entryAt(db: Kysely<Tables>, roomId: RoomId, seq: number): Promise<LogHead | undefined> {
  const row = await db
    .selectFrom('events')
    .select(['entry', 'entry_signature'])
    .where('room_id', '=', roomId)
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row && ({ entry: JSON.parse(row.entry), entry_signature: row.entry_signature } as LogHead);
}

function contradictionOf(state: RoomState, held: LogHead, other: LogHead): Equivocation | undefined {
  const { entry, entry_signature } = other;
  const node = state.host;
  const document = carriedDocuments(state.get('eccp.node.keys', node)?.content).at(-1);
  const key = document && listedKey(document.document, entry.host_key);
  const isOther = entry.epoch === held.entry.epoch && entryHash(entry) !== entryHash(held.entry);
  if (document === undefined || key === undefined || !isOther || entry.room_id !== state.roomId) return undefined;
  if (listedKey(document.document, held.entry.host_key) === undefined) return undefined; // HOST-075
  if (!verify(key, 'eccp.entry-sig.v1', entry, entry_signature)) return undefined;
  return {
    room_id: state.roomId as RoomId,
    node: node as NodeName,
    heads: [held, other],
    documents: [document as SignedKeyDocument],
  };
}
