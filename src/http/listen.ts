// The node's HTTP server: its limits, what it tells a caller whose HTTP is broken, how it starts and how it stops.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { EccpError } from '../core/errors.ts';
import { COMMON_HEADERS, errorBody, newRequestId, sendRefusal } from './answers.ts';
import { limitReading } from './reading-time.ts';
import type { TlsContext } from './tls.ts';

/**
 * Times in milliseconds, sizes in bytes. They bound how a request comes in, never how long its answer takes: a sync may wait.
 * `requestTimeout` is for all of it, and for a blob for each pause.
 */
export const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** Longer than the minute that common proxies keep a connection, so that the proxy is the one who closes it. */
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
  /** How often the first of them is looked at. */
  connectionsCheckingInterval: 1_000,
};

/**
 * A server for the application, not yet listening.
 *
 * @param tls makes it one for HTTPS.
 */
export function createHttpServer(
  app: RequestListener,
  logger: Logger,
  limits: typeof LIMITS = LIMITS,
  tls?: TlsContext,
): Server | TlsServer {
  // What Node would refuse by itself would have neither the form of a refusal nor its headers.
  const options = { ...limits, requireHostHeader: false, requestTimeout: 0 };
  const listener: RequestListener = (request, response) => {
    // Done here, request by request: the server's own limit would be the same for a login and for a blob.
    limitReading(request, response, limits.requestTimeout, (error) =>
      server.emit('clientError', error, request.socket),
    );
    if (request.headers.host !== undefined || request.httpVersion === '1.0') app(request, response);
    else refuse(logger, response, 'A request needs a Host header.');
  };
  const server: Server | TlsServer =
    tls === undefined
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...tls, handshakeTimeout: limits.headersTimeout }, listener);
  server.on('checkExpectation', (_request, response) => {
    refuse(logger, response, 'The node knows no expectation but 100-continue.');
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (socket instanceof TLSSocket && socket.getCipher() === undefined) {
      logger.debug({ code: error.code }, 'no TLS');
      socket.destroy(); // nobody there to read an answer
      return;
    }
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

/** @throws what the system has against the address. */
export async function listen(server: Server | TlsServer, host: string, port: number): Promise<AddressInfo> {
  server.listen(port, host);
  await once(server, 'listening');
  return server.address() as AddressInfo;
}

/** The application for a server that listens before the node is `ready`: those who come early wait. */
export function onceReady(ready: Promise<void>, app: RequestListener): RequestListener {
  return (request, response) => {
    void ready.then(() => {
      if (!response.destroyed) app(request, response);
    });
  };
}

/**
 * Stops a server: it takes no new connection, waiting handlers are told through `stopping`, and open requests may finish.
 * Connections that are still open after `ms` milliseconds are cut. Resolves when the last one has ended.
 */
export async function drain(server: Server | TlsServer, stopping: AbortController, ms: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve()); // ends idle connections too
  });
  stopping.abort(new Error('the node is stopping'));
  const deadline = setTimeout(() => server.closeAllConnections(), ms);
  await closed;
  clearTimeout(deadline);
}

/** Refuses a request for its headers; the connection ends, because nobody has looked for a body. */
function refuse(logger: Logger, response: ServerResponse, reason: string): void {
  const refusal = new EccpError('ECCP_BAD_PARAM', reason, { path: '' });
  const requestId = newRequestId();
  logger.debug({ request_id: requestId, status: refusal.status }, reason);
  for (const [name, value] of COMMON_HEADERS) response.setHeader(name, value);
  response.setHeader('X-Request-Id', requestId);
  response.setHeader('Connection', 'close');
  sendRefusal(response, refusal);
}

function refusalOf(code: string | undefined): EccpError {
  if (code === 'HPE_HEADER_OVERFLOW') return new EccpError('ECCP_TOO_LARGE', 'The headers are too large.');
  // Nothing is wrong with the request itself: the network was slow, or this process was stopped for a while.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new EccpError('ECCP_UNAVAILABLE', 'The request was not complete in time.');
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
