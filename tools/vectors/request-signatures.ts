import type { JsonObject } from '../../src/core/canonical-json.ts';
import { toBase64url } from '../../src/core/encoding.ts';
import { forms } from './request-signatures/forms.ts';
import { meanings } from './request-signatures/meanings.ts';
import { documents, node, origin, seed, signer } from './request-signatures/scene.ts';

/** The header of signed requests (spec/15-signed-requests.md), up to the signature: what needs a memory of earlier requests is left out. */
export function requestSignatures(): JsonObject {
  return {
    about: 'Signed requests from example.org as peer.example.net receives them, with one fault or none.',
    node,
    origin,
    seed: toBase64url(seed),
    public_key: signer.publicKey,
    key_id: signer.keyId,
    documents,
    vectors: [...meanings(), ...forms()],
  };
}
