import type { Kysely } from 'kysely';
import type { JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { EventId, NodeName, RoomId } from '../generated/api.ts';
import { sequencedOf } from '../storage/events.ts';
import { prepared } from '../storage/prepared.ts';
import { nextPosition } from '../storage/stream.ts';
import type { DeviceItemKind, OutboxTable, Tables } from '../storage/tables.ts';
import type { Environment, NodeStore } from './environment.ts';

/** How long an item waits for its destination, in milliseconds: 14 days. */
export const outboxLifeMs = 14 * 24 * 60 * 60 * 1000;

/** One item on its way to another node. */
export interface OutboxItem {
  readonly position: number;
  readonly kind: OutboxTable['kind'];
  readonly eventId: EventId;
  readonly roomId: RoomId;
  /** As the transaction has it. */
  readonly body: JsonObject;
}

/** What is to be queued; without `item` for entries, which are read from the log when they are sent. */
export interface Queued {
  readonly destination: NodeName;
  readonly position: number;
  readonly kind: OutboxTable['kind'];
  readonly roomId: RoomId;
  readonly eventId: EventId;
  readonly item?: string;
  /** Default: outboxLifeMs. */
  readonly lifeMs?: number;
}

/** What waits to be sent to other nodes, in order, written in the transactions that cause it. */
export class Outbox {
  readonly #store: NodeStore;
  readonly #environment: Environment;
  readonly #nodeName: NodeName;
  #ownListener: () => void = () => {};
  #listener: (destination: NodeName) => void = () => {};

  constructor(store: NodeStore, environment: Environment, nodeName: string) {
    this.#store = store;
    this.#environment = environment;
    this.#nodeName = nodeName as NodeName;
  }

  /** @param listener is told of each destination that something was queued for, once that is durable. */
  onQueued(listener: (destination: NodeName) => void): void {
    this.#listener = listener;
  }

  /** @param listener is told when something was queued for this node itself, as the host of a room, once that is durable. */
  onOwn(listener: () => void): void {
    this.#ownListener = listener;
  }

  /** Something for these nodes has been made durable. */
  wake(destinations: Iterable<NodeName>): void {
    for (const destination of destinations) {
      if (destination === this.#nodeName) this.#ownListener();
      else this.#listener(destination);
    }
  }

  /** The rooms in which something waits for this node itself. */
  async ownRooms(db: Kysely<Tables>): Promise<RoomId[]> {
    const own = db.selectFrom('outbox').select('room_id').distinct().where('destination', '=', this.#nodeName);
    return (await own.execute()).map((row) => row.room_id);
  }

  async add(trx: Kysely<Tables>, queued: Queued): Promise<void> {
    const now = this.#environment.now();
    await insert(trx, {
      destination: queued.destination,
      position: queued.position,
      kind: queued.kind,
      room_id: queued.roomId,
      event_id: queued.eventId,
      item: queued.item ?? null,
      created_ts: now,
      expires_ts: now + (queued.lifeMs ?? outboxLifeMs),
    });
  }

  /** Queues an item that is no event, and keeps its order among those of its kind. */
  async addDeviceItem(
    trx: Kysely<Tables>,
    destination: NodeName,
    position: number,
    kind: DeviceItemKind,
    item: JsonObject & { id: string },
  ): Promise<void> {
    const [roomId, eventId] = [kind as string as RoomId, item.id as EventId]; // no room and no event has such names
    await this.add(trx, { destination, position, kind, roomId, eventId, item: JSON.stringify(item) });
  }

  /** Takes a submission back that has not been sent, or whose answer nobody waits for any more. */
  async withdraw(trx: Kysely<Tables>, destination: NodeName, eventId: EventId): Promise<void> {
    await trx.deleteFrom('outbox').where('destination', '=', destination).where('event_id', '=', eventId).execute();
  }

  /** The other nodes that something waits for. */
  destinations(): Promise<NodeName[]> {
    return this.#store.read(async (db) => {
      const others = db.selectFrom('outbox').select('destination').distinct();
      const rows = await others.where('destination', '!=', this.#nodeName).execute();
      return rows.map((row) => row.destination);
    });
  }

  count(destination: NodeName): Promise<number> {
    return this.#store.read(async (db) => {
      const { waiting } = await db
        .selectFrom('outbox')
        .select(({ fn }) => fn.countAll<number>().as('waiting'))
        .where('destination', '=', destination)
        .executeTakeFirstOrThrow();
      return Number(waiting);
    });
  }

  /**
   * The first items for a node, in order. Those whose time is over are dropped.
   *
   * @param maxBytes of JSON, which only a single item may exceed.
   * @param except rooms whose items are not wanted now.
   */
  async next(
    destination: NodeName,
    max: number,
    maxBytes: number,
    except: ReadonlySet<RoomId> = new Set(),
  ): Promise<OutboxItem[]> {
    const rows = await this.#store.read((db) =>
      except.size === 0
        ? first(db, { destination, max })
        : waiting(db, { destination, max })
            .where('outbox.room_id', 'not in', [...except])
            .execute(),
    );
    const now = this.#environment.now();
    const late = rows.filter((row) => row.expires_ts <= now);
    if (late.length > 0) {
      await this.#expire(late);
      return this.next(destination, max, maxBytes, except);
    }
    const items: OutboxItem[] = [];
    let bytes = 0;
    for (const row of rows) {
      const body = bodyOf(row);
      bytes += Buffer.byteLength(JSON.stringify(body));
      if (items.length > 0 && bytes > maxBytes) break;
      items.push({ position: row.position, kind: row.kind, eventId: row.event_id, roomId: row.room_id, body });
    }
    return items;
  }

  /** Forgets items that their destination has answered. */
  async done(destination: NodeName, positions: readonly number[]): Promise<void> {
    await this.#store.write((trx) =>
      trx
        .deleteFrom('outbox')
        .where('destination', '=', destination)
        .where('position', 'in', [...positions])
        .execute(),
    );
  }

  /** What waited too long is dropped; whose submission it was is told by sync. */
  async #expire(rows: readonly Waiting[]): Promise<void> {
    await this.#store.write(async (trx) => {
      for (const { destination, position, kind, event_id } of rows) {
        await trx
          .deleteFrom('outbox')
          .where('destination', '=', destination)
          .where('position', '=', position)
          .execute();
        if (kind !== 'submission') continue;
        const error = 'The host of the room did not answer in time.';
        await trx
          .updateTable('submissions')
          .set({ status: 'rejected', errcode: 'ECCP_UNREACHABLE', error, stream: await nextPosition(trx) })
          .where('event_id', '=', event_id)
          .where('status', '=', 'waiting')
          .execute();
      }
    });
  }
}

const insert = prepared((db, row: OutboxTable) =>
  db.insertInto('outbox').values({
    destination: row.destination,
    position: row.position,
    kind: row.kind,
    room_id: row.room_id,
    event_id: row.event_id,
    item: row.item,
    created_ts: row.created_ts,
    expires_ts: row.expires_ts,
  }),
);

/** What waits for a node, in order, each with its row of the log if it has one. */
function waiting(db: Kysely<Tables>, { destination, max }: { destination: NodeName; max: number }) {
  return db
    .selectFrom('outbox')
    .leftJoin('events', (join) =>
      join.onRef('events.room_id', '=', 'outbox.room_id').onRef('events.event_id', '=', 'outbox.event_id'),
    )
    .select(['destination', 'position', 'kind', 'item', 'expires_ts', 'outbox.room_id', 'outbox.event_id'])
    .select(['event', 'signature', 'entry', 'entry_signature', 'content', 'nonce', 'redacted_by'])
    .where('destination', '=', destination)
    .orderBy('position')
    .limit(max);
}

const first = prepared(waiting);

type Waiting = Awaited<ReturnType<typeof first>>[number];

function bodyOf(row: Waiting): JsonObject {
  if (row.item !== null) return JSON.parse(row.item) as JsonObject;
  const { event, signature, entry, entry_signature } = row;
  if (event === null || signature === null || entry === null || entry_signature === null) {
    throw new EccpError('ECCP_UNAVAILABLE', 'A queued entry is not in the log.');
  }
  return sequencedOf({ ...row, event, signature, entry, entry_signature }) as JsonObject;
}
