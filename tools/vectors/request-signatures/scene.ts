import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { documentHash, newDocument, signDocument } from '../../../src/core/key-document.ts';
import { bodyDigest, signRequest } from '../../../src/core/request-signature.ts';
import type { SigningKey } from '../../../src/core/signing.ts';
import { keyFrom, keyOf, nonceOf, startTime } from '../fixed.ts';

/** Who receives the requests, and who sends them. */
export const node = 'peer.example.net';
export const origin = 'example.org';

export const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
export const signer = keyFrom(seed);
export const [revoked, retired, stranger] = [keyOf(1), keyOf(2), keyOf(99)] as const;

const first = newDocument(origin, [revoked, retired]);
const newest = {
  ...first.document,
  version: 2,
  prev_hash: documentHash(first.document),
  keys: [signer.publicKey],
  revoked: [revoked.keyId],
};
/** What the receiver holds of the sender: valid, and fresh. */
export const documents = [first, signDocument(newest, [signer, retired])];

/** What was signed. */
export interface Request {
  method: string;
  uri: string;
  origin: string;
  destination: string;
  body: string;
  ts: number;
  nonce: string;
  key: SigningKey;
}

/** What comes, where it is not what was signed. */
export interface Received {
  method: string;
  uri: string;
  body: string;
  authorization: string[];
  now: number;
}

export const exchange: Request = {
  method: 'POST',
  uri: '/_eccp/federation/v1/transactions',
  origin,
  destination: node,
  body: '{}',
  ts: startTime,
  nonce: nonceOf(6),
  key: signer,
};

/**
 * @param signed where the request is another than `exchange`, which is then signed so.
 * @param received where what comes is another than what was signed.
 */
export function vector(
  rule: string,
  name: string,
  expected: string,
  signed: Partial<Request> = {},
  received: Partial<Received> = {},
): JsonObject {
  const { key, ...request } = { ...exchange, ...signed };
  const { method, uri, body } = request;
  const authorization = [signRequest(key, request)];
  const came = { method, uri, authorization, body, now: startTime, ...received };
  return { name, rule, ...came, expected };
}

/** A header whose members are what they are, with a signature over them in any domain, over `ts` in any form. */
export function headerOf(members: JsonObject, signature: string): string {
  const { origin, destination, key, ts, nonce, digest } = members;
  return `ECCP-FED origin="${origin}",destination="${destination}",key="${key}",ts="${ts}",nonce="${nonce}",digest="${digest}",signature="${signature}"`;
}

/** The object that the signature of `exchange` covers. */
export function signedMembers(): JsonObject {
  const { method, uri, destination, body, ts, nonce } = exchange;
  return { method, uri, origin, destination, key: signer.keyId, ts, nonce, digest: bodyDigest(body) };
}
