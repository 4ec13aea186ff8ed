// Which addresses a peer may be dialled at (section 14.2): those of the Internet, and what the operator opens beside them.
import { BlockList, isIP } from 'node:net';

type Family = 'ipv4' | 'ipv6';

/** Special-purpose blocks of the IANA registries, as [range, what it is]. None is where a node of the public Internet stands. */
const closed: readonly [string, string][] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', '6to4 relays'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarks'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::ffff:0:0/96', 'IPv4-mapped'],
  ['64:ff9b::/96', 'NAT64'],
  ['64:ff9b:1::/48', 'local NAT64'],
  ['2001::/23', 'protocol assignments, Teredo among them'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'documentation'],
  ['fc00::/7', 'unique local'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

const closedRanges = closed.map(([cidr, use]) => ({ cidr, use, family: familyOf(cidr), list: listOf([cidr]) }));
/** All that IANA has given out for unicast on the Internet; whatever is outside and has no line above is refused too. */
const globalUnicast = listOf(['2000::/3']);
const loopback = listOf(['127.0.0.0/8', '::1/128']);

/** Ranges in which an IPv4 address hides, with the place of its two 16-bit groups among the eight. */
const embedding: readonly [BlockList, number][] = [
  [listOf(['::ffff:0:0/96']), 6],
  [listOf(['64:ff9b::/96']), 6],
  [listOf(['64:ff9b:1::/48']), 6],
  [listOf(['2002::/16']), 1],
];

/** The operator's view of the address space. */
export class AddressRules {
  // One list for each family: BlockList takes ::ffff:a.b.c.d and a.b.c.d for the same, which here they are not.
  readonly #opened: Record<Family, BlockList>;

  /** @param opened ranges such as `10.0.0.0/8` or `fd00::/8` that are allowed although they are special. */
  constructor(opened: readonly string[]) {
    const of = (family: Family) => listOf(opened.filter((cidr) => familyOf(cidr) === family));
    this.#opened = { ipv4: of('ipv4'), ipv6: of('ipv6') };
  }

  /**
   * Why a peer may not be dialled at an address, or undefined where it may be. An address in which an IPv4 address is embedded needs
   * both of them allowed, so that opening a translator's range does not open what lies behind it.
   *
   * @param address as the resolver gave it; anything that is not an address, and one with a zone, is refused.
   */
  refusal(address: string): string | undefined {
    const version = isIP(address);
    if (version === 0 || address.includes('%')) return `${address} is not an address`;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (this.#opened[family].check(address, family)) {
      const inner = family === 'ipv6' ? embeddedIpv4(address) : undefined;
      if (inner === undefined) return undefined;
      // Behind a prefix shorter than 96 bits IPv4 stands further left, with zeros after it (RFC 6052): not judged, so not allowed.
      return inner.endsWith('.0.0.0') ? `${address} has no IPv4 address in its last 32 bits` : this.refusal(inner);
    }
    const range = closedRanges.find((each) => each.family === family && each.list.check(address, family));
    if (range !== undefined) return `${address} is in ${range.cidr} (${range.use})`;
    if (family === 'ipv6' && !globalUnicast.check(address, family)) return `${address} is not global unicast`;
    return undefined;
  }
}

/** Whether an address leads back to this machine. An IPv4-mapped one does not count. */
export function isLoopback(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return loopback.check(address, 'ipv4');
  return version === 6 && embeddedIpv4(address) === undefined && loopback.check(address, 'ipv6');
}

function embeddedIpv4(address: string): string | undefined {
  const at = embedding.find(([range]) => range.check(address, 'ipv6'))?.[1];
  if (at === undefined) return undefined;
  const bytes = groupsOf(address).slice(at, at + 2);
  return bytes.flatMap((group) => [group >> 8, group & 255]).join('.');
}

/** The eight 16-bit groups of an IPv6 address in any spelling. */
function groupsOf(address: string): number[] {
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [head, tail].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array(8 - (before?.length ?? 0) - (after?.length ?? 0)).fill('0');
  return [...(before ?? []), ...zeros, ...(after ?? [])].map((group) => Number.parseInt(group, 16));
}

function listOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', length] = cidr.split('/');
    list.addSubnet(address, Number(length), familyOf(cidr));
  }
  return list;
}

function familyOf(cidr: string): Family {
  return cidr.includes(':') ? 'ipv6' : 'ipv4';
}
