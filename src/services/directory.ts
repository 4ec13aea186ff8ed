import { type Kysely, sql } from 'kysely';
import { EccpError } from '../core/errors.ts';
import { isRoomId, nodeOf } from '../core/ids.ts';
import type { DirectoryPage, RoomAlias, RoomId, UserId } from '../generated/api.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { AliasesTable, Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import { joinedRoom, standing } from './room-access.ts';

/** DISC-020: who may point aliases at a room. */
const aliasPower = 50;

/** Aliases and the list of public rooms (sections 12.3 and 12.4). */
export class Directory {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;
  readonly #nodeName: string;
  readonly #now: () => number;

  constructor(store: NodeStore, rooms: Rooms, nodeName: string, now: () => number) {
    this.#store = store;
    this.#rooms = rooms;
    this.#nodeName = nodeName;
    this.#now = now;
  }

  resolve(userId: UserId, alias: RoomAlias): Promise<RoomId> {
    return this.#store.read(async (db) => (await this.#visible(db, userId, alias)).room_id);
  }

  async put(userId: UserId, alias: RoomAlias, roomId: RoomId): Promise<void> {
    await this.#store.write(async (trx) => {
      const state = await joinedRoom(trx, this.#rooms, roomId, userId);
      if (state.power(userId) < aliasPower) throw new EccpError('ECCP_FORBIDDEN', `This needs power ${aliasPower}.`); // DISC-024
      await this.claim(trx, userId, alias, roomId, 'alias');
    });
  }

  async delete(userId: UserId, alias: RoomAlias): Promise<void> {
    await this.#store.write(async (trx) => {
      const row = await this.#visible(trx, userId, alias);
      const state = await this.#rooms.load(trx, row.room_id);
      const moderates = state?.membership(userId) === 'join' && state.power(userId) >= aliasPower;
      if (row.created_by !== userId && !moderates) {
        throw new EccpError('ECCP_FORBIDDEN', 'Another user made this alias.'); // DISC-025
      }
      await trx.deleteFrom('aliases').where('alias', '=', alias).execute();
    });
  }

  /**
   * Points an alias at a room, within a transaction that has checked the user's right to.
   *
   * @param path where the request has the alias.
   * @throws EccpError ECCP_BAD_PARAM for an alias of another node (DISC-023), ECCP_FORBIDDEN for one that is taken (DISC-022).
   */
  async claim(trx: Kysely<Tables>, userId: UserId, alias: RoomAlias, roomId: RoomId, path: string): Promise<void> {
    if (nodeOf(alias) !== this.#nodeName) {
      throw new EccpError('ECCP_BAD_PARAM', 'The alias belongs to another node.', { path });
    }
    const row = { alias, room_id: roomId, created_by: userId, created_ts: this.#now() };
    await trx
      .insertInto('aliases')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const held = await trx.selectFrom('aliases').select('room_id').where('alias', '=', alias).executeTakeFirst();
    if (held?.room_id !== roomId) throw new EccpError('ECCP_FORBIDDEN', 'The alias is taken.');
  }

  /** Sorted. */
  async aliasesOf(db: Kysely<Tables>, roomId: RoomId): Promise<RoomAlias[]> {
    const rows = await db
      .selectFrom('aliases')
      .select('alias')
      .where('room_id', '=', roomId)
      .orderBy('alias')
      .execute();
    return rows.map((row) => row.alias);
  }

  /** Public rooms with joined users, most members first (DISC-030 to DISC-035). */
  list(page: { from?: string | undefined; limit: number; search?: string | undefined }): Promise<DirectoryPage> {
    const start = page.from === undefined ? undefined : parsePlace(page.from);
    return this.#store.read(async (db) => {
      let query = db
        .selectFrom('rooms')
        .select(['room_id', 'name', 'topic', 'member_count'])
        .where('visibility', '=', 'public')
        .where('member_count', '>', 0);
      if (start !== undefined) {
        query = query.where(({ eb, or, and }) =>
          or([
            eb('member_count', '<', start.members),
            and([eb('member_count', '=', start.members), eb('room_id', '>', start.roomId)]),
          ]),
        );
      }
      if (page.search !== undefined) query = query.where(matches(page.search));
      const rows = await query
        .orderBy('member_count', 'desc')
        .orderBy('room_id')
        .limit(page.limit + 1)
        .execute();
      const shown = rows.slice(0, page.limit);
      const last = shown.at(-1);
      const rooms = [];
      for (const { room_id, name, topic, member_count } of shown) {
        rooms.push({
          room_id,
          member_count,
          aliases: await this.aliasesOf(db, room_id),
          ...(name === null ? {} : { name }),
          ...(topic === null ? {} : { topic }),
        });
      }
      return { rooms, ...(rows.length > page.limit && last ? { next: `${last.member_count}.${last.room_id}` } : {}) };
    });
  }

  /** @throws EccpError ECCP_NOT_FOUND also for an alias of a room that the user may not know of (DISC-026). */
  async #visible(db: Kysely<Tables>, userId: UserId, alias: RoomAlias): Promise<AliasesTable> {
    const row = await db.selectFrom('aliases').selectAll().where('alias', '=', alias).executeTakeFirst();
    const noSuchAlias = new EccpError('ECCP_NOT_FOUND', 'There is no such alias.');
    if (row === undefined) throw noSuchAlias;
    await standing(db, this.#rooms, row.room_id, userId).catch((error: unknown) => {
      throw error instanceof EccpError ? noSuchAlias : error;
    });
    return row;
  }
}

/** The name, topic or an alias contains the text, whatever the case of its letters (DISC-033). */
function matches(text: string) {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`;
  return sql<boolean>`(search_text like ${pattern} escape '\\' or exists (
    select 1 from aliases where aliases.room_id = rooms.room_id and alias like ${pattern} escape '\\'))`;
}

/** Where a page of the directory ends: the last room and its members (DISC-034). */
function parsePlace(text: string): { members: number; roomId: RoomId } {
  const match = /^(\d{1,9})\.(!.+)$/.exec(text);
  if (match?.[1] === undefined || !isRoomId(match[2])) {
    throw new EccpError('ECCP_BAD_PARAM', 'Not a place that this node gave.', { path: 'from' }); // DISC-035
  }
  return { members: Number(match[1]), roomId: match[2] as RoomId };
}
