// The suite's own ratchet (chapter 24): it shares no code with any node or library.
import { canonical } from '../wire/canonical.ts';
import { toBase64url } from '../wire/hash.ts';
import type { Json, JsonObject } from '../wire/json.ts';
import { bytes, requireForm } from './forms.ts';
import { payloadOf } from './payload.ts';
import { advance, bound, hkdf, none, open, publicOf, seal, x25519 } from './primitives.ts';
import { Refusal } from './refusal.ts';

export type Handshake = { ephemeral: string; signed_prekey: string; prekey?: string };
export type RatchetContent = {
  algorithm: string;
  session: string;
  handshake?: Handshake;
  key: string;
  previous: number;
  index: number;
  ciphertext: string;
};

interface Chain {
  key: Uint8Array;
  index: number;
}

interface State {
  root: Uint8Array;
  theirs: string;
  handshake: Handshake | undefined;
  own: Uint8Array | undefined;
  sending: Chain | undefined;
  receiving: Chain | undefined;
  previous: number;
  /** Message keys by ratchet key and index, in the order in which they came. */
  skipped: Map<string, Uint8Array>;
}

const MOST = 1000;

/** One side of a session. What `decrypt` refuses leaves it as it was. */
export class Pairwise {
  readonly session: string;
  #state: State;

  private constructor(session: string, state: State) {
    this.session = session;
    this.#state = state;
  }

  /** The root key, which is what implementations compare when their handshakes differ. */
  get root(): Uint8Array {
    return this.#state.root;
  }

  static begun(session: string, root: Uint8Array, theirs: string, handshake: Handshake): Pairwise {
    return new Pairwise(session, { ...empty, root, theirs, handshake, skipped: new Map() });
  }

  /** @param prekey the private key of the signed prekey. */
  static answering(session: string, root: Uint8Array, prekey: Uint8Array): Pairwise {
    const state = { ...empty, root, theirs: '', skipped: new Map() };
    return new Pairwise(session, { ...state, own: prekey, sending: { key: none, index: 0 } });
  }

  /** @param ratchetKey the private key of a new ratchet pair, where one is due; fresh but for vectors. */
  encrypt(payload: JsonObject, ratchetKey: () => Uint8Array): RatchetContent {
    const state = this.#state;
    if (state.own === undefined || state.sending === undefined) {
      state.own = ratchetKey();
      const [root, key] = step(state.root, state.own, state.theirs);
      state.root = root;
      state.sending = { key, index: 0 };
    }
    const { sending, handshake } = state;
    const [messageKey, next] = advance(sending.key);
    const header = {
      algorithm: 'eccp.ratchet.v1',
      session: this.session,
      ...(handshake === undefined ? {} : { handshake }),
      key: publicOf(state.own),
      previous: state.previous,
      index: sending.index,
    };
    state.sending = { key: next, index: sending.index + 1 };
    const plain = Buffer.from(canonical(payload));
    const sealed = seal(messageKey, none, 'eccp.ratchet-message.v1', plain, bound('eccp.ratchet-ad.v1', header));
    return { ...header, ciphertext: toBase64url(sealed) };
  }

  /** @throws Refusal */
  decrypt(content: RatchetContent): Json {
    requireForm('RatchetContent', content);
    if (content.session !== this.session) throw new Refusal('unknown_key', 'another session');
    const next: State = { ...this.#state, skipped: new Map(this.#state.skipped) };
    const messageKey = take(next, content);
    const { ciphertext, ...header } = content;
    const ad = bound('eccp.ratchet-ad.v1', header);
    const plain = open(messageKey, none, 'eccp.ratchet-message.v1', bytes(ciphertext), ad);
    const payload = payloadOf(plain);
    next.handshake = undefined;
    this.#state = next;
    return payload;
  }
}

const empty = {
  handshake: undefined,
  own: undefined,
  sending: undefined,
  receiving: undefined,
  previous: 0,
};

function step(root: Uint8Array, own: Uint8Array, theirs: string): [Uint8Array, Uint8Array] {
  const material = hkdf(root, x25519(own, theirs), 'eccp.ratchet-root.v1', 64);
  return [material.slice(0, 32), material.slice(32)];
}

/** The message's key, by the steps of section 24.3 on a copy of the state. */
function take(state: State, { key, previous, index }: RatchetContent): Uint8Array {
  const name = `${key} ${index}`;
  const waiting = state.skipped.get(name);
  if (waiting !== undefined) {
    state.skipped.delete(name);
    return waiting;
  }
  let room = MOST;
  const leave = (chain: Chain, until: number): Chain => {
    let { key: chainKey, index: at } = chain;
    for (; at < until; at++) {
      if (room-- === 0) throw new Refusal('too_far', 'more than 1000 are missing');
      const [messageKey, next] = advance(chainKey);
      state.skipped.set(`${state.theirs} ${at}`, messageKey);
      chainKey = next;
    }
    return { key: chainKey, index: at };
  };
  if (key !== state.theirs) {
    if (state.sending === undefined || state.own === undefined)
      throw new Refusal('bad_ciphertext', 'no answer to anything');
    if (state.receiving !== undefined) leave(state.receiving, previous);
    const [root, chainKey] = step(state.root, state.own, key);
    Object.assign(state, { root, theirs: key, previous: state.sending.index, own: undefined, sending: undefined });
    state.receiving = { key: chainKey, index: 0 };
  }
  if (state.receiving === undefined) throw new Refusal('bad_ciphertext', 'no chain');
  if (index < state.receiving.index) throw new Refusal('replayed', 'the key is gone');
  const here = leave(state.receiving, index);
  const [messageKey, next] = advance(here.key);
  state.receiving = { key: next, index: index + 1 };
  for (const oldest of state.skipped.keys()) {
    if (state.skipped.size <= MOST) break;
    state.skipped.delete(oldest);
  }
  return messageKey;
}
