// Reads a request's body.
import type { IncomingMessage } from 'node:http';
import { type JsonObject, parseStrict } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { paced } from './reading-time.ts';

/** The largest body of an operation that says nothing else, in bytes (JSON-040). */
export const DEFAULT_MAX_BODY = 1024 * 1024;

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?$/i;

/**
 * The request's JSON object; undefined when there is no body and none is required.
 *
 * @param max the most bytes.
 * @throws EccpError ECCP_UNSUPPORTED_MEDIA_TYPE, ECCP_TOO_LARGE, ECCP_BAD_JSON, ECCP_BAD_ENCODING
 */
export async function readBody(
  request: IncomingMessage,
  required: boolean,
  max: number,
): Promise<JsonObject | undefined> {
  if (isEmpty(request) && !required) return undefined;
  checkMediaType(request);
  return parseObject(await readBytes(request, max));
}

/**
 * The request's JSON object, where its bytes have been read already; undefined when there is no body and none is required.
 *
 * @throws EccpError ECCP_UNSUPPORTED_MEDIA_TYPE, ECCP_BAD_JSON, ECCP_BAD_ENCODING
 */
export function parseBody(request: IncomingMessage, bytes: Uint8Array, required: boolean): JsonObject | undefined {
  if (isEmpty(request) && !required) return undefined;
  checkMediaType(request);
  return parseObject(bytes);
}

/**
 * The bytes of the request's body; none when there is no body.
 *
 * @param max the most bytes.
 * @throws EccpError ECCP_TOO_LARGE
 */
export function readBytes(request: IncomingMessage, max: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > max) return Promise.reject(tooLarge(max));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= max) {
        chunks.push(chunk);
      } else {
        // The rest is still read, and dropped: a connection closed on a caller that is sending would lose the answer.
        chunks.length = 0;
        reject(tooLarge(max));
      }
    });
    request.on('end', () => {
      const [first] = chunks;
      resolve(first && chunks.length === 1 ? first : Buffer.concat(chunks));
    });
    request.on('error', reject);
    // A caller that left before anybody listened is not heard any more.
    if (request.destroyed) reject(request.errored ?? new Error('the caller has gone'));
  });
}

/** A body that is taken as it comes. */
export interface BytesBody {
  /** How many bytes there will be; undefined where the caller did not say. */
  readonly length: number | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

const BYTES_TYPE = /^application\/octet-stream[ \t]*$/i;

/**
 * The request's body, of which nothing has been read.
 *
 * @throws EccpError ECCP_UNSUPPORTED_MEDIA_TYPE
 */
export function bytesOf(request: IncomingMessage): BytesBody {
  const { headers } = request;
  if (!BYTES_TYPE.test(headers['content-type'] ?? '') || (headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new EccpError(
      'ECCP_UNSUPPORTED_MEDIA_TYPE',
      'The body must be application/octet-stream, and not compressed.', // MED-003
    );
  }
  const length = headers['content-length'];
  const announced = length === undefined ? undefined : Number(length);
  return {
    length: isEmpty(request) ? 0 : announced,
    // Who stops reading leaves the rest to the server: to destroy the request would be to lose the answer.
    bytes: paced(request, request.iterator({ destroyOnReturn: false })),
  };
}

function isEmpty({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] === undefined && (length === undefined || length === '0');
}

function checkMediaType({ headers }: IncomingMessage): void {
  if (!JSON_TYPE.test(headers['content-type'] ?? '') || (headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new EccpError(
      'ECCP_UNSUPPORTED_MEDIA_TYPE',
      'The body must be application/json, in UTF-8 and not compressed.',
    );
  }
}

function parseObject(bytes: Uint8Array): JsonObject {
  const value = parseStrict(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EccpError('ECCP_BAD_JSON', 'The body must be a JSON object.'); // JSON-045
  }
  return value;
}

function tooLarge(max: number): EccpError {
  return new EccpError('ECCP_TOO_LARGE', `The body is larger than ${max} bytes.`);
}
