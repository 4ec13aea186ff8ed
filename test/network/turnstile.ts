// Stands where a node's peers believe it to be, and counts who comes by, also while the node is away.
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';

/** A request that came by. */
export interface Passage {
  /** The method and the last part of the path, such as `POST transactions`. */
  readonly what: string;
  /** When it came, and when its answer had gone, on the clock of `performance`. */
  readonly startMs: number;
  endMs: number;
  /** 0 where nobody was there to answer. */
  status: number;
  /** Of the answer's body. */
  bytes: number;
}

export class Turnstile {
  /** Where the node listens; undefined while it is away. */
  target: number | undefined;
  readonly passages: Passage[] = [];
  /** Whether the node's answers are lost on their way back. */
  losesAnswers = false;
  /** What is answered here as if the node had no such thing, such as `GET snapshot`. */
  readonly refused = new Set<string>();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server = createServer({ keepAliveTimeout: 65_000 }, (asked, answer) => {
    const { method, url, headers } = asked;
    const what = `${method} ${url?.replace(/\?.*/, '').split('/').at(-1)}`;
    const passage: Passage = { what, startMs: performance.now(), endMs: Number.NaN, status: 0, bytes: 0 };
    this.passages.push(passage);
    if (this.target === undefined) return void asked.socket.destroy();
    if (this.refused.has(what)) {
      answer.writeHead(404, { 'content-type': 'application/json' });
      return void answer.end('{"errcode":"ECCP_NOT_FOUND","error":"There is no such thing."}');
    }
    const to = { host: '127.0.0.1', port: this.target, agent: this.#agent };
    const passed = request({ ...to, method, path: url, headers }, (response) => {
      passage.status = response.statusCode ?? 0;
      if (this.losesAnswers) return void asked.socket.destroy();
      response.on('data', (part: Buffer) => {
        passage.bytes += part.length;
      });
      answer.on('finish', () => {
        passage.endMs = performance.now();
      });
      answer.writeHead(passage.status, response.headers);
      response.pipe(answer);
    });
    passed.on('error', () => asked.socket.destroy());
    asked.pipe(passed);
  });

  /** @returns the name that a node behind it is to have. */
  async listen(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many requests of each kind came by since a time. */
  counts(sinceMs = 0): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { what, startMs } of this.passages) if (startMs >= sinceMs) counts[what] = (counts[what] ?? 0) + 1;
    return counts;
  }

  close(): void {
    this.#agent.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
