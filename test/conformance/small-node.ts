// A node that does hardly anything but say what it is: for tests of what the suite makes of that.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';

export interface SmallNode {
  url: string;
  stop(): Promise<void>;
}

/** What a small node is like. */
export interface Traits {
  node?: string;
  versions?: string[];
  classes?: string[];
  capabilities?: Record<string, boolean>;
  registration?: 'open' | 'token' | 'closed';
  /** What it takes to register, where that takes a token; as an access token, it is an operator's. */
  token?: string;
  /** Milliseconds that its clock is ahead. */
  ahead?: number;
  tls?: SecureContextOptions;
  /** Fetches the keys of whoever sends it a signed request, as a node that reaches the suite's peers does. */
  callsBack?: boolean;
}

/** Starts a small node on a port of its own. */
export async function startSmallNode(traits: Traits = {}): Promise<SmallNode> {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void reply(request, traits).then(([status, body]) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-request-id': 'r1',
        date: new Date(Date.now() + (traits.ahead ?? 0)).toUTCString(),
      });
      response.end(JSON.stringify(body));
    });
  };
  const server = traits.tls ? createSecureServer(traits.tls, listener) : createServer(listener);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  server.unref(); // a test that fails before it stops its node still ends
  const { port } = server.address() as AddressInfo;
  return {
    url: `${traits.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function reply(request: IncomingMessage, traits: Traits): Promise<[number, unknown]> {
  const { node = 'small.example', token } = traits;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const route = `${request.method} ${(request.url ?? '').replace('/_eccp/client/v1', '')}`;
  if (route === 'GET /versions') return [200, declaration(traits, node)];
  if (route === 'GET /health') return [200, { status: 'ok' }];
  if (route === 'POST /register') {
    const { username, registration_token } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
    if (registration_token !== token) return [403, refusal('ECCP_FORBIDDEN')];
    const grant = {
      user_id: `@${username}:${node}`,
      device_id: 'ABCDEFGH12',
      access_token: `token-of-${username}`.padEnd(43, '-'),
    };
    return [201, { ...grant, scopes: ['read'], must_change_password: false }];
  }
  if (route === 'GET /account') {
    const bearer = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (bearer !== token && !bearer.startsWith('token-of-')) return [401, refusal('ECCP_UNKNOWN_TOKEN')];
    const scopes = bearer === token ? ['read', 'admin'] : ['read'];
    const account = { user_id: `@ada:${node}`, device_id: 'ABCDEFGH12', admin: bearer === token };
    return [200, { ...account, scopes, must_change_password: false }];
  }
  if (traits.callsBack && request.url?.startsWith('/_eccp/federation/v1/rooms/')) {
    const [, origin = ''] = /origin="?([^",]+)/.exec(request.headers.authorization ?? '') ?? [];
    await fetch(`http://${origin}/_eccp/federation/v1/keys`).catch(() => undefined);
  }
  return [404, refusal('ECCP_NOT_FOUND')];
}

function declaration({ versions, classes, capabilities, registration }: Traits, node: string) {
  return {
    node,
    software: { name: 'small', version: '1' },
    versions: versions ?? ['0.1'],
    classes: classes ?? ['core'],
    capabilities: capabilities ?? {},
    registration: { mode: registration ?? 'open' },
  };
}

function refusal(errcode: string) {
  return { errcode, error: 'No.' };
}
