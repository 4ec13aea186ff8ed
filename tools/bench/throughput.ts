// How many events a second come from the users of one node into the log of the other.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FederatedNode, type User, unlimited, withNodes } from './federated.ts';
import { load, message, quantile } from './load.ts';

const connections = [1, 8, 32];
const perRun = 1000;

interface Run {
  /** Events a second, until the last one was in the logs of both. */
  rate: number;
  /** Milliseconds that a send took its client. */
  p50: number;
  p99: number;
  /** Milliseconds of processor time for an event. */
  host: number;
  participant: number;
}

/** With limits that do not bite: what the nodes can do. */
export async function throughput(rounds: number): Promise<void> {
  await withNodes(2, async ([host, participant]) => {
    if (host === undefined || participant === undefined) throw new Error('two nodes were asked for');
    for (const node of [host, participant]) await node.changePolicy(unlimited);
    const [ada, bob] = [await host.register('ada'), await participant.register('bob')];
    const room = await host.createRoom(ada);
    await participant.call('POST', `/rooms/${room}/join`, bob.token, {});
    const run = (from: FederatedNode, sender: User, n: number) =>
      measure({ host, participant, from, sender, reader: bob, room }, n);
    await run(host, ada, 8); // both compile their hot paths first
    await run(participant, bob, 8);
    console.log('  sent on       connections   events/s   send p50 ms   p99 ms   processor: host ms   participant ms');
    for (const n of connections) {
      for (const [where, from, sender] of [
        ['participant', participant, bob],
        ['host', host, ada],
      ] as const) {
        const runs: Run[] = [];
        for (let round = 0; round < rounds; round++) runs.push(await run(from, sender, n));
        console.log(row(where, n, runs));
      }
    }
    console.log(
      `  memory: host ${host.memory().toFixed(0)} MB, participant ${participant.memory().toFixed(0)} MB after ${await participant.head(room, bob)} events`,
    );
  });
}

interface Setting {
  host: FederatedNode;
  participant: FederatedNode;
  from: FederatedNode;
  sender: User;
  reader: User;
  room: string;
}

async function measure({ host, participant, from, sender, reader, room }: Setting, n: number): Promise<Run> {
  const last = (await participant.head(room, reader)) + perRun;
  const before = { host: host.cpu(), participant: participant.cpu() };
  const start = performance.now();
  const { p50, p99 } = await load(from.sendUrl(room), sender.token, message, n, perRun);
  while ((await participant.head(room, reader)) < last) await sleep(5);
  const seconds = (performance.now() - start) / 1000;
  return {
    rate: perRun / seconds,
    p50,
    p99,
    host: ((host.cpu() - before.host) * 1000) / perRun,
    participant: ((participant.cpu() - before.participant) * 1000) / perRun,
  };
}

function row(where: string, n: number, runs: readonly Run[]): string {
  const median = (pick: (run: Run) => number) => quantile(runs.map(pick), 0.5);
  const columns = [
    median((run) => run.rate)
      .toFixed(0)
      .padStart(10),
    median((run) => run.p50)
      .toFixed(1)
      .padStart(13),
    median((run) => run.p99)
      .toFixed(1)
      .padStart(8),
    median((run) => run.host)
      .toFixed(2)
      .padStart(20),
    median((run) => run.participant)
      .toFixed(2)
      .padStart(16),
  ];
  return `  ${where.padEnd(12)}${String(n).padStart(13)} ${columns.join(' ')}`;
}
