// What a node costs its own clients, beside a bare Express echo in the same run, because machines differ and ratios do not.
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ask, type Load, load, message, quantile } from './load.ts';
import { type Served, serve } from './process.ts';

const connections = [1, 8, 32];
const perRun = 3000;
const wakeUps = 200;
const memoryAfter = 20_000;

/**
 * Prints what sends, syncs, starting and memory cost.
 *
 * @param rounds pairs of runs for each number of connections; medians are printed.
 */
export async function benchClients(rounds: number): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-bench-'));
  const started: Served[] = [];
  try {
    const node = await serveNode(directory);
    started.push(node);
    const echo = await serve(['tools/bench/echo.ts']);
    started.push(echo);
    const idle = node.memory();
    const api = `${node.url}/_eccp/client/v1`;
    const agent = new Agent({ keepAlive: true });
    const { access_token: token } = (await ask(
      agent,
      'POST',
      `${api}/register`,
      undefined,
      JSON.stringify({ username: 'bench', password: 'correct horse battery' }),
    )) as { access_token: string };
    const { room_id } = (await ask(agent, 'POST', `${api}/rooms`, token, '{"encrypted":false}')) as { room_id: string };
    const sendUrl = `${api}/rooms/${encodeURIComponent(room_id)}/send/eccp.room.message`;
    const echoUrl = `${echo.url}/echo`;

    let sent = await warmUp(sendUrl, echoUrl, token);
    console.log('connections   sends/s   p50 ms   p99 ms   echo/s   p50 ms   p99 ms   sends ÷ echo (aim 0.35)');
    for (const n of connections) {
      const pairs: { node: Load; echo: Load }[] = [];
      for (let round = 0; round < rounds; round++) {
        const echoLoad = await load(echoUrl, undefined, message, n, perRun);
        pairs.push({ echo: echoLoad, node: await load(sendUrl, token, message, n, perRun) });
        sent += perRun;
      }
      console.log(row(n, pairs));
    }
    const woken = await wakeUpTimes(agent, api, sendUrl, token);
    console.log(
      `sync wake-up, from the send's start to the sync's answer: p50 ${woken.p50.toFixed(1)} ms, p99 ${woken.p99.toFixed(1)} ms (aim 20)`,
    );
    if (sent < memoryAfter) await load(sendUrl, token, message, 32, memoryAfter - sent);
    console.log(
      `memory: ${idle.toFixed(0)} MB idle (aim 120), ${node.memory().toFixed(0)} MB after ${Math.max(sent, memoryAfter)} messages`,
    );
    const starts = [node.startMs];
    for (let i = 0; i < 4; i++) starts.push(await startOnce());
    console.log(
      `time to healthy, first boot: median ${quantile(starts, 0.5).toFixed(0)} ms of ${starts.length} (aim 1000)`,
    );
    await started.shift()?.stop();
    const again = await serveNode(directory);
    started.push(again);
    console.log(`time to healthy with those messages: ${again.startMs.toFixed(0)} ms`);
    agent.destroy();
  } finally {
    for (const process of started) await process.stop();
    await rm(directory, { recursive: true });
  }
}

function serveNode(directory: string): Promise<Served> {
  return serve([
    '--max-semi-space-size=4', // as npm start does
    'bin/eccp-node.js',
    ...['serve', '--server-name', 'bench.test', '--public-base-url', 'http://bench.test', '--registration', 'open'],
    ...[
      '--bootstrap-admin',
      'admin@bench.test',
      '--data-dir',
      directory,
      '--listen',
      '127.0.0.1:0',
      '--log-level',
      'warn',
    ],
  ]);
}

async function startOnce(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-bench-'));
  const node = await serveNode(directory);
  await node.stop();
  await rm(directory, { recursive: true });
  return node.startMs;
}

/** Both programs compile their hot paths first. */
async function warmUp(sendUrl: string, echoUrl: string, token: string): Promise<number> {
  const count = 1000;
  await load(echoUrl, undefined, message, 8, count);
  await load(sendUrl, token, message, 8, count);
  return count;
}

function row(n: number, pairs: readonly { node: Load; echo: Load }[]): string {
  const median = (pick: (pair: { node: Load; echo: Load }) => number) => quantile(pairs.map(pick), 0.5);
  const columns = [
    median((p) => p.node.rate).toFixed(0),
    median((p) => p.node.p50).toFixed(2),
    median((p) => p.node.p99).toFixed(2),
    median((p) => p.echo.rate).toFixed(0),
    median((p) => p.echo.p50).toFixed(2),
    median((p) => p.echo.p99).toFixed(2),
  ];
  const ratio = median((p) => p.node.rate / p.echo.rate).toFixed(2);
  return `${String(n).padStart(11)} ${columns.map((c, i) => c.padStart(i % 3 === 0 ? 9 : 8)).join(' ')}   ${ratio}`;
}

async function wakeUpTimes(
  agent: Agent,
  api: string,
  sendUrl: string,
  token: string,
): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  let { next_batch: since } = (await ask(agent, 'GET', `${api}/sync?limit=1`, token)) as { next_batch: string };
  for (let i = 0; i < wakeUps; i++) {
    const answer = ask(agent, 'GET', `${api}/sync?timeout=10000&since=${since}`, token);
    await ask(agent, 'GET', `${api}/account`, token); // sent after the sync: the sync is waiting by then
    const start = performance.now();
    const sent = ask(agent, 'PUT', sendUrl, token, message);
    ({ next_batch: since } = (await answer) as { next_batch: string });
    times.push(performance.now() - start);
    await sent;
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
