import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';

/** The IP address that a request comes from. A proxy on this machine says for whom it asks: lock-outs and limits count by that address. */
export function callerAddress({ socket, headers }: IncomingMessage): string {
  const connection = socket.remoteAddress ?? '';
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined || !isLoopback(connection)) return connection;
  // Each proxy has added, at the end, whom it was asked by; what stands before an address of somebody else is that one's word.
  const hops = String(forwarded).split(',');
  const caller = hops.map((hop) => hop.trim()).findLast((hop) => !isLoopback(hop));
  return caller ?? hops[0] ?? connection;
}

function isLoopback(address: string): boolean {
  const mapped = address.startsWith('::ffff:') ? address.slice(7) : address;
  return address === '::1' || (mapped.startsWith('127.') && isIPv4(mapped));
}
