// The header of a signed request, as chapter 15 describes it: made with every fault that a scenario asks for, and checked strictly.
import { randomBytes } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64url, toBase64url } from '../wire/hash.ts';
import { signJson, verifyJson } from '../wire/signature.ts';
import type { PeerKey } from './identity.ts';

/** What the signature covers. */
export type Signed = {
  method: string;
  /** The request-target as sent, path and query. */
  uri: string;
  origin: string;
  destination: string;
  key: string;
  /** Milliseconds. */
  ts: number;
  nonce: string;
  /** Of the body's bytes. */
  digest: string;
};

const DOMAIN = 'eccp.http.v1';
const MEMBERS = ['origin', 'destination', 'key', 'ts', 'nonce', 'digest', 'signature'] as const;
const FORM = new RegExp(`^ECCP-FED ${MEMBERS.map((member) => `${member}="([^"\\\\]*)"`).join(',')}$`);

/** Milliseconds by which a request may lie in the past and in the future. */
export const WINDOW = { past: 300_000, future: 60_000 };

/** SHA-256 of a body in base64url; an absent body counts as no bytes. */
export function digestOf(body: Uint8Array | undefined): string {
  return toBase64url(sha256(new Uint8Array(body ?? [])));
}

/** A nonce that nobody has used. */
export function newNonce(): string {
  return randomBytes(16).toString('base64url');
}

/** The signature over these members in base64url. */
export function signatureOf(signed: Signed, key: PeerKey): string {
  return signJson(key.seed, DOMAIN, signed);
}

/** The header's text; members are written as they stand. */
export function headerOf(signed: Signed, signature: string): string {
  const { origin, destination, key, ts, nonce, digest } = signed;
  const values = [origin, destination, key, String(ts), nonce, digest, signature];
  return `ECCP-FED ${MEMBERS.map((member, index) => `${member}="${values[index]}"`).join(',')}`;
}

/** A request that came in, before anything is known about it. */
export interface Incoming {
  method: string;
  uri: string;
  /** The values of all its Authorization headers. */
  authorization: readonly string[];
  body: Buffer;
}

/** What a fake node knows when it checks a request. */
export interface Expectation {
  /** Who has to have sent it. */
  origin: string;
  /** Who receives it. */
  destination: string;
  now: number;
  /** Nonces that came before; the request's own is added. */
  nonces: Set<string>;
  /** The sender's public key of this id, unless its newest document does not list it or revokes it. */
  keyOf(id: string): Promise<string | undefined>;
}

/** What is wrong with the signature of a request, by chapter 15; nothing when it is right. */
export async function signatureProblem(
  request: Incoming,
  expectation: Expectation,
): Promise<{ problem?: string; signed?: Signed }> {
  const [header, ...others] = request.authorization;
  if (header === undefined) return { problem: 'it has no Authorization header' };
  if (others.length > 0) return { problem: `it has ${others.length + 1} Authorization headers` };
  const match = FORM.exec(header);
  if (!match) return { problem: `its Authorization header has another form: ${header}` };
  const [, origin = '', destination = '', key = '', ts = '', nonce = '', digest = '', signature = ''] = match;
  const { method, uri } = request;
  const signed = { method, uri, origin, destination, key, ts: Number(ts), nonce, digest };
  const problem = memberProblem(signed, ts, request, expectation) ?? (await keyProblem(signed, signature, expectation));
  expectation.nonces.add(nonce);
  return problem === undefined ? { signed } : { problem, signed };
}

function memberProblem(signed: Signed, ts: string, request: Incoming, expected: Expectation): string | undefined {
  const { origin, destination, nonce, digest } = signed;
  if (origin !== expected.origin) return `its origin is ${origin}, not ${expected.origin}`;
  if (destination !== expected.destination) return `its destination is ${destination}, not ${expected.destination}`;
  if (!/^(0|[1-9]\d*)$/.test(ts)) return `its ts is ${ts}`;
  const age = expected.now - signed.ts;
  if (age > WINDOW.past || age < -WINDOW.future) return `its ts lies ${age} ms in the past`;
  for (const [what, text, length] of [['nonce', nonce, 16] as const, ['digest', digest, 32] as const]) {
    const bytes = decoded(text);
    if (bytes?.length !== length) return `its ${what} is not ${length} bytes in base64url: ${text}`;
  }
  if (expected.nonces.has(nonce)) return `its nonce came before: ${nonce}`;
  if (digest !== digestOf(request.body)) return 'its digest is not that of its body';
  return undefined;
}

async function keyProblem(signed: Signed, signature: string, expected: Expectation): Promise<string | undefined> {
  const key = await expected.keyOf(signed.key);
  if (key === undefined) return `its key ${signed.key} is not among those that its node publishes`;
  try {
    return verifyJson(key, DOMAIN, signed, signature) ? undefined : 'its signature does not verify';
  } catch (error) {
    return `its signature: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function decoded(text: string): Uint8Array | undefined {
  try {
    return fromBase64url(text);
  } catch {
    return undefined;
  }
}
