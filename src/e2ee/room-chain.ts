// eccp.room.v1: what both sides of a chain have in common (sections 25.1 and 25.2).
import {
  binary,
  ciphertext,
  constant,
  counter,
  id,
  key,
  matching,
  object,
  requireThat,
  signature,
  time,
} from './form.ts';
import { hashObject } from './json.ts';

/** How many messages a chain encrypts (CHN-020). */
export const chainLength = 100;
/** How long a chain encrypts (CHN-021), in milliseconds. */
export const chainLifetime = 7 * 86_400_000;

export type ChainCertificate = {
  v: 1;
  room_id: string;
  user: string;
  device: string;
  key: string;
  created: number;
};

/** The content of the payload `eccp.room_key`. */
export type RoomKeyContent = {
  algorithm: 'eccp.room.v1';
  certificate: ChainCertificate;
  signature: string;
  index: number;
  chain_key: string;
};

/** The content of an event of the type `eccp.room.encrypted`. */
export type EncryptedContent = {
  algorithm: 'eccp.room.v1';
  sender_device: string;
  chain_id: string;
  index: number;
  ciphertext: string;
  signature: string;
};

/** Where an event stands, by the event itself. */
export type Place = { room_id: string; sender: string };

export const messageInfo = 'eccp.room-message.v1';
export const adDomain = 'eccp.room-ad.v1';
export const chainSignature = 'eccp.chain-sig.v1';
export const messageSignature = 'eccp.room-message-sig.v1';

const index = (value: unknown, name: string) => {
  counter(value, name);
  requireThat((value as number) < chainLength, name);
};
const deviceId = matching(/^[A-Z0-9]{8,16}$/);

export const checkRoomKey = object({
  algorithm: constant('eccp.room.v1'),
  certificate: object({ v: constant(1), room_id: id, user: id, device: deviceId, key, created: time }),
  signature,
  index,
  chain_key: binary(32),
});
export const checkEncrypted = object({
  algorithm: constant('eccp.room.v1'),
  sender_device: deviceId,
  chain_id: key,
  index,
  ciphertext,
  signature,
});

/** CHN-001 */
export function chainId(certificate: ChainCertificate): string {
  return hashObject('eccp.chain.v1', certificate);
}
