// The signature that a request between nodes carries in its Authorization header (chapter 15).
import { createHash } from 'node:crypto';
import { fromBase64url } from './encoding.ts';
import { EccpError } from './errors.ts';
import { isKeyId, isNodeName } from './ids.ts';
import { type SigningKey, verify } from './signing.ts';

/** How long before the receiver's clock, and how far ahead of it, a request may have been signed; both ends count. In milliseconds. */
export const maxAge = 300_000;
export const maxLead = 60_000;

/** What a request says: the request line, without the version. */
export interface RequestLine {
  method: string;
  /** The request target as it is sent, path and query, with nothing decoded. */
  uri: string;
}

/** A request that is to be signed. */
export interface UnsignedRequest extends RequestLine {
  origin: string;
  destination: string;
  /** The bytes that are sent; a string stands for its UTF-8 bytes, '' for no body. */
  body: Uint8Array | string;
  /** The sender's clock, in milliseconds. */
  ts: number;
  /** 16 fresh random bytes in base64url. */
  nonce: string;
}

/** The header's parameters. */
export type Authorization = {
  origin: string;
  destination: string;
  /** The key id. */
  key: string;
  ts: number;
  nonce: string;
  digest: string;
  signature: string;
};

const scheme = 'ECCP-FED';
const names = ['origin', 'destination', 'key', 'ts', 'nonce', 'digest', 'signature'] as const;
const headerPattern = new RegExp(`^${scheme} ${names.map((name) => `${name}="([^"]*)"`).join(',')}$`);
const tsPattern = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * The value of the Authorization header for a request.
 *
 * @throws EccpError ECCP_BAD_JSON for a request line that has no canonical form.
 */
export function signRequest(key: SigningKey, request: UnsignedRequest): string {
  const { method, uri, origin, destination, body, ts, nonce } = request;
  const signed = { origin, destination, key: key.keyId, ts, nonce, digest: bodyDigest(body) };
  const signature = key.sign('eccp.http.v1', { method, uri, ...signed });
  const values: Authorization = { ...signed, signature };
  return `${scheme} ${names.map((name) => `${name}="${values[name]}"`).join(',')}`;
}

/** SHA-256 of a body's bytes in base64url; no domain, because it stands in what is signed. */
export function bodyDigest(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('base64url');
}

/**
 * Reads the header.
 *
 * @param values of every Authorization header that the request has, one for each.
 * @throws EccpError ECCP_BAD_AUTH unless there is exactly one, and it has this scheme and form; ECCP_BAD_ENCODING for nonce, digest
 *   or signature that is not base64url of the right length.
 */
export function parseAuthorization(values: readonly string[]): Authorization {
  const [value, ...more] = values;
  if (value === undefined) throw badAuth('this needs a signature: Authorization: ECCP-FED …');
  if (more.length > 0) throw badAuth('more than one Authorization header');
  const match = headerPattern.exec(value);
  if (match === null) throw badAuth(`the Authorization header is not of the form ${scheme} ${names.join(', ')}`);
  const [, origin = '', destination = '', key = '', ts = '', nonce = '', digest = '', signature = ''] = match;
  if (!isNodeName(origin)) throw badAuth('origin is not a node name');
  if (!isNodeName(destination)) throw badAuth('destination is not a node name');
  if (!isKeyId(key)) throw badAuth('key is not a key id');
  if (!tsPattern.test(ts) || !Number.isSafeInteger(Number(ts))) throw badAuth('ts is not a time in milliseconds');
  fromBase64url(nonce, 16);
  fromBase64url(digest, 32);
  fromBase64url(signature, 64);
  return { origin, destination, key, ts: Number(ts), nonce, digest, signature };
}

/** Whom a request claims to come from, also where its header is out of form; undefined where that is no node name. For records only. */
export function claimedOrigin(values: readonly string[]): string | undefined {
  const value = values.find((text) => text.startsWith(`${scheme} `));
  const origin = value && /[ ,]origin="([^"]*)"/.exec(value)?.[1];
  return isNodeName(origin) ? origin : undefined;
}

/**
 * Checks when a request was signed.
 *
 * @param ts the request's, in milliseconds.
 * @param now the receiver's clock, in milliseconds.
 * @throws EccpError ECCP_CLOCK_SKEW
 */
export function checkWindow(ts: number, now: number): void {
  if (ts < now - maxAge) throw new EccpError('ECCP_CLOCK_SKEW', `the request was signed ${now - ts} ms ago`);
  if (ts > now + maxLead) throw new EccpError('ECCP_CLOCK_SKEW', `the request was signed ${ts - now} ms from now`);
}

/**
 * Whether the signature is the key's over these fields and this request line. The digest is compared with the body elsewhere.
 *
 * @param publicKey the raw public key in base64url whose id `fields` name.
 */
export function verifyRequest(publicKey: string, fields: Authorization, { method, uri }: RequestLine): boolean {
  const { signature, ...signed } = fields;
  return verify(publicKey, 'eccp.http.v1', { method, uri, ...signed }, signature);
}

function badAuth(what: string): EccpError {
  return new EccpError('ECCP_BAD_AUTH', what);
}
