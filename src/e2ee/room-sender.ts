// eccp.room.v1, the device that encrypts (sections 25.1 to 25.3).
import { fromBase64url, type Random, systemRandom, toBase64url } from './bytes.ts';
import type { Device } from './device.ts';
import { E2eeError } from './error.ts';
import { bound } from './json.ts';
import { type Payload, writePayload } from './ratchet.ts';
import {
  adDomain,
  type ChainCertificate,
  chainId,
  chainLength,
  chainLifetime,
  chainSignature,
  type EncryptedContent,
  messageInfo,
  messageSignature,
  type RoomKeyContent,
} from './room-chain.ts';
import { chainStep, seal } from './schedule.ts';
import { signingPair, signObject } from './signature.ts';

/** A device's own chain for a room. Plain data, to be stored as JSON; secret. */
export type OwnChain = {
  v: 1;
  certificate: ChainCertificate;
  signature: string;
  /** The seed that belongs to the certificate's key. */
  secret: string;
  chain: string;
  index: number;
  /** The devices that have the chain, each by the Ed25519 key of its manifest. */
  recipients: string[];
};

/**
 * A fresh chain, which nobody has yet.
 *
 * @param now in milliseconds since 1970.
 */
export function newChain(own: Device, room_id: string, now: number, random: Random = systemRandom): OwnChain {
  const pair = signingPair(random(32));
  const { user, device, signing } = own;
  const certificate: ChainCertificate = { v: 1, room_id, user, device, key: pair.public, created: now };
  const signature = signObject(signing.secret, chainSignature, certificate);
  const chain = toBase64url(random(32));
  return { v: 1, certificate, signature, secret: pair.secret, chain, index: 0, recipients: [] };
}

/**
 * Whether the chain has to be replaced before the next message (CHN-020 to CHN-023).
 *
 * @param devices those that the message is for, each by the Ed25519 key of its manifest.
 */
export function isExhausted(chain: OwnChain, now: number, devices: readonly string[]): boolean {
  const age = now - chain.certificate.created;
  const isOver = chain.index >= chainLength || age < 0 || age >= chainLifetime;
  return isOver || chain.recipients.some((recipient) => !devices.includes(recipient));
}

/**
 * What a device gets over its session, as the payload `eccp.room_key`, to read from the next message on (CHN-004).
 *
 * @param device its Ed25519 key.
 * @throws E2eeError exhausted when there is no next message.
 */
export function handOut(chain: OwnChain, device: string): { chain: OwnChain; content: RoomKeyContent } {
  if (chain.index >= chainLength) throw new E2eeError('exhausted', 'the chain has no message left');
  const recipients = chain.recipients.includes(device) ? chain.recipients : [...chain.recipients, device];
  const { certificate, signature, index, chain: chain_key } = chain;
  return {
    chain: { ...chain, recipients },
    content: { algorithm: 'eccp.room.v1', certificate, signature, index, chain_key },
  };
}

/**
 * Encrypts an event for the room. The new state has to be stored before the event is sent: an index is encrypted once (CHN-012).
 *
 * @param payload the type and content that the event would have had.
 * @param now in milliseconds since 1970.
 * @param devices those that it is for, as in `isExhausted`.
 * @throws E2eeError exhausted; malformed for a payload that is none
 */
export function encryptForRoom(
  chain: OwnChain,
  payload: Payload,
  now: number,
  devices: readonly string[],
): { chain: OwnChain; content: EncryptedContent } {
  const plaintext = writePayload(payload);
  if (isExhausted(chain, now, devices)) throw new E2eeError('exhausted', 'the chain has to be replaced');
  const { certificate, index } = chain;
  const header = {
    algorithm: 'eccp.room.v1' as const,
    sender_device: certificate.device,
    chain_id: chainId(certificate),
    index,
  };
  const placed = { ...header, room_id: certificate.room_id, sender: certificate.user };
  const { messageKey, next } = chainStep(fromBase64url(chain.chain));
  const ciphertext = seal(messageKey, messageInfo, plaintext, bound(adDomain, placed));
  const signature = signObject(chain.secret, messageSignature, { ...placed, ciphertext });
  return {
    chain: { ...chain, chain: toBase64url(next), index: index + 1 },
    content: { ...header, ciphertext, signature },
  };
}
