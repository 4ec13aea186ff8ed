// Reads a request's body.
import type { IncomingMessage } from 'node:http';
import { type JsonObject, parseStrict } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';

/** The largest body, in bytes. */
const MAX_BODY = 1024 * 1024;

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?$/i;

/**
 * The request's JSON object; undefined when there is no body and none is required.
 * @throws EccpError ECCP_UNSUPPORTED_MEDIA_TYPE, ECCP_TOO_LARGE, ECCP_BAD_JSON, ECCP_BAD_ENCODING
 */
export async function readBody(request: IncomingMessage, required: boolean): Promise<JsonObject | undefined> {
  const { headers } = request;
  const length = headers['content-length'];
  const empty = headers['transfer-encoding'] === undefined && (length === undefined || length === '0');
  if (empty && !required) return undefined;
  if (!JSON_TYPE.test(headers['content-type'] ?? '') || (headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new EccpError(
      'ECCP_UNSUPPORTED_MEDIA_TYPE',
      'The body must be application/json, in UTF-8 and not compressed.',
    );
  }
  if (Number(length ?? 0) > MAX_BODY) throw tooLarge();
  const value = parseStrict(await readBytes(request));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EccpError('ECCP_BAD_JSON', 'The body must be a JSON object.'); // JSON-045
  }
  return value;
}

function readBytes(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) {
        chunks.push(chunk);
      } else {
        // The rest is still read, and dropped: a connection closed on a caller that is sending would lose the answer.
        chunks.length = 0;
        reject(tooLarge());
      }
    });
    request.on('end', () => {
      const [first] = chunks;
      resolve(first && chunks.length === 1 ? first : Buffer.concat(chunks));
    });
    request.on('error', reject);
  });
}

function tooLarge(): EccpError {
  return new EccpError('ECCP_TOO_LARGE', `The body is larger than ${MAX_BODY} bytes.`);
}
