// A node whose handlers are given by the test; those not given refuse with ECCP_CAPABILITY.
import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import { EccpError } from '../../src/core/errors.ts';
import type { DeviceId, NodeName, Scope, UserId } from '../../src/generated/api.ts';
import { createHttpServer, LIMITS } from '../../src/http/listen.ts';
import { served } from '../../src/http/routes.ts';
import { createApp } from '../../src/http/server.ts';
import type { AppOptions, AuthenticatePeer, Handlers } from '../../src/http/types.ts';
import type { Session } from '../../src/services/sessions.ts';

export const operations = Object.entries(served.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

export function stubHandlers(given: Partial<Handlers> = {}): Handlers {
  const refusing = async (): Promise<never> => {
    throw new EccpError('ECCP_CAPABILITY', 'stub');
  };
  const stubs: Partial<Handlers> = Object.fromEntries(
    operations.map(({ operation }) => [operation.operationId, refusing]),
  );
  return { ...stubs, ...given } as Handlers;
}

/** Knows the tokens `full`, with every scope of users, `read` and `admin`. */
export async function authenticate(token: string): Promise<Session | undefined> {
  const scopes: Scope[] | undefined =
    token === 'full' ? ['read', 'write', 'account'] : token === 'read' || token === 'admin' ? [token] : undefined;
  const session = { userId: '@ada:node.example.org' as UserId, deviceId: 'KJ7Q2M4XWP' as DeviceId, tokenHash: token };
  return scopes && { ...session, scopes };
}

/** Takes every request with one Authorization header of the right scheme for one of peer.example.net, and refuses the others. */
export const authenticatePeer: AuthenticatePeer = async ({ authorization, body }) => {
  const [value = '', ...more] = authorization;
  if (more.length > 0 || !value.startsWith('ECCP-FED ')) throw new EccpError('ECCP_BAD_AUTH', 'stub');
  await body();
  return 'peer.example.net' as NodeName;
};

/** A logger that keeps its lines. */
export function memoryLogger(lines: string[]): Logger {
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return pino({ level: 'debug' }, sink);
}

interface Given {
  token?: string;
  headers?: { [name: string]: string | string[] };
  body?: object | string;
}

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; undefined where it is none. */
  json: { [member: string]: unknown } | undefined;
}

async function ask(port: number, agent: Agent, method: string, path: string, given: Given): Promise<Answered> {
  const headers: { [name: string]: string | string[] } = { ...given.headers };
  if (given.token) headers.authorization = `Bearer ${given.token}`;
  if (typeof given.body === 'object') headers['content-type'] = 'application/json';
  const sent = request({ port, host: '127.0.0.1', agent, method, path, headers });
  sent.end(typeof given.body === 'object' ? JSON.stringify(given.body) : given.body);
  const [answer] = await once(sent, 'response');
  const chunks = await answer.toArray();
  const text = Buffer.concat(chunks).toString();
  const isJson = answer.headers['content-type'] === 'application/json' && text !== '';
  return { status: answer.statusCode, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

export interface StubNode extends AsyncDisposable {
  server: Server;
  port: number;
  /** Sends exactly this path and these headers; objects are sent as JSON, declared as such. */
  ask(method: string, path: string, given?: Given): Promise<Answered>;
  log: string[];
  stopping: AbortController;
}

/** @param options what the application is made of, where it is not what stands above. */
export async function startStub(
  given: Partial<Handlers> = {},
  limits = LIMITS,
  options: Partial<AppOptions> = {},
): Promise<StubNode> {
  const stopping = new AbortController();
  const log: string[] = [];
  const logger = memoryLogger(log);
  const app = createApp({
    handlers: stubHandlers(given),
    authenticate,
    authenticatePeer,
    peerRefused: async () => {},
    limitClients: () => {},
    logger,
    stopping: stopping.signal,
    checkAnswers: true,
    ...options,
  });
  const server = createHttpServer(app, logger, limits);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  return {
    server,
    port,
    ask: (method, path, asked = {}) => ask(port, agent, method, path, asked),
    log,
    stopping,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
