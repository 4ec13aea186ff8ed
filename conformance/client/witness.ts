// Sees what the suite's clients send and get, and holds the one against the other: what is encrypted has to come as it was sent.
import { canonical } from '../wire/canonical.ts';
import { isObject, type JsonObject, lookUp } from '../wire/json.ts';
import type { DeviceMessage, Link, PerDevice, RoomMessage } from './link.ts';

/** What one device sent to another, and what came of it, each in canonical form, in order. */
interface Line {
  sent: string[];
  came: string[];
  ids: string[];
  /** Whether both devices are of one node, which keeps the order. */
  isDirect: boolean;
}

export class Witness {
  /** Contents in rooms in canonical form with type and sender, by event id. */
  readonly #said = new Map<string, string>();
  readonly #lines = new Map<string, Line>();
  /** Events that came, by device. */
  readonly #seen = new Map<string, Set<string>>();
  /** Whatever came otherwise than it was sent. */
  readonly #faults: string[] = [];
  /** The id of the prekey that a session began with, or nothing, by the session. */
  readonly prekeys = new Map<string, string>();
  /** How much was compared. */
  compared = 0;

  /** A link on which everything goes its way, and is seen. */
  watch(link: Link): Link {
    return {
      user: link.user,
      device: link.device,
      publish: (keys) => link.publish(keys),
      keysOf: (users) => link.keysOf(users),
      claim: (devices) => link.claim(devices),
      members: (room) => link.members(room),
      hand: async (type, messages) => {
        this.#handed(link, type, messages);
        await link.hand(type, messages);
      },
      say: async (room, type, content) => {
        const id = await link.say(room, type, content);
        this.#said.set(id, canonical({ room, sender: link.user, type, content }));
        return id;
      },
      sync: async (wait) => {
        const news = await link.sync(wait);
        for (const message of news.messages) this.#came(link, message);
        for (const event of news.events) this.#read(link, event);
        return news;
      },
    };
  }

  /** A device has lost its token: rooms come anew, messages for the device do not. */
  beginsAnew(link: Link): void {
    this.#seen.delete(nameOf(link));
  }

  /** The content of the last message from one device to another. */
  lastSent(from: Link, to: Link): JsonObject | undefined {
    const text = this.#line(from.user, from.device, to.user, to.device).sent.at(-1);
    return text === undefined ? undefined : (JSON.parse(text) as { content: JsonObject }).content;
  }

  /** What came otherwise than it was sent, or more than once, or in another order. */
  get problems(): string[] {
    const lines = [...this.#lines].flatMap(([name, { sent, came, ids, isDirect }]) => {
      const left = [...sent];
      const strange = came.flatMap((one) => {
        const at = left.indexOf(one);
        if (at >= 0) left.splice(at, 1);
        return at >= 0 ? [] : [`${name} got what was not sent, or not so often: ${one}`];
      });
      const again = ids.length - new Set(ids).size;
      const inOrder = !isDirect || came.every((one, i) => one === sent[i]);
      return [
        ...strange,
        ...(again > 0 ? [`${name} got ${again} messages more than once`] : []),
        ...(inOrder || strange.length > 0 ? [] : [`${name} got messages in another order, or not all`]),
      ];
    });
    return [...this.#faults, ...lines];
  }

  #handed(link: Link, type: string, messages: PerDevice<JsonObject>): void {
    for (const [user, devices] of Object.entries(messages)) {
      for (const [device, content] of Object.entries(devices)) {
        this.#line(link.user, link.device, user, device).sent.push(canonical({ type, content }));
        const prekey = lookUp(content, 'handshake.prekey') ?? 'none';
        if (isObject(content.handshake)) this.prekeys.set(String(content.session), String(prekey));
      }
    }
  }

  #came(link: Link, { id, sender, sender_device, type, content }: DeviceMessage): void {
    const line = this.#line(sender, sender_device, link.user, link.device);
    line.came.push(canonical({ type, content }));
    line.ids.push(id);
    this.compared++;
  }

  #read(link: Link, { event_id, room_id, sender, type, content }: RoomMessage): void {
    const said = this.#said.get(event_id);
    if (said === undefined) return;
    const name = nameOf(link);
    const seen = this.#seen.get(name) ?? new Set();
    this.#seen.set(name, seen);
    if (said !== canonical({ room: room_id, sender, type, content }))
      this.#faults.push(`${name} got ${event_id} otherwise than it was said`);
    if (seen.has(event_id)) this.#faults.push(`${name} got ${event_id} more than once`);
    seen.add(event_id);
    this.compared++;
  }

  #line(from: string, fromDevice: string, to: string, toDevice: string): Line {
    const name = `${to} ${toDevice}, of ${from} ${fromDevice},`;
    const isDirect = from.slice(from.indexOf(':')) === to.slice(to.indexOf(':'));
    const line = this.#lines.get(name) ?? { sent: [], came: [], ids: [], isDirect };
    this.#lines.set(name, line);
    return line;
  }
}

function nameOf({ user, device }: Link): string {
  return `${user} ${device}`;
}
