// Stands between a node and its peers: cuts the node off from all of them, or from one.
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What becomes of requests while a cut lasts: `refuse` ends their connections; `hold` lets them wait, like packets that get through at
 * last; `deaf` lets requests through, but no answers. An answer that was on its way when a cut began is lost, but for `hold`.
 */
export const cutModes = ['refuse', 'hold', 'deaf'] as const;
export type CutMode = (typeof cutModes)[number];

interface Cut {
  readonly mode: CutMode;
  /** The peer that is cut off; undefined: all. */
  readonly from: string | undefined;
  readonly over: Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: string[];
  readonly body: Buffer;
}

export class PeerProxy {
  /** Where the node listens now; undefined while it does not. */
  target: number | undefined;
  /** How many requests cuts have stopped, held up or kept the answer of. */
  hits = 0;
  /** How often the node refused a request, by code. */
  readonly refusals = new Map<string, number>();
  readonly #cuts = new Set<Cut>();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (asked, answer) => {
      this.#pass(asked, answer).catch(() => asked.socket.destroy()); // the node is gone, or its peer
    });
  }

  static async listen(): Promise<PeerProxy> {
    const proxy = new PeerProxy();
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The address that peers know: as it has a port and is an IP literal, it can be a node's name. */
  get name(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * Cuts the node off from a peer's signed requests, or with `from` undefined from everybody's.
   *
   * @returns what ends it.
   */
  cut(mode: CutMode, from?: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cut = { mode, from, over: promise };
    this.#cuts.add(cut);
    return () => {
      this.#cuts.delete(cut);
      resolve();
    };
  }

  close(): void {
    this.#agent.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const origin = /origin="([^"]*)"/.exec(asked.headers.authorization ?? '')?.[1];
    if (await this.#stopped(origin, ['deaf'])) return void asked.socket.destroy();
    const { status, headers, body } = await this.#forward(asked);
    if (await this.#stopped(origin, [])) return void asked.socket.destroy();
    if (status >= 400) this.#note(body);
    answer.writeHead(status, headers).end(body);
  }

  /** Waits while what comes from a peer is held up. @returns whether it does not get through at all, now. */
  async #stopped(origin: string | undefined, passing: readonly CutMode[]): Promise<boolean> {
    for (let waited = false; ; waited = true) {
      const cuts = [...this.#cuts].filter(({ from }) => from === undefined || from === origin);
      const cut = cuts.find(({ mode }) => mode !== 'hold') ?? cuts[0];
      if (cut === undefined || passing.includes(cut.mode)) return false;
      if (!waited) this.hits++;
      if (cut.mode !== 'hold') return true;
      await cut.over;
    }
  }

  async #forward(asked: IncomingMessage): Promise<Answer> {
    const { method, url, rawHeaders } = asked;
    if (this.target === undefined) throw new Error('the node is down');
    const to = { host: '127.0.0.1', port: this.target, agent: this.#agent };
    const forwarded = request({ ...to, method, path: url, headers: rawHeaders });
    asked.pipe(forwarded);
    const [response]: IncomingMessage[] = await once(forwarded, 'response');
    if (response === undefined) throw new Error('no answer');
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    return { status: response.statusCode ?? 0, headers: response.rawHeaders, body: Buffer.concat(parts) };
  }

  #note(body: Buffer): void {
    const code = /"errcode":"(\w+)"/.exec(body.toString('latin1'))?.[1] ?? 'without a code';
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }
}
