// What every answer has: its headers, the form of a refusal, and what is told when something breaks.
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { EccpError } from '../core/errors.ts';
import { RangeRefusal } from './range.ts';

/** Sent with every answer, so that a client in a browser can read it whatever page it came from. */
export const COMMON_HEADERS = [
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Expose-Headers', 'X-Request-Id'],
  ['Cache-Control', 'no-store'],
] as const;

/** What a browser asks before it sends a request from another site. */
const PREFLIGHT_HEADERS = [
  ['Access-Control-Allow-Headers', 'Authorization, Content-Type, Idempotency-Key, Range'],
  ['Access-Control-Max-Age', '86400'],
] as const;

/** A fresh id for an answer and its log line; it says nothing about the request. */
export function newRequestId(): string {
  return randomUUID();
}

/** The body of a refusal. */
export function errorBody(error: EccpError): string {
  return JSON.stringify({ errcode: error.errcode, error: error.message, ...error.details });
}

/** The refusal that stands for an error nobody foresaw. Its cause is for the log only. */
export function unforeseen(): EccpError {
  return new EccpError('ECCP_UNAVAILABLE', 'The node could not do this. Its log has the reason under the request id.');
}

/** Milliseconds for which somebody may take nothing of what is being sent. */
const stallMs = 60_000;

/**
 * Sends bytes as they come. Resolves when all are out, and when the caller has gone.
 *
 * @param stream each of its parts has memory of its own, which is given back once the part is out: left to the garbage collector, which
 *   sees only how small the part's object is, tens of megabytes would pile up.
 * @throws what broke off the bytes; the connection is cut then, so that nobody takes what came for the whole.
 */
export async function sendStream(response: ServerResponse, status: number, stream: Readable): Promise<void> {
  response.statusCode = status;
  if (response.req.method === 'HEAD' || response.destroyed) {
    stream.destroy();
    response.end();
    return;
  }
  let goOn = () => {};
  response.once('close', () => goOn());
  response.setTimeout(stallMs, () => response.destroy());
  try {
    for await (const part of stream as AsyncIterable<Buffer<ArrayBuffer>>) {
      if (response.destroyed) return;
      await new Promise<void>((resolve) => {
        goOn = resolve;
        response.write(part, () => resolve());
      });
      part.buffer.transfer(0);
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}

export function sendJson(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(text);
}

/** @param challenge the scheme of the Authorization header that would have been right. */
export function sendRefusal(response: ServerResponse, error: EccpError, challenge = 'Bearer'): void {
  if (error instanceof RangeRefusal) response.setHeader('Content-Range', error.contentRange); // MED-029
  if (error.status === 401) response.setHeader('WWW-Authenticate', challenge);
  sendJson(response, error.status, errorBody(error));
}

/** @param methods what the path serves, such as `GET, HEAD, OPTIONS` */
export function sendPreflight(response: ServerResponse, methods: string): void {
  for (const [name, value] of PREFLIGHT_HEADERS) response.setHeader(name, value);
  response.setHeader('Access-Control-Allow-Methods', methods);
  response.statusCode = 204;
  response.end();
}
