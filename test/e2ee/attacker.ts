// Somebody who has copied everything that a device stores, hears all that goes over the wire, and tries whatever can be tried with it.
import { concat, fromBase64url, toBase64url, utf8 } from '../../src/e2ee/bytes.ts';
import type { Device } from '../../src/e2ee/device.ts';
import { E2eeError } from '../../src/e2ee/error.ts';
import { bound } from '../../src/e2ee/json.ts';
import { type Payload, type RatchetContent, readPayload } from '../../src/e2ee/ratchet.ts';
import type { EncryptedContent, Place } from '../../src/e2ee/room-chain.ts';
import { agree, chainStep, derive, open, zeros } from '../../src/e2ee/schedule.ts';

/** How many messages ahead are tried in a chain. */
const reach = 6;

type Attempt = (messageKey: Uint8Array) => Payload | undefined;

/** Each stored value of 32 bytes is tried as a message key, a chain key and a root key; each private key with each key that is heard of. */
export class Attacker {
  readonly #device: Device;
  readonly #values = new Set<string>();
  readonly #secrets = new Set<string>();

  /** @param state whatever else the device stores. */
  constructor(device: Device, ...state: unknown[]) {
    this.#device = structuredClone(device);
    this.#learn([device, state]);
  }

  /** What a message between two devices says, or undefined. What it took to read it is kept for the messages after it. */
  read(content: RatchetContent, sender: { x25519: string }): Payload | undefined {
    const { ciphertext, ...header } = content;
    const ad = bound('eccp.ratchet-ad.v1', header);
    const attempt = opening('eccp.ratchet-message.v1', ciphertext, ad);
    const found = this.#tryAll(attempt);
    if (found) return found;
    const roots = [...this.#bytes(), ...this.#firstRoots(content, sender)];
    for (const root of roots) {
      for (const secret of this.#secrets) {
        const both = derive(root, agree(secret, content.key), 'eccp.ratchet-root.v1', 64);
        const payload = this.#along(both.subarray(32), attempt);
        if (payload === undefined) continue;
        this.#values.add(toBase64url(both.subarray(0, 32)));
        this.#learn(payload);
        return payload;
      }
    }
    return undefined;
  }

  /** What a message in a room says, or undefined. Signatures hide nothing, and are not looked at. */
  readInRoom({ room_id, sender }: Place, content: EncryptedContent): Payload | undefined {
    const { ciphertext, signature: _, ...header } = content;
    return this.#tryAll(
      opening('eccp.room-message.v1', ciphertext, bound('eccp.room-ad.v1', { ...header, room_id, sender })),
    );
  }

  #tryAll(attempt: Attempt): Payload | undefined {
    for (const value of this.#bytes()) {
      const payload = attempt(value) ?? this.#along(value, attempt);
      if (payload === undefined) continue;
      this.#learn(payload);
      return payload;
    }
    return undefined;
  }

  /** Tries the message keys of a chain; with one that works comes the chain key after it. */
  #along(start: Uint8Array, attempt: Attempt): Payload | undefined {
    let chain = start;
    for (let i = 0; i < reach; i++) {
      const { messageKey, next } = chainStep(chain);
      const payload = attempt(messageKey);
      if (payload) this.#values.add(toBase64url(next));
      if (payload) return payload;
      chain = next;
    }
    return undefined;
  }

  /** The root keys that a handshake may come to; where its prekey is gone, with every private key in the place of that. */
  #firstRoots({ handshake, session }: RatchetContent, sender: { x25519: string }): Uint8Array[] {
    if (handshake === undefined) return [];
    const { ephemeral, prekey } = handshake;
    const info = concat(utf8('eccp.x3dh.v1\0'), fromBase64url(session, 32));
    const { identity, prekeys } = this.#device;
    return prekeys.flatMap(({ pair: { secret: signed } }) => {
      const three = [agree(signed, sender.x25519), agree(identity.secret, ephemeral), agree(signed, ephemeral)];
      const fourth = prekey === undefined ? [[]] : [...this.#secrets].map((secret) => [agree(secret, ephemeral)]);
      return fourth.map((dh4) => derive(zeros, concat(new Uint8Array(32).fill(0xff), ...three, ...dh4), info, 32));
    });
  }

  /** Takes every value of 32 bytes, wherever it stands. */
  #learn(state: unknown): void {
    const text = JSON.stringify(state);
    for (const [, value = ''] of text.matchAll(/"([A-Za-z0-9_-]{43})"/g)) this.#values.add(value);
    for (const [, value = ''] of text.matchAll(/"secret":"([A-Za-z0-9_-]{43})"/g)) this.#secrets.add(value);
  }

  #bytes(): Uint8Array[] {
    return [...this.#values].map((value) => fromBase64url(value));
  }
}

function opening(info: string, ciphertext: string, ad: Uint8Array): Attempt {
  return (messageKey) => {
    try {
      return readPayload(open(messageKey, info, ciphertext, ad));
    } catch (error) {
      if (error instanceof E2eeError && error.code === 'bad_ciphertext') return undefined;
      throw error;
    }
  };
}
