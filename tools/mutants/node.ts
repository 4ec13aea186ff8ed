// Starts nodes of this repository, as they are or changed, for the suite to look at.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority } from '../../conformance/tls/authority.ts';
import { type Mutant, type Patch, patchesOf } from './mutant.ts';
import { startProxy } from './proxy.ts';
import type { Setting } from './settings.ts';

/** Milliseconds in which a node has to serve. */
const START = 60_000;
const root = join(import.meta.dirname, '../..');

/** Strong hashes of passwords cost more than all the rest of a scenario, and no scenario can see them. */
export const CHEAP: readonly Patch[] = [
  {
    file: 'src/services/passwords.ts',
    find: 'memoryCost: 64 * 1024, timeCost: 3, parallelism: 2',
    put: 'memoryCost: 64, timeCost: 1, parallelism: 1',
  },
  { file: 'src/services/passwords.ts', find: '$m=65536,t=3,p=2$', put: '$m=64,t=1,p=1$' },
];

/** What the suite is run with against the nodes that were started. */
export interface Started {
  url: string;
  peer?: string;
  ca?: string;
  registrationToken?: string;
  adminToken: string;
  /** Why it serves no more, or undefined while it does. */
  died(): string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts a node, and a second one that is good where the setting has two.
 *
 * @param mutant what is wrong with it; undefined for a good one.
 * @throws Error where a node does not start
 */
export async function startNode({ registration, twoNodes, tls, proxied }: Setting, mutant?: Mutant): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'eccp-mutant-'));
  const ca = tls ? join(folder, 'ca') : undefined;
  const children: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(children.map((child) => end(child)));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    if (ca !== undefined) makeAuthority(ca, []);
    const port = await freePort();
    const behind = proxied ? await freePort() : port;
    const at = { registration, ca };
    const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
    const patches = [...CHEAP, ...(mutant ? patchesOf(mutant) : [])];
    const node = await serve({ ...at, port, listen: behind, data: join(folder, 'one'), patches }, children);
    const proxy = proxied ? await startProxy(port, behind, mutant && 'wire' in mutant ? mutant.wire : {}) : undefined;
    const other = twoNodes ? await freePort() : undefined;
    if (other !== undefined)
      await serve({ ...at, port: other, listen: other, data: join(folder, 'two'), patches: CHEAP }, children);
    const { token } = JSON.parse(readFileSync(join(folder, 'one', 'operator.json'), 'utf8')) as { token: string };
    return {
      url,
      adminToken: token,
      ...(registration === 'token' ? { registrationToken: 'conformance' } : {}),
      ...(other === undefined ? {} : { peer: url.replace(String(port), String(other)) }),
      ...(ca === undefined ? {} : { ca }),
      died: () => (hasEnded(node.child) ? `it ended: ${node.output().slice(-1000)}` : undefined),
      async stop() {
        proxy?.close();
        proxy?.closeAllConnections();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Serving {
  /** The port in its name. */
  port: number;
  listen: number;
  registration: string;
  ca: string | undefined;
  data: string;
  patches: readonly Patch[];
}

async function serve(serving: Serving, children: ChildProcess[]): Promise<{ child: ChildProcess; output(): string }> {
  const { port, listen, registration, ca, data, patches } = serving;
  const options = {
    'server-name': `localhost:${port}`,
    'public-base-url': `${ca === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    'bootstrap-admin': 'admin@example.org',
    'data-dir': data,
    listen: `127.0.0.1:${listen}`,
    registration,
    'log-level': 'warn',
    ...(registration === 'token' ? { 'registration-token': 'conformance' } : {}),
    ...(ca === undefined
      ? {}
      : {
          'tls-cert': join(ca, 'node.pem'),
          'tls-key': join(ca, 'node-key.pem'),
          'trusted-roots': join(ca, 'ca.pem'),
        }),
  };
  const peers =
    ca === undefined
      ? ['--allow-insecure-loopback']
      : ['--allow-peer-range', '127.0.0.0/8', '--allow-peer-range', '::1/128'];
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(
    process.execPath,
    ['--import', join(import.meta.dirname, 'load.ts'), 'bin/eccp-node.js', 'serve', ...words, ...peers],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ECCP_PATCHES: encoded(patches) } },
  );
  children.push(child);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
  let text = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => {
      text += part;
      if (/ serves at /.test(text)) resolve();
    });
  child.once('exit', () => reject(new Error(`the node does not start: ${text.slice(-1000)}`)));
  const timer = setTimeout(() => reject(new Error(`no node after ${START} ms: ${text.slice(-1000)}`)), START);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
  return { child, output: () => text };
}

/** Patches as ECCP_PATCHES has them. */
export function encoded(patches: readonly Patch[]): string {
  return Buffer.from(JSON.stringify(patches)).toString('base64url');
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL'); // its data is thrown away
  await ended;
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
