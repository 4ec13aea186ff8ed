import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A token as long as real ones, so that a report that leaks it is caught. */
export const STUB_TOKEN = 'stub-token-0123456789-0123456789-0123456789-0123456789';

type Reply = { status: number; body: unknown; headers?: Record<string, string> };

const DEVICE = 'ABCDEFGH12';
const REFUSAL = (status: number, errcode: string): Reply => ({ status, body: { errcode, error: 'No.' } });

/**
 * A handful of endpoints, some of them wrong on purpose.
 * @param registrationToken what registration asks for; absent, it is open.
 * @param federates whether it says that it has rooms with other nodes; it asks none for its keys.
 * @param node its name.
 * @param version of its software.
 */
export async function startStub(
  registrationToken?: string,
  federates = false,
  node = 'stub.example',
  version = '1',
): Promise<{ url: string; stop(): Promise<void> }> {
  const users = new Map<string, string>();
  return await listen((request, response) => {
    void readBody(request).then((text) => {
      const path = (request.url ?? '').replace('/_eccp/client/v1', '');
      if (path === '/hangs-up') return request.socket.destroy();
      const reply = answer(
        `${request.method} ${path}`,
        text,
        request.headers.authorization ?? '',
        users,
        registrationToken,
        federates,
        node,
        version,
      );
      const id = path === '/a/../anonymous' ? {} : { 'x-request-id': 'r1' };
      response.writeHead(reply.status, { 'content-type': 'application/json', ...id, ...reply.headers });
      return response.end(JSON.stringify(reply.body));
    });
  });
}

/** A web server that knows nothing of ECCP. */
export async function startPlainServer(): Promise<{ url: string; stop(): Promise<void> }> {
  return await listen((_request, response) => response.end('<html>hello</html>'));
}

function answer(
  route: string,
  text: string,
  authorization: string,
  users: Map<string, string>,
  registrationToken: string | undefined,
  federates: boolean,
  node: string,
  version: string,
): Reply {
  const token = authorization.replace('Bearer ', '');
  const user = users.get(token) ?? '';
  if (route === 'GET /versions')
    return { status: 200, body: versions(registrationToken ? 'token' : 'open', federates, node, version) };
  if (route === 'GET /health') return { status: 200, body: { status: 'ok' } };
  if (route === 'POST /register') {
    const { username, registration_token } = JSON.parse(text) as { username: string; registration_token?: string };
    if (registration_token !== registrationToken) return REFUSAL(403, 'ECCP_FORBIDDEN');
    const access_token = `${STUB_TOKEN}-${users.size}`;
    users.set(access_token, `@${username}:${node}`);
    const grant = {
      user_id: `@${username}:${node}`,
      device_id: DEVICE,
      access_token,
      scopes: ['read'],
      must_change_password: false,
    };
    return { status: 201, body: grant };
  }
  if (route === 'GET /account') {
    const body = {
      user_id: user,
      device_id: DEVICE,
      scopes: token === 'an-operators-token' ? ['read', 'admin'] : ['read'],
      admin: false,
      must_change_password: false,
    };
    return { status: 200, body };
  }
  if (route === 'GET /devices') return { status: 200, body: { devices: [{ device_id: token }] } }; // breaks its schema, and echoes a secret
  if (route === 'POST /rooms') return REFUSAL(503, 'ECCP_UNAVAILABLE');
  if (route === 'GET /nothing') return REFUSAL(400, 'ECCP_NOT_FOUND'); // the code's status is 404
  return REFUSAL(404, 'ECCP_NOT_FOUND');
}

const versions = (mode: string, federation: boolean, node: string, version: string) => ({
  node,
  software: { name: 'stub', version },
  versions: ['0.1'],
  classes: federation ? ['core', 'federation'] : ['core'],
  capabilities: { aliases: false, ...(federation ? { federation, admin: true } : {}) },
  registration: { mode },
});

async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
