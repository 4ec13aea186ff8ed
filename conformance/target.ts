import http from 'node:http';
import https from 'node:https';
import { createSecureContext, getCACertificates } from 'node:tls';
import supertest from 'supertest';
import { type Answer, name, type RawRequest } from './answer.ts';
import { answerProblem } from './answer-check.ts';
import type { Catalogue } from './catalogue.ts';
import type { Api, Operation } from './openapi.ts';
import { ConformanceFailure, messageOf } from './outcome.ts';
import type { RawExchange } from './trace.ts';
import { isObject, type Json } from './wire/json.ts';

/** Milliseconds a node has for an answer, unless a request says otherwise. */
const DEADLINE = 10_000;

/** The node under test, reached by URL over kept-alive connections. */
export class Target {
  readonly url: string;
  readonly #agent: http.Agent;
  readonly #api: Api;
  readonly #catalogue: Catalogue;
  readonly #root: string | undefined;

  /**
   * @param url the node's base URL without a trailing slash.
   * @param root a certificate that vouches for it beside those that Node.js trusts, in PEM.
   */
  constructor(url: string, api: Api, catalogue: Catalogue, root?: string) {
    this.url = url;
    this.#agent = url.startsWith('https:') ? secureAgent(root) : new http.Agent({ keepAlive: true });
    this.#api = api;
    this.#catalogue = catalogue;
    this.#root = root;
  }

  /** Another place where a node is reached, or another node. Close it too. */
  at(url: string): Target {
    return new Target(url, this.#api, this.#catalogue, this.#root);
  }

  /**
   * Sends one request and checks the answer against the API's description.
   * @param trace receives the exchange, whatever becomes of it.
   * @throws ConformanceFailure when no answer comes in time, or one that the API does not describe.
   */
  async send(request: RawRequest, trace: RawExchange[]): Promise<Answer> {
    const operation = request.operation ?? this.#api.match(request.method, request.path);
    const exchange: RawExchange = {
      who: request.who,
      to: this.url,
      ...(operation ? { operation: operation.id } : {}),
      method: request.method,
      path: request.path,
      requestHeaders: request.headers ?? {},
      requestBody: shown(request.body, operation?.takesBytes),
      status: 0,
      responseHeaders: {},
      responseBody: '',
      ms: 0,
    };
    trace.push(exchange);
    const answer = await this.#exchange(request, operation, exchange);
    if (request.check !== false) {
      const problem = answerProblem(answer, operation, this.#api, this.#catalogue);
      if (problem) throw new ConformanceFailure(`an answer to ${name(answer)} ${problem.expected}`, problem.actual);
    }
    return answer;
  }

  /** Closes the connections, so that the process can end. */
  close(): void {
    this.#agent.destroy();
  }

  async #exchange(request: RawRequest, operation: Operation | undefined, exchange: RawExchange): Promise<Answer> {
    const start = performance.now();
    const test = new supertest.Test(this.url, request.method, request.path);
    test
      .agent(this.#agent)
      .redirects(0)
      .ok(() => true)
      .serialize(asIs)
      .buffer(true)
      .parse(collect);
    test.timeout({ deadline: request.deadline ?? DEADLINE });
    for (const [header, value] of Object.entries(request.headers ?? {})) test.set(header, value as string);
    try {
      const body = request.body === undefined ? undefined : Buffer.from(request.body);
      if (body && request.chunked) test.write(body);
      const response = await (body === undefined || request.chunked ? test : test.send(body));
      const bytes = Buffer.isBuffer(response.body) ? response.body : Buffer.alloc(0);
      const text = bytes.toString('utf8');
      const json = parse(text);
      exchange.status = response.status;
      exchange.responseHeaders = response.headers as Record<string, string>;
      exchange.responseBody = shown(bytes, operation?.givesBytes.has(response.status));
      return {
        request: {
          who: request.who,
          method: request.method,
          path: request.path,
          ...(operation ? { operation: operation.id } : {}),
        },
        status: response.status,
        ok: response.status >= 200 && response.status < 300,
        headers: response.headers as Record<string, string>,
        text,
        bytes,
        json,
        body: isObject(json) ? json : {},
        ms: performance.now() - start,
      };
    } catch (error) {
      exchange.responseBody = `(no answer: ${messageOf(error)})`;
      throw new ConformanceFailure(`an answer to ${request.method} ${request.path}`, `none: ${messageOf(error)}`);
    } finally {
      exchange.ms = Math.round(performance.now() - start);
    }
  }
}

function secureAgent(root: string | undefined): https.Agent {
  if (root === undefined) return new https.Agent({ keepAlive: true });
  // Made once: reading all those certificates takes longer than a handshake.
  const secureContext = createSecureContext({ ca: [...getCACertificates(), root] });
  return new https.Agent({ keepAlive: true, secureContext });
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function shown(body: Uint8Array | undefined, opaque = false): string | Uint8Array {
  return opaque ? `(${body?.length ?? 0} bytes)` : (body ?? '');
}

function asIs(data: unknown): string {
  return data as string; // superagent writes what it gets: here the bytes themselves
}

function collect(response: supertest.Response, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => done(null, Buffer.concat(chunks)));
  response.on('error', (error: Error) => done(error, Buffer.alloc(0)));
}
