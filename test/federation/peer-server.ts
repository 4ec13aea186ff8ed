// A scripted peer on loopback, and a resolver that knows what the test says. Nothing else is ever dialled.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Ask, Dialler } from '../../src/federation/dialler.ts';
import type { Address, Resolver, Service } from '../../src/federation/resolver.ts';

const folder = fileURLToPath(new URL('../fixtures/tls/', import.meta.url));

/** A file of test/fixtures/tls. */
export function pem(name: string): string {
  return readFileSync(`${folder}${name}.pem`, 'utf8');
}

export function certified(name: string): { cert: string; key: string } {
  return { cert: pem(name), key: pem(`${name}-key`) };
}

/** The certificates that vouch for those of `certified`. */
export const roots = pem('ca');

export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface PeerServer extends AsyncDisposable {
  port: number;
  requests: Received[];
  /** How many connections were opened. */
  connections(): number;
}

/**
 * @param answer what to do with a request, once its body is there.
 * @param tls without it the peer speaks plain HTTP.
 */
export async function startPeer(answer: RequestListener, tls?: ServerOptions): Promise<PeerServer> {
  const requests: Received[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    const { method = '', url = '', headers } = request;
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests.push({ method, url, headers, body: Buffer.concat(parts).toString() });
      answer(request, response);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on('connection', () => connections++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers every request with JSON. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

export interface FakeResolver extends Resolver {
  /** Every question that was put, in order. */
  asked: string[];
}

/**
 * @param hosts by name: addresses, or a list of those of the first question, the second and so on.
 * @param services by name, such as `_eccp-server._tcp.example.org`.
 */
export function fakeResolver(
  hosts: { [name: string]: string[] | string[][] },
  services: { [name: string]: Service[] } = {},
): FakeResolver {
  const asked: string[] = [];
  return {
    asked,
    async lookup(host): Promise<Address[]> {
      const times = asked.filter((name) => name === host).length;
      asked.push(host);
      const known = hosts[host];
      if (known === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
      const addresses = Array.isArray(known[0])
        ? (known[Math.min(times, known.length - 1)] as string[])
        : (known as string[]);
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    async srv(name) {
      asked.push(name);
      if (services[name] === undefined)
        throw Object.assign(new Error(`querySrv ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      return services[name];
    },
  };
}

/** Asks by a real dialler what was meant for port 443 at another port, because a test cannot listen at 443. */
export function rerouted(port: number): Ask & Disposable {
  const dialler = new Dialler(roots);
  const ask: Ask = (targets, asking) =>
    dialler.askFirst(
      targets.map((target) => (target.port === 443 ? { ...target, port } : target)),
      asking,
    );
  return Object.assign(ask, { [Symbol.dispose]: () => dialler.close() });
}
