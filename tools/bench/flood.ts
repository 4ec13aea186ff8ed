// What local clients feel of a peer that floods their node, beside the same flood at a bare listener on the machine.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FederatedNode, type User, withNodes } from './federated.ts';
import type { Flood, Flooded } from './flooder.ts';
import { ask, message, quantile } from './load.ts';
import { serve } from './process.ts';

const count = 10_000;
const perSecond = 2_000;
const clients = 4;
/** Between two sends of a client, in milliseconds. */
const pause = 10;

/** With the limits that a new node has. */
export async function flood(rounds: number): Promise<void> {
  const listener = await serve(['tools/bench/listener.ts']);
  const flooder = fork('tools/bench/flooder.ts');
  const ended = once(flooder, 'exit').then(([code]) => {
    throw new Error(`the peer that floods ended with ${code}`);
  });
  ended.catch(() => {}); // at the end it is killed
  try {
    await once(flooder, 'message');
    await withNodes(1, async ([node]) => {
      if (node === undefined) throw new Error('a node was asked for');
      const ada = await node.register('ada');
      const room = await node.createRoom(ada);
      const during = (work: Promise<unknown>) => sends(node, ada, room, work);
      const pour = (url: string, transactions = count) =>
        Promise.race([ended, poured(flooder, { url, destination: node.name, count: transactions, perSecond })]);
      await during(sleep(2_000)); // hot paths are compiled first
      for (const url of [listener.url, `http://${node.name}`]) await during(pour(url, count / 5));
      const calm = await during(sleep(3_000));
      const [besides, ats]: [number[], number[]] = [[], []];
      const ratios: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const beside = pour(listener.url);
        const besideTimes = await during(beside);
        const at = pour(`http://${node.name}`);
        const atTimes = await during(at);
        besides.push(...besideTimes);
        ats.push(...atTimes);
        ratios.push(quantile(atTimes, 0.99) / quantile(besideTimes, 0.99));
        console.log(`  at a listener: ${told(await beside, besideTimes)}`);
        console.log(`  at the node:   ${told(await at, atTimes)}; ${answersOf(await at)}`);
      }
      console.log(`  without a flood: sends p50 ${ms(calm, 0.5)}, p99 ${ms(calm, 0.99)}`);
      // The p99 of one round is that of some ten sends: all of them together say more.
      const ratio = quantile(ats, 0.99) / quantile(besides, 0.99);
      const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} in single rounds`;
      console.log(
        `  p99 of sends, flood at the node ÷ flood at a listener: ${ratio.toFixed(2)} (aim at most 2: ${ratio <= 2 ? 'reached' : 'missed'}), of all sends of ${rounds} rounds; ${range}`,
      );
    });
  } finally {
    flooder.kill();
    await listener.stop();
  }
}

/** How long sends take while some work is done, in milliseconds. */
async function sends(node: FederatedNode, { token }: User, room: string, work: Promise<unknown>): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  let isOver = false;
  const client = async () => {
    while (!isOver) {
      const start = performance.now();
      await ask(agent, 'PUT', node.sendUrl(room), token, message);
      times.push(performance.now() - start);
      await sleep(pause);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  await work;
  isOver = true;
  await all;
  agent.destroy();
  return times;
}

async function poured(flooder: ChildProcess, flood: Flood): Promise<Flooded> {
  const flooded = once(flooder, 'message');
  flooder.send(flood);
  const [result] = (await flooded) as [Flooded];
  if (result.withoutTime > 0) throw new Error(`${result.withoutTime} refusals did not say when to come again`);
  return result;
}

function told({ seconds }: Flooded, times: readonly number[]): string {
  return `${count} transactions in ${seconds.toFixed(1)} s, ${times.length} sends meanwhile p50 ${ms(times, 0.5)}, p99 ${ms(times, 0.99)}`;
}

function answersOf({ answers }: Flooded): string {
  return Object.entries(answers)
    .map(([code, times]) => `${times} ${code}`)
    .join(', ');
}

function ms(times: readonly number[], q: number): string {
  return `${quantile(times, q).toFixed(1)} ms`;
}
