import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { fromBase64url, utf8 } from '../../../src/e2ee/bytes.ts';
import { bound, canonicalText } from '../../../src/e2ee/json.ts';
import { chainStep, derive, seal } from '../../../src/e2ee/schedule.ts';
import { type Conversation, say } from '../devices.ts';

const info = 'eccp.ratchet-message.v1';

/**
 * What alice's next message would be if she encrypted this text.
 *
 * @param ad in place of the associated data.
 * @param changes to what goes with the ciphertext.
 */
export function sealed(talk: Conversation, text: string, ad?: Uint8Array, changes: JsonObject = {}): JsonObject {
  const { session, sending, previous } = talk.session('alice');
  if (sending === undefined) throw new Error('alice has no chain');
  const { public: key, index } = sending;
  const header = { algorithm: 'eccp.ratchet.v1', session, key, previous, index, ...changes };
  const { messageKey } = chainStep(fromBase64url(sending.chain));
  return { ...header, ciphertext: seal(messageKey, info, utf8(text), ad ?? bound('eccp.ratchet-ad.v1', header)) };
}

/**
 * A message of alice's under a ratchet key with which the agreement gives `shared`, whatever bob's key is: who does not look at the key
 * decrypts it.
 */
export function sealedUnder(talk: Conversation, key: string, shared: Uint8Array): JsonObject {
  const { session, root } = talk.session('alice');
  const header = { algorithm: 'eccp.ratchet.v1', session, key, previous: 1, index: 0 };
  const chain = derive(fromBase64url(root), shared, 'eccp.ratchet-root.v1', 64).subarray(32);
  const plain = utf8(canonicalText(say('forged')));
  return { ...header, ciphertext: seal(chainStep(chain).messageKey, info, plain, bound('eccp.ratchet-ad.v1', header)) };
}
