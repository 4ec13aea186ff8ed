import type { Json, JsonObject } from '../../../src/core/canonical-json.ts';
import { chainId, type EncryptedContent, type RoomKeyContent } from '../../../src/e2ee/room-chain.ts';
import { decryptInRoom, type HeldChain, takeChain } from '../../../src/e2ee/room-receiver.ts';
import { encryptForRoom, handOut, newChain, type OwnChain } from '../../../src/e2ee/room-sender.ts';
import { actors, bytesOf, counting, type Name, say } from '../devices.ts';
import { otherHash, startTime } from '../fixed.ts';

export const room_id = `!${otherHash}:example.org`;
export const users = { alice: '@alice:example.org', bob: '@bob:remote.example', mallory: '@mallory:remote.example' };
export const everybody: Name[] = ['alice', 'bob', 'mallory'];

/** What devices do in a room, as the steps of a vector. alice writes. */
export class Room {
  readonly steps: JsonObject[] = [];
  #own: OwnChain;
  readonly #held = new Map<Name, HeldChain>();
  #seed = 70;

  constructor(now = startTime) {
    this.#own = this.#newChain(now);
  }

  get own(): OwnChain {
    return this.#own;
  }

  /** A chain of alice's in place of the one before. */
  replace(now = startTime): this {
    this.#own = this.#newChain(now);
    return this;
  }

  #newChain(now: number): OwnChain {
    const own = newChain(actors.alice.device, room_id, now, counting(this.#seed));
    const [seed, chain_key] = [bytesOf(this.#seed), bytesOf(this.#seed + 1)];
    this.#seed += 2;
    const { certificate, signature } = own;
    this.#step({ do: 'chain', by: 'alice', room_id, now, seed, chain_key }, 'ok', {
      chain_id: chainId(certificate),
      certificate,
      signature,
    });
    return own;
  }

  handOut(to: Name): RoomKeyContent {
    const { chain, content } = handOut(this.#own, actors[to].manifest.manifest.ed25519);
    this.#own = chain;
    this.#step({ do: 'hand_out', by: 'alice', to }, 'ok', { content });
    return content;
  }

  take(by: Name, from: Name, content: RoomKeyContent): this {
    this.#held.set(by, takeChain(content, actors[from].manifest.manifest, []));
    return this.#step({ do: 'take', by, from, content }, 'ok');
  }

  refuseChain(by: Name, from: Name, content: Json, expected: string): this {
    return this.#step({ do: 'take', by, from, content }, expected);
  }

  encrypt(body: string, now = startTime, names = everybody): EncryptedContent {
    const payload = say(body);
    const { chain, content } = encryptForRoom(this.#own, payload, now, keysOf(names));
    this.#own = chain;
    this.#step({ do: 'encrypt', by: 'alice', payload, now, devices: names }, 'ok', { content });
    return content;
  }

  /** Encrypts what nobody reads. */
  lose(count: number): this {
    for (let i = 0; i < count; i++) {
      this.#own = encryptForRoom(this.#own, say('lost'), startTime, keysOf(everybody)).chain;
    }
    this.steps.push({ do: 'lose', by: 'alice', count, payload: say('lost'), now: startTime, devices: everybody });
    return this;
  }

  refuseToEncrypt(now: number, names: Name[]): this {
    return this.#step({ do: 'encrypt', by: 'alice', payload: say('x'), now, devices: names }, 'exhausted');
  }

  decrypt(by: Name, content: EncryptedContent): this {
    const held = this.#held.get(by);
    if (held === undefined) throw new Error(`${by} has no chain`);
    const { chain, payload } = decryptInRoom(held, { room_id, sender: users.alice }, content);
    this.#held.set(by, chain);
    return this.#step({ do: 'decrypt', by, room_id, sender: users.alice, content }, 'ok', { payload });
  }

  refuse(by: Name, content: Json, expected: string, place: JsonObject = {}): this {
    return this.#step({ do: 'decrypt', by, room_id, sender: users.alice, content, ...place }, expected);
  }

  vector(rule: string, name: string): JsonObject {
    return { name, rule, steps: this.steps };
  }

  #step(step: JsonObject, expected: string, result: JsonObject = {}): this {
    this.steps.push({ ...step, expected, ...result });
    return this;
  }
}

function keysOf(names: readonly Name[]): string[] {
  return names.map((name) => actors[name].manifest.manifest.ed25519);
}

/** bob has alice's chain from the start. */
export function underWay(now = startTime): Room {
  const room = new Room(now);
  return room.take('bob', 'alice', room.handOut('bob'));
}
