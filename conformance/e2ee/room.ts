// The suite's own room chains (chapter 25).
import { canonical } from '../wire/canonical.ts';
import { hashJson, toBase64url } from '../wire/hash.ts';
import type { Json, JsonObject } from '../wire/json.ts';
import { signJson } from '../wire/signature.ts';
import type { Party } from './devices.ts';
import { bytes, requireForm } from './forms.ts';
import { payloadOf } from './payload.ts';
import { advance, bound, none, open, publicSigningKey, requireSigned, seal } from './primitives.ts';
import { Refusal } from './refusal.ts';

export type Certificate = { v: number; room_id: string; user: string; device: string; key: string; created: number };
export type RoomKey = {
  algorithm: string;
  certificate: Certificate;
  signature: string;
  index: number;
  chain_key: string;
};
export type Encrypted = {
  algorithm: string;
  sender_device: string;
  chain_id: string;
  index: number;
  ciphertext: string;
  signature: string;
};

const WEEK = 604_800_000;
const LENGTH = 100;
const algorithm = 'eccp.room.v1';

/** A chain that one of the suite's devices writes with. */
export class WritingChain {
  readonly certificate: Certificate;
  readonly signature: string;
  readonly #seed: Uint8Array;
  readonly #readers = new Set<string>();
  #key: Uint8Array;
  #index = 0;

  /**
   * @param deviceSeed of the device's Ed25519 key.
   * @param seed,key of the chain's Ed25519 key, and the first chain key: fresh but for vectors.
   */
  constructor(party: Party, deviceSeed: Uint8Array, room_id: string, now: number, seed: Uint8Array, key: Uint8Array) {
    const { user, device } = party;
    this.certificate = { v: 1, room_id, user, device, key: publicSigningKey(seed), created: now };
    this.signature = signJson(deviceSeed, 'eccp.chain-sig.v1', this.certificate);
    this.#seed = seed;
    this.#key = key;
  }

  get id(): string {
    return hashJson('eccp.chain.v1', this.certificate);
  }

  /** Whether the chain goes on: it is neither used up nor old, and everybody who can read it still may. @param readers as for `encrypt` */
  isFor(readers: readonly string[], now: number): boolean {
    const age = now - this.certificate.created;
    const isFresh = this.#index < LENGTH && age >= 0 && age < WEEK;
    return isFresh && [...this.#readers].every((reader) => readers.includes(reader));
  }

  /** Whether a device with this Ed25519 key was sent it. */
  isWith(reader: string): boolean {
    return this.#readers.has(reader);
  }

  /** A device with this Ed25519 key says that it did not get it. */
  forget(reader: string): void {
    this.#readers.delete(reader);
  }

  /** What a device with this Ed25519 key is sent, to read from here on. */
  handTo(reader: string): RoomKey {
    if (this.#index >= LENGTH) throw new Refusal('exhausted', 'no message is left');
    this.#readers.add(reader);
    const { certificate, signature } = this;
    return { algorithm, certificate, signature, index: this.#index, chain_key: toBase64url(this.#key) };
  }

  /** @param readers the Ed25519 keys of the devices in the room. */
  encrypt(payload: JsonObject, now: number, readers: readonly string[]): Encrypted {
    if (!this.isFor(readers, now)) throw new Refusal('exhausted', 'a new chain is due');
    const header = { algorithm, sender_device: this.certificate.device, chain_id: this.id, index: this.#index++ };
    const [messageKey, next] = advance(this.#key);
    this.#key = next;
    const placed = { ...header, room_id: this.certificate.room_id, sender: this.certificate.user };
    const plain = Buffer.from(canonical(payload));
    const sealed = seal(messageKey, none, 'eccp.room-message.v1', plain, bound('eccp.room-ad.v1', placed));
    const ciphertext = toBase64url(sealed);
    const signature = signJson(this.#seed, 'eccp.room-message-sig.v1', { ...placed, ciphertext });
    return { ...header, ciphertext, signature };
  }
}

/** A chain that somebody else writes with. */
export class ReadingChain {
  readonly certificate: Certificate;
  readonly id: string;
  /** Message keys by index, those that were skipped and the next ones as far as they are derived. */
  readonly #keys = new Map<number, Uint8Array>();
  #chain: Uint8Array;
  #next: number;

  /** @throws Refusal malformed, mismatch, bad_signature */
  constructor(roomKey: RoomKey, peer: Party) {
    requireForm('RoomKeyContent', roomKey);
    this.certificate = roomKey.certificate;
    const { user, device } = this.certificate;
    if (user !== peer.user || device !== peer.device) throw new Refusal('mismatch', 'the chain of another device');
    requireSigned(peer.ed25519, 'eccp.chain-sig.v1', this.certificate, roomKey.signature);
    this.id = hashJson('eccp.chain.v1', this.certificate);
    this.#chain = bytes(roomKey.chain_key);
    this.#next = roomKey.index;
  }

  /** @throws Refusal */
  decrypt(room_id: string, sender: string, content: Encrypted): Json {
    requireForm('EncryptedContent', content);
    const { ciphertext, signature, ...header } = content;
    const { certificate } = this;
    if (content.chain_id !== this.id) throw new Refusal('unknown_key', 'another chain');
    if (
      room_id !== certificate.room_id ||
      sender !== certificate.user ||
      content.sender_device !== certificate.device
    ) {
      throw new Refusal('mismatch', 'another room or device');
    }
    const placed = { ...header, room_id, sender };
    requireSigned(certificate.key, 'eccp.room-message-sig.v1', { ...placed, ciphertext }, signature);
    const [keys, chain] = this.#derived(content.index);
    const messageKey = keys.get(content.index);
    if (messageKey === undefined) throw new Refusal('replayed', 'the key is gone');
    const ad = bound('eccp.room-ad.v1', placed);
    const payload = payloadOf(open(messageKey, none, 'eccp.room-message.v1', bytes(ciphertext), ad));
    for (const [index, key] of keys) this.#keys.set(index, key);
    this.#keys.delete(content.index);
    this.#next = Math.max(this.#next, content.index + 1);
    this.#chain = chain;
    return payload;
  }

  /** The message keys up to an index, and the chain key after it; nothing is kept yet. */
  #derived(index: number): [Map<number, Uint8Array>, Uint8Array] {
    const keys = new Map(this.#keys);
    let chain = this.#chain;
    for (let at = this.#next; at <= index; at++) {
      const [messageKey, next] = advance(chain);
      keys.set(at, messageKey);
      chain = next;
    }
    return [keys, chain];
  }
}
