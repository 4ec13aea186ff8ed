import type { Kysely } from 'kysely';
import type { AccountDataItem, JoinedRoomSync, RoomId, SyncResponse } from '../generated/api.ts';
import { StoreUnavailable } from '../storage/errors.ts';
import { heldPrekeys } from '../storage/prekeys.ts';
import { lastPosition } from '../storage/stream.ts';
import type { Tables } from '../storage/tables.ts';
import { hasMessages, waitingMessages } from '../storage/to-device.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import type { Session, Sessions } from './sessions.ts';
import { deviceListsSince } from './sync-device-lists.ts';
import { joinedView, type SyncedRoom } from './sync-room.ts';
import {
  accountDataSince,
  invited,
  knocked,
  left,
  receiptsSince,
  rejected,
  roomData,
  roomsOf,
} from './sync-sections.ts';
import { formatToken, parseToken, type SyncToken } from './sync-token.ts';
import type { ToDevice } from './to-device.ts';
import type { Typing } from './typing.ts';

export interface SyncOptions {
  store: NodeStore;
  notifier: Notifier;
  sessions: Sessions;
  typing: Typing;
  toDevice: ToDevice;
  environment: Environment;
}

interface Collected {
  readonly answer: SyncResponse;
  /** Whether the answer is worth ending a wait for. */
  readonly isNews: boolean;
  /** Up to where the token says that the device has the messages for it, where some of those are still kept. */
  readonly acknowledged: number | undefined;
}

/** What is new for one user since a token (chapter 11). */
export class Sync {
  readonly #options: SyncOptions;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /**
   * @param timeout how long to wait when nothing is new, in milliseconds.
   * @param limit the most events in one room's timeline.
   * @param signal ends the waiting: the answer is then what there is.
   * @throws EccpError ECCP_BAD_PARAM for a `since` that is not a token; ECCP_UNKNOWN_TOKEN when the session ends meanwhile.
   */
  async sync(
    session: Session,
    { since, timeout, limit }: { since?: string | undefined; timeout: number; limit: number },
    signal: AbortSignal,
  ): Promise<SyncResponse> {
    const { notifier, environment } = this.#options;
    const deadline = environment.elapsed() + timeout;
    for (;;) {
      const listening = notifier.listen(session.userId, session.deviceId, signal); // before reading: no news is missed
      try {
        const { answer, isNews, acknowledged } = await this.#collect(session, since, limit);
        if (acknowledged !== undefined) await this.#acknowledge(session, acknowledged);
        const left = deadline - environment.elapsed();
        if (since === undefined || isNews || left <= 0 || signal.aborted) return answer;
        await listening.wait(left);
      } finally {
        listening.stop();
      }
    }
  }

  #collect(session: Session, since: string | undefined, limit: number): Promise<Collected> {
    const typing = this.#options.typing.serial;
    return this.#options.store.read(async (db) => {
      await this.#options.sessions.require(db, session); // listening began before: no end of the session is missed
      const stream = await lastPosition(db);
      const token = since === undefined ? undefined : parseToken(since, stream, session.deviceId);
      const rooms = await roomsOf(db, session);
      const data = await accountDataSince(db, session, token);
      const prekeys = await heldPrekeys(db, session.userId, session.deviceId);
      const got = token?.toDevice ?? 0;
      const waiting = await waitingMessages(db, session, got);
      const answer = {
        next_batch: formatToken({ stream, typing, toDevice: waiting.last }, session.deviceId),
        rooms: {
          joined: await this.#joined(db, session, rooms, data, token, limit),
          invited: await invited(db, session, rooms, token),
          knocked: await knocked(db, session, rooms, token),
          left: await left(db, session, rooms, token, limit),
        },
        account_data: data.get('') ?? [],
        rejected: await rejected(db, session, token),
        device_lists: await deviceListsSince(db, session.userId, token?.stream),
        prekeys: prekeys.counts,
        to_device: waiting.messages,
      };
      const isNews = !isEmpty(answer) || prekeys.stream > (token?.stream ?? 0);
      return { answer, isNews, acknowledged: (await hasMessages(db, session, got)) ? got : undefined };
    });
  }

  /** A disk that refuses does not keep anybody from reading: the next sync acknowledges again. */
  async #acknowledge(session: Session, position: number): Promise<void> {
    try {
      await this.#options.toDevice.acknowledge(session, position);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  async #joined(
    db: Kysely<Tables>,
    session: Session,
    rooms: readonly SyncedRoom[],
    data: ReadonlyMap<string, AccountDataItem[]>,
    token: SyncToken | undefined,
    limit: number,
  ): Promise<Record<RoomId, JoinedRoomSync>> {
    const joined: Record<RoomId, JoinedRoomSync> = {};
    const moved = Map.groupBy(await receiptsSince(db, session, token), (receipt) => receipt.room_id);
    for (const room of rooms.filter(({ membership }) => membership === 'join')) {
      const view = await joinedView(db, session, room, token?.stream, limit);
      const receipts = view.isNew ? await receiptsSince(db, session, undefined, room.room_id) : moved.get(room.room_id);
      const typers = this.#options.typing.changedSince(room.room_id, view.isNew ? 0 : (token?.typing ?? 0));
      const typing = view.isNew && typers?.length === 0 ? undefined : typers; // SYNC-055
      const news: JoinedRoomSync = {
        state: view.state,
        timeline: view.timeline,
        receipts: (receipts ?? []).map(({ user_id, event_id, ts }) => ({ user_id, event_id, ts })),
        account_data: (view.isNew ? await roomData(db, session, room.room_id) : data.get(room.room_id)) ?? [],
        ...(typing === undefined ? {} : { typing }),
      };
      if (view.isNew || hasNews(news)) joined[room.room_id] = news; // SYNC-025
    }
    return joined;
  }
}

function hasNews(room: JoinedRoomSync): boolean {
  return (
    room.timeline.events.length > 0 ||
    room.receipts.length > 0 ||
    room.account_data.length > 0 ||
    room.typing !== undefined
  );
}

function isEmpty({ rooms, account_data, rejected, device_lists, to_device }: SyncResponse): boolean {
  return (
    to_device?.length === 0 &&
    account_data.length === 0 &&
    rejected.length === 0 &&
    device_lists?.changed.length === 0 &&
    device_lists.left.length === 0 &&
    Object.values(rooms).every((section) => Object.keys(section).length === 0)
  );
}
