// What a vector of room-chains.json is done with, and the library doing it.
import assert from 'node:assert/strict';
import type { Certificate } from '../../../conformance/e2ee/room.ts';
import type { Payload } from '../../../src/e2ee/ratchet.ts';
import { chainId, type EncryptedContent, type RoomKeyContent } from '../../../src/e2ee/room-chain.ts';
import { decryptInRoom, type HeldChain, takeChain } from '../../../src/e2ee/room-receiver.ts';
import { encryptForRoom, handOut, newChain, type OwnChain } from '../../../src/e2ee/room-sender.ts';
import { agreementPair } from '../../../src/e2ee/schedule.ts';
import { signingPair } from '../../../src/e2ee/signature.ts';
import type { VectorDevice } from './steps.ts';

export interface ChainStep {
  do: 'chain' | 'hand_out' | 'take' | 'encrypt' | 'lose' | 'decrypt';
  by: string;
  to?: string;
  from?: string;
  room_id?: string;
  sender?: string;
  now?: number;
  seed?: string;
  chain_key?: string;
  payload?: Payload;
  devices?: string[];
  count?: number;
  content?: EncryptedContent | RoomKeyContent;
  expected?: string;
  chain_id?: string;
  certificate?: Certificate;
  signature?: string;
}

/** A device of the vectors: each method does a step, and gives what came out of it. */
export interface Member {
  chain(room: string, now: number, seed: Uint8Array, key: Uint8Array): object;
  handOut(device: string): object;
  take(peer: VectorDevice, content: RoomKeyContent): void;
  encrypt(payload: Payload, now: number, devices: string[]): object;
  decrypt(room: string, sender: string, content: EncryptedContent): object;
  state(): string;
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));

/** The reference library. */
export class ChainLibrary implements Member {
  readonly #self: VectorDevice;
  #own: OwnChain | undefined;
  #held: HeldChain[] = [];

  constructor(self: VectorDevice) {
    this.#self = self;
  }

  chain(room: string, now: number, seed: Uint8Array, key: Uint8Array): object {
    const { manifest, secrets } = this.#self;
    const { user, device } = manifest.manifest;
    const [signing, identity] = [signingPair(bytes(secrets.ed25519)), agreementPair(bytes(secrets.x25519))];
    const given = [seed, key];
    const random = () => given.shift() ?? assert.fail('more random bytes than two keys take');
    this.#own = newChain({ v: 1, user, device, signing, identity, prekeys: [] }, room, now, random);
    const { certificate, signature } = this.#own;
    return { chain_id: chainId(certificate), certificate, signature };
  }

  handOut(device: string): object {
    const { chain, content } = handOut(this.#own ?? assert.fail(), device);
    this.#own = chain;
    return { content };
  }

  take(peer: VectorDevice, content: RoomKeyContent): void {
    const held = takeChain(
      content,
      peer.manifest.manifest,
      this.#held.map(({ id }) => id),
    );
    this.#held.push(held);
  }

  encrypt(payload: Payload, now: number, devices: string[]): object {
    const { chain, content } = encryptForRoom(this.#own ?? assert.fail(), payload, now, devices);
    this.#own = JSON.parse(JSON.stringify(chain));
    return { content };
  }

  decrypt(room_id: string, sender: string, content: EncryptedContent): object {
    const held = this.#held.find(({ id }) => id === content.chain_id) ?? this.#held[0] ?? assert.fail();
    const { chain, payload } = decryptInRoom(held, { room_id, sender }, content);
    this.#held = this.#held.map((one) => (one === held ? JSON.parse(JSON.stringify(chain)) : one));
    return { payload };
  }

  state(): string {
    return JSON.stringify([this.#own, this.#held]);
  }
}

/** @param named gives a device of the vectors by its name. */
export function performOnChain(
  step: ChainStep,
  by: Member,
  named: (name: string | undefined) => VectorDevice,
): object | undefined {
  const { payload, content, now = Number.NaN, room_id = '' } = step;
  const keyOf = (name: string | undefined) => named(name).manifest.manifest.ed25519;
  const readers = step.devices?.map(keyOf) ?? [];
  if (step.do === 'chain') return by.chain(room_id, now, bytes(step.seed ?? ''), bytes(step.chain_key ?? ''));
  if (step.do === 'hand_out') return by.handOut(keyOf(step.to));
  if (step.do === 'encrypt' && payload) return by.encrypt(payload, now, readers);
  if (step.do === 'decrypt') return by.decrypt(room_id, step.sender ?? '', content as EncryptedContent);
  if (step.do === 'take') by.take(named(step.from), content as RoomKeyContent);
  else if (step.do === 'lose' && payload) for (let n = 0; n < (step.count ?? 0); n++) by.encrypt(payload, now, readers);
  else assert.fail(`a step that lacks something: ${JSON.stringify(step)}`);
  return undefined;
}
