// What it costs a node to come into a large room of another one.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Turnstile } from '../../test/network/turnstile.ts';
import { type FederatedNode, newNode, type User } from './federated.ts';
import { writeRoom } from './written-room.ts';

const members = 1_000;
const entries = 20_000;
/** Its first entries, which came before there was a history to share. */
const foundation = 10;
/** In milliseconds. */
const patience = 120_000;

/** Two nodes join one after the other: one as it likes, one that gets no snapshot. */
export async function largeRoom(): Promise<void> {
  const turnstile = new Turnstile();
  const host = await newNode(await turnstile.listen());
  try {
    const room = await writeRoom(host, members, entries);
    await host.start();
    turnstile.target = host.port;
    console.log('  by snapshot, and the log behind it:');
    await join(host, turnstile, room);
    turnstile.refused.add('GET snapshot');
    console.log('  by the log alone:');
    await join(host, turnstile, room);
  } finally {
    await host.end();
    turnstile.close();
  }
}

/** A new participant's user joins, asks for the first page of messages, and waits until the whole log can be read. */
async function join(host: FederatedNode, turnstile: Turnstile, room: string): Promise<void> {
  const participant = await newNode();
  try {
    await participant.start();
    const bob = await participant.register('bob');
    const before = { host: host.memory(), participant: participant.memory() };
    const cpu = { host: host.cpu(), participant: participant.cpu() };
    const start = performance.now();
    await participant.call('POST', `/rooms/${room}/join`, bob.token, {});
    const joined = performance.now() - start;
    const { events } = await participant.call('GET', `/rooms/${room}/messages?dir=b&limit=50`, bob.token);
    const shown = performance.now() - start;
    const isWhole = async () => (await firstSeq(participant, bob, room)) < foundation;
    while (!(await isWhole()) && performance.now() - start < patience) await sleep(20);
    const verified = performance.now() - start;
    const used = { host: host.cpu() - cpu.host, participant: participant.cpu() - cpu.participant };
    const perEntry = ((used.participant * 1e6) / entries).toFixed(0);
    console.log(
      `    joined after ${seconds(joined)}, ${(events as object[]).length} messages after ${seconds(shown)} (aim 2 s),`,
    );
    console.log(
      `    entries ${await firstSeq(participant, bob, room)} to ${await participant.head(room, bob)} verified after ${seconds(verified)}`,
    );
    for (const line of requests(turnstile, start)) console.log(`    ${line}`);
    console.log(
      `    processor: host ${used.host.toFixed(1)} s, participant ${used.participant.toFixed(1)} s, ${perEntry} µs an entry`,
    );
    console.log(
      `    memory: host ${megabytes(before.host)} → ${megabytes(host.memory())} MB, participant ${megabytes(before.participant)} → ${megabytes(participant.memory())} MB`,
    );
  } finally {
    await participant.end();
  }
}

async function firstSeq(node: FederatedNode, { token }: User, room: string): Promise<number> {
  const { events } = await node.call('GET', `/rooms/${room}/messages?dir=f&limit=1`, token);
  return (events as { entry: { seq: number } }[])[0]?.entry.seq ?? Number.POSITIVE_INFINITY;
}

/** What the participant asked of the host. */
function requests({ passages }: Turnstile, since: number): string[] {
  const kinds = Map.groupBy(
    passages.filter(({ startMs, endMs }) => startMs >= since && endMs > 0),
    ({ what }) => what,
  );
  return [...kinds].map(([what, those]) => {
    const ms = those.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
    const bytes = those.reduce((sum, passage) => sum + passage.bytes, 0);
    return `${what}: ${those.length}, ${seconds(ms)} until answered, ${(bytes / 1e6).toFixed(1)} MB`;
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function megabytes(size: number): string {
  return size.toFixed(0);
}
