// The HTTP side of a fake node: raw requests in, scripted answers out.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { HarnessError } from '../outcome.ts';
import type { Json } from '../wire/json.ts';
import type { Incoming } from './request-signature.ts';

/** What a fake node answers. */
export interface Reply {
  status: number;
  body?: Json;
  /** In place of `body`, as it stands. */
  raw?: Buffer;
  headers?: Record<string, string>;
  /** The connection is cut once the bytes are out, whatever length was announced. */
  cut?: boolean;
}

/** An answer, or none: the connection stays open until the fake node is closed, or is cut at once. */
export type Outcome = Reply | 'silence' | 'cut';

/** A request as the fake node sees it. */
export interface Request extends Incoming {
  /** When it had come in whole; milliseconds since 1970. */
  at: number;
  /** `uri` without the query. */
  path: string;
  query: URLSearchParams;
  contentType: string;
  /** The header Content-Encoding; empty where there is none. */
  contentEncoding: string;
  /** The header Host. */
  host: string;
}

/** Ports that fake nodes of this process have had: a port is part of a node's name, and a name is used once. */
const used = new Set<number>();

/** A port that is listened on. */
export interface Listening {
  port: number;
  /** Shows another certificate, or speaks another TLS, to those who connect from now on. */
  present(tls: SecureContextOptions): void;
  close(): Promise<void>;
}

/**
 * Listens on a free port of `host`, one that no fake node of this process has had.
 * @param tls what it shows; without it, it speaks plain HTTP.
 */
export async function listen(
  host: string,
  handle: (request: Request) => Promise<Outcome>,
  tls?: SecureContextOptions,
): Promise<Listening> {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response, handle).catch(() => response.destroy());
  };
  for (let attempt = 0; attempt < 50; attempt++) {
    const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    const port = await bind(server, host);
    if (!used.has(port)) {
      used.add(port);
      return { port, present: (shown) => present(server, shown), close: () => close(server) };
    }
    await close(server);
  }
  throw new HarnessError(`${host} gives no port that is new`);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (request: Request) => Promise<Outcome>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const uri = request.url ?? '';
  const [path = '', query = ''] = uri.split('?', 2);
  const raw = request.rawHeaders;
  const authorization = raw.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase() === 'authorization' ? [raw[index + 1] ?? ''] : [],
  );
  const outcome = await handle({
    at: Date.now(),
    method: request.method ?? '',
    uri,
    path,
    query: new URLSearchParams(query),
    authorization,
    contentType: request.headers['content-type'] ?? '',
    contentEncoding: request.headers['content-encoding'] ?? '',
    host: request.headers.host ?? '',
    body: Buffer.concat(chunks),
  });
  if (outcome === 'silence') return;
  if (outcome === 'cut') {
    request.socket.destroy();
    return;
  }
  const bytes = outcome.raw ?? Buffer.from(JSON.stringify(outcome.body ?? {}));
  const chunked = outcome.headers?.['transfer-encoding'] !== undefined;
  response.writeHead(outcome.status, {
    'content-type': 'application/json',
    ...(chunked ? {} : { 'content-length': bytes.length }),
    'x-request-id': crypto.randomUUID(),
    ...outcome.headers,
  });
  if (outcome.cut) response.write(bytes, () => request.socket.destroySoon());
  else response.end(bytes);
}

function present(server: Server | TlsServer, tls: SecureContextOptions): void {
  if (!('setSecureContext' in server)) throw new HarnessError('a fake node that speaks plain HTTP has no certificate');
  server.setSecureContext(tls);
}

async function bind(server: Server | TlsServer, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(0, host, resolve);
  await promise;
  return (server.address() as AddressInfo).port;
}

async function close(server: Server | TlsServer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
