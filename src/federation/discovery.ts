// From the name of a node to where it is dialled (section 14.1).
import { isIP } from 'node:net';
import { openPlaces } from './addresses.ts';
import { ClosedError, DialError } from './dial-error.ts';
import type { Ask } from './dialler.ts';
import { type AddressRules, isLoopback } from './ip-ranges.ts';
import { Remembered } from './remembered.ts';
import type { Resolver } from './resolver.ts';
import { servedAt } from './srv.ts';
import { defaultPort, type Place, splitName, type Target } from './target.ts';
import { fetchWellKnown } from './well-known.ts';

/** What a name leads to, before its addresses are looked up. */
export interface Route extends Omit<Target, 'addresses' | 'port'> {
  /** Where to go, in this order; their names are `host` but where SRV records name others. */
  readonly places: readonly Place[];
  /** How it was found, for people. */
  readonly detail: string;
}

export interface DiscoveryOptions {
  readonly resolver: Resolver;
  /** Gets the well-known document. */
  readonly ask: Ask;
  readonly rules: AddressRules;
  /** Speaks plain HTTP to peers named `localhost:port`, `127.0.0.1:port` and the like. */
  readonly allowInsecureLoopback: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Milliseconds for the well-known document, and for looking up a name. */
  readonly timeoutMs: number;
}

/** How many names are remembered. */
const maxNames = 10_000;
/** How long a route holds, in milliseconds, that was taken because there is no well-known document. */
const fallbackLifetime = 600_000;
/** The same for addresses; the resolver does not say how long they hold. */
const addressLifetime = 60_000;

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #routes: Remembered<Route>;
  readonly #targets: Remembered<readonly Target[]>;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#routes = new Remembered(options.now, maxNames);
    this.#targets = new Remembered(options.now, maxNames);
  }

  /**
   * Where to dial a peer: at the first that can be reached.
   *
   * @throws DialError where the name leads nowhere. @throws ClosedError
   */
  targets(node: string): Promise<readonly Target[]> {
    return this.#targets.get(node, async () => {
      const value = await this.resolve(await this.route(node));
      return { value, goodForMs: addressLifetime };
    });
  }

  /** Looks again next time: what was found did not work. */
  forget(node: string): void {
    this.#routes.forget(node);
    this.#targets.forget(node);
  }

  /** The first half of `targets`. @throws DialError */
  route(node: string): Promise<Route> {
    return this.#routes.get(node, () => this.#find(node));
  }

  /** The second half of `targets`: looks addresses up, and keeps the open ones. @throws DialError @throws ClosedError */
  async resolve({ places, detail: _, ...route }: Route): Promise<readonly Target[]> {
    const { resolver, rules, timeoutMs } = this.#options;
    const closed = route.tls ? (address: string) => rules.refusal(address) : notLoopback;
    const open = await openPlaces(places, resolver, closed, timeoutMs);
    return open.map(({ port, addresses }) => ({ ...route, port, addresses }));
  }

  async #find(node: string): Promise<{ value: Route; goodForMs: number }> {
    const { host, port } = splitName(node);
    if (port !== undefined || isIP(host) !== 0) {
      const value = direct(node, !this.#isPlain(host, port), isIP(host) === 0 ? 'port' : 'literal', 'the name says it');
      return { value, goodForMs: Number.POSITIVE_INFINITY };
    }
    const asked = await this.#wellKnown(host).catch((error: unknown) => {
      if (error instanceof DialError || error instanceof ClosedError) return error; // PEER-005
      throw error;
    });
    if (asked instanceof Error) {
      const { detail, ...served } = await this.#servedAt(host);
      const value = { ...named(host), ...served, detail: `no well-known document (${asked.message}); ${detail}` };
      return { value, goodForMs: fallbackLifetime };
    }
    return { value: await this.#delegated(asked.server), goodForMs: asked.goodForMs };
  }

  /** What `server` of the document leads to; its own document is not asked for (PEER-003). */
  async #delegated(server: string): Promise<Route> {
    const { host, port } = splitName(server);
    const told = `the well-known document says ${server}`;
    if (port !== undefined || isIP(host) !== 0) return direct(server, true, 'well-known', told);
    const { places, detail } = await this.#servedAt(host);
    return { ...named(host), via: 'well-known', places, detail: `${told}; ${detail}` };
  }

  async #wellKnown(host: string): Promise<{ server: string; goodForMs: number }> {
    const { ask, timeoutMs, now } = this.#options;
    const targets = await this.resolve({
      ...named(host),
      via: 'default',
      places: [{ name: host, port: 443 }],
      detail: '',
    });
    return fetchWellKnown(ask, targets, timeoutMs, now());
  }

  #servedAt(host: string) {
    return servedAt(host, this.#options.resolver, this.#options.random);
  }

  #isPlain(host: string, port: number | undefined): boolean {
    return this.#options.allowInsecureLoopback && port !== undefined && (host === 'localhost' || isLoopback(host));
  }
}

/** A name or address that says itself where it is. */
function direct(name: string, tls: boolean, via: Route['via'], detail: string): Route {
  const { host, port = defaultPort } = splitName(name);
  const rest = { tls, via, places: [{ name: host, port }], detail };
  return isIP(host) === 0 ? { ...named(host), ...rest } : { host, ...rest };
}

/** The certificate has to be for this name, also where SRV records lead elsewhere: DNS answers may be anybody's. */
function named(host: string) {
  return { host, servername: host, tls: true };
}

/** PEER-023 */
function notLoopback(address: string): string | undefined {
  return isLoopback(address) ? undefined : `${address} is not loopback, and plain HTTP goes nowhere else`;
}
