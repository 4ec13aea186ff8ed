// How long a message takes from the start of its send on one node to the answer of a sync on the other.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FederatedNode, type User, withNodes } from './federated.ts';
import { quantile } from './load.ts';

const perSecond = 50;
const count = 1000;
const warmUp = 200;

/** With the limits that a new node has. */
export async function endToEnd(): Promise<void> {
  await withNodes(2, async ([host, participant]) => {
    if (host === undefined || participant === undefined) throw new Error('two nodes were asked for');
    const [ada, bob] = [await host.register('ada'), await participant.register('bob')];
    const room = await host.createRoom(ada);
    await participant.call('POST', `/rooms/${room}/join`, bob.token, {});
    const [atHost, atParticipant] = [
      { node: host, user: ada },
      { node: participant, user: bob },
    ];
    for (const [way, from, to] of [
      ['host to participant', atHost, atParticipant],
      ['participant to host', atParticipant, atHost],
    ] as const) {
      await measure(room, from, to, warmUp);
      const times = await measure(room, from, to, count);
      const [p50, p99] = [quantile(times, 0.5).toFixed(1), quantile(times, 0.99).toFixed(1)];
      console.log(`  ${way}: p50 ${p50} ms, p99 ${p99} ms (aim 100), slowest ${Math.max(...times).toFixed(1)} ms`);
    }
  });
}

interface End {
  readonly node: FederatedNode;
  readonly user: User;
}

/** Sends at a steady pace, whether or not the sends before are answered, and follows the other node's sync. */
async function measure(room: string, from: End, to: End, messages: number): Promise<number[]> {
  const starts: number[] = [];
  const times: number[] = [];
  const run = `run ${performance.now()}`;
  let { next_batch: since } = await to.node.call('GET', '/sync?limit=1', to.user.token);
  const follow = async () => {
    while (times.length < messages) {
      const answer = await to.node.call('GET', `/sync?timeout=10000&limit=100&since=${since}`, to.user.token);
      since = answer.next_batch;
      const now = performance.now();
      for (const { body, n } of contents(answer, room)) if (body === run) times.push(now - (starts[n] ?? Number.NaN));
    }
  };
  const followed = follow();
  const sends: Promise<unknown>[] = [];
  const begin = performance.now();
  for (let n = 0; n < messages; n++) {
    await sleep(Math.max(0, begin + (n * 1000) / perSecond - performance.now()));
    starts.push(performance.now());
    sends.push(from.node.call('PUT', from.node.sendPath(room), from.user.token, { body: run, org_n: n }));
  }
  await Promise.all(sends);
  await followed;
  return times;
}

function contents(answer: Record<string, unknown>, room: string): { body: unknown; n: number }[] {
  const { joined } = answer.rooms as { joined: { [id: string]: { timeline: { events: Event[] } } } };
  const { events } = joined[decodeURIComponent(room)]?.timeline ?? { events: [] };
  return events.map(({ content }) => ({ body: content?.body, n: content?.org_n ?? -1 }));
}

interface Event {
  content?: { body?: string; org_n?: number };
}
