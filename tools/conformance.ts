// Runs the conformance suite against a fresh node.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const HELP = `npm run conformance [-- [--registration MODE | --node "COMMAND"] [arguments of eccp-conformance run]]

Starts a fresh node on a free port with a temporary data folder, runs the suite against its URL, and stops it.

  --registration MODE  run this repository's node with open (the default), token or closed registration
  --node "COMMAND"     run another node: {port}, {url} and {data} in COMMAND stand for a free port, the URL made of it,
                       and an empty folder

Examples:
  npm run conformance -- --tags @SYNC-020
  npm run conformance -- --registration closed --tags @cap-registration-closed`;

const REFERENCE =
  `${process.execPath} bin/eccp-node.js serve --server-name localhost:{port} --public-base-url {url} ` +
  '--bootstrap-admin admin@example.org --data-dir {data} --listen 127.0.0.1:{port} --log-level warn ' +
  '--allow-insecure-loopback';
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

process.exitCode = await main(process.argv.slice(2));

async function main(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const [option, value = ''] = argv;
  const mode = REGISTRATION[option === '--registration' ? value : 'open'];
  if (mode === undefined) {
    process.stderr.write(`conformance: --registration ${value} is none of open, token and closed\n`);
    return 2;
  }
  const command = option === '--node' ? value : `${REFERENCE} ${mode.node}`;
  const rest = option === '--node' || option === '--registration' ? argv.slice(2) : argv;
  const args = option === '--node' ? rest : [...mode.suite, ...rest];
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const data = mkdtempSync(join(tmpdir(), 'eccp-conformance-'));
  const words = command
    .split(' ')
    .map((word) => word.replaceAll('{port}', String(port)).replaceAll('{url}', url).replaceAll('{data}', data));
  const node = spawn(words[0] ?? '', words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = keepOutput(node);
  try {
    const reason = await waitForHealth(node, url);
    if (reason !== undefined) {
      process.stderr.write(`conformance: the node ${reason}. Command: ${words.join(' ')}\n${log().slice(-4000)}\n`);
      return 2;
    }
    const own = ['bin/eccp-conformance.js', 'run', '--url', url, ...operatorOf(data), ...args];
    const suite = spawn(process.execPath, own, { stdio: 'inherit' });
    const [code] = (await once(suite, 'exit')) as [number | null];
    if (hasEnded(node)) {
      process.stderr.write(`conformance: the node died during the run.\n${log().slice(-4000)}\n`);
      return code === 0 ? 1 : (code ?? 2);
    }
    return code ?? 2;
  } finally {
    await stop(node);
    rmSync(data, { recursive: true, force: true });
  }
}

/** The operator's token that this repository's node leaves in its data folder, as arguments of the suite; none where there is none. */
function operatorOf(data: string): string[] {
  const file = join(data, 'operator.json');
  if (!existsSync(file)) return [];
  const { token } = JSON.parse(readFileSync(file, 'utf8')) as { token: string };
  return ['--admin-token', token];
}

/** Waits until the node reports its health; returns why it will not. */
async function waitForHealth(node: ChildProcess, url: string): Promise<string | undefined> {
  let failed: string | undefined;
  node.once('error', (error) => {
    failed = `did not start (${error.message})`;
  });
  for (const end = performance.now() + START_DEADLINE; performance.now() < end; await pause(50)) {
    if (failed !== undefined) return failed;
    if (hasEnded(node)) return `ended with ${node.exitCode ?? node.signalCode} before it was healthy`;
    const healthy = await fetch(`${url}/_eccp/client/v1/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) return undefined;
  }
  return `was not healthy within ${START_DEADLINE} ms`;
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
