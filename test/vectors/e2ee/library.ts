import assert from 'node:assert/strict';
import type { Device } from '../../../src/e2ee/device.ts';
import { startSession } from '../../../src/e2ee/handshake.ts';
import { type Claim, type PrekeyKind, verifyManifest } from '../../../src/e2ee/manifest.ts';
import type { Payload, RatchetContent } from '../../../src/e2ee/ratchet.ts';
import { agreementPair } from '../../../src/e2ee/schedule.ts';
import { addSession, decryptFrom, encryptTo, type Sessions } from '../../../src/e2ee/sessions.ts';
import { signingPair } from '../../../src/e2ee/signature.ts';
import type { Implementation, VectorDevice } from './steps.ts';

const bytes = (text: string) => Buffer.from(text, 'base64url');

/** The reference library. Its state goes through JSON after each step: it is plain data. */
export class Library implements Implementation {
  #device: Device;
  #sessions: Sessions = [];

  constructor({ manifest: { manifest }, secrets }: VectorDevice) {
    this.#device = stored({
      v: 1,
      user: manifest.user,
      device: manifest.device,
      signing: signingPair(bytes(secrets.ed25519)),
      identity: agreementPair(bytes(secrets.x25519)),
      prekeys: secrets.prekeys.map(({ kind, id, secret }) => {
        return { kind: kind as PrekeyKind, id, pair: agreementPair(bytes(secret)), accepted: [] };
      }),
    });
  }

  start(claim: Claim, peer: VectorDevice, ephemeral: Uint8Array): { session: string; root: string } {
    const begun = startSession(this.#device, claim, expectedOf(peer), () => ephemeral);
    this.#sessions = stored(addSession(this.#sessions, begun));
    return { session: begun.session, root: begun.root };
  }

  /** All sessions of a device are with one other. */
  encrypt(payload: Payload, ratchetKey: Uint8Array | undefined): RatchetContent {
    const random = () => ratchetKey ?? assert.fail('no new key is due');
    const { sessions, content } = encryptTo(this.#sessions, this.#sessions[0]?.peer.ed25519 ?? '', payload, random);
    this.#sessions = stored(sessions);
    return content;
  }

  decrypt(peer: VectorDevice, content: RatchetContent): Payload {
    const sender = verifyManifest(peer.manifest, expectedOf(peer));
    const { device, sessions, payload } = decryptFrom(this.#device, this.#sessions, sender, content);
    this.#device = stored(device);
    this.#sessions = stored(sessions);
    return payload;
  }

  forget(): void {
    this.#sessions = [];
  }

  state(): string {
    return JSON.stringify([this.#device, this.#sessions]);
  }
}

function expectedOf({ account_key, manifest: { manifest } }: VectorDevice) {
  return { user: manifest.user, device: manifest.device, accountKey: account_key };
}

/** As it comes back from storage; whoever writes to it fails. */
function stored<T>(state: T): T {
  return JSON.parse(JSON.stringify(state), (_, value) => Object.freeze(value)) as T;
}
