// The HTTP application: routes mounted from the OpenAPI documents, and what goes around every request.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { EccpError } from '../core/errors.ts';
import { COMMON_HEADERS, newRequestId, sendRefusal, unforeseen } from './answers.ts';
import { InFlight } from './in-flight.ts';
import { endpointsOf, readSigned, serve } from './operation.ts';
import { decodable, expressPath, served } from './routes.ts';
import { signedOperations } from './signed-operations.ts';
import type { AppOptions, Locals, Opened } from './types.ts';

/**
 * How long a node that asks too much waits for its refusal, in milliseconds. Who asks again at once, over some connections, asks less
 * often, and the node has time for others in between.
 */
const slowDownMs = 100;

/**
 * Builds the application.
 * @throws Error that names every operation without a handler and every handler without an operation
 */
export function createApp(options: AppOptions): RequestListener {
  const { logger } = options;
  const inFlight = new InFlight(options.stopping);
  const endpoints = endpointsOf(served, options, inFlight);
  const signedOperation = signedOperations(endpoints);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      // Whether a host name is to be reached by TLS only is for whoever holds its certificate to say.
      strictTransportSecurity: false,
    }),
  );
  app.use((request, _response, next) => {
    request.url = decodable(request.url);
    next();
  });
  for (const [template, endpoint] of endpoints) {
    app.route(expressPath(template)).all((request, response: Response<unknown, Locals>) => {
      response.locals.route = template;
      return serve(endpoint, request, response).catch((error) => refuse(logger, request, response, error));
    });
  }
  app.use((request, response: Response<unknown, Locals>) => {
    refuse(logger, request, response, new EccpError('ECCP_NOT_FOUND', 'There is nothing at this path.'));
  });
  // Express tells this handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response<unknown, Locals>, _next: NextFunction) => {
    refuse(logger, request, response, error);
  });
  return (request, answer) => {
    const response = open(logger, inFlight, request, answer);
    const operation = signedOperation(request);
    if (operation === undefined) return app(request, response);
    // Most of what a flood asks is refused here, at a fraction of what the whole application would cost.
    readSigned(operation, request, response).then(
      () => app(request, response),
      (error) => {
        const isLimited = error instanceof EccpError && error.errcode === 'ECCP_LIMIT_EXCEEDED';
        if (isLimited) setTimeout(() => refuse(logger, request, response, error), slowDownMs);
        else refuse(logger, request, response, error);
      },
    );
  };
}

/** Gives the answer its id and headers, and arranges the request's log line. */
function open(logger: Logger, inFlight: InFlight, request: IncomingMessage, answer: ServerResponse): Opened {
  const start = performance.now();
  const requestId = newRequestId();
  const response: Opened = Object.assign(answer, { locals: { requestId } });
  response.setHeader('X-Request-Id', requestId);
  for (const [name, value] of COMMON_HEADERS) response.setHeader(name, value);
  inFlight.enter(response);
  response.once('close', () => {
    inFlight.leave(response);
    const line = {
      request_id: requestId,
      method: request.method,
      route: response.locals.route,
      status: response.writableFinished ? response.statusCode : undefined, // none: the caller left before it
      ms: Math.round((performance.now() - start) * 10) / 10,
    };
    logger.debug(line, 'request');
  });
  return response;
}

function refuse(logger: Logger, request: IncomingMessage, response: Opened, error: unknown): void {
  const callerLeft = request.errored !== null || response.destroyed;
  if (error instanceof Error && error.name === 'StoreUnavailable') {
    // Foreseen, and every write meets it until the disk is well; the store has logged the cause when it came.
    logger.warn({ request_id: response.locals.requestId, reason: error.message }, 'refused by the store');
  } else if (!(error instanceof EccpError) && error !== request.errored) {
    logger.error({ request_id: response.locals.requestId, err: error }, 'unforeseen error');
  }
  // With half an answer out, ending the connection is all that can be said.
  if (callerLeft || response.headersSent) response.destroy();
  else sendRefusal(response, error instanceof EccpError ? error : unforeseen(), response.locals.challenge);
}
