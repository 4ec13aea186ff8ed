import type { Kysely } from 'kysely';
import { canonicalize, type Json, type JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { SequencedEvent } from '../core/event.ts';
import { readSequencedEvent } from '../core/event-form.ts';
import { nodeOf } from '../core/ids.ts';
import type { EventId, ItemResult, NodeName, RoomId, UserId } from '../generated/api.ts';
import { nextPosition } from '../storage/stream.ts';
import type { InvitationsTable, Tables } from '../storage/tables.ts';
import { isActive } from './accounts.ts';
import type { NodeStore } from './environment.ts';
import { refusalResult } from './hosting.ts';
import { type KeyOf, readInvite, verifyHostsEntry } from './invite-checks.ts';
import type { Notifier } from './notifier.ts';
import type { Submissions } from './submissions.ts';

export interface InvitationsOptions {
  store: NodeStore;
  notifier: Notifier;
  submissions: Submissions;
  nodeName: string;
  keyOf: KeyOf;
}

/**
 * What users of this node are to rooms that it takes no part in: invited, knocking, or no longer either. It cannot check the logs of
 * such rooms, which are not for it; what it checks is that the room's host says so.
 */
export class Invitations {
  readonly #options: InvitationsOptions;

  constructor(options: InvitationsOptions) {
    this.#options = options;
  }

  /** @param origin the node that brought the invitation, authenticated. Repeating one changes nothing. */
  async receive(origin: NodeName, item: JsonObject): Promise<ItemResult> {
    const { store, nodeName, keyOf } = this.#options;
    const event_id = item.event_id as EventId;
    try {
      const { room_id: roomId, invite } = await readInvite(origin, item, keyOf);
      const userId = invite.event.state_key as UserId;
      const isHere = nodeOf(userId) === nodeName && (await store.read((db) => isActive(db, userId)));
      if (!isHere) throw new EccpError('ECCP_NOT_FOUND', 'There is no such user.'); // HOST-044
      await this.#put({
        userId,
        roomId,
        host: origin,
        status: 'invite',
        event: invite as SequencedEvent,
        item: canonicalize(item),
      });
      return { event_id, status: 'applied' };
    } catch (error) {
      if (error instanceof EccpError) return { event_id, ...refusalResult(error) };
      throw error;
    }
  }

  /**
   * Takes an entry about a user of this node in a room that it takes no part in: the answer to a knock, the end of an invitation
   * (HOST-048).
   *
   * @returns whether it was such an entry.
   * @throws EccpError what is wrong with it.
   */
  async entry(origin: NodeName, roomId: RoomId, received: Json): Promise<boolean> {
    const sequenced = readSequencedEvent(received);
    const { event, entry, content } = sequenced;
    const userId = event.state_key as UserId;
    const isOurs = event.type === 'eccp.room.member' && nodeOf(userId) === this.#options.nodeName;
    const membership = content?.membership;
    if (!isOurs || entry.room_id !== roomId || membership === 'join') return false;
    const { store, keyOf, submissions } = this.#options;
    const held = await store.read((db) => this.#row(db, userId, roomId));
    if (origin !== (held?.host ?? nodeOf(roomId))) return false;
    const isAwaited = await store.read((db) => submissions.isWaiting(db, sequenced.event_id as EventId));
    if (!isAwaited && (held === undefined || held.status === 'ended')) return held?.event === canonicalize(received);
    await verifyHostsEntry(origin, sequenced, keyOf);
    if (held !== undefined && entry.seq <= (JSON.parse(held.event) as SequencedEvent).entry.seq) return true; // an older one
    await this.#put({
      userId,
      roomId,
      host: origin,
      status: membership === 'knock' ? 'knock' : 'ended',
      event: sequenced,
      item: null,
    });
    return true;
  }

  /** What a user is to a room that the node takes no part in; undefined when that has ended. */
  async of(db: Kysely<Tables>, userId: UserId, roomId: RoomId): Promise<InvitationsTable | undefined> {
    const row = await this.#row(db, userId, roomId);
    return row?.status === 'ended' ? undefined : row;
  }

  /** An invitation was declined, or taken up: it ends at once, whatever the host says of it later. */
  async end(trx: Kysely<Tables>, userId: UserId, roomId: RoomId): Promise<void> {
    await trx
      .updateTable('invitations')
      .set({ status: 'ended', stream: await nextPosition(trx) })
      .where('user_id', '=', userId)
      .where('room_id', '=', roomId)
      .where('status', '!=', 'ended')
      .execute();
  }

  async #row(db: Kysely<Tables>, userId: UserId, roomId: RoomId): Promise<InvitationsTable | undefined> {
    return db
      .selectFrom('invitations')
      .selectAll()
      .where('user_id', '=', userId)
      .where('room_id', '=', roomId)
      .executeTakeFirst();
  }

  async #put(news: {
    userId: UserId;
    roomId: RoomId;
    host: NodeName;
    status: InvitationsTable['status'];
    event: SequencedEvent;
    item: string | null;
  }): Promise<void> {
    const { store, notifier, submissions } = this.#options;
    const { userId, roomId, host, status, item } = news;
    const event = canonicalize(news.event as JsonObject);
    await store.write(async (trx) => {
      await submissions.take(trx, news.event.event_id as EventId);
      const held = await this.#row(trx, userId, roomId);
      if (held?.event === event) return; // FED-011
      const row = { host, status, item, event, stream: await nextPosition(trx) };
      await trx
        .insertInto('invitations')
        .values({ user_id: userId, room_id: roomId, ...row })
        .onConflict((conflict) => conflict.columns(['user_id', 'room_id']).doUpdateSet(row))
        .execute();
    });
    submissions.sequenced(news.event.event_id as EventId, news.event.entry.seq);
    notifier.users([userId]);
  }
}
