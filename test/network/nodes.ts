// Real nodes that know one another by their loopback addresses, each a process of its own.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64url } from '../../src/core/encoding.ts';
import { signRequest } from '../../src/core/request-signature.ts';
import type { SigningKey } from '../../src/core/signing.ts';
import { readKeys } from '../../src/storage/stored-identity.ts';
import { type Answer, Client } from '../node/client.ts';
import { type NodeProcess, runToEnd, serve } from '../node/node-process.ts';

/** Whoever can sign requests in a node's name. */
export interface Signer {
  readonly name: string;
  key(): Promise<SigningKey>;
}

export class NetworkNode implements Signer {
  readonly name: string;
  readonly dataDir: string;
  readonly #args: readonly string[];
  readonly #ca: string | undefined;
  #process: NodeProcess | undefined;
  #client: Client | undefined;

  /**
   * @param args the options of `serve`, with --server-name and --data-dir among them.
   * @param ca what vouches for its certificate, in PEM; without it the node serves plain HTTP.
   */
  constructor(args: readonly string[], ca?: string) {
    this.name = optionOf(args, '--server-name');
    this.dataDir = optionOf(args, '--data-dir');
    this.#args = args;
    this.#ca = ca;
  }

  /** Where it listens. */
  get port(): number {
    return Number(new URL(this.#process?.url ?? assert.fail(`${this.name} does not run`)).port);
  }

  get keysFolder(): string {
    return join(this.dataDir, 'keys');
  }

  get client(): Client {
    return this.#client ?? assert.fail(`${this.name} does not run`);
  }

  /** Everything that it has printed since it started last. */
  get output(): string {
    return this.#process?.output() ?? assert.fail(`${this.name} did not run`);
  }

  /** @param more options for this run only. */
  async start(...more: string[]): Promise<this> {
    this.#process = await serve([...this.#args, ...more]);
    this.#client = new Client(this.#process.url, this.#ca);
    return this;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#client?.close();
    await this.#process?.end(signal);
  }

  /** A command of the operator, which has to succeed. @returns what it printed. */
  async run(...command: string[]): Promise<string> {
    const { code, output } = await runToEnd([...command, '--data-dir', this.dataDir]);
    assert.equal(code, 0, `${command.join(' ')}: ${output}`);
    return output;
  }

  /** Calls another API than that of clients as the operator, and has to succeed. */
  async operator(method: string, target: string, body?: object): Promise<Answer['body']> {
    const { token } = JSON.parse(await readFile(join(this.dataDir, 'operator.json'), 'utf8')) as { token: string };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.client.send(method, target, `Bearer ${token}`, text);
    assert.equal(answer.status, 200, `${method} ${target}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** The records of its audit log from a place on. */
  async audited(from = 0): Promise<Answer['body'][]> {
    const { records } = await this.operator('GET', `/_eccp/admin/v1/audit?from=${from}&limit=1000`);
    return records.map(({ record }: Answer['body']) => record);
  }

  /** What comes of trying a peer: the last step, with the code of its failure if it failed. */
  async diagnose(node: string): Promise<string> {
    const { steps } = await this.operator('POST', '/_eccp/federation/v1/diagnose', { node });
    const { step, errcode } = steps.at(-1);
    return errcode === undefined ? step : `${step} ${errcode}`;
  }

  /** The key with which it signs now. */
  async key(): Promise<SigningKey> {
    const [key] = readKeys(await readFile(join(this.keysFolder, 'signing-key.pem'), 'utf8'));
    return key ?? assert.fail(`${this.keysFolder} is empty`);
  }

  /** Asks it something in the name of another node. */
  async asked(by: Signer, method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const uri = `/_eccp/federation/v1${path}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = { method, uri, body: text ?? '', origin: by.name, destination: this.name };
    const signature = signRequest(await by.key(), { ...request, ts: Date.now(), nonce: toBase64url(randomBytes(16)) });
    return this.client.send(method, uri, signature, text);
  }

  /** As asked(), with an empty transaction. @returns the refusal's code, or `accepted`. */
  async greeted(by: Signer): Promise<string> {
    const { status, body } = await this.asked(by, 'POST', '/transactions', {});
    return status === 200 ? 'accepted' : body.errcode;
  }
}

function optionOf(args: readonly string[], option: string): string {
  return args[args.indexOf(option) + 1] ?? assert.fail(`${option} is missing`);
}

export interface NodeOptions {
  /** `127.0.0.1` or `localhost`. */
  readonly host?: string;
  /** Where peers find it, if not where it listens. */
  readonly name?: string;
  readonly args?: readonly string[];
  /** What vouches for its certificate, in PEM. */
  readonly ca?: string;
}

/** Nodes and folders that a test file needs, and their end. */
export class Network {
  readonly #nodes: NetworkNode[] = [];
  readonly #folders: string[] = [];

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'eccp-network-'));
    this.#folders.push(folder);
    return folder;
  }

  /** A node at a port of its own that has not started. */
  async node(options: NodeOptions = {}): Promise<NetworkNode> {
    const { host = '127.0.0.1', args = ['--allow-insecure-loopback'], ca } = options;
    const port = await freePort();
    const { name = `${host}:${port}` } = options;
    const where = ['--server-name', name, '--public-base-url', `${ca === undefined ? 'http' : 'https'}://${name}`];
    const rest = ['--listen', `127.0.0.1:${port}`, '--bootstrap-admin', 'admin@example.org', '--registration', 'open'];
    return this.add(new NetworkNode([...where, ...rest, '--data-dir', await this.folder(), ...args], ca));
  }

  /** Sees to the end of a node that was made otherwise. */
  add(node: NetworkNode): NetworkNode {
    this.#nodes.push(node);
    return node;
  }

  async end(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop('SIGKILL')));
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/** A port that nothing listens on, below those that a system gives to connections. It stays the node's when it restarts. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    const server = createServer();
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
