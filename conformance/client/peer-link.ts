// How the device of a user of a fake node gets through: the fake node does for it what nodes do, and speaks to the other node as one.
import type { Claim } from '../e2ee/devices.ts';
import { ConformanceFailure, HarnessError } from '../outcome.ts';
import { say } from '../peer/host.ts';
import { propose } from '../peer/participant.ts';
import type { PeerRoom } from '../peer/room.ts';
import { type JsonObject, show } from '../wire/json.ts';
import type { DeviceMessage, Link, News, PerDevice, Published, RoomMessage, UserKeys } from './link.ts';
import { messagesOf } from './node-link.ts';
import type { PeerHome } from './peer-home.ts';

export class PeerLink implements Link {
  readonly user: string;
  readonly device: string;
  readonly #home: PeerHome;
  /** How far the device has seen the messages for it, the changes of keys, and each room. */
  #post = 0;
  #changes = 0;
  readonly #seen = new Map<string, number>();

  constructor(user: string, device: string, home: PeerHome) {
    this.user = user;
    this.device = device;
    this.#home = home;
  }

  publish(keys: Published): Promise<void> {
    return this.#home.publish(this.user, this.device, keys);
  }

  keysOf(users: readonly string[]): Promise<{ [user: string]: UserKeys }> {
    return this.#home.keysOf(users);
  }

  claim(devices: { [user: string]: string[] }): Promise<PerDevice<Claim>> {
    return this.#home.claim(devices);
  }

  hand(type: string, messages: PerDevice<JsonObject>): Promise<void> {
    return this.#home.hand(this.user, this.device, type, messages);
  }

  async say(id: string, type: string, content: JsonObject): Promise<string> {
    const { peer } = this.#home;
    const room = this.#room(id);
    const draft = { type, sender: this.user, content };
    if (room.host === peer.name) {
      const { event_id } = say(peer, room, draft);
      const result = (await peer.delivered()).get(event_id);
      if (result?.status !== 'applied') throw new ConformanceFailure('an entry to be applied', show(result));
      return event_id;
    }
    const { origin, result, answer } = await propose(peer, id, draft);
    if (result.status !== 'sequenced') throw new ConformanceFailure('a submission to be sequenced', answer.text);
    return origin.event_id;
  }

  async members(id: string): Promise<string[]> {
    const { memberships } = this.#room(id);
    return [...memberships].flatMap(([user, membership]) => (membership === 'join' ? [user] : []));
  }

  async sync(wait: number): Promise<News> {
    const end = performance.now() + wait;
    for (;;) {
      const news = this.#news();
      const left = end - performance.now();
      if (left <= 0 || news.messages.length + news.events.length + news.changed.length > 0) return news;
      await this.#home.peer.next(left);
    }
  }

  #news(): News {
    const post: readonly DeviceMessage[] = this.#home.postOf(this.user, this.device);
    const messages = post.slice(this.#post);
    const changed = this.#home.changes.slice(this.#changes);
    this.#post = post.length;
    this.#changes = this.#home.changes.length;
    const events: RoomMessage[] = [];
    for (const room of this.#rooms()) {
      const seen = this.#seen.get(room.id) ?? -1;
      events.push(...messagesOf(room.log.filter(({ entry }) => entry.seq > seen)));
      this.#seen.set(room.id, room.head.seq);
    }
    return { messages, events, changed, prekeys: { one_time: 0, fallback: false } };
  }

  #rooms(): PeerRoom[] {
    return [...this.#home.peer.rooms.values()].filter(({ memberships }) => memberships.get(this.user) === 'join');
  }

  #room(id: string): PeerRoom {
    const room = this.#home.peer.room(id);
    if (!room) throw new HarnessError(`${this.#home.peer.name} does not hold the room ${id}`);
    return room;
  }
}
