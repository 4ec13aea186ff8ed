// Mutants of chapter 4.
import { type Mutant, within } from './mutant.ts';

const answers = within('src/http/answers.ts');
const errors = within('src/core/errors.ts');
const operation = within('src/http/operation.ts');
const server = within('src/http/server.ts');
const validation = within('src/http/validation.ts');
const body = within('src/http/body.ts');

export const mutants: readonly Mutant[] = [
  answers(
    'ERR-001',
    'tells more than the members of a code',
    'error: error.message, ...error.details',
    "error: error.message, ...error.details, ...(error.errcode === 'ECCP_USER_IN_USE' ? { hint: 'take another' } : {})",
  ),
  errors(
    'ERR-002',
    'refuses weak passwords with status 422',
    'return errors[this.errcode].status;',
    "return this.errcode === 'ECCP_WEAK_PASSWORD' ? 422 : errors[this.errcode].status;",
  ),
  answers('ERR-003', 'gives every answer the same request id', 'return randomUUID();', "return 'aaaaaaaa-aaaa';"),
  server(
    'ERR-003',
    'takes the request id from the request',
    "response.setHeader('X-Request-Id', requestId);",
    "response.setHeader('X-Request-Id', request.headers['x-request-id'] ?? requestId);",
  ),
  answers(
    'ERR-004',
    'shows where it found bad JSON',
    'error: error.message,',
    "error: error.errcode === 'ECCP_BAD_JSON' ? String(new Error(error.message).stack) : error.message,",
  ),
  {
    requirement: 'ERR-005',
    breaks: 'declares its health as text',
    wire: {
      operation: 'getHealth',
      answer: ({ headers }) => {
        headers['content-type'] = 'text/plain';
      },
    },
  },
  within('src/services/lockout.ts')(
    'ERR-006',
    'says that a lock ends in a second',
    'Math.ceil(attempts.until - this.#elapsed())',
    '1000',
  ),
  validation(
    'ERR-007',
    'names the object where a member is missing',
    'error.params.missingProperty ?? error.params.additionalProperty',
    'error.params.additionalProperty',
  ),
  validation(
    'ERR-007',
    'names no parameter',
    'throw badParameter(name, describe(taker.check.errors).message);',
    "throw badParameter('', describe(taker.check.errors).message);",
  ),
  {
    requirement: 'ERR-009',
    breaks: 'points into the content of a bad event',
    wire: {
      answer: ({ body }) => {
        if (body?.errcode === 'ECCP_BAD_EVENT' && body.path) body.path = body.path.replace('/content', '');
      },
    },
  },
  server(
    'ERR-010',
    'says of a path that there is not that it has no such method',
    "'ECCP_NOT_FOUND', 'There is nothing at this path.'",
    "'ECCP_METHOD_NOT_ALLOWED', 'There is nothing at this path.'",
  ),
  operation('ERR-011', 'does not list the methods of a path', "response.setHeader('Allow', endpoint.allow);", ''),
  operation(
    'ERR-011',
    'looks for a token before the method',
    'const served = endpoint.methods.get(request.method);',
    `const served = endpoint.methods.get(request.method);
  const first = [...endpoint.methods.values()][0];
  if (!served && first) await authorize(first.operation, first.options, request.headers.authorization);`,
  ),
  operation('ERR-012', 'reads tokens of the scheme Basic', '/^Bearer +', '/^(?:Bearer|Basic) +'),
  operation(
    'ERR-012',
    'looks at parameters before it misses a token',
    'const session = await authorize(operation, options, request.headers.authorization); const { requestBody } = operation;',
    `if (!request.headers.authorization && operation.security?.[0]?.accessToken) {
    checks.parameters({ params: request.params, search: '', headers: request.headers });
  }
  const session = await authorize(operation, options, request.headers.authorization);
  const { requestBody } = operation;`,
  ),
  operation(
    'ERR-013',
    'misses a token where one came that was never issued',
    "throw new EccpError('ECCP_UNKNOWN_TOKEN'",
    "throw new EccpError('ECCP_MISSING_TOKEN'",
  ),
  operation(
    'ERR-014',
    'does not know a token that lacks the scope',
    "throw new EccpError('ECCP_FORBIDDEN', `The access token lacks",
    "throw new EccpError('ECCP_UNKNOWN_TOKEN', `The access token lacks",
  ),
  body(
    'ERR-015',
    'takes a body of text/plain',
    "if (!JSON_TYPE.test(headers['content-type'] ?? '') ||",
    "if (!(JSON_TYPE.test(headers['content-type'] ?? '') || headers['content-type'] === 'text/plain') ||",
  ),
  validation(
    'ERR-016',
    'leaves out a direction that there is not',
    'if (!taker.check(value)) throw',
    "if (!taker.check(value) && name === 'dir') continue; if (!taker.check(value)) throw",
  ),
  operation(
    'ERR-017',
    'makes a room before it looks at what the body says of it',
    'if (body !== undefined && !served.takesBytes) checks.body(body);',
    `if (operation.operationId === 'createRoom') {
    await served.handler(new HandlerRequest(checked, body, caller, request, response, served.inFlight)).catch(() => undefined);
  }
  if (body !== undefined && !served.takesBytes) checks.body(body);`,
  ),
  server('ERR-018', 'fails at percent-encoding that is malformed', 'request.url = decodable(request.url);', ''),
  operation(
    'ERR-019',
    'looks at the members of the body before the parameters',
    'const checked = checks.parameters({',
    'if (body !== undefined && !served.takesBytes) checks.body(body); const checked = checks.parameters({',
  ),
  answers(
    'ERR-020',
    'lets no page read its answers',
    "['Access-Control-Allow-Origin', '*']",
    "['Access-Control-Allow-Origin', 'null']",
  ),
  answers(
    'ERR-021',
    'does not let pages send an Idempotency-Key',
    'Authorization, Content-Type, Idempotency-Key, Range',
    'Authorization, Content-Type, Range',
  ),
  answers('ERR-022', 'lets caches keep what a token was needed for', "'no-store'", "'private, max-age=60'"),
  validation(
    'ERR-023',
    'takes the last of parameters that stand twice',
    "if (found[name] !== undefined) throw badParameter(name, 'stands twice');",
    '',
  ),
  validation(
    'ERR-023',
    'takes percent-encoding that is malformed as it is',
    "throw badParameter(name, 'is not well-formed percent-encoding');",
    "found[name] = rest.join('=');",
  ),
  validation('ERR-024', 'takes leading zeros', '/^(?:0|-?[1-9][0-9]{0,15})$/', '/^-?[0-9]{1,16}$/'),
  validation('ERR-025', 'reads a plus sign in a query as one', ".replaceAll('+', ' ')", ''),
];
