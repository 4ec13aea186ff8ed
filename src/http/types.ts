// What an operation's handler is given and may answer, read off the OpenAPI documents' types:
// a wrong status, body or parameter name in a handler does not compile.
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { EccpError } from '../core/errors.ts';
import type { SignedRequest } from '../federation/authenticate.ts';
import type { NodeName, operations, SignedOperationId, scopes } from '../generated/api.ts';
import type { Session } from '../services/sessions.ts';
import type { BytesBody } from './body.ts';

export type OperationId = keyof operations;

type Given<T> = [T] extends [undefined] ? Record<string, never> : NonNullable<T>;
type Part<Id extends OperationId, In extends 'path' | 'query' | 'header'> = Given<operations[Id]['parameters'][In]>;
type BodyOf<Operation> = Operation extends { requestBody: { content: { 'application/octet-stream': unknown } } }
  ? BytesBody
  : Operation extends { requestBody: { content: { 'application/json': infer Body } } }
    ? Body
    : Operation extends { requestBody?: { content: { 'application/json': infer Body } } }
      ? Body | undefined
      : undefined;

/** One request, checked against the operation's schemas. Nothing in it is shared with another request. */
export interface OperationRequest<Id extends OperationId> {
  /** The path's parameters, decoded. */
  readonly params: Part<Id, 'path'>;
  /** The declared query parameters, as the types they declare, defaults filled in; unknown ones are left out. */
  readonly query: Part<Id, 'query'>;
  /** The declared headers, by the names they are declared with. */
  readonly headers: Part<Id, 'header'>;
  readonly body: BodyOf<operations[Id]>;
  readonly session: Id extends keyof scopes ? Session : undefined;
  /** The node that signed the request. */
  readonly peer: Id extends SignedOperationId ? NodeName : undefined;
  /** The caller's IP address. */
  readonly address: string;
  /** The request's id in the answer and in the log. */
  readonly requestId: string;
  /** Aborted when the caller has gone, and when the node stops: a long poll then answers at once with what it has. */
  readonly signal: AbortSignal;
}

type Success = 200 | 201 | 202 | 204 | 206;
type AnswerBody<Response> = Response extends { content: { 'application/octet-stream': unknown } }
  ? { stream: Readable; body?: never }
  : Response extends { content: { 'application/json': infer Body } }
    ? { body: Body; stream?: never }
    : { body?: never; stream?: never };

/** What a handler may answer: one of the operation's success statuses with that status's body. Refusals are thrown as EccpError. */
export type Answer<Id extends OperationId> = {
  [Status in keyof operations[Id]['responses'] & Success]: {
    status: Status;
    headers?: Readonly<Record<string, string>>;
  } & AnswerBody<operations[Id]['responses'][Status]>;
}[keyof operations[Id]['responses'] & Success];

export type Handler<Id extends OperationId> = (request: OperationRequest<Id>) => Promise<Answer<Id>>;

/** A handler for every operation; a handler file for one tag exports a `Pick` of it. */
export type Handlers = { [Id in OperationId]: Handler<Id> };

/** Finds the session of an access token; undefined when the token was never issued or no longer holds. */
export type Authenticate = (token: string) => Promise<Session | undefined>;

/** Finds the node that signed a request. Throws EccpError for a request that is not one of a node that may ask. */
export type AuthenticatePeer = (request: SignedRequest) => Promise<NodeName>;

/** A signed request whose signature held. */
export interface SignedBody {
  readonly request: SignedRequest;
  readonly peer: NodeName;
  readonly bytes: Uint8Array;
}

/** What is known of a request besides what came, for as long as it takes; where Express keeps such things. */
export interface Locals {
  readonly requestId: string;
  /** The path template, once it is known. */
  route?: string;
  /** The scheme of the Authorization header that would be right; `Bearer` where it is not said. */
  challenge?: string;
  signed?: Promise<SignedBody>;
}

/** An answer to a request that has its id. */
export type Opened = ServerResponse & { readonly locals: Locals };

/** What the application is made of. */
export interface AppOptions {
  readonly handlers: Handlers;
  readonly authenticate: Authenticate;
  readonly authenticatePeer: AuthenticatePeer;
  /** Told of each request of another node that was refused, whatever for. The answer waits for it. */
  readonly peerRefused: (request: SignedRequest, error: EccpError) => Promise<void>;
  /** Called for each request of a client, but for health and versions. Throws ECCP_LIMIT_EXCEEDED. */
  readonly limitClients: () => void;
  readonly logger: Logger;
  /** Aborted when the node stops: long polls answer at once, and each answer ends its connection. */
  readonly stopping: AbortSignal;
  /** Whether an answer that breaks its own schema becomes an error. For tests: it costs as much as checking a request. */
  readonly checkAnswers?: boolean;
}
