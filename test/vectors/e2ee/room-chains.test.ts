import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refusal } from '../../../conformance/e2ee/refusal.ts';
import { type Encrypted, ReadingChain, type RoomKey, WritingChain } from '../../../conformance/e2ee/room.ts';
import type { Payload } from '../../../src/e2ee/ratchet.ts';
import type { EncryptedContent, RoomKeyContent } from '../../../src/e2ee/room-chain.ts';
import { load } from '../load.ts';
import { ChainLibrary, type ChainStep, type Member, performOnChain } from './chains.ts';
import { type Devices, requireGoodEnds, resultOf, type VectorDevice } from './steps.ts';

class Suite implements Member {
  readonly #self: VectorDevice;
  readonly #held: ReadingChain[] = [];
  #own: WritingChain | undefined;

  constructor(self: VectorDevice) {
    this.#self = self;
  }

  chain(room: string, now: number, seed: Uint8Array, key: Uint8Array): object {
    const { manifest, secrets } = this.#self;
    this.#own = new WritingChain(manifest.manifest, bytes(secrets.ed25519), room, now, seed, key);
    const { id, certificate, signature } = this.#own;
    return { chain_id: id, certificate, signature };
  }

  handOut(device: string): object {
    return { content: this.#own?.handTo(device) };
  }

  take(peer: VectorDevice, content: RoomKeyContent): void {
    const chain = new ReadingChain(content as RoomKey, peer.manifest.manifest);
    if (this.#held.some(({ id }) => id === chain.id)) throw new Refusal('replayed', 'the chain is held');
    this.#held.push(chain);
  }

  encrypt(payload: Payload, now: number, devices: string[]): object {
    return { content: this.#own?.encrypt(payload, now, devices) };
  }

  decrypt(room: string, sender: string, content: EncryptedContent): object {
    const held = this.#held.find(({ id }) => id === content.chain_id) ?? this.#held[0] ?? assert.fail();
    return { payload: held.decrypt(room, sender, content as Encrypted) };
  }

  state(): string {
    return '';
  }
}

const { devices, vectors } = load<{ steps: ChainStep[] }, { devices: Devices }>('room-chains.json');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
const named = (name = ''): VectorDevice => devices[name] ?? assert.fail(`there is no device ${name}`);

test('after each refusal the device decrypts something: no key was consumed, and nothing moved (HAND-003)', () => {
  requireGoodEnds(vectors);
});

for (const [who, Implementation] of [
  ['by the library', ChainLibrary],
  ['by the suite', Suite],
] as const) {
  describe(who, () => {
    for (const { name, steps } of vectors) {
      test(name, () => {
        const members = new Map<string, Member>();
        for (const [i, step] of steps.entries()) {
          const by = members.get(step.by) ?? new Implementation(named(step.by));
          members.set(step.by, by);
          const before = by.state();
          const { verdict, value } = resultOf(() => performOnChain(step, by, named));
          const { expected = 'ok' } = step;
          assert.equal(verdict, expected, `step ${i}: ${step.do} by ${step.by}`);
          if (expected !== 'ok') assert.equal(by.state(), before, `step ${i} was refused and changed the state`);
          for (const [member, came] of Object.entries(value ?? {})) {
            assert.deepEqual(came, step[member as keyof ChainStep], `step ${i}: ${member}`);
          }
        }
      });
    }
  });
}
