// From places to addresses that may be dialled (section 14.2).
import { isIP } from 'node:net';
import { ClosedError, DialError } from './dial-error.ts';
import type { Resolver } from './resolver.ts';
import type { Place } from './target.ts';

/** A place with what may be dialled there. */
export interface OpenPlace extends Place {
  readonly addresses: readonly string[];
}

/**
 * Looks the names up, once, and keeps the open addresses (PEER-013 to PEER-015).
 *
 * @param places names or addresses.
 * @param closed why an address is closed, or undefined where it is open.
 * @param timeoutMs for each name.
 * @returns the places that have open addresses, one at least. @throws ClosedError @throws DialError
 */
export async function openPlaces(
  places: readonly Place[],
  resolver: Resolver,
  closed: (address: string) => string | undefined,
  timeoutMs: number,
): Promise<OpenPlace[]> {
  const open: OpenPlace[] = [];
  const refusals: string[] = [];
  const failures: DialError[] = [];
  for (const { name, port } of places) {
    const found = isIP(name) === 0 ? await lookUp(name, resolver, timeoutMs) : [name];
    if (found instanceof DialError) {
      failures.push(found);
      continue;
    }
    const addresses = found.filter((address) => closed(address) === undefined);
    if (addresses.length > 0) open.push({ name, port, addresses });
    refusals.push(...found.map(closed).filter((reason) => reason !== undefined));
  }
  if (open.length > 0) return open;
  if (refusals.length > 0) throw new ClosedError(refusals.join('; '));
  throw failures[0] ?? new DialError('there is no place to ask at');
}

async function lookUp(name: string, resolver: Resolver, timeoutMs: number): Promise<string[] | DialError> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs);
  try {
    const found = await Promise.race([resolver.lookup(name), late]);
    return found.length > 0 ? found.map(({ address }) => address) : new DialError(`${name} has no address`);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    return new DialError(`${name} has no address that could be found (${code ?? message})`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
