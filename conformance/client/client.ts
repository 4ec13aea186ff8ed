// A client that encrypts, on one device: it knows the devices of those whom it talks to, has sessions with them, and writes and reads in rooms.
import { randomBytes } from 'node:crypto';
import type { Manifest } from '../e2ee/devices.ts';
import type { Identity } from '../e2ee/identity.ts';
import type { RatchetContent } from '../e2ee/pairwise.ts';
import { Refusal } from '../e2ee/refusal.ts';
import { type Encrypted, ReadingChain, type RoomKey, WritingChain } from '../e2ee/room.ts';
import type { JsonObject } from '../wire/json.ts';
import { KnownKeys } from './known-keys.ts';
import type { DeviceMessage, Link, News, PerDevice, RoomMessage } from './link.ts';
import { Sessions } from './sessions.ts';

/** What is encrypted: a type and a content, as an event that everybody can read would have them. */
export type Payload = { type: string; content: JsonObject };

/** The types of what devices send each other, and of what they say in rooms, as nodes see it. */
export const TO_DEVICE = 'eccp.encrypted';
export const IN_ROOM = 'eccp.room.encrypted';
/** With this the suite's clients ask another for a key that they lost: clients agree on such things among themselves. */
export const KEY_LOST = 'org.example.room_key_lost';

export class Client {
  readonly link: Link;
  readonly identity: Identity;
  readonly keys: KnownKeys;
  readonly sessions: Sessions;
  /** What came for the device and was not opened yet, oldest first. */
  readonly messages: DeviceMessage[] = [];
  /** What came of rooms, by event id. */
  readonly events = new Map<string, RoomMessage>();
  /** What the last sync said of the device's prekeys. */
  prekeys: News['prekeys'] = { one_time: 0, fallback: false };
  readonly #writing = new Map<string, WritingChain>();
  readonly #reading = new Map<string, ReadingChain>();
  /** What was read, by event id: the keys for it are gone. */
  readonly #read = new Map<string, Payload>();

  constructor(link: Link, identity: Identity) {
    this.link = link;
    this.identity = identity;
    this.keys = new KnownKeys((users) => link.keysOf(users));
    this.sessions = new Sessions(identity.device);
  }

  /** The `ed25519` by which others know the device. */
  get id(): string {
    return this.identity.device.party.ed25519;
  }

  /** Publishes the device, with prekeys for those who want to write to it. */
  async publish(): Promise<void> {
    const { manifest, signed, fallback, oneTime } = this.identity;
    const prekeys = { signed_prekey: signed, fallback_prekey: fallback, one_time_prekeys: [...oneTime] };
    await this.link.publish({ manifest, ...prekeys });
  }

  /** Takes what is new. @param wait for it, in milliseconds. */
  async sync(wait = 0): Promise<void> {
    const news = await this.link.sync(wait);
    this.keys.forget(news.changed);
    this.messages.push(...news.messages.filter(({ type }) => type === TO_DEVICE));
    for (const event of news.events) this.events.set(event.event_id, event);
    this.prekeys = news.prekeys;
  }

  /** Tells other devices something, each over a session with it. */
  async tell(payloads: ReadonlyMap<Manifest, Payload>): Promise<void> {
    await this.#beginSessions([...payloads.keys()]);
    const messages: PerDevice<JsonObject> = {};
    for (const [{ user, device, ed25519 }, payload] of payloads) {
      if (!this.sessions.has(ed25519)) continue; // it has left no prekeys with its node
      messages[user] = { ...messages[user], [device]: this.sessions.encrypt(ed25519, payload) };
    }
    if (Object.keys(messages).length > 0) await this.link.hand(TO_DEVICE, messages);
  }

  /**
   * Opens what came over a session, and takes the key of a room that it brings.
   * @throws Refusal; everything is then as it was.
   */
  async open({ sender, sender_device, content }: DeviceMessage): Promise<Payload> {
    const peer = await this.keys.device(sender, sender_device);
    const payload = this.sessions.decrypt(peer, content as RatchetContent) as Payload;
    if (payload.type === 'eccp.room_key') {
      const chain = new ReadingChain(payload.content as RoomKey, peer);
      if (!this.#reading.has(chain.id)) this.#reading.set(chain.id, chain); // CHN-032
    }
    if (payload.type === KEY_LOST) this.#writing.get(String(payload.content.room_id))?.forget(peer.ed25519);
    return payload;
  }

  /** Says something in a room, to all devices of its members. @returns the id of the event. */
  async say(room: string, payload: Payload): Promise<string> {
    const everybody = await this.keys.devicesOf(await this.link.members(room));
    const readers = everybody.filter(({ ed25519 }) => ed25519 !== this.id);
    const ids = readers.map(({ ed25519 }) => ed25519);
    let chain = this.#writing.get(room);
    if (!chain?.isFor(ids, Date.now())) {
      const { device, seed } = this.identity;
      chain = new WritingChain(device.party, seed, room, Date.now(), fresh(), fresh());
      this.#writing.set(room, chain);
    }
    const keys = new Map<Manifest, Payload>();
    for (const reader of readers) {
      if (!chain.isWith(reader.ed25519)) {
        keys.set(reader, { type: 'eccp.room_key', content: chain.handTo(reader.ed25519) });
      }
    }
    await this.tell(keys);
    return await this.link.say(room, IN_ROOM, chain.encrypt(payload, Date.now(), ids));
  }

  /** Asks a device to hand out again what it writes with in a room. */
  async askAgain(room_id: string, writer: Manifest): Promise<void> {
    await this.tell(new Map([[writer, { type: KEY_LOST, content: { room_id } }]]));
  }

  /**
   * Opens an event of a room.
   * @throws Refusal; unknown_key where its key did not come, or its device is the user's no longer.
   */
  async read({ event_id, room_id, sender, content }: RoomMessage): Promise<Payload> {
    const known = this.#read.get(event_id);
    if (known) return known;
    const encrypted = content as Encrypted;
    const chain = this.#reading.get(encrypted.chain_id);
    if (chain === undefined) throw new Refusal('unknown_key', 'the key of the message did not come');
    await this.keys.device(sender, encrypted.sender_device); // section 25.5: no more of a device that was revoked
    const payload = chain.decrypt(room_id, sender, encrypted) as Payload;
    this.#read.set(event_id, payload);
    return payload;
  }

  async #beginSessions(devices: readonly Manifest[]): Promise<void> {
    const wanted: { [user: string]: string[] } = {};
    for (const { user, device, ed25519 } of devices) {
      if (!this.sessions.has(ed25519)) wanted[user] = [...(wanted[user] ?? []), device];
    }
    if (Object.keys(wanted).length === 0) return;
    for (const [user, claims] of Object.entries(await this.link.claim(wanted))) {
      for (const [device, claim] of Object.entries(claims)) {
        this.sessions.begin(claim, user, device, this.keys.accountKey(user), this.keys.before(user, device));
      }
    }
  }
}

function fresh(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}
