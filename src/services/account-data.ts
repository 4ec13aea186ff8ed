import type { Kysely } from 'kysely';
import { canonicalize, type JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { isDeeper, maxContentDepth } from '../core/event-acceptance.ts';
import type { EventType, RoomId, UserId } from '../generated/api.ts';
import type { Rooms } from '../storage/rooms.ts';
import { nextPosition } from '../storage/stream.ts';
import type { Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import { standing } from './room-access.ts';

const maxBytes = 60 * 1024;

/** What clients keep with an account, or with a room for an account (section 5.5). `roomId` is undefined for the account's own. */
export class AccountData {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;
  readonly #notifier: Notifier;

  constructor(store: NodeStore, rooms: Rooms, notifier: Notifier) {
    this.#store = store;
    this.#rooms = rooms;
    this.#notifier = notifier;
  }

  get(userId: UserId, roomId: RoomId | undefined, type: EventType): Promise<JsonObject> {
    return this.#store.read(async (db) => {
      await this.#requireMembership(db, userId, roomId);
      const row = await db
        .selectFrom('account_data')
        .select('content')
        .where('user_id', '=', userId)
        .where('room_id', '=', roomId ?? '')
        .where('type', '=', type)
        .executeTakeFirst();
      if (row === undefined) throw new EccpError('ECCP_NOT_FOUND', 'There is no such account data.'); // ACC-062
      return JSON.parse(row.content) as JsonObject;
    });
  }

  async put(userId: UserId, roomId: RoomId | undefined, type: EventType, content: JsonObject): Promise<void> {
    const text = canonicalize(content);
    await this.#store.write(async (trx) => {
      await this.#requireMembership(trx, userId, roomId);
      if (Buffer.byteLength(text) > maxBytes) {
        throw new EccpError('ECCP_TOO_LARGE', `Account data is at most ${maxBytes} bytes.`); // ACC-065
      }
      if (isDeeper(content, maxContentDepth)) {
        throw new EccpError('ECCP_BAD_PARAM', `Account data nests at most ${maxContentDepth} deep.`, { path: '' }); // ACC-066
      }
      const stream = await nextPosition(trx);
      await trx
        .insertInto('account_data')
        .values({ user_id: userId, room_id: roomId ?? '', type, content: text, stream })
        .onConflict((conflict) =>
          conflict.columns(['user_id', 'room_id', 'type']).doUpdateSet({ content: text, stream }),
        )
        .execute();
    });
    this.#notifier.users([userId]);
  }

  async #requireMembership(db: Kysely<Tables>, userId: UserId, roomId: RoomId | undefined): Promise<void> {
    if (roomId === undefined) return;
    const { membership } = await standing(db, this.#rooms, roomId, userId);
    if (membership === undefined) throw new EccpError('ECCP_FORBIDDEN', 'This needs a membership in the room.'); // ACC-064
  }
}
