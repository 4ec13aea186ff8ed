import { EccpError } from '../core/errors.ts';
import type { EventId, RoomId, UserId } from '../generated/api.ts';
import { eventById } from '../storage/events.ts';
import type { Rooms } from '../storage/rooms.ts';
import { nextPosition } from '../storage/stream.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import { covers, joinedRoom, readableRoom } from './room-access.ts';

/** How far users have read (section 11.5). */
export class Receipts {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;
  readonly #notifier: Notifier;
  readonly #environment: Environment;

  constructor(store: NodeStore, rooms: Rooms, notifier: Notifier, environment: Environment) {
    this.#store = store;
    this.#rooms = rooms;
    this.#notifier = notifier;
    this.#environment = environment;
  }

  async put(userId: UserId, roomId: RoomId, eventId: EventId): Promise<void> {
    const moved = await this.#store.write(async (trx) => {
      const state = await joinedRoom(trx, this.#rooms, roomId, userId);
      const { ranges } = await readableRoom(trx, this.#rooms, roomId, userId);
      const event = await eventById(trx, roomId, eventId);
      if (event === undefined || !covers(ranges, event.seq)) {
        throw new EccpError('ECCP_NOT_FOUND', 'There is no such event.'); // SYNC-042
      }
      const held = await trx
        .selectFrom('receipts')
        .select('seq')
        .where('room_id', '=', roomId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      if (held !== undefined && held.seq >= event.seq) return undefined; // SYNC-041
      const row = { event_id: eventId, seq: event.seq, ts: this.#environment.now(), stream: await nextPosition(trx) };
      await trx
        .insertInto('receipts')
        .values({ room_id: roomId, user_id: userId, ...row })
        .onConflict((conflict) => conflict.columns(['room_id', 'user_id']).doUpdateSet(row))
        .execute();
      return state;
    });
    if (moved !== undefined) this.#notifier.whoever((other) => moved.membership(other) === 'join');
  }
}
