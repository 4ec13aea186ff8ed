// One operation, from the request to its answer.
import type { Request, Response } from 'express';
import { EccpError } from '../core/errors.ts';
import type { Scope } from '../generated/api.ts';
import type { Session } from '../services/sessions.ts';
import { sendJson, sendPreflight } from './answers.ts';
import { readBody } from './body.ts';
import { HandlerRequest } from './handler-request.ts';
import type { InFlight } from './in-flight.ts';
import type { Document, Operation } from './routes.ts';
import type { AppOptions, Authenticate } from './types.ts';
import { type Checks, compiler } from './validation.ts';

/** What a path serves, by method. */
export interface Endpoint {
  readonly methods: ReadonlyMap<string, Served>;
  readonly allow: string;
}

interface Served {
  readonly operation: Operation;
  readonly handler: (request: HandlerRequest) => Promise<HandlerAnswer>;
  readonly checks: Checks;
  readonly authenticate: Authenticate;
  readonly inFlight: InFlight;
  readonly checkAnswers: boolean;
}

interface HandlerAnswer {
  status: number;
  body?: unknown;
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
      const checks = compile(operation);
      const { authenticate, checkAnswers = false } = options;
      methods.set(method.toUpperCase(), {
        operation,
        handler,
        checks,
        authenticate,
        inFlight,
        checkAnswers,
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
export async function serve(endpoint: Endpoint, request: Request, response: Response): Promise<void> {
  if (request.method === 'OPTIONS') return sendPreflight(response, endpoint.allow);
  const served = endpoint.methods.get(request.method);
  if (!served) {
    response.setHeader('Allow', endpoint.allow);
    throw new EccpError('ECCP_METHOD_NOT_ALLOWED', `This path does not serve ${request.method}.`);
  }
  const { operation, checks } = served;
  const session = await authorize(served, request.headers.authorization);
  const body = operation.requestBody ? await readBody(request, operation.requestBody.required ?? false) : undefined;
  const question = request.url.indexOf('?');
  const search = question === -1 ? '' : request.url.slice(question);
  const checked = checks.parameters({ params: request.params, search, headers: request.headers });
  if (body !== undefined) checks.body(body);

  const answer = await served.handler(new HandlerRequest(checked, body, session, request, response, served.inFlight));

  if (served.checkAnswers) {
    const fault = checks.answerFault(answer.status, answer.body);
    if (fault) throw new Error(`${operation.operationId} answers out of form: ${fault}`);
  }
  for (const name in answer.headers) response.setHeader(name, answer.headers[name] ?? '');
  if (response.destroyed) return;
  if (answer.body === undefined) {
    response.statusCode = answer.status;
    response.end();
  } else {
    sendJson(response, answer.status, JSON.stringify(answer.body));
  }
}

const BEARER = /^Bearer +(\S+) *$/i;

/** The session of the request's token, where the operation asks for one. Throws ECCP_MISSING_TOKEN, ECCP_UNKNOWN_TOKEN, ECCP_FORBIDDEN. */
async function authorize(
  { operation, authenticate }: Served,
  header: string | undefined,
): Promise<Session | undefined> {
  const scopes = operation.security?.[0]?.accessToken;
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
