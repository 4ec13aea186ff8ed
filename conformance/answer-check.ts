import type { Answer } from './answer.ts';
import type { Catalogue } from './catalogue.ts';
import type { Api, Operation } from './openapi.ts';
import { show } from './wire/json.ts';

type Problem = { expected: string; actual: string };

/**
 * What the node got wrong about the form of an answer, whatever the scenario is about: its status, its media type, its body's schema,
 * its error code, its request id.
 */
export function answerProblem(
  answer: Answer,
  operation: Operation | undefined,
  api: Api,
  catalogue: Catalogue,
): Problem | undefined {
  if (answer.request.method === 'HEAD' || answer.request.method === 'OPTIONS') return undefined;
  const path = answer.request.path;
  if (!operation && !path.startsWith('/_eccp/') && !path.startsWith('/.well-known/eccp/')) return undefined;
  const location = redirectOf(answer);
  if (location !== undefined) return { expected: 'without a redirect', actual: `${answer.status} to ${location}` };
  if (!answer.headers['x-request-id'])
    return { expected: 'with the header X-Request-Id', actual: `${answer.status} without one` };
  if (operation?.givesBytes.has(answer.status)) {
    const type = answer.headers['content-type'] ?? 'none';
    if (type === 'application/octet-stream') return undefined;
    return { expected: 'with the media type application/octet-stream', actual: type };
  }
  if (!/^application\/json\s*(;|$)/i.test(answer.headers['content-type'] ?? '')) {
    const type = answer.headers['content-type'] ?? 'no media type';
    return {
      expected: 'with the media type application/json',
      actual: `${answer.status} ${type}: ${show(answer.text)}`,
    };
  }
  if (answer.json === undefined)
    return { expected: 'with a JSON body', actual: `${answer.status} ${show(answer.text)}` };
  if (answer.status >= 400) return refusalProblem(answer, operation, api, catalogue);
  if (!operation) return { expected: 'that refuses, since no operation is there', actual: `status ${answer.status}` };
  if (!operation.statuses.has(answer.status)) {
    const described = [...operation.statuses].filter(Number.isInteger).join(', ');
    return {
      expected: `with a status that the API describes (${described}, or an error)`,
      actual: `status ${answer.status}`,
    };
  }
  const problem = api.responseProblem(operation, answer.status, answer.json);
  return problem === undefined ? undefined : { expected: `of its schema (status ${answer.status})`, actual: problem };
}

function refusalProblem(
  answer: Answer,
  operation: Operation | undefined,
  api: Api,
  catalogue: Catalogue,
): Problem | undefined {
  const problem = api.schemaProblem('Error', answer.json ?? null);
  if (problem) return { expected: `with status ${answer.status} to be an error object`, actual: problem };
  const errcode = String(answer.body.errcode);
  const status = catalogue.get(errcode);
  if (status === undefined)
    return { expected: 'with an errcode of the catalogue', actual: `${answer.status} ${errcode}` };
  if (status !== answer.status)
    return { expected: `with status ${status}, which belongs to ${errcode}`, actual: `status ${answer.status}` };
  if (operation && !operation.errcodes.has(errcode)) {
    return {
      expected: `with an errcode that the API lists for it (${[...operation.errcodes].join(', ')})`,
      actual: `${answer.status} ${answer.text}`,
    };
  }
  if (status === 429 && typeof answer.body.retry_after_ms !== 'number')
    return { expected: 'that tells in retry_after_ms when to try again', actual: `${answer.status} ${answer.text}` };
  return undefined;
}

/** Where a redirect leads; `undefined` for an answer that is none. */
export function redirectOf({ status, headers }: Answer): string | undefined {
  return status >= 300 && status < 400 && status !== 304 ? (headers.location ?? 'nowhere') : undefined;
}
