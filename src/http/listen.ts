// The node's HTTP server: its limits, what it tells a caller whose HTTP is broken, and how it stops.
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { EccpError } from '../core/errors.ts';
import { COMMON_HEADERS, errorBody, newRequestId } from './answers.ts';

/** Times in milliseconds, sizes in bytes. They bound how a request comes in, never how long its answer takes: a sync may wait. */
export const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** Longer than the minute that common proxies keep a connection, so that the proxy is the one who closes it. */
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
  /** How often the two request time-outs are looked at. */
  connectionsCheckingInterval: 1_000,
};

/** A server for the application, not yet listening. */
export function createHttpServer(app: RequestListener, logger: Logger, limits: typeof LIMITS = LIMITS): Server {
  const server = createServer(limits, app);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const refusal = refusalOf(error.code);
    const requestId = newRequestId();
    logger.debug({ request_id: requestId, code: error.code, status: refusal.status }, 'not an HTTP request');
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
    } else {
      // Not destroyed at once, which could take the answer with it, and not left open for who never hangs up.
      socket.setTimeout(1_000, () => socket.destroy());
      socket.end(rawAnswer(refusal, requestId));
    }
  });
  return server;
}

/**
 * Stops a server: it takes no new connection, waiting handlers are told through `stopping`, and open requests may finish.
 * Connections that are still open after `ms` milliseconds are cut. Resolves when the last one has ended.
 */
export async function drain(server: Server, stopping: AbortController, ms: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve()); // ends idle connections too
  });
  stopping.abort(new Error('the node is stopping'));
  const deadline = setTimeout(() => server.closeAllConnections(), ms);
  await closed;
  clearTimeout(deadline);
}

function refusalOf(code: string | undefined): EccpError {
  if (code === 'HPE_HEADER_OVERFLOW') return new EccpError('ECCP_TOO_LARGE', 'The headers are too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new EccpError('ECCP_BAD_PARAM', 'The request was not complete in time.', { path: '' });
  return new EccpError('ECCP_BAD_PARAM', 'This is not a well-formed HTTP request.', { path: '' });
}

function rawAnswer(refusal: EccpError, requestId: string): string {
  const body = errorBody(refusal);
  const headers = [
    ...COMMON_HEADERS,
    ['X-Request-Id', requestId],
    ['Content-Type', 'application/json'],
    ['Content-Length', Buffer.byteLength(body)],
    ['Connection', 'close'],
  ];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${lines.join('')}\r\n${body}`;
}
