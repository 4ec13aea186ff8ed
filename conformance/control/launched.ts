// A node that the suite starts: a command with a port, a URL and a data folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { HarnessError } from '../outcome.ts';
import { filled } from './shell.ts';

/** Milliseconds in which a node has to end by itself. */
const STOP_DEADLINE = 10_000;
/** Milliseconds in which the end of a node that no longer listens has to be noticed. */
const NOTICE = 2000;
/** Characters of a node's output that are worth showing. */
const SHOWN = 4000;
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Nodes that the process has to end before it ends itself. */
const launched = new Set<LaunchedNode>();

/** A node of the suite's own. Close it. */
export class LaunchedNode {
  readonly url: string;
  readonly #command: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #ca: string | undefined;
  #child: ChildProcess | undefined;
  #failed: string | undefined;

  private constructor(command: string, port: number, ca: string | undefined) {
    this.#command = command;
    this.#port = port;
    this.#ca = ca;
    this.url = `${ca === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
    this.#folder = mkdtempSync(join(tmpdir(), 'eccp-conformance-'));
    mkdirSync(this.#data);
  }

  /**
   * Makes a port and an empty data folder for a node; it is not started yet.
   * @param command for the shell.
   * @param ca the folder that `eccp-conformance ca` made, where the node is to serve HTTPS.
   */
  static async prepare(command: string, ca: string | undefined): Promise<LaunchedNode> {
    const node = new LaunchedNode(command, await freePort(), ca);
    endWithProcess();
    launched.add(node);
    return node;
  }

  /** What stands for {names} in its command and those of its driver. `pid` is also its process group. */
  get values(): Readonly<Record<string, string>> {
    return {
      port: String(this.#port),
      url: this.url,
      data: this.#data,
      log: this.#log,
      pid: String(this.#child?.pid ?? ''),
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
    };
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  get #log(): string {
    return join(this.#folder, 'log');
  }

  /** Starts it, in a process group of its own. @param more what its command ends with. */
  start(more = ''): void {
    const command = `${filled(this.#command, this.values)} ${more}`;
    const child = spawn(command, { shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#failed = undefined;
    child.once('error', (error) => {
      this.#failed = error.message;
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => this.#keep(chunk));
  }

  /** Ends it with whatever it has started, and waits until all that is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    this.#child = undefined;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    signalGroup(child.pid, signal);
    for (const limit = performance.now() + STOP_DEADLINE; signalGroup(child.pid, 0); await pause(10)) {
      if (performance.now() > limit) break;
    }
    signalGroup(child.pid, 'SIGKILL');
    await ended;
  }

  /** Ends it at once; nobody waits. */
  abandon(): void {
    if (this.#child?.pid !== undefined) signalGroup(this.#child.pid, 'SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Ends it, and removes what it has left. */
  async close(): Promise<void> {
    await this.end('SIGTERM');
    launched.delete(this);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** How it ended, where nobody asked it to, with the last that it said. */
  get obituary(): string | undefined {
    const child = this.#child;
    if (!child) return undefined;
    const how = this.#failed ?? (child.exitCode === null ? child.signalCode : `exit code ${child.exitCode}`);
    if (how === null) return undefined;
    const said = existsSync(this.#log) ? readFileSync(this.#log, 'utf8').slice(-SHOWN).trim() : '';
    return `${how}. ${said === '' ? 'It said nothing.' : `The last that it said:\n${said}`}`;
  }

  /** The same, where its end may be so fresh that the process has yet to notice. */
  async lateObituary(): Promise<string | undefined> {
    const end = performance.now() + NOTICE;
    while (this.obituary === undefined && performance.now() < end && !(await listens(this.#port))) await pause(10);
    return this.obituary;
  }

  /** What it keeps, file by file. */
  files(): { path: string; content: Buffer }[] {
    const found = readdirSync(this.#data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return found.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { path: relative(this.#data, path), content: readFileSync(path) };
    });
  }

  /** Keeps a copy of its data, which it must not be writing. */
  backUp(): void {
    rmSync(this.#copy, { recursive: true, force: true });
    cpSync(this.#data, this.#copy, { recursive: true });
  }

  /** Puts the copy in the place of its data. */
  putBack(): void {
    if (!existsSync(this.#copy)) throw new HarnessError('there is no copy to put back');
    rmSync(this.#data, { recursive: true });
    cpSync(this.#copy, this.#data, { recursive: true });
  }

  get #copy(): string {
    return join(this.#folder, 'copy');
  }

  #keep(chunk: Buffer): void {
    if (existsSync(this.#folder)) appendFileSync(this.#log, chunk);
  }
}

/** @returns whether there is anybody in the group. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return await once(socket, 'connect')
    .then(() => true)
    .catch(() => false)
    .finally(() => socket.destroy());
}

/** A node in a process group of its own outlives whoever is interrupted: this sees that it does not. */
function endWithProcess(): void {
  if (process.listeners('exit').includes(abandonAll)) return;
  process.on('exit', abandonAll);
  for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => process.exit(code));
}

function abandonAll(): void {
  for (const node of launched) node.abandon();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new HarnessError('no port was given');
  return address.port;
}
