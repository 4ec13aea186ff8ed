import type { RoomState } from '../core/room-state.ts';
import type { RoomId, UserId } from '../generated/api.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import { joinedRoom } from './room-access.ts';

/** SYNC-048 */
const defaultTimeoutMs = 30_000;

interface TypingRoom {
  /** The serial of the last change. */
  serial: number;
  readonly users: Map<UserId, NodeJS.Timeout>;
}

/** Who is typing where (section 11.5): in memory only. Each change has a serial, which sync tokens carry. */
export class Typing {
  readonly #store: NodeStore;
  readonly #rooms: Rooms;
  readonly #notifier: Notifier;
  readonly #changed = new Map<RoomId, TypingRoom>();
  /** Starts at the clock, so that a serial from before a restart is never above one from after it. */
  #serial: number;

  constructor(store: NodeStore, rooms: Rooms, notifier: Notifier, environment: Environment) {
    this.#store = store;
    this.#rooms = rooms;
    this.#notifier = notifier;
    this.#serial = environment.now();
  }

  /** The serial of the last change anywhere. */
  get serial(): number {
    return this.#serial;
  }

  async put(userId: UserId, roomId: RoomId, typing: boolean, timeoutMs: number = defaultTimeoutMs): Promise<void> {
    const state = await this.#store.read((db) => joinedRoom(db, this.#rooms, roomId, userId)); // SYNC-046
    const users = this.#changed.get(roomId)?.users;
    const running = users?.get(userId);
    if (!typing) {
      if (this.end(userId, roomId)) this.#tell(state);
      return;
    }
    clearTimeout(running);
    const timer = setTimeout(() => this.#expire(userId, roomId), timeoutMs).unref();
    if (running !== undefined) {
      users?.set(userId, timer); // prolonged: nothing new to show
      return;
    }
    this.#change(roomId).users.set(userId, timer);
    this.#tell(state);
  }

  /**
   * A user is not typing any more, or no longer in the room (SYNC-049).
   *
   * @returns whether that changed anything; telling those who wait is left to the caller.
   */
  end(userId: UserId, roomId: RoomId): boolean {
    const timer = this.#changed.get(roomId)?.users.get(userId);
    if (timer === undefined) return false;
    clearTimeout(timer);
    this.#change(roomId).users.delete(userId);
    return true;
  }

  /** Who is typing in a room, sorted, if that changed after `serial`; undefined otherwise. */
  changedSince(roomId: RoomId, serial: number): UserId[] | undefined {
    const room = this.#changed.get(roomId);
    return room !== undefined && room.serial > serial ? [...room.users.keys()].sort() : undefined;
  }

  #expire(userId: UserId, roomId: RoomId): void {
    if (!this.end(userId, roomId)) return;
    this.#store
      .read((db) => this.#rooms.load(db, roomId))
      .then(
        (state) => state && this.#tell(state),
        () => {}, // the disk refuses: whoever waits is told when the wait ends
      );
  }

  #change(roomId: RoomId): TypingRoom {
    const room = this.#changed.get(roomId) ?? { serial: 0, users: new Map() };
    this.#changed.set(roomId, room);
    room.serial = ++this.#serial;
    return room;
  }

  #tell(state: RoomState): void {
    this.#notifier.whoever((other) => state.membership(other) === 'join');
  }
}
