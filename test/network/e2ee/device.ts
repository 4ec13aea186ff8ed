// A client that encrypts, as small as one can be: the library for what is secret, its node for everything else.
import { randomUUID } from 'node:crypto';
import {
  addSession,
  crossSign,
  type Device,
  decryptFrom,
  decryptInRoom,
  E2eeError,
  encryptForRoom,
  encryptTo,
  type HeldChain,
  handOut,
  isExhausted,
  type Manifest,
  newChain,
  newDevice,
  newPrekeys,
  type OwnChain,
  type Payload,
  type RatchetContent,
  type RoomKeyContent,
  type Session,
  sessionWith,
  startSession,
  takeChain,
} from '../../../src/e2ee.ts';
import { KnownKeys } from './known-keys.ts';
import type { Claims, News, NodeApi, RoomEvent, ToDeviceMessage } from './node-api.ts';

/** Everything that the device has to store, as JSON. */
export interface DeviceState {
  device: Device;
  sessions: Session[];
  own: { [room: string]: OwnChain };
  held: HeldChain[];
}

export class EncryptingDevice {
  readonly api: NodeApi;
  readonly keys: KnownKeys;
  readonly #store: (state: DeviceState) => void;
  readonly #manifest;
  #state: DeviceState;
  #since = '';

  /** @param store gets the state whenever it changed, before anything of it leaves the device. */
  constructor(api: NodeApi, store: (state: DeviceState) => void) {
    this.api = api;
    this.keys = new KnownKeys(api);
    this.#store = store;
    const { device, manifest } = newDevice(api.user, api.device, Date.now());
    this.#manifest = manifest;
    this.#state = { device, sessions: [], own: {}, held: [] };
  }

  get manifest(): Manifest {
    return this.#manifest.manifest;
  }

  /** Publishes the device as one of the account's, with prekeys for those who want to write to it. */
  async publish(accountSecret: string): Promise<void> {
    const now = Date.now();
    const signed = newPrekeys(this.#state.device, 'signed', 1, now);
    const fallback = newPrekeys(signed.device, 'fallback', 1, now);
    const oneTime = newPrekeys(fallback.device, 'one_time', 20, now);
    this.#keep({ device: oneTime.device });
    await this.api.call('POST', '/keys/upload', {
      manifest: crossSign(this.#manifest, accountSecret),
      signed_prekey: signed.prekeys[0],
      fallback_prekey: fallback.prekeys[0],
      one_time_prekeys: oneTime.prekeys,
    });
  }

  /** What is new. The node forgets the messages of one answer with the next sync: a client stores them first. */
  async sync(): Promise<News> {
    const news = await this.api.call<News>('GET', `/sync${this.#since && `?since=${this.#since}`}`);
    this.#since = news.next_batch;
    this.keys.forget([...news.device_lists.changed, ...news.device_lists.left]);
    return news;
  }

  /** Tells other devices something, each over its session. */
  async tell(payloads: ReadonlyMap<Manifest, Payload>): Promise<void> {
    if (payloads.size === 0) return;
    await this.#beginSessions([...payloads.keys()]);
    const messages: { [user: string]: { [device: string]: object } } = {};
    for (const [{ user, device, ed25519 }, payload] of payloads) {
      if (sessionWith(this.#state.sessions, ed25519) === undefined) continue; // it has left no prekeys with its node
      const { sessions, content } = encryptTo(this.#state.sessions, ed25519, payload);
      this.#keep({ sessions });
      messages[user] = { ...messages[user], [device]: content };
    }
    await this.api.call('PUT', `/to_device/eccp.encrypted/${randomUUID()}`, { messages });
  }

  /**
   * Opens what came over a session, and takes the chain that it brings.
   *
   * @throws E2eeError; everything is then as it was before.
   */
  async hear({ sender, sender_device, content }: ToDeviceMessage): Promise<Payload> {
    const message = content as unknown as RatchetContent;
    const peer = await this.keys.device(sender, sender_device);
    const { device, sessions, payload } = decryptFrom(this.#state.device, this.#state.sessions, peer, message);
    const chains = this.#state.held;
    const taken =
      payload.type === 'eccp.room_key'
        ? [
            takeChain(
              payload.content as unknown as RoomKeyContent,
              peer,
              chains.map(({ id }) => id),
            ),
          ]
        : [];
    this.#keep({ device, sessions, held: [...chains, ...taken] });
    return payload;
  }

  /** Says something in a room to all devices of its members. @returns the id of the event. */
  async say(room: string, payload: Payload): Promise<string> {
    const path = `/rooms/${encodeURIComponent(room)}`;
    const { members } = await this.api.call<{ members: { user_id: string }[] }>(
      'GET',
      `${path}/members?membership=join`,
    );
    const devices = await this.keys.devicesOf(members.map(({ user_id }) => user_id));
    const others = devices.filter(({ ed25519 }) => ed25519 !== this.manifest.ed25519);
    const ids = others.map(({ ed25519 }) => ed25519);
    let chain = this.#state.own[room];
    if (chain === undefined || isExhausted(chain, Date.now(), ids)) {
      chain = newChain(this.#state.device, room, Date.now());
    }
    const handed = new Map<Manifest, Payload>();
    for (const device of others.filter(({ ed25519 }) => !chain?.recipients.includes(ed25519))) {
      const { chain: next, content } = handOut(chain, device.ed25519);
      chain = next;
      handed.set(device, { type: 'eccp.room_key', content });
    }
    await this.tell(handed);
    const written = encryptForRoom(chain, payload, Date.now(), ids);
    this.#keep({ own: { ...this.#state.own, [room]: written.chain } });
    const target = `${path}/send/eccp.room.encrypted/${randomUUID()}`;
    return (await this.api.call<{ event_id: string }>('PUT', target, written.content)).event_id;
  }

  /**
   * Opens an event of a room.
   *
   * @throws E2eeError; unknown_key where the chain has not come, or its device is the user's no longer.
   */
  async read({ event: { room_id, sender }, content }: RoomEvent): Promise<Payload> {
    const held = this.#state.held.find(({ id }) => id === content?.chain_id);
    if (content === undefined || held === undefined) throw new E2eeError('unknown_key', 'there is no such chain');
    await this.keys.device(sender, content.sender_device); // section 25.5: no more of a device that was revoked
    const { chain, payload } = decryptInRoom(held, { room_id, sender }, content);
    this.#keep({ held: this.#state.held.map((one) => (one === held ? chain : one)) });
    return payload;
  }

  async #beginSessions(devices: readonly Manifest[]): Promise<void> {
    const wanted: { [user: string]: string[] } = {};
    for (const { user, device, ed25519 } of devices) {
      if (sessionWith(this.#state.sessions, ed25519) === undefined) wanted[user] = [...(wanted[user] ?? []), device];
    }
    if (Object.keys(wanted).length === 0) return;
    const answer = await this.api.call<{ devices: Claims }>('POST', '/keys/claim', { devices: wanted });
    for (const [user, claims] of Object.entries(answer.devices)) {
      for (const [device, claim] of Object.entries(claims)) {
        const session = startSession(this.#state.device, claim, this.keys.expected(user, device));
        this.#keep({ sessions: addSession(this.#state.sessions, session) });
      }
    }
  }

  #keep(changes: Partial<DeviceState>): void {
    this.#state = { ...this.#state, ...changes };
    this.#store(this.#state);
  }
}
