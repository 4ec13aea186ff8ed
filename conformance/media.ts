// Blobs of a scenario by the names that its text gives them, and answers that need not come to an end.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Answer } from './answer.ts';
import { ConformanceFailure, HarnessError } from './outcome.ts';
import { hashBytes } from './wire/hash.ts';
import type { EccpWorld } from './world.ts';

/** Bytes that somebody uploaded, or that a fake node has. */
export interface Blob {
  bytes: Buffer;
  id: string;
  /** The node that keeps it. */
  node: string;
}

const OCTETS = 'application/octet-stream';
/** Milliseconds for an answer that is expected to break off. */
const DEADLINE = 10_000;

const blobs = new WeakMap<EccpWorld, Map<string, Blob>>();

/** A blob by its name. */
export function blobOf(world: EccpWorld, name: string): Blob {
  const blob = blobs.get(world)?.get(name);
  if (!blob) throw new HarnessError(`no step has made the blob "${name}"`);
  return blob;
}

/** Makes a blob that no other scenario has. */
export function makeBlob(world: EccpWorld, name: string, size: number, node: string): Blob {
  const bytes = randomBytes(size);
  const blob = { bytes, id: hashBytes('eccp.media.v1', bytes), node };
  const known = blobs.get(world) ?? new Map<string, Blob>();
  blobs.set(world, known.set(name, blob));
  return blob;
}

/** Uploads bytes; judges nothing but the answer's form. @param headers in place of the right ones */
export function upload(
  world: EccpWorld,
  who: string,
  bytes: Uint8Array,
  { headers = {}, chunked = false }: { headers?: Record<string, string>; chunked?: boolean } = {},
): Promise<Answer> {
  const { method, template: path } = world.run.api.operation('uploadMedia');
  return world.send({ who, method, path, headers: { 'content-type': OCTETS, ...headers }, body: bytes, chunked });
}

/** Asks for a blob; judges nothing but the answer's form. */
export function download(
  world: EccpWorld,
  who: string,
  { node, id }: Pick<Blob, 'node' | 'id'>,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return world.send({
    who,
    method,
    path: pathOf(node, id),
    headers,
    operation: world.run.api.operation('downloadMedia'),
  });
}

/** An answer that may have broken off. */
export interface Partial {
  /** 0 where not even that came. */
  status: number;
  /** What was announced. */
  length: number;
  bytes: Buffer;
  whole: boolean;
}

/**
 * Asks for a blob, and takes what comes of it.
 *
 * @throws ConformanceFailure when nothing comes, or goes on coming, for too long.
 */
export async function attempt(
  world: EccpWorld,
  who: string,
  { node, id }: Pick<Blob, 'node' | 'id'>,
  headers: Record<string, string> = {},
): Promise<Partial> {
  const path = pathOf(node, id);
  const { token } = await world.actor(who);
  const ask = world.run.target.url.startsWith('https:') ? https.request : http.request;
  const signal = AbortSignal.timeout(DEADLINE);
  const request = ask(`${world.run.target.url}${path}`, {
    headers: { ...headers, authorization: `Bearer ${token}` },
    signal,
    agent: false,
  });
  const exchange = traced(world, who, 'GET', path);
  const parts: Buffer[] = [];
  let answer: http.IncomingMessage | undefined;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  request.on('response', (response) => {
    answer = response;
    exchange.status = response.statusCode ?? 0;
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', () => {}); // `complete` tells
    response.on('close', resolve);
  });
  request.on('error', () => resolve());
  request.end();
  await ended;
  const bytes = Buffer.concat(parts);
  const whole = answer?.complete === true;
  exchange.responseBody = `(${bytes.length} bytes${whole ? '' : ', then broken off'})`;
  if (signal.aborted) throw new ConformanceFailure(`the end of an answer to GET ${path}`, exchange.responseBody);
  const length = Number(answer?.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  return { status: exchange.status, length, bytes, whole };
}

/** Begins an upload, and hangs up in the middle of it. */
export async function breakOff(world: EccpWorld, who: string, announced: number, sent: number): Promise<void> {
  const { template: path } = world.run.api.operation('uploadMedia');
  const { token } = await world.actor(who);
  const ask = world.run.target.url.startsWith('https:') ? https.request : http.request;
  const headers = { authorization: `Bearer ${token}`, 'content-type': OCTETS, 'content-length': announced };
  const request = ask(`${world.run.target.url}${path}`, { method: 'POST', headers, agent: false });
  request.on('error', () => {}); // its own hanging up
  const exchange = traced(world, who, 'POST', path);
  await new Promise<void>((resolve) => request.write(randomBytes(sent), () => resolve()));
  request.destroy();
  exchange.responseBody = `(hung up after ${sent} of ${announced} bytes)`;
}

function traced(world: EccpWorld, who: string, method: string, path: string) {
  const exchange = {
    who,
    to: world.run.target.url,
    method,
    path,
    requestHeaders: {},
    requestBody: '',
    status: 0,
    responseHeaders: {},
    responseBody: '',
    ms: 0,
  };
  world.evidence.exchanges.push(exchange);
  return exchange;
}

function pathOf(node: string, id: string): string {
  return `/_eccp/client/v1/media/${encodeURIComponent(node)}/${id}`;
}
