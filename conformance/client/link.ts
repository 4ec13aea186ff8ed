// What a simulated client needs of the world outside. node-link.ts gets it from a node by its client API; the devices of users of a fake
// node get it in peer-link.ts.
import type { Claim, Revocations, Signed, SignedManifest, SignedPrekey } from '../e2ee/devices.ts';
import type { JsonObject } from '../wire/json.ts';

export type AccountKey = { v: number; user: string; version: number; ed25519: string; created: number };
export type SignedAccountKey = Signed<'account_key', AccountKey>;
export type SignedRevocations = Signed<'revocations', Revocations>;

/** What a node says of the keys of a user (section 20.5). */
export type UserKeys = {
  account_key?: SignedAccountKey;
  revocations?: SignedRevocations;
  manifests: SignedManifest[];
};

/** What a device publishes of itself (chapters 20 and 21). */
export type Published = {
  manifest: SignedManifest;
  signed_prekey: SignedPrekey;
  fallback_prekey: SignedPrekey;
  one_time_prekeys: SignedPrekey[];
};

/** Something for each of several devices, by user and device. */
export type PerDevice<Value> = { [user: string]: { [device: string]: Value } };

/** What a device got from another (section 22.2). */
export interface DeviceMessage {
  id: string;
  sender: string;
  sender_device: string;
  type: string;
  content: JsonObject;
}

/** A message in a room, as its log has it. */
export interface RoomMessage {
  event_id: string;
  room_id: string;
  sender: string;
  type: string;
  content: JsonObject;
}

/** What is new since the last time. */
export interface News {
  messages: DeviceMessage[];
  events: RoomMessage[];
  /** Users whose keys changed, or who are strangers now. */
  changed: string[];
  /** How many one-time prekeys of the device are left, and whether its fallback was not handed out yet. */
  prekeys: { one_time: number; fallback: boolean };
}

/** What one device can do. Whatever its node refuses, it throws. */
export interface Link {
  readonly user: string;
  readonly device: string;
  publish(keys: Published): Promise<void>;
  keysOf(users: readonly string[]): Promise<{ [user: string]: UserKeys }>;
  claim(devices: { [user: string]: string[] }): Promise<PerDevice<Claim>>;
  /** Hands messages to devices; those that are no more get nothing. */
  hand(type: string, messages: PerDevice<JsonObject>): Promise<void>;
  /** @returns the id of the event. */
  say(room: string, type: string, content: JsonObject): Promise<string>;
  /** The users who are joined to a room. */
  members(room: string): Promise<string[]>;
  /** What is new; with it everything of the time before counts as received. @param wait for news, in milliseconds. */
  sync(wait: number): Promise<News>;
}
