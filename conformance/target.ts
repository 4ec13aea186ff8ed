import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, name, type RawRequest } from './answer.ts';
import { answerProblem } from './answer-check.ts';
import type { Catalogue } from './catalogue.ts';
import { ClosedWhileIdle, Connection } from './connection.ts';
import type { Api, Operation } from './openapi.ts';
import { ConformanceFailure, messageOf } from './outcome.ts';
import { Pulse } from './pulse.ts';
import type { RawExchange } from './trace.ts';
import { isObject, type Json } from './wire/json.ts';

/** Milliseconds a node has for an answer, unless a request says otherwise. */
const DEADLINE = 10_000;

/** How often a request is sent that meets connections which the node has closed: as many as may have been kept. */
const ATTEMPTS = 10;

/** What does nothing, so that it may be asked again. */
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** The node under test, reached by URL. */
export class Target {
  readonly url: string;
  /** Whether it still answers. */
  readonly pulse = new Pulse(async () => await this.#health());
  readonly #connection: Connection;
  readonly #api: Api;
  readonly #catalogue: Catalogue;
  readonly #root: string | undefined;
  #fastest = Number.POSITIVE_INFINITY;

  /**
   * @param url the node's base URL without a trailing slash.
   * @param root a certificate that vouches for it beside those that Node.js trusts, in PEM.
   */
  constructor(url: string, api: Api, catalogue: Catalogue, root?: string) {
    this.url = url;
    this.#connection = new Connection(url, root);
    this.#api = api;
    this.#catalogue = catalogue;
    this.#root = root;
  }

  /** Another place where a node is reached, or another node. Close it too. */
  at(url: string): Target {
    return new Target(url, this.#api, this.#catalogue, this.#root);
  }

  /**
   * Milliseconds that the quickest answer so far has taken: the way there and back. Whoever measures what the node does in time allows
   * for it.
   */
  get distance(): number {
    return Number.isFinite(this.#fastest) ? Math.floor(this.#fastest) : 0;
  }

  /**
   * Sends one request and checks the answer against the API's description.
   * @param trace receives the exchange, whatever becomes of it.
   * @throws ConformanceFailure when no answer comes in time, or one that the API does not describe; MissingPrerequisite when the node
   *   is not to be asked any more.
   */
  async send(request: RawRequest, trace: RawExchange[]): Promise<Answer> {
    const operation = request.operation ?? this.#api.match(request.method, request.path);
    for (let waited = 0; ; ) {
      this.pulse.expectLife(operation?.id);
      const answer = await this.#ask(request, operation, trace);
      if (request.check !== false) {
        const problem = answerProblem(answer, operation, this.#api, this.#catalogue);
        if (problem) throw new ConformanceFailure(`an answer to ${name(answer)} ${problem.expected}`, problem.actual);
      }
      const { errcode, retry_after_ms: ms } = answer.body;
      if (!request.patient || errcode !== 'ECCP_LIMIT_EXCEEDED' || typeof ms !== 'number') return answer;
      waited = await this.pulse.wait(ms, waited);
    }
  }

  /** Closes the connections, so that the process can end. */
  close(): void {
    this.#connection.close();
  }

  /** One answer to a request; what does nothing is sent again where it met a connection that the node was closing. */
  async #ask(request: RawRequest, operation: Operation | undefined, trace: RawExchange[]): Promise<Answer> {
    const deadline = request.deadline ?? DEADLINE;
    for (let attempt = 1; ; attempt++) {
      const exchange = this.#exchangeOf(request, operation);
      trace.push(exchange);
      const start = performance.now();
      try {
        const answer = await this.#attempt(request, operation, deadline, exchange);
        this.#fastest = Math.min(this.#fastest, answer.ms);
        this.pulse.beat(operation?.id, answer.status);
        return answer;
      } catch (error) {
        const reason = messageOf(error);
        exchange.responseBody = `(no answer: ${reason})`;
        const closed = error instanceof ClosedWhileIdle;
        if (closed && attempt < ATTEMPTS && SAFE.includes(request.method)) continue;
        const late = (error as { timeout?: number }).timeout !== undefined;
        if (!late || deadline >= DEADLINE) await this.pulse.silence(operation?.id, late, reason);
        const hint = closed ? ', on a connection that it had kept open: whether the request arrived is not known' : '';
        throw new ConformanceFailure(`an answer to ${request.method} ${request.path}`, `none: ${reason}${hint}`);
      } finally {
        exchange.ms = Math.round(performance.now() - start);
      }
    }
  }

  async #attempt(
    request: RawRequest,
    operation: Operation | undefined,
    deadline: number,
    exchange: RawExchange,
  ): Promise<Answer> {
    const { status, headers, bytes, ms } = await this.#connection.ask(request, deadline);
    const text = bytes.toString('utf8');
    const json = parse(text);
    exchange.status = status;
    exchange.responseHeaders = headers;
    exchange.responseBody = shown(bytes, operation?.givesBytes.has(status));
    const { who, method, path } = request;
    return {
      request: { who, method, path, ...(operation ? { operation: operation.id } : {}) },
      ...{ status, ok: status >= 200 && status < 300, headers, text, bytes, json, ms },
      body: isObject(json) ? json : {},
    };
  }

  /** Whether anything is answered to getHealth within the time that any request has; else what went wrong last. */
  async #health(): Promise<string | undefined> {
    const { method, template } = this.#api.operation('getHealth');
    for (const end = performance.now() + DEADLINE; ; await pause(250)) {
      const left = Math.max(1, Math.ceil(end - performance.now()));
      try {
        await this.#connection.ask({ who: 'the suite', method, path: template }, left);
        return undefined;
      } catch (error) {
        if (performance.now() + 250 >= end) return messageOf(error);
      }
    }
  }

  #exchangeOf(request: RawRequest, operation: Operation | undefined): RawExchange {
    return {
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
  }
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
