import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

export interface Load {
  /** Requests answered a second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** What is sent where it does not matter what. */
export const message = JSON.stringify({
  body: 'The pump is running again; I will look at the valves tomorrow morning.',
});

/** One request over a kept connection; resolves with the parsed body. */
export function ask(
  agent: Agent,
  method: string,
  url: string,
  token: string | undefined,
  body?: string,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const call = request(url, { method, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => {
        if ((response.statusCode ?? 0) < 300) resolve(JSON.parse(text));
        else reject(new Error(`${method} ${url}: ${response.statusCode} ${text}`));
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** Puts the same body `count` times over `connections` connections, each waiting for its answer before the next. */
export async function load(
  url: string,
  token: string | undefined,
  body: string,
  connections: number,
  count: number,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const start = performance.now();
      await ask(agent, 'PUT', url, token, body);
      times.push(performance.now() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  return { rate: times.length / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
