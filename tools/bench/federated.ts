// Nodes that reach one another over loopback, and the rooms that they share.
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '../../src/generated/api.ts';
import { ask } from './load.ts';
import { type Served, serve } from './process.ts';

export interface User {
  readonly id: string;
  readonly token: string;
}

/** A node of the network. It may be stopped and started again. */
export class FederatedNode {
  /** Its name says where others reach it. */
  readonly name: string;
  readonly directory: string;
  readonly #listen: string;
  readonly #agent = new Agent({ keepAlive: true });
  #served: Served | undefined;

  constructor(name: string, listen: string, directory: string) {
    this.name = name;
    this.#listen = listen;
    this.directory = directory;
  }

  get api(): string {
    return `http://${this.#listen}/_eccp/client/v1`;
  }

  async start(): Promise<void> {
    this.#served = await serve([
      '--max-semi-space-size=4', // as npm start does
      'bin/eccp-node.js',
      ...['serve', '--server-name', this.name, '--public-base-url', `http://${this.name}`, '--registration', 'open'],
      ...['--bootstrap-admin', 'admin@bench.test', '--data-dir', this.directory, '--listen', this.#listen],
      ...['--log-level', 'error', '--allow-insecure-loopback'],
    ]);
  }

  async stop(): Promise<void> {
    await this.#served?.stop();
    this.#served = undefined;
  }

  get port(): number {
    return Number(this.#listen.split(':')[1]);
  }

  /** Resident memory, in megabytes. */
  memory(): number {
    return this.#served?.memory() ?? 0;
  }

  /** Seconds of processor time that it has used since it was started. */
  cpu(): number {
    return this.#served?.cpu() ?? 0;
  }

  /** An operation of the client API. @throws Error for a refusal. */
  async call(method: string, path: string, token?: string, body?: object): Promise<Record<string, unknown>> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return (await ask(this.#agent, method, `${this.api}${path}`, token, text)) as Record<string, unknown>;
  }

  async register(username: string): Promise<User> {
    const { user_id, access_token } = await this.call('POST', '/register', undefined, {
      username,
      password: 'correct horse battery',
    });
    return { id: user_id as string, token: access_token as string };
  }

  /** A public room. @returns its id as paths have it. */
  async createRoom({ token }: User): Promise<string> {
    const { room_id } = await this.call('POST', '/rooms', token, { visibility: 'public' });
    return encodeURIComponent(room_id as string);
  }

  sendPath(room: string): string {
    return `/rooms/${room}/send/eccp.room.message`;
  }

  sendUrl(room: string): string {
    return `${this.api}${this.sendPath(room)}`;
  }

  /** The place of the last entry that the user's node holds. */
  async head(room: string, { token }: User): Promise<number> {
    const { events } = await this.call('GET', `/rooms/${room}/messages?dir=b&limit=1`, token);
    return (events as { entry: { seq: number } }[])[0]?.entry.seq ?? -1;
  }

  /** Changes the operator's policy. */
  async changePolicy(change: (policy: Policy) => void): Promise<void> {
    const { token } = JSON.parse(await readFile(join(this.directory, 'operator.json'), 'utf8')) as { token: string };
    const url = `http://${this.#listen}/_eccp/admin/v1/policy`;
    const { version, policy } = (await ask(this.#agent, 'GET', url, token)) as { version: number; policy: Policy };
    change(policy);
    await ask(this.#agent, 'PUT', url, token, JSON.stringify({ replaces: version, policy }));
  }

  async end(): Promise<void> {
    this.#agent.destroy();
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Nodes for one measurement; all are gone after it. */
export async function withNodes(count: number, use: (nodes: FederatedNode[]) => Promise<void>): Promise<void> {
  const nodes: FederatedNode[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const node = await newNode();
      nodes.push(node);
      await node.start();
    }
    await use(nodes);
  } finally {
    for (const node of nodes) await node.end();
  }
}

/** A node that has not been started yet. @param name where others reach it, if not where it listens. */
export async function newNode(name?: string): Promise<FederatedNode> {
  const listen = `127.0.0.1:${await freePort()}`;
  return new FederatedNode(name ?? listen, listen, await mkdtemp(join(tmpdir(), 'eccp-bench-')));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Limits that nothing here runs into, to measure what a node can do rather than what it allows. */
export function unlimited({ federation, client }: Policy): void {
  const wide = { per_second: 100_000, burst: 100_000 };
  federation.limit = wide;
  federation.quota = wide;
  client.quota = wide;
}
