// The sessions of a device with all others: which one to encrypt with, and how many to keep (section 24.3).
import { type Random, systemRandom } from './bytes.ts';
import type { Device } from './device.ts';
import { E2eeError } from './error.ts';
import { acceptSession } from './handshake.ts';
import type { Manifest } from './manifest.ts';
import { checkRatchetContent, decrypt, encrypt, type Payload, type RatchetContent, type Session } from './ratchet.ts';

/** How many sessions with one device are kept (RAT-031). */
export const keptSessions = 4;

/** Plain data, to be stored as JSON; secret. The one that began, or in which something was decrypted, last comes first. */
export type Sessions = readonly Session[];

/**
 * The session to encrypt with for a device: the one in which something was decrypted last, otherwise the newest (RAT-030).
 *
 * @param device its Ed25519 key.
 * @returns undefined where there is none: it has to be begun, with `startSession`.
 */
export function sessionWith(sessions: Sessions, device: string): Session | undefined {
  const ofDevice = sessions.filter(({ peer }) => peer.ed25519 === device);
  // Whoever began keeps the handshake until something was decrypted, and whoever answered has decrypted the first message.
  return ofDevice.find(({ handshake }) => handshake === undefined) ?? ofDevice[0];
}

/** The sessions with one that has just begun, and without the one of that device that then is one too many (RAT-031). */
export function addSession(sessions: Sessions, session: Session): Session[] {
  const others = sessions.filter((one) => one.session !== session.session);
  const isOfDevice = ({ peer }: Session) => peer.ed25519 === session.peer.ed25519;
  const kept = new Set(others.filter(isOfDevice).slice(0, keptSessions - 1));
  return [session, ...others.filter((one) => !isOfDevice(one) || kept.has(one))];
}

/**
 * Encrypts for a device with which there is a session.
 *
 * @param device its Ed25519 key.
 * @throws E2eeError unknown_key where there is none; malformed for a payload that is none
 */
export function encryptTo(
  sessions: Sessions,
  device: string,
  payload: Payload,
  random: Random = systemRandom,
): { sessions: Session[]; content: RatchetContent } {
  const held = sessionWith(sessions, device);
  if (held === undefined) throw new E2eeError('unknown_key', 'there is no session with the device');
  const { session, content } = encrypt(held, payload, random);
  return { sessions: sessions.map((one) => (one === held ? session : one)), content };
}

/**
 * Decrypts what came from a device: in the session that it belongs to, or as the first message of a new one.
 *
 * @param sender the manifest of the device that it comes from, by `verifyManifest`.
 * @returns what has to be stored together, and what was said.
 * @throws E2eeError as `decrypt` and `acceptSession` do; mismatch for a session with another device
 */
export function decryptFrom(
  own: Device,
  sessions: Sessions,
  sender: Manifest,
  content: RatchetContent,
): { device: Device; sessions: Session[]; payload: Payload } {
  checkRatchetContent(content, 'content');
  const held = sessions.find(({ session }) => session === content.session);
  if (held && held.peer.ed25519 !== sender.ed25519) {
    throw new E2eeError('mismatch', 'the session is with another device');
  }
  const { device, session, payload } = held
    ? { device: own, ...decrypt(held, content) }
    : acceptSession(own, sender, content);
  return { device, sessions: addSession(sessions, session), payload };
}
