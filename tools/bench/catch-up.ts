// A node that comes back to what waits for it: how long it takes, and how often it is asked.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Turnstile } from '../../test/network/turnstile.ts';
import { type FederatedNode, newNode, type User } from './federated.ts';
import { load, message } from './load.ts';

const waiting = 10_000;
const connections = 16;
/** Items of one transaction. */
const perTransaction = 50;

/** With the limits that a new node has. */
export async function catchUp(): Promise<void> {
  const turnstile = new Turnstile();
  const [host, participant] = [await newNode(), await newNode(await turnstile.listen())];
  try {
    for (const node of [host, participant]) await node.start();
    turnstile.target = participant.port;
    const [ada, bob] = [await host.register('ada'), await participant.register('bob')];
    const room = await host.createRoom(ada);
    await participant.call('POST', `/rooms/${room}/join`, bob.token, {});

    turnstile.target = undefined;
    await participant.stop();
    const away = performance.now();
    await load(host.sendUrl(room), ada.token, message, connections, waiting);
    const tries = turnstile.counts(away)['POST transactions'] ?? 0;
    console.log(`  away for ${seconds(away)} while ${waiting} events were sent: ${tries} requests to it`);

    await participant.start();
    turnstile.target = participant.port;
    const back = performance.now();
    const last = await host.head(room, ada);
    // Shows that the node is there. The room has gone on too far since for the event itself to be taken.
    await participant.call('PUT', participant.sendPath(room), bob.token, { body: 'I am back.' }).catch(() => {});
    while ((await participant.head(room, bob)) < last) await sleep(20);
    console.log(
      `  back, and all of it there after ${seconds(back)}, in order: ${await isSame(host, ada, participant, bob, room)}`,
    );
    const counts = Object.entries(turnstile.counts(back)).map(([what, count]) => `${count} ${what}`);
    console.log(`  requests to it: ${counts.join(', ')}; it takes ${waiting / perTransaction} transactions at least`);
    console.log(`  memory: host ${host.memory().toFixed(0)} MB, participant ${participant.memory().toFixed(0)} MB`);
  } finally {
    await participant.end();
    await host.end();
    turnstile.close();
  }
}

/** Whether both nodes show the same log since the participant's user has joined. */
async function isSame(
  host: FederatedNode,
  ada: User,
  participant: FederatedNode,
  bob: User,
  room: string,
): Promise<boolean> {
  const there = await eventIds(participant, bob, room);
  const here = await eventIds(host, ada, room);
  return there.length > waiting && there.every((id, i) => id === here[here.length - there.length + i]);
}

async function eventIds(node: FederatedNode, { token }: User, room: string): Promise<string[]> {
  const ids: string[] = [];
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page = await node.call('GET', `/rooms/${room}/messages?dir=f&limit=100&from=${from}`, token);
    ids.push(...(page.events as { event_id: string }[]).map(({ event_id }) => event_id));
    from = page.next as number | undefined;
  }
  return ids;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
