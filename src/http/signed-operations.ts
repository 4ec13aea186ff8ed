import type { IncomingMessage } from 'node:http';
import type { Endpoint, Served } from './operation.ts';

/**
 * Which operation, of those that nodes sign, a request is for; found without Express, so that it can be refused before any of that.
 *
 * @returns gives undefined for every other request, and for one whose target has an unusual form: Express finds what it is for.
 */
export function signedOperations(
  endpoints: ReadonlyMap<string, Endpoint>,
): (request: IncomingMessage) => Served | undefined {
  const signed = [...endpoints].filter(([, { methods }]) => [...methods.values()].some((served) => served.signed));
  const paths = signed.map(([template, { methods }]) => ({
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/?]+')}(?:\\?|$)`),
    methods,
  }));
  return ({ method = '', url = '' }) => {
    const served = paths.find(({ pattern }) => pattern.test(url))?.methods.get(method);
    return served?.signed ? served : undefined;
  };
}
