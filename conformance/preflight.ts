import type { Answer } from './answer.ts';
import { answerProblem, redirectOf } from './answer-check.ts';
import type { Catalogue } from './catalogue.ts';
import type { Api } from './openapi.ts';
import { ConfigurationError, ConformanceFailure, MissingPrerequisite } from './outcome.ts';
import type { Ledger } from './requirements.ts';
import type { Target } from './target.ts';
import { factsOf, type TargetFacts } from './target-facts.ts';

/** A base URL without a trailing slash. @throws ConfigurationError when it is none. */
export function baseUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ConfigurationError(
      `${JSON.stringify(text)} is no http or https URL: pass the node's base URL, such as --url http://127.0.0.1:8008.`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * Asks the node what it is, before anything is held against it.
 * @throws ConfigurationError when nothing listens, when it is no ECCP node, or when the run lacks what the node asks for.
 */
export async function preflight(
  target: Target,
  api: Api,
  catalogue: Catalogue,
  ledger: Ledger,
  registrationToken: string | undefined,
): Promise<TargetFacts> {
  const operation = api.operation('getVersions');
  const answer = await ask(target, operation.template);
  const location = redirectOf(answer);
  if (location !== undefined) {
    const base = URL.parse(location, `${target.url}${operation.template}`)?.href.split(operation.template)[0];
    throw new ConfigurationError(
      `${target.url} redirects to ${location}, and a node answers by itself: run with --url ${base ?? location} if that is it.`,
    );
  }
  const problem =
    answer.status === 200
      ? answerProblem(answer, operation, api, catalogue)
      : { expected: 'with 200', actual: `status ${answer.status}` };
  if (problem) {
    throw new ConfigurationError(
      `${target.url} is no ECCP node: for GET ${operation.template} it should give an answer ${problem.expected}, and gave ${problem.actual}. Check the URL.`,
    );
  }
  const facts = factsOf(target.url, answer.body, ledger.requirements.values());
  if (facts.registration === 'token' && registrationToken === undefined) {
    throw new ConfigurationError(
      `${target.url} registers accounts only with a token: pass one with --registration-token.`,
    );
  }
  return facts;
}

async function ask(target: Target, path: string): Promise<Answer> {
  try {
    return await target.send({ who: 'the suite', method: 'GET', path, check: false, patient: true }, []);
  } catch (error) {
    if (error instanceof MissingPrerequisite) throw new ConfigurationError(`${target.url}: ${error.message}.`);
    if (!(error instanceof ConformanceFailure)) throw error;
    throw new ConfigurationError(`${target.url} does not answer (${error.actual}): start the node, or check the URL.`);
  }
}
