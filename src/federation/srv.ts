// SRV records, for a host that says nothing else (steps 4 and 5 of section 14.1).
import { isIP } from 'node:net';
import { isNodeName } from '../core/ids.ts';
import { DialError } from './dial-error.ts';
import type { Resolver, Service } from './resolver.ts';
import { defaultPort, type Place } from './target.ts';

/** More records than this are a way to keep a resolver busy. */
const maxPlaces = 8;

/** Where a host is served that says so nowhere but in DNS. */
export interface Served {
  readonly via: 'srv' | 'default';
  readonly places: readonly Place[];
  /** For people. */
  readonly detail: string;
}

/**
 * @param host a DNS name.
 * @param random from 0 up to 1.
 * @throws DialError where the records say that nothing is served.
 */
export async function servedAt(host: string, resolver: Resolver, random: () => number): Promise<Served> {
  const name = `_eccp-server._tcp.${host}`;
  const records = await resolver.srv(name).catch(() => []); // a resolver that refuses is one that knows of none
  if (records.length === 0)
    return { via: 'default', places: [{ name: host, port: defaultPort }], detail: `port ${defaultPort}` };
  const places = inTurn(records, random)
    .filter(({ name, port }) => port > 0 && isNodeName(name) && isIP(name) === 0 && !/[:[]/.test(name))
    .slice(0, maxPlaces);
  if (places.length === 0) throw new DialError(`the records ${name} name no host`); // RFC 2782: "." says that nothing is
  return { via: 'srv', places, detail: `${name} says ${places.map(({ name, port }) => `${name}:${port}`).join(', ')}` };
}

/** RFC 2782: by priority, and at random by weight within one. Names come in lower case and without a final dot. */
function inTurn(records: readonly Service[], random: () => number): Place[] {
  // The greatest of draws u^(1/weight) is each one's in proportion to its weight, and so on among the rest.
  const drawn = records.map((record) => ({ ...record, draw: random() ** (1 / Math.max(record.weight, 0.01)) }));
  const sorted = drawn.toSorted((a, b) => a.priority - b.priority || b.draw - a.draw);
  return sorted.map(({ name, port }) => ({ name: name.toLowerCase().replace(/\.$/, ''), port }));
}
