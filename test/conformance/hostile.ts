import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What stands between the suite and a good node. */
export type Hostility = (request: IncomingMessage, response: ServerResponse, onward: () => void) => void;

/** A proxy that does to each request what it pleases. */
export async function startHostile(url: string, hostility: Hostility): Promise<{ url: string; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    hostility(request, response, () => pass(url, request, response));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function pass(url: string, request: IncomingMessage, response: ServerResponse): void {
  const { method = 'GET', headers } = request;
  const onward = forward(`${url}${request.url}`, { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

/** Leaves what the suite asks before its first scenario alone. */
export function afterPreflight(hostility: Hostility): Hostility {
  return (request, response, onward) => {
    if (request.url?.endsWith('/versions')) onward();
    else hostility(request, response, onward);
  };
}

/** Waits before each answer. */
export function slow(ms: number): Hostility {
  return (_request, _response, onward) => void pause(ms).then(onward);
}

/** Answers with what it is told, whatever was asked. */
export function always(status: number, type: string, body: string, headers: Record<string, string> = {}): Hostility {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'x-request-id': 'hostile-0001', 'content-type': type, ...headers });
    response.end(body);
  };
}
