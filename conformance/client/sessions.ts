// The sessions of a device with others (chapters 23 and 24).
import { randomBytes } from 'node:crypto';
import type { Claim, Known, Manifest, OwnDevice } from '../e2ee/devices.ts';
import type { Pairwise, RatchetContent } from '../e2ee/pairwise.ts';
import { Refusal } from '../e2ee/refusal.ts';
import type { Json, JsonObject } from '../wire/json.ts';

interface Held {
  /** The `ed25519` of the other device. */
  peer: string;
  pairwise: Pairwise;
}

const kept = 4;

export class Sessions {
  readonly #own: OwnDevice;
  /** The one in which something was decrypted last comes first (RAT-030). */
  #held: Held[] = [];

  constructor(own: OwnDevice) {
    this.#own = own;
  }

  /** Whether there is one with the device that has this `ed25519`. */
  has(peer: string): boolean {
    return this.#held.some((held) => held.peer === peer);
  }

  /** Begins one with a device. @throws Refusal where the claim cannot be of it. */
  begin(claim: Claim, user: string, device: string, accountKey: string, known: Known): void {
    const pairwise = this.#own.begin(claim, user, device, accountKey, fresh(), known);
    this.#putFirst({ peer: claim.manifest.manifest.ed25519, pairwise });
  }

  encrypt(peer: string, payload: JsonObject): RatchetContent {
    const held = this.#held.find((one) => one.peer === peer);
    if (held === undefined) throw new Refusal('unknown_key', 'no session with the device');
    return held.pairwise.encrypt(payload, fresh);
  }

  /** Opens what a device sent; a first message begins a session. @throws Refusal; everything is then as it was. */
  decrypt(sender: Manifest, content: RatchetContent): Json {
    const held = this.#held.find(({ pairwise }) => pairwise.session === content.session);
    if (held && held.peer !== sender.ed25519) throw new Refusal('mismatch', 'the session is with another device');
    if (held) {
      const payload = held.pairwise.decrypt(content);
      this.#putFirst(held);
      return payload;
    }
    const { pairwise, payload } = this.#own.accept(sender, content);
    this.#putFirst({ peer: sender.ed25519, pairwise });
    return payload;
  }

  /** Throws all sessions with a device away. */
  drop(peer: string): void {
    this.#held = this.#held.filter((held) => held.peer !== peer);
  }

  /** RAT-031 */
  #putFirst(held: Held): void {
    const others = this.#held.filter((one) => one !== held);
    const ofPeer = others.filter(({ peer }) => peer === held.peer).slice(0, kept - 1);
    this.#held = [held, ...ofPeer, ...others.filter(({ peer }) => peer !== held.peer)];
  }
}

function fresh(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}
