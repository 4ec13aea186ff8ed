// One operation, from the request to its answer.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import type { JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import type { SignedRequest } from '../federation/authenticate.ts';
import type { Scope } from '../generated/api.ts';
import type { Session } from '../services/sessions.ts';
import { sendJson, sendPreflight, sendStream } from './answers.ts';
import { type BytesBody, bytesOf, DEFAULT_MAX_BODY, parseBody, readBody, readBytes } from './body.ts';
import { callerAddress } from './caller-address.ts';
import { type Caller, HandlerRequest } from './handler-request.ts';
import type { InFlight } from './in-flight.ts';
import type { Document, Operation } from './routes.ts';
import type { AppOptions, Locals, Opened, SignedBody } from './types.ts';
import { type Checks, compiler } from './validation.ts';

/** What a path serves, by method. */
export interface Endpoint {
  readonly methods: ReadonlyMap<string, Served>;
  readonly allow: string;
}

export interface Served {
  readonly operation: Operation;
  readonly handler: (request: HandlerRequest) => Promise<HandlerAnswer>;
  readonly checks: Checks;
  /** Whether another node signs it. */
  readonly signed: boolean;
  /** The most bytes of a body. */
  readonly maxBytes: number;
  /** Whether its body is anything but JSON. */
  readonly takesBytes: boolean;
  /** Whether it counts against what clients may ask. */
  readonly limited: boolean;
  readonly options: AppOptions;
  readonly inFlight: InFlight;
}

interface HandlerAnswer {
  status: number;
  body?: unknown;
  stream?: Readable;
  headers?: Readonly<Record<string, string>>;
}

/** Path template → what is served there. Throws an Error that names each operation without a handler, and each handler without an operation. */
export function endpointsOf(document: Document, options: AppOptions, inFlight: InFlight): Map<string, Endpoint> {
  const compile = compiler(document);
  const handlers = new Map<string, unknown>(Object.entries(options.handlers));
  const missing: string[] = [];
  const endpoints = new Map<string, Endpoint>();
  for (const [template, item] of Object.entries(document.paths)) {
    const methods = new Map<string, Served>();
    for (const [method, operation] of Object.entries(item)) {
      const { operationId } = operation;
      // The handler's type came from this document: what the schemas have checked is what it declares.
      const handler = handlers.get(operationId) as Served['handler'] | undefined;
      handlers.delete(operationId);
      if (!handler) {
        missing.push(operationId);
        continue;
      }
      methods.set(method.toUpperCase(), {
        operation,
        handler,
        checks: compile(operation),
        signed: operation.security?.[0]?.peerSignature !== undefined,
        maxBytes: operation['x-max-bytes'] ?? DEFAULT_MAX_BODY,
        takesBytes: operation.requestBody?.content['application/octet-stream'] !== undefined,
        limited: isLimited(template, operation),
        options,
        inFlight,
      });
    }
    const get = methods.get('GET');
    if (get) methods.set('HEAD', get);
    endpoints.set(template, { methods, allow: [...methods.keys(), 'OPTIONS'].join(', ') });
  }
  const faults = [
    ...missing.map((id) => `no handler for ${id}`),
    ...[...handlers.keys()].map((id) => `no operation for the handler ${id}`),
  ];
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return endpoints;
}

/** Answers one request. Throws EccpError for a refusal; the order of the checks is the order of the lines. */
export async function serve(endpoint: Endpoint, request: Request, response: Response<unknown, Locals>): Promise<void> {
  if (request.method === 'OPTIONS') return sendPreflight(response, endpoint.allow);
  const served = endpoint.methods.get(request.method);
  if (!served) {
    response.setHeader('Allow', endpoint.allow);
    throw new EccpError('ECCP_METHOD_NOT_ALLOWED', `This path does not serve ${request.method}.`);
  }
  if (served.limited) served.options.limitClients();
  if (!served.signed) return answer(served, await readUnsigned(served, request), request, response);
  const signed = await readSigned(served, request, response);
  await recorded(served.options, signed.request, () =>
    answer(served, parseSigned(served, request, signed), request, response),
  );
}

/** What the caller is refused for, or given, once it is known who asks and what. */
async function answer(served: Served, { caller, body }: Read, request: Request, response: Response): Promise<void> {
  const { operation, checks, options } = served;
  const question = request.url.indexOf('?');
  const search = question === -1 ? '' : request.url.slice(question);
  const checked = checks.parameters({ params: request.params, search, headers: request.headers });
  if (body !== undefined && !served.takesBytes) checks.body(body);

  const given = await served.handler(new HandlerRequest(checked, body, caller, request, response, served.inFlight));

  if (options.checkAnswers) {
    const fault = checks.answerFault(given.status, given.body);
    if (fault) throw new Error(`${operation.operationId} answers out of form: ${fault}`);
  }
  for (const name in given.headers) response.setHeader(name, given.headers[name] ?? '');
  if (given.stream !== undefined) return sendStream(response, given.status, given.stream);
  if (response.destroyed) return;
  if (given.body === undefined) {
    response.statusCode = given.status;
    response.end();
  } else {
    sendJson(response, given.status, JSON.stringify(given.body));
  }
}

interface Read {
  readonly caller: Caller;
  readonly body: JsonObject | BytesBody | undefined;
}

/** Who asks, then what, where a token says who (ERR-019). */
async function readUnsigned({ operation, options, maxBytes, takesBytes }: Served, request: Request): Promise<Read> {
  const session = await authorize(operation, options, request.headers.authorization);
  const { requestBody } = operation;
  if (takesBytes) return { caller: session ? { session } : {}, body: bytesOf(request) };
  const body = requestBody ? await readBody(request, requestBody.required ?? false, maxBytes) : undefined;
  return { caller: session ? { session } : {}, body };
}

function parseSigned({ operation }: Served, request: Request, { peer, bytes }: SignedBody): Read {
  const { requestBody } = operation;
  return { caller: { peer }, body: requestBody && parseBody(request, bytes, requestBody.required ?? false) };
}

/**
 * Who asks, and the body's bytes, where a signature says both: it covers them whether or not the operation wants any (AUTH-010). A
 * request is read once, however often it is asked for.
 *
 * @throws EccpError what the authenticator refuses.
 */
export function readSigned(
  { options, maxBytes }: Served,
  request: IncomingMessage,
  response: Opened,
): Promise<SignedBody> {
  const { locals } = response;
  locals.signed ??= authenticateSigned(options, maxBytes, request, response);
  return locals.signed;
}

async function authenticateSigned(
  options: AppOptions,
  maxBytes: number,
  request: IncomingMessage & { originalUrl?: string },
  { locals }: Opened,
): Promise<SignedBody> {
  locals.challenge = 'ECCP-FED';
  let reading: Promise<Uint8Array> | undefined;
  const signed: SignedRequest = {
    method: request.method ?? '',
    uri: request.originalUrl ?? request.url ?? '',
    authorization: request.headersDistinct.authorization ?? [],
    body: () => {
      reading ??= readBytes(request, maxBytes);
      return reading;
    },
    address: callerAddress(request),
    requestId: locals.requestId,
  };
  return recorded(options, signed, async () => {
    const peer = await options.authenticatePeer(signed);
    return { request: signed, peer, bytes: await signed.body() };
  });
}

/** Does what another node asks. Where it is refused, that is on record before it is told. */
async function recorded<T>({ peerRefused }: AppOptions, request: SignedRequest, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof EccpError) await peerRefused(request, error);
    throw error;
  }
}

/** Whether an operation is for clients or operators. Monitors may always ask how the node is. */
function isLimited(template: string, { operationId }: Operation): boolean {
  if (operationId === 'getHealth' || operationId === 'getVersions') return false;
  return template.startsWith('/_eccp/client/'); // POL-015: not the operator's
}

const BEARER = /^Bearer +(\S+) *$/i;

/** The session of the request's token, where the operation asks for one. Throws ECCP_MISSING_TOKEN, ECCP_UNKNOWN_TOKEN, ECCP_FORBIDDEN. */
async function authorize(
  { security }: Operation,
  { authenticate }: AppOptions,
  header: string | undefined,
): Promise<Session | undefined> {
  const scopes = security?.[0]?.accessToken;
  if (!scopes) return undefined;
  const [, token] = BEARER.exec(header ?? '') ?? [];
  if (!token) throw new EccpError('ECCP_MISSING_TOKEN', 'This needs an access token: Authorization: Bearer <token>.');
  const session = await authenticate(token);
  if (!session) throw new EccpError('ECCP_UNKNOWN_TOKEN', 'The access token is not known, or holds no longer.');
  for (const scope of scopes) {
    if (!session.scopes.includes(scope as Scope))
      throw new EccpError('ECCP_FORBIDDEN', `The access token lacks the scope ${scope}.`);
  }
  return session;
}
