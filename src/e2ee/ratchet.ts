// eccp.ratchet.v1 (chapter 24).
import { fromBase64url, type Random, systemRandom, toBase64url, utf8 } from './bytes.ts';
import { E2eeError } from './error.ts';
import { anyObject, ciphertext, constant, counter, eventType, key, object, requireThat } from './form.ts';
import { bound, canonicalText, type JsonObject, parseText } from './json.ts';
import { prekeyId } from './manifest.ts';
import { agree, agreementPair, chainStep, derive, open, seal } from './schedule.ts';

/** How many message keys may wait for messages that did not arrive (RAT-022, RAT-023). */
export const maxSkipped = 1000;

/** A device as the transcript names it. */
export type Party = { user: string; device: string; ed25519: string; x25519: string };
/** What every message carries until the first answer: the ephemeral key, and the ids of the prekeys. */
export type Handshake = { ephemeral: string; signed_prekey: string; prekey?: string };
/** What one device tells another. */
export type Payload = { type: string; content: JsonObject };

/** The state of section 24.1. Plain data, to be stored as JSON; secret. */
export type Session = {
  v: 1;
  session: string;
  peer: Party;
  handshake?: Handshake;
  root: string;
  theirs: string;
  sending?: { secret: string; public: string; chain: string; index: number };
  receiving?: { chain: string; index: number };
  previous: number;
  skipped: Skipped[];
};
type Skipped = { key: string; index: number; message_key: string };

/** The content of a to-device message of the type `eccp.encrypted`. */
export type RatchetContent = {
  algorithm: 'eccp.ratchet.v1';
  session: string;
  handshake?: Handshake;
  key: string;
  previous: number;
  index: number;
  ciphertext: string;
};

/** Section 24.2. */
export const checkRatchetContent = object({
  algorithm: constant('eccp.ratchet.v1'),
  session: key,
  'handshake?': object({ ephemeral: key, signed_prekey: prekeyId, 'prekey?': prekeyId }),
  key,
  previous: counter,
  index: counter,
  ciphertext,
});
const checkPayload = object({ type: eventType, content: anyObject });

const info = 'eccp.ratchet-message.v1';
const adDomain = 'eccp.ratchet-ad.v1';

/**
 * Encrypts for the other device.
 *
 * @returns the message, and the state in which the next one is encrypted.
 * @throws E2eeError malformed for a payload that is none; bad_key
 */
export function encrypt(
  session: Session,
  payload: Payload,
  random: Random = systemRandom,
): { session: Session; content: RatchetContent } {
  const plaintext = writePayload(payload);
  const ready = session.sending ? session : withRatchetKey(session, random);
  const { sending } = ready;
  if (sending === undefined) throw new Error('a session with a ratchet key has one');
  const { messageKey, next } = chainStep(fromBase64url(sending.chain));
  const header = {
    algorithm: 'eccp.ratchet.v1' as const,
    session: session.session,
    ...(session.handshake ? { handshake: session.handshake } : {}),
    key: sending.public,
    previous: ready.previous,
    index: sending.index,
  };
  const sealed = seal(messageKey, info, plaintext, bound(adDomain, header));
  return {
    session: { ...ready, sending: { ...sending, chain: toBase64url(next), index: sending.index + 1 } },
    content: { ...header, ciphertext: sealed },
  };
}

/**
 * Decrypts a message of the session.
 *
 * @returns what the other device said, and the state in which the message's key is gone.
 * @throws E2eeError malformed, unknown_key for one of another session, replayed, too_far, bad_key, bad_ciphertext
 */
export function decrypt(session: Session, content: RatchetContent): { session: Session; payload: Payload } {
  checkRatchetContent(content, 'content');
  const { ciphertext: sealed, ...header } = content;
  if (content.session !== session.session) throw new E2eeError('unknown_key', 'a message of another session');
  const { messageKey, next } = keyFor(session, content);
  const payload = readPayload(open(messageKey, info, sealed, bound(adDomain, header)));
  const { handshake: _, ...answered } = next;
  return { session: answered, payload };
}

/** The plaintext of a payload (RAT-011). @throws E2eeError malformed */
export function writePayload(payload: Payload): Uint8Array {
  checkPayload(payload, 'payload');
  return utf8(canonicalText(payload));
}

/** @throws E2eeError malformed (RAT-026) */
export function readPayload(plaintext: Uint8Array): Payload {
  const payload = parseText(plaintext);
  checkPayload(payload, 'payload');
  requireThat(toBase64url(utf8(canonicalText(payload))) === toBase64url(plaintext), 'the form of the payload');
  return payload as Payload;
}

/** RAT-012 */
function withRatchetKey(session: Session, random: Random): Session {
  const pair = agreementPair(random(32));
  const { root, chain } = rootStep(session.root, pair.secret, session.theirs);
  return { ...session, root, sending: { ...pair, chain, index: 0 } };
}

/** RAT-001 */
function rootStep(root: string, secret: string, publicKey: string): { root: string; chain: string } {
  const both = derive(fromBase64url(root), agree(secret, publicKey), 'eccp.ratchet-root.v1', 64);
  return { root: toBase64url(both.subarray(0, 32)), chain: toBase64url(both.subarray(32)) };
}

/** The key of a message, and the state once it has decrypted (section 24.3). */
function keyFor(session: Session, content: RatchetContent): { messageKey: Uint8Array; next: Session } {
  const { key: theirs, index } = content;
  const waiting = session.skipped.find((skipped) => skipped.key === theirs && skipped.index === index);
  if (waiting) {
    const skipped = session.skipped.filter((one) => one !== waiting);
    return { messageKey: fromBase64url(waiting.message_key), next: { ...session, skipped } };
  }
  const { state, skipped: before } =
    theirs === session.theirs ? { state: session, skipped: [] } : newChain(session, content);
  const { receiving } = state;
  if (receiving === undefined) throw new E2eeError('bad_ciphertext', 'nothing was sent under this key');
  if (index < receiving.index) throw new E2eeError('replayed', 'the message was read, or its key is gone');
  const { skipped, chain } = skip(theirs, receiving, index, maxSkipped - before.length);
  const { messageKey, next } = chainStep(fromBase64url(chain));
  return {
    messageKey,
    next: {
      ...state,
      receiving: { chain: toBase64url(next), index: index + 1 },
      skipped: [...session.skipped, ...before, ...skipped].slice(-maxSkipped),
    },
  };
}

/** What a message under another ratchet key begins, and the keys that the end of the chain before leaves (step 3). */
function newChain(session: Session, content: RatchetContent): { state: Session; skipped: Skipped[] } {
  const { sending, receiving, ...rest } = session;
  if (sending === undefined) throw new E2eeError('bad_ciphertext', 'nothing was sent that this could answer');
  const skipped = receiving ? skip(session.theirs, receiving, content.previous, maxSkipped).skipped : [];
  if (skipped.length + content.index > maxSkipped) throw new E2eeError('too_far', 'too many messages are missing');
  const { root, chain } = rootStep(session.root, sending.secret, content.key);
  const state = {
    ...rest,
    root,
    theirs: content.key,
    receiving: { chain, index: 0 },
    previous: sending.index,
  };
  return { state, skipped };
}

/** Chain steps up to `index`, keeping the message keys on the way. */
function skip(
  theirs: string,
  from: { chain: string; index: number },
  index: number,
  most: number,
): { skipped: Skipped[]; chain: string } {
  if (index - from.index > most) throw new E2eeError('too_far', 'too many messages are missing');
  const skipped: Skipped[] = [];
  let chain = fromBase64url(from.chain);
  for (let at = from.index; at < index; at++) {
    const { messageKey, next } = chainStep(chain);
    skipped.push({ key: theirs, index: at, message_key: toBase64url(messageKey) });
    chain = next as Uint8Array<ArrayBuffer>;
  }
  return { skipped, chain: toBase64url(chain) };
}
