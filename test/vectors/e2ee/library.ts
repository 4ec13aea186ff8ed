import assert from 'node:assert/strict';
import type { Device } from '../../../src/e2ee/device.ts';
import { acceptSession, startSession } from '../../../src/e2ee/handshake.ts';
import { type Claim, type PrekeyKind, verifyManifest } from '../../../src/e2ee/manifest.ts';
import { decrypt, encrypt, type Payload, type RatchetContent, type Session } from '../../../src/e2ee/ratchet.ts';
import { agreementPair } from '../../../src/e2ee/schedule.ts';
import { signingPair } from '../../../src/e2ee/signature.ts';
import type { Implementation, VectorDevice } from './steps.ts';

const bytes = (text: string) => Buffer.from(text, 'base64url');

/** The reference library. Its state goes through JSON after each step: it is plain data. */
export class Library implements Implementation {
  #device: Device;
  #session: Session | undefined;

  constructor({ manifest: { manifest }, secrets }: VectorDevice) {
    this.#device = {
      v: 1,
      user: manifest.user,
      device: manifest.device,
      signing: signingPair(bytes(secrets.ed25519)),
      identity: agreementPair(bytes(secrets.x25519)),
      prekeys: secrets.prekeys.map(({ kind, id, secret }) => {
        return { kind: kind as PrekeyKind, id, pair: agreementPair(bytes(secret)), accepted: [] };
      }),
    };
  }

  start(claim: Claim, peer: VectorDevice, ephemeral: Uint8Array): { session: string; root: string } {
    this.#session = startSession(this.#device, claim, expectedOf(peer), () => ephemeral);
    const { session, root } = this.#session;
    return { session, root };
  }

  encrypt(payload: Payload, ratchetKey: Uint8Array | undefined): RatchetContent {
    assert.ok(this.#session);
    const { session, content } = encrypt(this.#session, payload, () => ratchetKey ?? assert.fail('no new key is due'));
    this.#session = stored(session);
    return content;
  }

  decrypt(peer: VectorDevice, content: RatchetContent): Payload {
    if (this.#session?.session === content.session) {
      const { session, payload } = decrypt(this.#session, content);
      this.#session = stored(session);
      return payload;
    }
    const sender = verifyManifest(peer.manifest, expectedOf(peer));
    const { device, session, payload } = acceptSession(this.#device, sender, content);
    this.#device = stored(device);
    this.#session = stored(session);
    return payload;
  }

  forget(): void {
    this.#session = undefined;
  }

  state(): string {
    return JSON.stringify([this.#device, this.#session]);
  }
}

function expectedOf({ account_key, manifest: { manifest } }: VectorDevice) {
  return { user: manifest.user, device: manifest.device, accountKey: account_key };
}

function stored<T>(state: T): T {
  return JSON.parse(JSON.stringify(state)) as T;
}
