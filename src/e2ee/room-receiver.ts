// eccp.room.v1, the devices that decrypt (section 25.4).
import { fromBase64url, toBase64url } from './bytes.ts';
import { E2eeError } from './error.ts';
import { bound } from './json.ts';
import { type Party, type Payload, readPayload } from './ratchet.ts';
import {
  adDomain,
  type ChainCertificate,
  chainId,
  chainSignature,
  checkEncrypted,
  checkRoomKey,
  type EncryptedContent,
  messageInfo,
  messageSignature,
  type Place,
  type RoomKeyContent,
} from './room-chain.ts';
import { chainStep, open } from './schedule.ts';
import { requireSignature } from './signature.ts';

/** A chain of another device. Plain data, to be stored as JSON; secret. */
export type HeldChain = {
  v: 1;
  id: string;
  certificate: ChainCertificate;
  chain: string;
  index: number;
  skipped: { index: number; message_key: string }[];
};

/**
 * Takes a chain that came over a session as `eccp.room_key`.
 *
 * @param peer the other device of that session.
 * @param held the ids of the chains that are held already.
 * @throws E2eeError malformed, mismatch, bad_signature, replayed
 */
export function takeChain(content: RoomKeyContent, peer: Party, held: readonly string[]): HeldChain {
  checkRoomKey(content, 'room key');
  const { certificate, signature, index, chain_key } = content;
  if (certificate.user !== peer.user || certificate.device !== peer.device) {
    throw new E2eeError('mismatch', `the chain is that of ${certificate.user} ${certificate.device}`);
  }
  requireSignature(peer.ed25519, chainSignature, certificate, signature);
  const id = chainId(certificate);
  if (held.includes(id)) throw new E2eeError('replayed', 'the chain is held'); // CHN-032
  return { v: 1, id, certificate, chain: chain_key, index, skipped: [] };
}

/**
 * Decrypts an event of a room.
 *
 * @param chain the one that `content.chain_id` names.
 * @param place the room that the event is in, and its sender.
 * @throws E2eeError malformed, unknown_key for another chain's, mismatch, bad_signature, replayed, bad_ciphertext
 */
export function decryptInRoom(
  chain: HeldChain,
  place: Place,
  content: EncryptedContent,
): { chain: HeldChain; payload: Payload } {
  checkEncrypted(content, 'content');
  const { ciphertext, signature, ...header } = content;
  if (content.chain_id !== chain.id) throw new E2eeError('unknown_key', 'a message of another chain');
  const { certificate } = chain;
  const isOfChain =
    place.room_id === certificate.room_id &&
    place.sender === certificate.user &&
    content.sender_device === certificate.device;
  if (!isOfChain) throw new E2eeError('mismatch', 'a chain for another room or of another device');
  const placed = { ...header, room_id: place.room_id, sender: place.sender };
  requireSignature(certificate.key, messageSignature, { ...placed, ciphertext }, signature);
  const { messageKey, next } = keyFor(chain, content.index);
  const payload = readPayload(open(messageKey, messageInfo, ciphertext, bound(adDomain, placed)));
  return { chain: next, payload };
}

/** The key of a message, and the chain without it. An index is below 100, so that few steps lead to it. */
function keyFor(held: HeldChain, index: number): { messageKey: Uint8Array; next: HeldChain } {
  const waiting = held.skipped.find((skipped) => skipped.index === index);
  if (waiting) {
    const skipped = held.skipped.filter((one) => one !== waiting);
    return { messageKey: fromBase64url(waiting.message_key), next: { ...held, skipped } };
  }
  if (index < held.index) throw new E2eeError('replayed', 'the message was read, or was before the chain came');
  const skipped = [...held.skipped];
  let chain: Uint8Array = fromBase64url(held.chain);
  for (let at = held.index; ; at++) {
    const { messageKey, next } = chainStep(chain);
    if (at === index) return { messageKey, next: { ...held, chain: toBase64url(next), index: at + 1, skipped } };
    skipped.push({ index: at, message_key: toBase64url(messageKey) });
    chain = next;
  }
}
