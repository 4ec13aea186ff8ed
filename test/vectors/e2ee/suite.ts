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
  #pairwise: Pairwise | undefined;

  constructor({ manifest: { manifest }, secrets }: VectorDevice) {
    this.#device = new OwnDevice(manifest, Buffer.from(secrets.x25519, 'base64url'), secrets.prekeys);
  }

  start(claim: Claim, { manifest: { manifest }, account_key }: VectorDevice, ephemeral: Uint8Array) {
    this.#pairwise = this.#device.begin(claim, manifest.user, manifest.device, account_key, ephemeral);
    return { session: this.#pairwise.session, root: toBase64url(this.#pairwise.root) };
  }

  encrypt(payload: Payload, ratchetKey: Uint8Array | undefined): RatchetContent {
    assert.ok(this.#pairwise);
    return this.#pairwise.encrypt(payload, () => ratchetKey ?? assert.fail('no new key is due')) as RatchetContent;
  }

  decrypt({ manifest, account_key }: VectorDevice, content: RatchetContent): Payload {
    if (this.#pairwise?.session === content.session) return this.#pairwise.decrypt(content) as Payload;
    const { user, device } = manifest.manifest;
    const { pairwise, payload } = this.#device.accept(trusted(manifest, user, device, account_key), content);
    this.#pairwise = pairwise;
    return payload as Payload;
  }

  forget(): void {
    this.#pairwise = undefined;
  }

  /** It keeps its state to itself; that later steps work shows what a refusal left. */
  state(): string {
    return '';
  }
}
