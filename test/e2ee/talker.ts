import { type Device, newPrekeys } from '../../src/e2ee/device.ts';
import { startSession } from '../../src/e2ee/handshake.ts';
import type { Payload, RatchetContent } from '../../src/e2ee/ratchet.ts';
import { addSession, decryptFrom, encryptTo, type Sessions } from '../../src/e2ee/sessions.ts';
import { type Person, person } from './people.ts';

/** A device with its sessions, which go through JSON after each step: they are plain data. */
export class Talker {
  readonly self: Person;
  sessions: Sessions = [];
  device: Device;

  /** @param prekey as `person` has it. */
  constructor(name: string, prekey?: Parameters<typeof person>[1]) {
    this.self = person(name, prekey);
    this.device = this.self.device;
  }

  get key(): string {
    return this.device.signing.public;
  }

  /** With a one-time prekey of the other's that nobody has had, or without one. */
  begin(other: Talker, hasOneTime = true): void {
    if (!hasOneTime) {
      const { prekey: _, ...claim } = other.self.claim;
      this.sessions = stored(addSession(this.sessions, startSession(this.device, claim, other.self.expected)));
      return;
    }
    const { device, prekeys } = newPrekeys(other.device, 'one_time', 1, 1);
    other.device = device;
    const claim = { ...other.self.claim, ...(prekeys[0] ? { prekey: prekeys[0] } : {}) };
    this.sessions = stored(addSession(this.sessions, startSession(this.device, claim, other.self.expected)));
  }

  say(to: Talker, body: string): RatchetContent {
    return this.tell(to, { type: 'org.example.note', content: { body } });
  }

  tell(to: Talker, payload: Payload): RatchetContent {
    const { sessions, content } = encryptTo(this.sessions, to.key, payload);
    this.sessions = stored(sessions);
    return stored(content);
  }

  hear(from: Talker, content: RatchetContent): unknown {
    return this.take(from, content).content.body;
  }

  take(from: Talker, content: RatchetContent): Payload {
    const { manifest } = from.self.manifest;
    const { device, sessions, payload } = decryptFrom(this.device, this.sessions, manifest, content);
    [this.device, this.sessions] = [stored(device), stored(sessions)];
    return payload;
  }

  state(): string {
    return JSON.stringify([this.device, this.sessions]);
  }
}

function stored<T>(state: T): T {
  return JSON.parse(JSON.stringify(state)) as T;
}
