// What a fake node does for the devices of its users: it serves their keys, keeps what comes for them, and sends what they hand it.
import { randomUUID } from 'node:crypto';
import type { Claim } from '../e2ee/devices.ts';
import { ConformanceFailure } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { nodeOf } from '../peer/room.ts';
import { list } from '../peer/serving.ts';
import { isObject, type JsonObject, lookUp } from '../wire/json.ts';
import type { DeviceMessage, PerDevice, Published, SignedAccountKey, SignedRevocations, UserKeys } from './link.ts';

interface OwnUser {
  account_key: SignedAccountKey;
  revocations?: SignedRevocations;
  stream: number;
  devices: Map<string, Published>;
}

const KEYS = '/_eccp/federation/v1/keys';

export class PeerHome {
  readonly peer: FakePeer;
  /** Users whose keys changed, here or elsewhere, in order. */
  readonly changes: string[] = [];
  /** What is for other nodes, while it is held back. */
  heldBack: JsonObject[] | undefined;
  readonly #users = new Map<string, OwnUser>();
  /** Everything that ever came for a device, by user and device. */
  readonly #post = new Map<string, DeviceMessage[]>();
  readonly #taken = new Set<string>();
  #looked = 0;

  constructor(peer: FakePeer) {
    this.peer = peer;
    peer.behaviour.userKeys = ({ users }) =>
      Object.fromEntries(list(users ?? []).flatMap((user) => this.#served(String(user))));
    peer.behaviour.claimedKeys = ({ devices }) => this.#claimedHere(devices as { [user: string]: string[] });
  }

  /** Publishes a user's account key, or list of revocations: devices on it are gone. */
  async setAccount(user: string, account_key: SignedAccountKey, revocations?: SignedRevocations): Promise<void> {
    const { stream, devices } = this.#users.get(user) ?? { stream: 0, devices: new Map<string, Published>() };
    for (const { device } of revocations?.revocations.revoked ?? []) devices.delete(device);
    this.#users.set(user, { account_key, ...(revocations ? { revocations } : {}), stream, devices });
    if (devices.size > 0) await this.#tellChange(user);
  }

  async publish(user: string, device: string, keys: Published): Promise<void> {
    this.#users.get(user)?.devices.set(device, { ...keys, one_time_prekeys: [...keys.one_time_prekeys] });
    await this.#tellChange(user);
  }

  async keysOf(users: readonly string[]): Promise<{ [user: string]: UserKeys }> {
    const own = Object.fromEntries(users.flatMap((user) => this.#served(user)));
    const others = users.filter((user) => nodeOf(user) !== this.peer.name);
    if (others.length === 0) return own as { [user: string]: UserKeys };
    const answer = await this.#ask(`${KEYS}/query`, { users: others });
    return { ...own, ...(answer.users as JsonObject) } as { [user: string]: UserKeys };
  }

  async claim(devices: { [user: string]: string[] }): Promise<PerDevice<Claim>> {
    const isOwn = ([user]: [string, string[]]) => nodeOf(user) === this.peer.name;
    const own = this.#claimedHere(Object.fromEntries(Object.entries(devices).filter(isOwn)));
    const others = Object.fromEntries(Object.entries(devices).filter((one) => !isOwn(one)));
    if (Object.keys(others).length === 0) return own;
    const answer = await this.#ask(`${KEYS}/claim`, { devices: others });
    return { ...own, ...(answer.devices as PerDevice<Claim>) };
  }

  /** Puts messages into the boxes of own devices, and sends the others to their node in one item. */
  async hand(sender: string, sender_device: string, type: string, messages: PerDevice<JsonObject>): Promise<void> {
    const others: PerDevice<JsonObject> = {};
    for (const [user, contents] of Object.entries(messages)) {
      if (nodeOf(user) === this.peer.name) this.#put(contents, user, { id: '', sender, sender_device, type });
      else others[user] = contents;
    }
    if (Object.keys(others).length === 0) return;
    const item = { id: randomUUID(), sender, sender_device, type, messages: others };
    if (this.heldBack) this.heldBack.push(item);
    else await this.send('to_device', [item]);
  }

  /** Sends items to the other node. @throws ConformanceFailure unless it takes each of them. */
  async send(section: 'to_device' | 'device_changes', items: JsonObject[]): Promise<void> {
    const { body, text } = await this.peer.transact({ [section]: items });
    const results = list(body[section]);
    const taken = results.filter((result) => lookUp(result, 'status') === 'applied');
    if (taken.length !== items.length) throw new ConformanceFailure(`all items of ${section} to be applied`, text);
  }

  /** Everything that ever came for a device, oldest first. */
  postOf(user: string, device: string): readonly DeviceMessage[] {
    this.collect();
    return this.#post.get(`${user} ${device}`) ?? [];
  }

  /** Looks through the transactions that came since the last time. */
  collect(): void {
    const { transactions } = this.peer;
    for (const { to_device = [], device_changes = [] } of transactions.slice(this.#looked)) {
      for (const change of list(device_changes)) this.changes.push(String(lookUp(change, 'user')));
      for (const item of list(to_device).filter(isObject)) {
        if (this.#taken.has(String(item.id))) continue; // TDM-033
        this.#taken.add(String(item.id));
        const { id, sender, sender_device, type, messages } = item as unknown as DeviceMessage & {
          messages: PerDevice<JsonObject>;
        };
        for (const [user, contents] of Object.entries(messages))
          this.#put(contents, user, { id, sender, sender_device, type });
      }
    }
    this.#looked = transactions.length;
  }

  #put(contents: { [device: string]: JsonObject }, user: string, head: Omit<DeviceMessage, 'content'>): void {
    for (const [device, content] of Object.entries(contents)) {
      const box = this.#post.get(`${user} ${device}`) ?? [];
      this.#post.set(`${user} ${device}`, [...box, { ...head, id: head.id || randomUUID(), content }]);
    }
    this.peer.settle();
  }

  #served(user: string): [string, JsonObject][] {
    const held = this.#users.get(user);
    if (!held) return [];
    const { devices, ...rest } = held;
    return [[user, { ...rest, manifests: [...devices.values()].map(({ manifest }) => manifest) }]];
  }

  /** Each one-time prekey once, then the fallback. */
  #claimedHere(devices: { [user: string]: string[] }): PerDevice<Claim> {
    const claimed: PerDevice<Claim> = {};
    for (const [user, ids] of Object.entries(devices)) {
      for (const id of ids) {
        const keys = this.#users.get(user)?.devices.get(id);
        if (!keys) continue;
        const { manifest, signed_prekey } = keys;
        const prekey = keys.one_time_prekeys.shift() ?? keys.fallback_prekey;
        claimed[user] = { ...claimed[user], [id]: { manifest, signed_prekey, prekey } };
      }
    }
    return claimed;
  }

  async #tellChange(user: string): Promise<void> {
    const held = this.#users.get(user);
    if (!held) return;
    held.stream++;
    this.changes.push(user);
    await this.send('device_changes', [{ id: randomUUID(), user, stream: held.stream }]);
  }

  async #ask(path: string, body: JsonObject): Promise<JsonObject> {
    const answer = await this.peer.send('POST', path, body);
    if (!answer.ok) throw new ConformanceFailure(`${path} to be answered`, `${answer.status} ${answer.text}`);
    return answer.body;
  }
}
