import type { Equivocation, LogHead, NodeName, RoomId } from '../generated/api.ts';
import type { Rooms } from '../storage/rooms.ts';
import { sharingNodes } from '../storage/shared-rooms.ts';
import type { NodeStore } from './environment.ts';
import type { Evidence } from './evidence.ts';
import type { LogServing } from './log-serving.ts';

export interface HeadsOptions {
  store: NodeStore;
  rooms: Rooms;
  evidence: Evidence;
  logServing: LogServing;
  nodeName: string;
  random: (length: number) => Uint8Array;
}

/** To how many participants of a room its head goes in one round. */
const peersPerRoom = 3;
/** The most heads, and pieces of evidence, in one transaction. */
const perNode = 100;

/** What is told to another node of logs that both hold. */
export interface HeadsFor {
  readonly heads: Record<RoomId, LogHead>;
  readonly evidence: Equivocation[];
}

/**
 * Last entries, compared among participants without the host's help: a host that shows different logs to different nodes is found out.
 */
export class Heads {
  readonly #options: HeadsOptions;
  readonly #told = new Map<RoomId, number>();

  constructor(options: HeadsOptions) {
    this.#options = options;
  }

  /** The other nodes that take part in rooms held here, or did once. */
  participants(): Promise<NodeName[]> {
    return this.#options.store.read((db) => sharingNodes(db, this.#options.nodeName as NodeName));
  }

  /** What is due: for each room with a new head, or with evidence, three other participants picked at random. */
  async due(): Promise<Map<NodeName, HeadsFor>> {
    const { store, rooms, evidence, logServing, nodeName } = this.#options;
    const due = new Map<NodeName, HeadsFor>();
    const changed = await store.read((db) => db.selectFrom('rooms').select(['room_id', 'head_seq']).execute());
    for (const { room_id: roomId, head_seq } of changed) {
      if (this.#told.get(roomId) === head_seq) continue;
      const state = await store.read((db) => rooms.load(db, roomId));
      const others = [...(state?.nodes ?? [])].filter(
        (node) => node !== nodeName && node !== state?.host,
      ) as NodeName[];
      const found = await evidence.list(roomId);
      for (const node of this.#pick(others)) {
        const told = due.get(node) ?? { heads: {}, evidence: [] };
        if (Object.keys(told.heads).length >= perNode) continue;
        told.heads[roomId] = await logServing.head(node, roomId);
        told.evidence.push(...found.slice(0, perNode - told.evidence.length));
        due.set(node, told);
      }
      this.#told.set(roomId, head_seq);
    }
    return due;
  }

  /**
   * Compares the heads that a participant holds with this node's.
   *
   * @returns the rooms in which the other node is further: their logs are to be pulled from it.
   */
  async receive(origin: NodeName, heads: Readonly<Record<string, LogHead>>): Promise<RoomId[]> {
    const behind: RoomId[] = [];
    for (const [id, head] of Object.entries(heads)) {
      const roomId = id as RoomId;
      const held = await this.#sharedHead(origin, roomId);
      if (held === undefined) continue;
      if (head.entry.seq <= held) await this.#options.evidence.contradiction(roomId, head);
      else behind.push(roomId);
    }
    return behind;
  }

  /** Takes in contradictions that another node found. What proves nothing here changes nothing. */
  async receiveEvidence(origin: NodeName, items: readonly Equivocation[]): Promise<void> {
    for (const item of items) {
      const { room_id: roomId, heads } = item;
      if ((await this.#sharedHead(origin, roomId)) === undefined) continue;
      if (await this.#options.evidence.isProof(origin, item)) {
        for (const head of heads) await this.#options.evidence.contradiction(roomId, head);
      }
    }
  }

  /** The place of the last entry held of a room that the other node takes part in. */
  #sharedHead(origin: NodeName, roomId: RoomId): Promise<number | undefined> {
    const { store, rooms } = this.#options;
    return store.read(async (db) => {
      const state = await rooms.load(db, roomId);
      return state?.nodes.has(origin) === true ? state.head.seq : undefined;
    });
  }

  #pick(nodes: NodeName[]): NodeName[] {
    const picked: NodeName[] = [];
    while (picked.length < peersPerRoom && nodes.length > 0) {
      const [byte = 0] = this.#options.random(1);
      picked.push(...nodes.splice(byte % nodes.length, 1));
    }
    return picked;
  }
}
