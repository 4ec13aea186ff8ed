// The document with which a name tells where its node is served (chapter 14).
import type { IncomingHttpHeaders } from 'node:http';
import { type Json, parseStrict } from '../core/canonical-json.ts';
import { isNodeName } from '../core/ids.ts';
import { isObject } from '../core/members.ts';
import { DialError } from './dial-error.ts';
import type { Answer, Ask } from './dialler.ts';
import type { Target } from './target.ts';

const path = '/.well-known/eccp/server';
const maxBytes = 8 * 1024;
const day = 86_400_000; // PEER-007
/** Where the headers say nothing (PEER-008). */
const defaultLifetime = 3_600_000;
/** Whatever the headers say: a request is made of several looks at the document, and a node makes many requests. */
const leastLifetime = 60_000;

/** @param targets the name itself, at port 443. */
export async function fetchWellKnown(
  ask: Ask,
  targets: readonly Target[],
  timeoutMs: number,
  now: number,
): Promise<{ server: string; goodForMs: number }> {
  const answer = await ask(targets, { method: 'GET', path, maxBytes, timeoutMs });
  return { server: serverOf(answer), goodForMs: lifetime(answer.headers, now) };
}

/** The server it names, by PEER-004. @throws DialError. The media type is not looked at: the document has no extension, so plain web servers declare anything. */
function serverOf({ status, body }: Answer): string {
  if (status >= 300 && status < 400) throw new DialError('it redirects, which is not followed');
  if (status !== 200) throw new DialError(`it is answered with ${status}`);
  let document: Json;
  try {
    document = parseStrict(body);
  } catch (cause) {
    throw new DialError('it is not JSON as chapter 2 has it', { cause });
  }
  const server = isObject(document) ? document.server : undefined;
  if (!isNodeName(server)) throw new DialError('its member server names no host');
  return server;
}

/** For how many milliseconds the document may be kept, by Cache-Control or else Expires. */
export function lifetime(headers: IncomingHttpHeaders, now: number): number {
  return Math.min(Math.max(declaredLifetime(headers, now), leastLifetime), day);
}

function declaredLifetime(headers: IncomingHttpHeaders, now: number): number {
  const directives = (headers['cache-control'] ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (directives.includes('no-store') || directives.includes('no-cache')) return 0;
  const seconds = directives.map((directive) => /^max-age="?(\d{1,10})"?$/.exec(directive)?.[1]).find(Boolean);
  if (seconds !== undefined) return (Number(seconds) - Number(/^\d{1,10}$/.exec(headers.age ?? '')?.[0] ?? 0)) * 1_000;
  if (headers.expires === undefined) return defaultLifetime;
  const expires = dateOf(headers.expires);
  return expires === undefined ? 0 : expires - (dateOf(headers.date ?? '') ?? now); // RFC 9111: what is no date has passed
}

/** Date.parse finds a year in `0`. */
function dateOf(text: string): number | undefined {
  const ms = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
