// eccp-conformance ca
import { join } from 'node:path';
import type { Command } from 'commander';
import { makeAuthority } from '../tls/authority.ts';
import type { Surface } from './surface.ts';

const HELP = `
The folder then holds
  ca.pem                   for the node to trust, beside or in place of the system's roots
  node.pem, node-key.pem   a certificate and its key for a node that has none: for localhost, 127.0.0.1, ::1 and --host
  ca-key.pem               for the suite, which makes certificates for the nodes that it plays
They hold for a year. Whoever has ca-key.pem can pose as anybody to whoever trusts ca.pem: give that to nodes that are tested only.

Example, with a node on the same machine:
  eccp-conformance ca ./ca
  eccp-node serve --server-name 127.0.0.1:8008 --public-base-url https://127.0.0.1:8008 --listen 127.0.0.1:8008 \
    --bootstrap-admin admin@example.org --registration open --tls-cert ./ca/node.pem --tls-key ./ca/node-key.pem \
    --trusted-roots ./ca/ca.pem --allow-peer-range 127.0.0.0/8
  eccp-conformance run --url https://127.0.0.1:8008 --ca ./ca`;

/** Adds `ca`. */
export function addCa(program: Command, { console }: Surface): void {
  program
    .command('ca')
    .description('make a throw-away certificate authority, for a run over TLS')
    .argument('<folder>', 'where to put it')
    .option('--host <host>', 'where the node under test is reached beside loopback; may be repeated', added, [])
    .addHelpText('after', HELP)
    .action((folder: string, { host }: { host: string[] }) => {
      makeAuthority(folder, host);
      console.out(`Have the node trust ${join(folder, 'ca.pem')}, then: eccp-conformance run --url … --ca ${folder}\n`);
    });
}

function added(value: string, before: string[]): string[] {
  return [...before, value];
}
