import assert from 'node:assert/strict';
import { OwnDevice, trusted } from '../../../conformance/e2ee/devices.ts';
import type { Pairwise } from '../../../conformance/e2ee/pairwise.ts';
import { toBase64url } from '../../../conformance/wire/hash.ts';
import type { Claim } from '../../../src/e2ee/manifest.ts';
import type { Payload, RatchetContent } from '../../../src/e2ee/ratchet.ts';
import type { Implementation, VectorDevice } from './steps.ts';

/** The suite's own implementation, on node:crypto, which shares no code with the library. */
export class Suite implements Implementation {
  readonly #device: OwnDevice;
  /** The one that began, or that decrypted something, last comes first; all are with one other device. */
  #sessions: { pairwise: Pairwise; hasHeard: boolean }[] = [];

  constructor({ manifest: { manifest }, secrets }: VectorDevice) {
    this.#device = new OwnDevice(manifest, Buffer.from(secrets.x25519, 'base64url'), secrets.prekeys);
  }

  start(claim: Claim, { manifest: { manifest }, account_key }: VectorDevice, ephemeral: Uint8Array) {
    const pairwise = this.#device.begin(claim, manifest.user, manifest.device, account_key, ephemeral);
    this.#use(pairwise, false);
    return { session: pairwise.session, root: toBase64url(pairwise.root) };
  }

  encrypt(payload: Payload, ratchetKey: Uint8Array | undefined): RatchetContent {
    const { pairwise } = this.#sessions.find(({ hasHeard }) => hasHeard) ?? this.#sessions[0] ?? assert.fail();
    return pairwise.encrypt(payload, () => ratchetKey ?? assert.fail('no new key is due')) as RatchetContent;
  }

  decrypt({ manifest, account_key }: VectorDevice, content: RatchetContent): Payload {
    const { user, device } = manifest.manifest;
    const sender = trusted(manifest, user, device, account_key);
    const held = this.#sessions.find(({ pairwise }) => pairwise.session === content.session)?.pairwise;
    const heard = held ? { pairwise: held, payload: held.decrypt(content) } : this.#device.accept(sender, content);
    this.#use(heard.pairwise, true);
    return heard.payload as Payload;
  }

  #use(pairwise: Pairwise, hasHeard: boolean): void {
    const others = this.#sessions.filter((one) => one.pairwise !== pairwise);
    this.#sessions = [{ pairwise, hasHeard }, ...others].slice(0, 4);
  }

  forget(): void {
    this.#sessions = [];
  }

  /** It keeps its state to itself; that later steps work shows what a refusal left. */
  state(): string {
    return '';
  }
}
