// Runs the conformance suite against fresh nodes of this repository.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HELP = `npm run conformance [-- [--registration MODE] [--two-nodes] [--tls] [arguments of eccp-conformance run]]

Lets the suite launch this repository's node, with the driver conformance/examples/eccp-node.yaml.

  --registration MODE  with open (the default), token or closed registration
  --two-nodes          launch two, for the scenarios in which two nodes share rooms
  --tls                they serve HTTPS, and the nodes that the suite plays do so too, by a throw-away authority

Examples:
  npm run conformance -- --tags @SYNC-020
  npm run conformance -- --registration closed --tags @cap-registration-closed
  npm run conformance -- --tls --two-nodes --tags '@tls-peers or @two-nodes'`;

const REFERENCE =
  `${process.execPath} bin/eccp-node.js serve --server-name localhost:{port} --public-base-url {url} ` +
  '--bootstrap-admin admin@example.org --data-dir {data} --listen 127.0.0.1:{port} --log-level warn';
const DRIVER = 'conformance/examples/eccp-node.yaml';
const PLAIN = '--allow-insecure-loopback';
const TLS =
  '--tls-cert {ca}/node.pem --tls-key {ca}/node-key.pem --trusted-roots {ca}/ca.pem ' +
  '--allow-peer-range 127.0.0.0/9';
const REGISTRATION: Record<string, { node: string; suite: string[] }> = {
  open: { node: '--registration open', suite: [] },
  token: {
    node: '--registration token --registration-token conformance',
    suite: ['--registration-token', 'conformance'],
  },
  closed: { node: '--registration closed', suite: [] },
};
const SUITE = 'bin/eccp-conformance.js';

/** What this program is asked for; the rest is for the suite. */
interface Wishes {
  registration: string;
  twoNodes: boolean;
  tls: boolean;
  rest: string[];
}

process.exitCode = await main(process.argv.slice(2));

async function main(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const wishes = wishesOf(argv);
  const mode = REGISTRATION[wishes.registration];
  if (mode === undefined) {
    process.stderr.write(`conformance: --registration ${wishes.registration} is none of open, token and closed\n`);
    return 2;
  }
  const command = `${REFERENCE} ${mode.node} ${wishes.tls ? TLS : PLAIN}`;
  const nodes = ['--launch', command, ...(wishes.twoNodes ? ['--launch-peer', command] : []), '--driver', DRIVER];
  const ca = wishes.tls ? mkdtempSync(join(tmpdir(), 'eccp-conformance-ca-')) : undefined;
  try {
    if (ca !== undefined && spawnSync(process.execPath, [SUITE, 'ca', ca]).status !== 0) return 2;
    return await runSuite([...nodes, ...(ca === undefined ? [] : ['--ca', ca]), ...mode.suite, ...wishes.rest]);
  } finally {
    if (ca !== undefined) rmSync(ca, { recursive: true, force: true });
  }
}

function wishesOf(argv: string[]): Wishes {
  const wishes: Wishes = { registration: 'open', twoNodes: false, tls: false, rest: [] };
  const left = [...argv];
  for (let option = left.shift(); option !== undefined; option = left.shift()) {
    if (option === '--two-nodes') wishes.twoNodes = true;
    else if (option === '--tls') wishes.tls = true;
    else if (option === '--registration') wishes.registration = left.shift() ?? '';
    else wishes.rest.push(option);
  }
  return wishes;
}

async function runSuite(args: readonly string[]): Promise<number> {
  const suite = spawn(process.execPath, [SUITE, 'run', ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => suite.kill(signal));
  const [code] = (await once(suite, 'exit')) as [number | null];
  return code ?? 2;
}
