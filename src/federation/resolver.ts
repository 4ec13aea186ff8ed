// The system's resolver, in the small form that discovery needs.
import { Resolver as DnsResolver, lookup } from 'node:dns/promises';

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface Service {
  /** '' where the record says that there is no such service. */
  readonly name: string;
  readonly port: number;
  /** Lower ones come first. */
  readonly priority: number;
  /** The chance to be picked among those of one priority, in proportion. */
  readonly weight: number;
}

export interface Resolver {
  /** Every address of a host. Rejects where there is none. */
  lookup(host: string): Promise<Address[]>;
  /** The records of a service; none where there are none. */
  srv(name: string): Promise<Service[]>;
}

/** Milliseconds for one question about a service, which is put twice. Looking up a host has the system's own time-out. */
const srvTimeout = 2_000;

/** What the machine's own programs would get: the hosts file counts, which a lab needs. */
export function systemResolver(): Resolver {
  const dns = new DnsResolver({ timeout: srvTimeout, tries: 2 });
  return {
    lookup: async (host) => (await lookup(host, { all: true, order: 'verbatim' })) as Address[],
    srv: (name) => dns.resolveSrv(name),
  };
}
