// What is asked before a run, of the node and of what lies between: eccp-conformance doctor tells all of it, a run what keeps it from its work.
import type { Answer } from './answer.ts';
import { answerProblem, redirectOf } from './answer-check.ts';
import type { Catalogue } from './catalogue.ts';
import type { Api } from './openapi.ts';
import { ConfigurationError, ConformanceFailure, MissingPrerequisite } from './outcome.ts';
import type { Ledger } from './requirements.ts';
import type { Target } from './target.ts';
import { factsOf, type TargetFacts } from './target-facts.ts';

/** What was found out, and what to do about it. */
export interface Finding {
  says: string;
  /** Absent where all is well. */
  remedy?: string;
}

/** A node that has said what it is. */
export interface Introduced {
  facts: TargetFacts;
  /** Milliseconds that its clock is ahead of this one; undefined where it does not tell its time. */
  ahead?: number;
}

/** Nodes refuse what others signed more than a minute ahead of them (AUTH-015), be it the suite or the node that is ahead. */
const MOST_AHEAD = 60_000;
/** A header Date has seconds only, and an answer takes its time. */
const BLUR = 5_000;

const UNTRUSTED = /certificate|altnames/i;
const OTHER_PROTOCOL = /wrong version number|packet length too long|EPROTO|HPE_|Parse Error/i;

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
 * @throws ConfigurationError when nothing listens, when its certificate is not trusted, or when it is no ECCP node.
 */
export async function introduce(target: Target, api: Api, catalogue: Catalogue, ledger: Ledger): Promise<Introduced> {
  const operation = api.operation('getVersions');
  const asked = Date.now();
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
  const told = Date.parse(answer.headers.date ?? '');
  return {
    facts: factsOf(target.url, answer.body, ledger.requirements.values()),
    ...(Number.isNaN(told) ? {} : { ahead: told + 500 - (asked + Date.now()) / 2 }),
  };
}

async function ask(target: Target, path: string): Promise<Answer> {
  try {
    return await target.send({ who: 'the suite', method: 'GET', path, check: false, patient: true }, []);
  } catch (error) {
    if (error instanceof MissingPrerequisite) throw new ConfigurationError(`${target.url}: ${error.message}.`);
    if (!(error instanceof ConformanceFailure)) throw error;
    const why = error.actual
      .replace(/^none: /, '')
      .replace(/\s+/g, ' ')
      .trim();
    throw new ConfigurationError(unreachable(target.url, why));
  }
}

function unreachable(url: string, why: string): string {
  if (!url.startsWith('https:')) {
    const hint = /hang up|ECONNRESET|Parse Error/.test(why) ? ` If it speaks TLS, the URL begins with https://.` : '';
    return `${url} does not answer (${why}): start the node, or check the URL.${hint}`;
  }
  if (OTHER_PROTOCOL.test(why))
    return `${url} does not speak TLS there (${why}): pass a URL that begins with http://, or check the port.`;
  if (/altnames/.test(why))
    return `${url} shows a certificate for another name (${why}): pass the URL with the name that it is for.`;
  if (/expired/.test(why)) return `${url} shows a certificate that has ended (${why}): give the node a new one.`;
  if (UNTRUSTED.test(why))
    return `${url} shows a certificate that nobody here vouches for (${why}): pass with --ca the authority's certificate as a PEM file, or the node's own one if it vouches for itself.`;
  return `${url} does not answer (${why}): start the node, or check the URL.`;
}

/** How a run comes to accounts. @param token what was given. @param driven whether a driver makes them. */
export function registration(facts: TargetFacts, token: string | undefined, driven: boolean): Finding {
  if (facts.registration === 'open') return { says: 'open' };
  if (facts.registration === 'token') {
    if (token !== undefined) return { says: 'by a token, and there is one' };
    return {
      says: `${facts.url} registers accounts only with a token`,
      remedy: 'pass one with --registration-token, or as ECCP_CONFORMANCE_REGISTRATION_TOKEN',
    };
  }
  if (driven) return { says: 'closed, and the driver makes accounts' };
  return {
    says: 'registration is closed, so that what needs an account is not testable',
    remedy:
      'pass --driver with a file that says how accounts are made (see conformance/README.md, “Writing a driver”), or let the node register by a token for the time of the run, and pass that with --registration-token',
  };
}

/** Whether the clocks agree well enough for signed requests. */
export function clocks({ ahead }: Introduced): Finding {
  if (ahead === undefined) return { says: 'unknown: the node sends no header Date' };
  if (Math.abs(ahead) <= BLUR) return { says: 'agrees with this one' };
  const by = `${(Math.abs(ahead) / 1000).toFixed(0)} s ${ahead > 0 ? 'ahead of' : 'behind'} this one`;
  if (Math.abs(ahead) <= MOST_AHEAD) return { says: `${by}, which is within bounds` };
  return {
    says: `the node's clock is ${by}, so that signed requests between it and the suite are refused`,
    remedy: `set both clocks, for instance with NTP; they may differ by ${MOST_AHEAD / 1000} s`,
  };
}

/** Whether a token is an operator's. @param token what was given. */
export async function operator(target: Target, facts: TargetFacts, token: string | undefined): Promise<Finding> {
  if (token === undefined) {
    if (!facts.capabilities.has('admin')) return { says: 'no token, and the node declares no admin' };
    return {
      says: 'no token, so that what only operators may do is not testable',
      remedy: 'pass an access token with the scope admin with --admin-token, or as ECCP_CONFORMANCE_ADMIN_TOKEN',
    };
  }
  const path = '/_eccp/client/v1/account';
  const headers = { authorization: `Bearer ${token}` };
  const remedy = 'pass an access token with the scope admin that still holds';
  try {
    const answer = await target.send({ who: 'the operator', method: 'GET', path, headers, check: false }, []);
    const { scopes, user_id, errcode = '' } = answer.body;
    if (!answer.ok) return { says: `the node does not take --admin-token (${answer.status} ${errcode})`, remedy };
    if (!Array.isArray(scopes) || !scopes.includes('admin'))
      return { says: `--admin-token lacks the scope admin: it has ${String(scopes)}`, remedy };
    return { says: `the token is ${String(user_id)}'s, with the scope admin` };
  } catch (error) {
    if (!(error instanceof ConformanceFailure)) throw error;
    return { says: `--admin-token could not be tried (${error.actual})`, remedy: 'try again' };
  }
}

/** A finding as a sentence. */
export function sentence({ says, remedy }: Finding): string {
  return remedy === undefined ? `${says}.` : `${says}: ${remedy}.`;
}
