// A node in a process of its own, on which faults can be brought: behind a proxy that is its name, with a clock that can be set.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Answer, Client } from '../../node/client.ts';
import { type NodeProcess, startProcess } from '../../node/node-process.ts';
import { PeerProxy } from './proxy.ts';

const preload = fileURLToPath(new URL('clock.preload.ts', import.meta.url));

/** What waits at a node for one of its peers, and why. */
export interface PeerQueue {
  readonly node: string;
  readonly queued: number;
  readonly last_failure?: string;
}

export class FaultyNode {
  readonly proxy: PeerProxy;
  readonly #folder: string;
  #process: NodeProcess | undefined;
  #client: Client | undefined;
  #printed = '';
  #upheavals = 0;
  #isOver = false;

  private constructor(proxy: PeerProxy, folder: string) {
    this.proxy = proxy;
    this.#folder = folder;
  }

  /** @param folder of its own, which need not exist. */
  static async create(folder: string): Promise<FaultyNode> {
    await mkdir(folder, { recursive: true });
    const node = new FaultyNode(await PeerProxy.listen(), folder);
    await node.setClock(0);
    return node;
  }

  get name(): string {
    return this.proxy.name;
  }

  /** How often its process was ended, started, stopped or continued. */
  get upheavals(): number {
    return this.#upheavals;
  }

  async start(): Promise<void> {
    if (this.#isOver) return;
    const names = ['--server-name', this.name, '--public-base-url', `http://${this.name}`];
    const environment = `export ECCP_TEST_CLOCK='${this.#clockFile}' NODE_OPTIONS='--import "${preload}"'`;
    const args = [...names, '--allow-insecure-loopback', '--log-level', 'warn'];
    this.#process = await startProcess(join(this.#folder, 'data'), args, environment);
    if (this.#isOver) return this.kill(); // a fault went on beyond the end of the test
    this.#client = new Client(this.#process.url);
    this.proxy.target = Number(new URL(this.#process.url).port);
    this.#upheavals++;
  }

  async kill(): Promise<void> {
    const killed = this.#process;
    this.#upheavals++;
    this.proxy.target = undefined;
    this.#process = undefined;
    await killed?.end('SIGKILL');
    this.#printed += killed?.output() ?? '';
    this.#client?.close();
    this.#client = undefined;
  }

  /** @throws Error when there is no process to stop. */
  pause(): void {
    if (this.#process?.child.kill('SIGSTOP') !== true) throw new Error(`${this.name} does not run`);
    this.#upheavals++;
  }

  resume(): void {
    this.#upheavals++;
    this.#process?.child.kill('SIGCONT');
  }

  /** Puts the node's clock forward or back, while it runs and for when it starts again. */
  async setClock(offsetMs: number): Promise<void> {
    await writeFile(`${this.#clockFile}.new`, String(offsetMs));
    await rename(`${this.#clockFile}.new`, this.#clockFile);
  }

  /** Calls the client API. @throws Error when no whole answer came, as while the node is down. */
  async call(method: string, path: string, token?: string, body?: object, more?: object): Promise<Answer> {
    if (this.#client === undefined) throw new Error(`${this.name} is down`);
    return this.#client.call(method, path, token, body, more);
  }

  /**
   * Calls the client API until there is an answer: faults end. What the node asks to try later is tried later.
   *
   * @throws Error once the node is over for good.
   */
  async insist(method: string, path: string, token?: string, body?: object, more?: object): Promise<Answer> {
    while (!this.#isOver) {
      const answer = await this.call(method, path, token, body, more).catch(() => undefined);
      if (answer !== undefined && answer.status !== 429 && answer.status !== 503) return answer;
      await wait(answer?.body.retry_after_ms ?? 100);
    }
    throw new Error(`${this.name} is over`);
  }

  async log(token: string, room: string): Promise<Answer['body'][]> {
    if (this.#client === undefined) throw new Error(`${this.name} is down`);
    return this.#client.log(token, room);
  }

  async queues(): Promise<PeerQueue[]> {
    const { token } = JSON.parse(await readFile(join(this.#folder, 'data/operator.json'), 'utf8')) as { token: string };
    const answer = await this.#client?.send('GET', '/_eccp/admin/v1/peers', `Bearer ${token}`);
    return answer?.body.peers;
  }

  /** What all its processes have printed: warnings, errors, how they ended. */
  printed(): string {
    return this.#printed + (this.#process?.output() ?? '');
  }

  /** For good. Resolves when its process is gone. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.proxy.close();
    await this.kill();
  }

  get #clockFile(): string {
    return join(this.#folder, 'clock');
  }
}
