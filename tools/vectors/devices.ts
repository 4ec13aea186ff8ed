import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { toBase64url } from '../../src/core/encoding.ts';
import type { Random } from '../../src/e2ee/bytes.ts';
import { crossSign, type Device, newDevice, newPrekeys } from '../../src/e2ee/device.ts';
import { startSession } from '../../src/e2ee/handshake.ts';
import type { Claim, PrekeyKind, SignedManifest, SignedPrekey } from '../../src/e2ee/manifest.ts';
import type { Payload, RatchetContent, Session } from '../../src/e2ee/ratchet.ts';
import { addSession, decryptFrom, encryptTo, type Sessions, sessionWith } from '../../src/e2ee/sessions.ts';
import { signingPair } from '../../src/e2ee/signature.ts';
import { startTime } from './fixed.ts';

/** Gives 32 times 1, then 32 times 2, and so on, after `from`. */
export function counting(from: number): Random {
  let next = from;
  return (length) => new Uint8Array(length).fill(next++);
}

/** One byte over and over, as a key. */
export function bytesOf(byte: number, length = 32): string {
  return toBase64url(new Uint8Array(length).fill(byte));
}

/** A device of the vectors with one prekey of each kind. */
export interface Actor {
  device: Device;
  manifest: SignedManifest;
  prekeys: { [kind in PrekeyKind]: SignedPrekey };
  accountKey: string;
}

function actor(user: string, name: string, seed: number): Actor {
  const account = signingPair(new Uint8Array(32).fill(seed));
  const random = counting(seed + 1);
  const made = newDevice(user, name, startTime, random);
  let device = made.device;
  const prekey = (kind: PrekeyKind): SignedPrekey => {
    const added = newPrekeys(device, kind, 1, startTime, random);
    device = added.device;
    if (added.prekeys[0] === undefined) throw new Error('no prekey');
    return added.prekeys[0];
  };
  const prekeys = { signed: prekey('signed'), one_time: prekey('one_time'), fallback: prekey('fallback') };
  return { device, manifest: crossSign(made.manifest, account.secret), prekeys, accountKey: account.public };
}

export const actors = {
  alice: actor('@alice:example.org', 'ALICE001', 10),
  bob: actor('@bob:remote.example', 'BOB00001', 30),
  mallory: actor('@mallory:remote.example', 'MALLORY1', 50),
};
export type Name = keyof typeof actors;

/** The devices as the vectors have them: what each knows of itself, and what all know of it. */
export function shared(): JsonObject {
  const entries = Object.entries(actors).map(([name, { device, manifest, accountKey }]) => {
    const { signing, identity, prekeys } = device;
    const own = prekeys.map(({ kind, id, pair }) => ({ kind, id, secret: pair.secret }));
    const secrets = { ed25519: signing.secret, x25519: identity.secret, prekeys: own };
    return [name, { account_key: accountKey, manifest, secrets }];
  });
  return { devices: Object.fromEntries(entries) };
}

/** What a node gives for a device, with a prekey of this kind or with none. */
export function claimOf(name: Name, kind?: 'one_time' | 'fallback'): Claim {
  const { manifest, prekeys } = actors[name];
  return { manifest, signed_prekey: prekeys.signed, ...(kind ? { prekey: prekeys[kind] } : {}) };
}

export function say(body: string): Payload {
  return { type: 'org.example.note', content: { body } };
}

/** Devices that talk, and what they do as steps of a vector. */
export class Conversation {
  readonly steps: JsonObject[] = [];
  readonly #sessions = new Map<Name, Sessions>();
  readonly #devices = new Map<Name, Device>();
  #ratchetKey = 100;

  /** @param ephemeral the byte that the private ephemeral key consists of. */
  start(by: Name, to: Name, claim: Claim, ephemeral: number): this {
    const { manifest, accountKey } = actors[to];
    const expected = { user: manifest.manifest.user, device: manifest.manifest.device, accountKey };
    const session = startSession(this.device(by), claim, expected, counting(ephemeral));
    this.#sessions.set(by, addSession(this.#sessions.get(by) ?? [], session));
    this.#step({ do: 'start', by, with: to, claim: claim as unknown as Json, ephemeral: bytesOf(ephemeral) }, 'ok', {
      session: session.session,
      root: session.root,
    });
    return this;
  }

  refusedStart(by: Name, to: Name, claim: unknown, expected: string): this {
    const step = { do: 'start', by, with: to, claim: claim as Json, ephemeral: bytesOf(99) };
    return this.#step(step, expected);
  }

  /** Encrypts, and gives what is to be delivered. */
  encrypt(by: Name, body: string): RatchetContent {
    const isNew = this.session(by).sending === undefined;
    const payload = say(body);
    const content = this.#encrypt(by, payload);
    const ratchetKey = isNew ? { ratchet_key: bytesOf(this.#ratchetKey++) } : {};
    this.#step({ do: 'encrypt', by, payload, ...ratchetKey }, 'ok', { content });
    return content;
  }

  /** Encrypts what never arrives. */
  lose(by: Name, count: number): this {
    const isNew = this.session(by).sending === undefined;
    const ratchetKey = isNew ? { ratchet_key: bytesOf(this.#ratchetKey) } : {};
    for (let i = 0; i < count; i++) this.#encrypt(by, say('lost'));
    if (isNew) this.#ratchetKey++;
    this.steps.push({ do: 'lose', by, count, payload: say('lost'), ...ratchetKey });
    return this;
  }

  /** Decrypts, which has to work. */
  decrypt(by: Name, from: Name, content: RatchetContent): this {
    const sender = actors[from].manifest.manifest;
    const held = this.#sessions.get(by) ?? [];
    const { device, sessions, payload } = decryptFrom(this.device(by), held, sender, content);
    this.#devices.set(by, device);
    this.#sessions.set(by, sessions);
    return this.#step({ do: 'decrypt', by, from, content }, 'ok', { payload });
  }

  /** What is refused; the reason is written down by hand, and the state stays. */
  refuse(by: Name, from: string, content: Json, expected: string): this {
    return this.#step({ do: 'decrypt', by, from, content }, expected);
  }

  /** Deletes its sessions. */
  forget(by: Name): this {
    this.#sessions.delete(by);
    this.steps.push({ do: 'forget', by });
    return this;
  }

  /** The session that it encrypts with. All of its sessions are with one other device. */
  session(by: Name): Session {
    const sessions = this.#sessions.get(by) ?? [];
    const session = sessionWith(sessions, sessions[0]?.peer.ed25519 ?? '');
    if (session === undefined) throw new Error(`${by} has no session`);
    return session;
  }

  device(by: Name): Device {
    return this.#devices.get(by) ?? actors[by].device;
  }

  vector(rule: string, name: string): JsonObject {
    return { name, rule, steps: this.steps };
  }

  #encrypt(by: Name, payload: Payload): RatchetContent {
    const held = this.#sessions.get(by) ?? [];
    const { sessions, content } = encryptTo(held, this.session(by).peer.ed25519, payload, counting(this.#ratchetKey));
    this.#sessions.set(by, sessions);
    return content;
  }

  #step(step: JsonObject, expected: string, result: JsonObject = {}): this {
    this.steps.push({ ...step, expected, ...result });
    return this;
  }
}
