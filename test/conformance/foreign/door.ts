import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { type Fault, Refusal, ROOT, STATUS } from './refusal.ts';
import { type Dict, readStrictly, type Value } from './text.ts';

/** One request that has passed the door. */
export interface Call<Session> {
  session: Session;
  /** Path and query parameters, and `Idempotency-Key`. */
  params: Record<string, string>;
  body: Dict;
  address: string;
}

/** What an operation answers: a body, with 200 unless it says otherwise. */
export type Answer = { status?: number; body: Value; headers?: Record<string, string> };
export type Handlers<Session> = Record<string, (call: Call<Session>) => Answer | Promise<Answer>>;

interface Parameter {
  name: string;
  in: string;
  integer: boolean;
  check: ValidateFunction;
  fallback?: string;
}

interface Route {
  id: string;
  method: string;
  segments: string[];
  /** The scopes that it needs; absent: no token. */
  scopes?: string[];
  parameters: Parameter[];
  body?: ValidateFunction;
  bytes: boolean;
  capability?: string;
}

const LIMIT = 1_048_576;
const ajv = new Ajv2020({ strict: false, logger: false });
addFormats.default(ajv);
for (const file of readdirSync(join(ROOT, 'schemas')))
  ajv.addSchema(JSON.parse(readFileSync(join(ROOT, 'schemas', file), 'utf8')) as object);

/** Whether a value is of a schema, by its name. */
export function fits(schema: string, value: unknown): boolean {
  return ajv.getSchema(`https://eccp.dev/schemas/${schema}.json`)?.(value) === true;
}

/** The routes of the class `core`; of optional capabilities those that the class has. */
function routes(file: string): Route[] {
  const document = parse(readFileSync(join(ROOT, 'spec/openapi', file), 'utf8')) as Tree;
  const found: Route[] = [];
  for (const [template, item] of Object.entries<Tree>(document.paths)) {
    for (const [method, operation] of Object.entries<Tree>(item)) {
      if (method === 'parameters' || ['e2ee', 'host_transfer'].includes(operation['x-capability'])) continue;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      const content = operation.requestBody?.content;
      found.push({
        id: operation.operationId,
        method: method.toUpperCase(),
        segments: template.split('/'),
        scopes: operation.security?.[0]?.accessToken,
        parameters: parameters.map(({ $ref }: Tree) =>
          parameterOf(document.components.parameters[$ref.split('/').at(-1)]),
        ),
        body: content?.['application/json'] && compiled(content['application/json'].schema),
        bytes: content?.['application/octet-stream'] !== undefined,
        capability: operation['x-capability'],
      });
    }
  }
  return found;
}

// biome-ignore lint/suspicious/noExplicitAny: a document is what it is
type Tree = any;

function parameterOf({ name, in: place, schema }: Tree): Parameter {
  const fallback = schema.default === undefined ? {} : { fallback: String(schema.default) };
  return { name, in: place, integer: schema.type === 'integer', check: compiled(schema), ...fallback };
}

function compiled(schema: Tree): ValidateFunction {
  const name = schema.$ref?.split('/').at(-1);
  return ajv.compile(name ? { $ref: `https://eccp.dev/schemas/${name}` } : schema);
}

/** What comes before any operation: chapter 4. */
export class Door<Session> {
  readonly #routes: Route[];
  readonly #handlers: Handlers<Session>;
  /** @throws Refusal unless the token holds and has the scopes. */
  readonly #admit: (token: string, scopes: string[]) => Session;
  readonly #faults: ReadonlySet<Fault>;

  constructor(
    handlers: Handlers<Session>,
    admit: (token: string, scopes: string[]) => Session,
    faults: ReadonlySet<Fault>,
  ) {
    this.#handlers = handlers;
    const all = [...routes('client.yaml'), ...routes('well-known.yaml')];
    this.#routes = all.filter(({ id, capability }) => id in handlers || capability !== undefined);
    this.#admit = admit;
    this.#faults = faults;
  }

  /** Answers one request. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-request-id', randomBytes(12).toString('base64url'));
    if (!this.#faults.has('no-cors')) response.setHeader('access-control-allow-origin', '*');
    response.setHeader('cache-control', 'no-store');
    const reply = (status: number, body: Value) => {
      const text = Buffer.from(JSON.stringify(body));
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
    try {
      const answer = await this.#answer(request, response);
      if (answer === undefined) return;
      for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
      reply(answer.status ?? 200, answer.body);
    } catch (error) {
      const { errcode, message, extra } = error instanceof Refusal ? error : new Refusal('ECCP_UNAVAILABLE');
      if (!(error instanceof Refusal)) console.error(error);
      if (errcode === 'ECCP_METHOD_NOT_ALLOWED') response.setHeader('allow', String(extra.allow));
      const { allow: _, ...members } = extra;
      const odd = errcode === 'ECCP_USER_IN_USE' && this.#faults.has('taken-name-is-400');
      reply(odd ? 400 : (STATUS.get(errcode) ?? 500), { errcode, error: message, ...(members as Dict) });
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    const [path = '', query] = split(request.url ?? '', '?');
    const given = path.split('/');
    const here = this.#routes.filter(
      ({ segments }) =>
        segments.length === given.length &&
        segments.every((segment, i) => (segment.startsWith('{') ? given[i] !== '' : segment === given[i])),
    );
    const literal = Math.min(
      ...here.map(({ segments }) => segments.filter((segment) => segment.startsWith('{')).length),
    );
    const closest = here.filter(
      ({ segments }) => segments.filter((segment) => segment.startsWith('{')).length === literal,
    );
    if (closest.length === 0) throw new Refusal('ECCP_NOT_FOUND');
    const methods = closest.map(({ method }) => method).join(', ');
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-methods', methods);
      response.setHeader('access-control-allow-headers', 'Authorization, Content-Type, Idempotency-Key');
      response.writeHead(204).end();
      return undefined;
    }
    const route = closest.find(({ method }) => method === request.method);
    if (!route) throw new Refusal('ECCP_METHOD_NOT_ALLOWED', { allow: `${methods}, OPTIONS` });
    const session = (route.scopes ? this.#admit(tokenOf(request), route.scopes) : undefined) as Session;
    const body = route.body || route.bytes ? await this.#body(request, route.bytes) : {};
    if (!route.body && !route.bytes) request.resume();
    const params = paramsOf(route, given, query ?? '', request);
    if (route.body && !route.body(body)) throw new Refusal('ECCP_BAD_PARAM', { path: pointerOf(route.body) });
    if (route.body) refuseBadAddresses(body, '');
    if (route.capability !== undefined) throw new Refusal('ECCP_CAPABILITY');
    const handler = this.#handlers[route.id];
    if (!handler) throw new Refusal('ECCP_UNAVAILABLE');
    return await handler({ session, params, body, address: request.socket.remoteAddress ?? '' });
  }

  async #body(request: IncomingMessage, bytes: boolean): Promise<Dict> {
    const [type = '', ...rest] = (request.headers['content-type'] ?? '')
      .split(';')
      .map((part) => part.trim().toLowerCase());
    const charset = rest
      .find((part) => part.startsWith('charset='))
      ?.slice(8)
      .replaceAll('"', '');
    const encoded = (request.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity';
    if (
      type !== (bytes ? 'application/octet-stream' : 'application/json') ||
      (charset ?? 'utf-8') !== 'utf-8' ||
      encoded
    ) {
      request.resume();
      throw new Refusal('ECCP_UNSUPPORTED_MEDIA_TYPE');
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= LIMIT) chunks.push(chunk);
    }
    if (bytes) return {};
    if (size > LIMIT) throw new Refusal('ECCP_TOO_LARGE');
    const value = readStrictly(Buffer.concat(chunks), this.#faults.has('repeated-keys'));
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Refusal('ECCP_BAD_JSON');
    return value;
  }
}

function tokenOf(request: IncomingMessage): string {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new Refusal('ECCP_MISSING_TOKEN');
  return token;
}

function paramsOf(route: Route, given: string[], query: string, request: IncomingMessage): Record<string, string> {
  const params: Record<string, string> = {};
  const pairs = query === '' ? [] : query.split('&').map((pair) => split(pair, '='));
  for (const { name, in: place, integer, check, fallback } of route.parameters) {
    const raw = {
      path: [given[route.segments.indexOf(`{${name}}`)]],
      query: pairs
        .filter(([key = '']) => decoded(key.replaceAll('+', ' '), name) === name)
        .map(([, value = '']) => value.replaceAll('+', ' ')),
      header: [request.headers[name.toLowerCase()] as string | undefined],
    }[place];
    if (!raw || raw.length > 1) throw new Refusal('ECCP_BAD_PARAM', { path: name });
    const text = raw[0] === undefined ? fallback : place === 'header' ? raw[0] : decoded(raw[0], name);
    if (text === undefined) continue;
    const right = integer ? /^(0|-?[1-9]\d*)$/.test(text) && check(Number(text)) : check(text);
    if (!right || !goodAddress(text)) throw new Refusal('ECCP_BAD_PARAM', { path: name });
    params[name] = text;
  }
  return params;
}

function decoded(text: string, path: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal('ECCP_BAD_PARAM', { path });
  }
}

/** An id's IPv6 address has one spelling, which no pattern can say; URL knows it. */
function goodAddress(text: string): boolean {
  const [, address = ''] = /^[@!#][^:]*:\[(.*?)\]/.exec(text) ?? [];
  if (address === '') return true;
  return isIPv6(address) && new URL(`http://[${address}]/`).hostname === `[${address}]`;
}

function refuseBadAddresses(value: Value, path: string): void {
  if (
    typeof value === 'string' &&
    /^\/(user_id|room_id|invite\/\d+|predecessor|event_id)$/.test(path) &&
    !goodAddress(value)
  )
    throw new Refusal('ECCP_BAD_PARAM', { path });
  if (value === null || typeof value !== 'object') return;
  for (const [key, member] of Object.entries(value)) refuseBadAddresses(member, `${path}/${key}`);
}

function pointerOf(check: ValidateFunction): string {
  const error = check.errors?.[0];
  const missing = (error?.params as { missingProperty?: string } | undefined)?.missingProperty;
  return `${error?.instancePath ?? ''}${missing === undefined ? '' : `/${missing}`}`;
}

function split(text: string, at: string): [string, string?] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}
