// Names of nodes, and the places that they turn out to be served at.
import { isIP } from 'node:net';

/** The port of a node whose name and documents say none. */
export const defaultPort = 8448;

/** A DNS name or an address (an IPv6 one without brackets), with a port. */
export interface Place {
  readonly name: string;
  readonly port: number;
}

/** Where a peer is dialled. */
export interface Target {
  /** The name or address (an IPv6 one without brackets) that was asked for; over TLS the certificate must be for it. */
  readonly host: string;
  readonly port: number;
  /** What to ask for in the handshake; absent for addresses, which SNI cannot carry. */
  readonly servername?: string;
  /** These have been checked, and nothing else is dialled. */
  readonly addresses: readonly string[];
  readonly tls: boolean;
  /** What told where to go. */
  readonly via: 'literal' | 'port' | 'well-known' | 'srv' | 'default';
}

/**
 * The parts of a node name.
 *
 * @param name a well-formed node name; anything else gives a meaningless answer.
 * @returns the host (an IPv6 address without brackets), and the port if there is one.
 */
export function splitName(name: string): { host: string; port?: number } {
  const [, literal, dns, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(name) ?? [];
  const host = literal ?? dns ?? '';
  return port === undefined ? { host } : { host, port: Number(port) };
}

/** The value of the Host header (PEER-024). */
export function authority({ host, port }: Target): string {
  const name = isIP(host) === 6 ? `[${host}]` : host;
  return port === 443 ? name : `${name}:${port}`;
}
