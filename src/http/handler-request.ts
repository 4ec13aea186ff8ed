// A handler's request before the operation's types are given to it: types.ts says the same, operation by operation.
import type { Request, Response } from 'express';
import type { JsonObject } from '../core/canonical-json.ts';
import type { NodeName } from '../generated/api.ts';
import type { Session } from '../services/sessions.ts';
import type { BytesBody } from './body.ts';
import { callerAddress } from './caller-address.ts';
import type { InFlight } from './in-flight.ts';
import type { CheckedRequest } from './validation.ts';

/** Who asks, as far as the operation wants to know: a user's device, another node, or anybody. */
export interface Caller {
  readonly session?: Session;
  readonly peer?: NodeName;
}

/** A class, because a getter in an object literal gives every request a hidden class of its own, which costs more than all its checks. */
export class HandlerRequest {
  readonly params: CheckedRequest['params'];
  readonly query: CheckedRequest['query'];
  readonly headers: CheckedRequest['headers'];
  readonly body: JsonObject | BytesBody | undefined;
  readonly session: Session | undefined;
  readonly peer: NodeName | undefined;
  readonly address: string;
  readonly requestId: string;
  readonly #response: Response;
  readonly #inFlight: InFlight;

  constructor(
    { params, query, headers }: CheckedRequest,
    body: JsonObject | BytesBody | undefined,
    { session, peer }: Caller,
    request: Request,
    response: Response,
    inFlight: InFlight,
  ) {
    this.params = params;
    this.query = query;
    this.headers = headers;
    this.body = body;
    this.session = session;
    this.peer = peer;
    this.address = callerAddress(request);
    this.requestId = response.locals.requestId;
    this.#response = response;
    this.#inFlight = inFlight;
  }

  get signal(): AbortSignal {
    return this.#inFlight.signalOf(this.#response);
  }
}
