import http from 'node:http';
import https from 'node:https';
import { createSecureContext, getCACertificates } from 'node:tls';
import supertest from 'supertest';
import type { RawRequest } from './answer.ts';

/** Milliseconds after which a connection that nobody uses is closed, before the node does it while a request is on its way. */
const IDLE = 1500;

/** Bytes after which an answer counts as one without an end. */
const MOST = 64 * 1024 * 1024;

/** What came, as it came. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  bytes: Buffer;
  /** Milliseconds until it was complete. */
  ms: number;
}

/** A connection that had been kept open broke before anything of an answer came. */
export class ClosedWhileIdle extends Error {
  constructor({ message }: Error) {
    super(message);
  }
}

/** One node, over kept-alive connections. */
export class Connection {
  readonly #url: string;
  readonly #agent: http.Agent;

  /**
   * @param url the node's base URL without a trailing slash.
   * @param root a certificate that vouches for it beside those that Node.js trusts, in PEM.
   */
  constructor(url: string, root: string | undefined) {
    this.#url = url;
    this.#agent = url.startsWith('https:') ? secureAgent(root) : new http.Agent({ keepAlive: true, timeout: IDLE });
  }

  /**
   * Sends one request; nothing is followed, repaired or looked into.
   * @param deadline milliseconds until the answer has to be complete.
   * @throws ClosedWhileIdle, or whatever kept an answer from coming: it has a `timeout` where that was the deadline.
   */
  async ask(request: RawRequest, deadline: number): Promise<Reply> {
    const start = performance.now();
    const test = new supertest.Test(this.#url, request.method, request.path);
    test
      .agent(this.#agent)
      .redirects(0)
      .ok(() => true)
      .serialize(asIs)
      .buffer(true)
      .parse(collect)
      .maxResponseSize(MOST);
    test.timeout({ deadline });
    for (const [header, value] of Object.entries(request.headers ?? {})) test.set(header, value as string);
    try {
      const body = request.body === undefined ? undefined : Buffer.from(request.body);
      if (body && request.chunked) test.write(body);
      const { status, headers, body: bytes } = await (body === undefined || request.chunked ? test : test.send(body));
      return {
        ...{ status, headers: headers as Record<string, string>, ms: performance.now() - start },
        bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0),
      };
    } catch (error) {
      // Its types leave out the request beneath, which knows whether its connection had served another one.
      const { req } = test as unknown as { req?: http.ClientRequest & { res?: unknown } };
      const { code = '' } = error as NodeJS.ErrnoException;
      if (req?.reusedSocket && !req.res && ['ECONNRESET', 'EPIPE'].includes(code))
        throw new ClosedWhileIdle(error as Error);
      throw error;
    }
  }

  /** Closes the connections, so that the process can end. */
  close(): void {
    this.#agent.destroy();
  }
}

function secureAgent(root: string | undefined): https.Agent {
  if (root === undefined) return new https.Agent({ keepAlive: true, timeout: IDLE });
  // Made once: reading all those certificates takes longer than a handshake.
  const secureContext = createSecureContext({ ca: [...getCACertificates(), root] });
  return new https.Agent({ keepAlive: true, timeout: IDLE, secureContext });
}

function asIs(data: unknown): string {
  return data as string; // superagent writes what it gets: here the bytes themselves
}

/** Keeps the bytes; superagent itself sees to what breaks off or is too long. */
function collect(response: supertest.Response, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => done(null, Buffer.concat(chunks)));
}
