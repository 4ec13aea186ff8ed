// How a client gets through to its node: the operations of the client API, and nothing else.
import { randomUUID } from 'node:crypto';
import type { Claim } from '../e2ee/devices.ts';
import { isObject, type JsonObject } from '../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../wire/types.ts';
import type { DeviceMessage, Link, News, PerDevice, Published, RoomMessage, UserKeys } from './link.ts';

/** Calls an operation, and gives what it answers. @throws what the node refused. */
export type Ask = (
  operation: string,
  options: {
    params?: Record<string, string>;
    query?: Record<string, string | number>;
    body?: JsonObject;
    /** Milliseconds until the node counts as silent. */
    deadline?: number;
  },
) => Promise<JsonObject>;

/** Milliseconds for what may take other nodes. */
const ACROSS = 20_000;

export class NodeLink implements Link {
  readonly user: string;
  readonly device: string;
  readonly #ask: Ask;
  #since: string | undefined;
  /** The place of the last event that was seen, by room. */
  readonly #seen = new Map<string, number>();

  constructor(user: string, device: string, ask: Ask) {
    this.user = user;
    this.device = device;
    this.#ask = ask;
  }

  async publish(keys: Published): Promise<void> {
    await this.#ask('uploadKeys', { body: keys });
  }

  async keysOf(users: readonly string[]): Promise<{ [user: string]: UserKeys }> {
    const answer = await this.#ask('queryKeys', { body: { users: [...users] }, deadline: ACROSS });
    return answer.users as { [user: string]: UserKeys };
  }

  async claim(devices: { [user: string]: string[] }): Promise<PerDevice<Claim>> {
    const answer = await this.#ask('claimKeys', { body: { devices }, deadline: ACROSS });
    return answer.devices as PerDevice<Claim>;
  }

  async hand(type: string, messages: PerDevice<JsonObject>): Promise<void> {
    await this.#ask('sendToDevice', { params: { type, txnId: randomUUID() }, body: { messages } });
  }

  async say(roomId: string, eventType: string, body: JsonObject): Promise<string> {
    const params = { roomId, eventType, txnId: randomUUID() };
    const { event_id } = await this.#ask('sendEventWithTxn', { params, body, deadline: ACROSS });
    return String(event_id);
  }

  async members(roomId: string): Promise<string[]> {
    const { members } = await this.#ask('listMembers', { params: { roomId }, query: { membership: 'join' } });
    return (members as JsonObject[]).map(({ user_id }) => String(user_id));
  }

  /** A client that lost its token: the next sync begins anew. */
  forgetToken(): void {
    this.#since = undefined;
  }

  async sync(timeout: number): Promise<News> {
    const query = { timeout, ...(this.#since === undefined ? {} : { since: this.#since }) };
    const body = await this.#ask('sync', { query, deadline: timeout + 10_000 });
    const isFirst = this.#since === undefined;
    this.#since = String(body.next_batch);
    const rooms = isObject(body.rooms) && isObject(body.rooms.joined) ? body.rooms.joined : {};
    const events: RoomMessage[] = [];
    for (const [id, room] of Object.entries(rooms)) {
      const { timeline } = room as { timeline: JsonObject };
      const newest = eventsOf(timeline.events);
      // What was left out is fetched, but for the past of a room that the client enters.
      const missed = timeline.limited === true && !isFirst ? await this.#missed(id, Number(timeline.before)) : [];
      this.#seen.set(id, newest.at(-1)?.entry.seq ?? this.#seen.get(id) ?? -1);
      events.push(...messagesOf([...missed, ...newest]));
    }
    const lists = body.device_lists as { changed: string[]; left: string[] };
    return {
      messages: body.to_device as unknown as DeviceMessage[],
      events,
      changed: [...lists.changed, ...lists.left],
      prekeys: body.prekeys as News['prekeys'],
    };
  }

  /** The events of a room from the last one that was seen to a place, oldest first. */
  async #missed(roomId: string, before: number): Promise<SequencedEvent[]> {
    const seen = this.#seen.get(roomId) ?? -1;
    const events: SequencedEvent[] = [];
    for (let from: unknown = before; typeof from === 'number' && from > seen; ) {
      const page = await this.#ask('listMessages', { params: { roomId }, query: { dir: 'b', from, limit: 100 } });
      const found = eventsOf(page.events).filter(({ entry }) => entry.seq > seen);
      events.unshift(...found.reverse());
      from = found.length > 0 ? page.next : undefined;
    }
    return events;
  }
}

/** The events that have a content. */
export function messagesOf(events: readonly SequencedEvent[]): RoomMessage[] {
  return events.flatMap(({ event_id, event: { room_id, sender, type }, content }) =>
    content === undefined || room_id === undefined ? [] : [{ event_id, room_id, sender, type, content }],
  );
}
