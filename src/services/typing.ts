import type { RoomId, UserId } from '../generated/api.ts';
import type { Rooms } from '../storage/rooms.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import { joinedRoom } from './room-access.ts';

/** SYNC-045 */
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
    await this.#store.read((db) => joinedRoom(db, this.#rooms, roomId, userId)); // SYNC-046
    const users = this.#changed.get(roomId)?.users;
    const running = users?.get(userId);
    clearTimeout(running);
    if (typing) {
      const timer = setTimeout(() => void this.#set(roomId, userId, undefined), timeoutMs).unref();
      if (running === undefined) await this.#set(roomId, userId, timer);
      else users?.set(userId, timer); // prolonged: nothing new to show
    } else if (running !== undefined) {
      await this.#set(roomId, userId, undefined);
    }
  }

  /** Who is typing in a room, sorted, if that changed after `serial`; undefined otherwise. */
  changedSince(roomId: RoomId, serial: number): UserId[] | undefined {
    const room = this.#changed.get(roomId);
    return room !== undefined && room.serial > serial ? [...room.users.keys()].sort() : undefined;
  }

  /** Rooms with a change after `serial`. */
  roomsSince(serial: number): RoomId[] {
    return [...this.#changed].filter(([, room]) => room.serial > serial).map(([roomId]) => roomId);
  }

  async #set(roomId: RoomId, userId: UserId, timer: NodeJS.Timeout | undefined): Promise<void> {
    const room = this.#changed.get(roomId) ?? { serial: 0, users: new Map() };
    if (timer) room.users.set(userId, timer);
    else room.users.delete(userId);
    room.serial = ++this.#serial;
    this.#changed.set(roomId, room);
    const state = await this.#store.read((db) => this.#rooms.load(db, roomId)).catch(() => undefined);
    this.#notifier.whoever((other) => state?.membership(other) === 'join');
  }
}
