// Runs the conformance suite against a fresh node, or two.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as askPlainly } from 'node:http';
import { request as askSecurely } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const HELP = `npm run conformance [-- [--registration MODE | --node "COMMAND"] [--two-nodes] [--tls] [arguments of eccp-conformance run]]

Starts a fresh node on a free port with a temporary data folder, runs the suite against its URL, and stops it.

  --registration MODE  run this repository's node with open (the default), token or closed registration
  --node "COMMAND"     run another node: {port}, {url} and {data} in COMMAND stand for a free port, the URL made of it,
                       and an empty folder; {ca}, with --tls, for a folder that eccp-conformance ca made
  --two-nodes          start two, for the scenarios in which two nodes share rooms
  --tls                they serve HTTPS, and the nodes that the suite plays do so too, by a throw-away authority

Examples:
  npm run conformance -- --tags @SYNC-020
  npm run conformance -- --registration closed --tags @cap-registration-closed
  npm run conformance -- --tls --two-nodes --tags '@tls-peers or @two-nodes'`;

const REFERENCE =
  `${process.execPath} bin/eccp-node.js serve --server-name localhost:{port} --public-base-url {url} ` +
  '--bootstrap-admin admin@example.org --data-dir {data} --listen 127.0.0.1:{port} --log-level warn';
const PLAIN = '--allow-insecure-loopback';
const TLS =
  '--tls-cert {ca}/node.pem --tls-key {ca}/node-key.pem --trusted-roots {ca}/ca.pem ' +
  '--allow-peer-range 127.0.0.0/8 --allow-peer-range ::1/128';
const REGISTRATION: Record<string, { node: string; suite: string[] }> = {
  open: { node: '--registration open', suite: [] },
  token: {
    node: '--registration token --registration-token conformance',
    suite: ['--registration-token', 'conformance'],
  },
  closed: { node: '--registration closed', suite: [] },
};
const START_DEADLINE = 15_000;
const STOP_DEADLINE = 10_000;
const SUITE = 'bin/eccp-conformance.js';

/** What this program is asked for; the rest is for the suite. */
interface Wishes {
  registration: string;
  node: string | undefined;
  twoNodes: boolean;
  tls: boolean;
  rest: string[];
}

interface Running {
  url: string;
  data: string;
  child: ChildProcess;
  log: () => string;
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
  const command = wishes.node ?? `${REFERENCE} ${mode.node} ${wishes.tls ? TLS : PLAIN}`;
  const folder = mkdtempSync(join(tmpdir(), 'eccp-conformance-'));
  const ca = wishes.tls ? join(folder, 'ca') : undefined;
  const nodes: Running[] = [];
  try {
    if (ca !== undefined && spawnSync(process.execPath, [SUITE, 'ca', ca]).status !== 0) return 2;
    for (const name of wishes.twoNodes ? ['one', 'two'] : ['one']) {
      const node = await start(command, join(folder, name), ca);
      nodes.push(node);
      const reason = await waitForHealth(node, ca);
      if (reason === undefined) continue;
      process.stderr.write(`conformance: the node ${reason}. Command: ${command}\n${node.log().slice(-4000)}\n`);
      return 2;
    }
    return await runSuite(nodes, ca, [...(wishes.node === undefined ? mode.suite : []), ...wishes.rest]);
  } finally {
    await Promise.all(nodes.map(({ child }) => stop(child)));
    rmSync(folder, { recursive: true, force: true });
  }
}

function wishesOf(argv: string[]): Wishes {
  const wishes: Wishes = { registration: 'open', node: undefined, twoNodes: false, tls: false, rest: [] };
  const left = [...argv];
  for (let option = left.shift(); option !== undefined; option = left.shift()) {
    if (option === '--two-nodes') wishes.twoNodes = true;
    else if (option === '--tls') wishes.tls = true;
    else if (option === '--registration') wishes.registration = left.shift() ?? '';
    else if (option === '--node') wishes.node = left.shift() ?? '';
    else wishes.rest.push(option);
  }
  return wishes;
}

async function start(command: string, data: string, ca: string | undefined): Promise<Running> {
  const port = await freePort();
  const url = `${ca === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const values: Record<string, string> = { '{port}': String(port), '{url}': url, '{data}': data, '{ca}': ca ?? '' };
  mkdirSync(data);
  const words = command.split(' ').map((word) => word.replace(/\{\w+\}/g, (name) => values[name] ?? name));
  const child = spawn(words[0] ?? '', words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  return { url, data, child, log: keepOutput(child) };
}

async function runSuite(nodes: readonly Running[], ca: string | undefined, rest: readonly string[]): Promise<number> {
  const [node, other] = nodes;
  if (!node) throw new Error('no node was started');
  const where = ['--url', node.url, ...(other ? ['--peer', other.url] : []), ...(ca === undefined ? [] : ['--ca', ca])];
  const args = [SUITE, 'run', ...where, ...operatorOf(node.data), ...rest];
  const suite = spawn(process.execPath, args, { stdio: 'inherit' });
  const [code] = (await once(suite, 'exit')) as [number | null];
  const dead = nodes.find(({ child }) => hasEnded(child));
  if (!dead) return code ?? 2;
  process.stderr.write(`conformance: the node died during the run.\n${dead.log().slice(-4000)}\n`);
  return code === 0 ? 1 : (code ?? 2);
}

/** The operator's token that this repository's node leaves in its data folder, as arguments of the suite; none where there is none. */
function operatorOf(data: string): string[] {
  const file = join(data, 'operator.json');
  if (!existsSync(file)) return [];
  const { token } = JSON.parse(readFileSync(file, 'utf8')) as { token: string };
  return ['--admin-token', token];
}

/** Waits until the node reports its health; returns why it will not. */
async function waitForHealth({ child, url }: Running, ca: string | undefined): Promise<string | undefined> {
  const root = ca === undefined ? {} : { ca: readFileSync(join(ca, 'ca.pem')) };
  let failed: string | undefined;
  child.once('error', (error) => {
    failed = `did not start (${error.message})`;
  });
  for (const end = performance.now() + START_DEADLINE; performance.now() < end; await pause(50)) {
    if (failed !== undefined) return failed;
    if (hasEnded(child)) return `ended with ${child.exitCode ?? child.signalCode} before it was healthy`;
    if (await isHealthy(url, root)) return undefined;
  }
  return `was not healthy within ${START_DEADLINE} ms`;
}

async function isHealthy(url: string, root: { ca?: Buffer }): Promise<boolean> {
  const ask = url.startsWith('https:') ? askSecurely : askPlainly;
  const request = ask(`${url}/_eccp/client/v1/health`, { ...root, agent: false }).end();
  return await once(request, 'response').then(
    ([answer]) => answer.resume().statusCode === 200,
    () => false,
  );
}

async function stop(node: ChildProcess): Promise<void> {
  if (node.pid === undefined || hasEnded(node)) return;
  const ended = once(node, 'exit');
  node.kill('SIGTERM');
  const late = AbortSignal.timeout(STOP_DEADLINE);
  late.addEventListener('abort', () => {
    process.stderr.write(`conformance: the node did not stop within ${STOP_DEADLINE} ms of SIGTERM\n`);
    node.kill('SIGKILL');
  });
  await ended;
}

function hasEnded(node: ChildProcess): boolean {
  return node.exitCode !== null || node.signalCode !== null;
}

function keepOutput(node: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  node.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  node.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
