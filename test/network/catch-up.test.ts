// A node that was away gets what waits for it in order, in full transactions, and nobody storms it (FED-020 to FED-032).
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { hashesOf, logOf } from './logs.ts';
import { Network, type NetworkNode } from './nodes.ts';
import { Person } from './person.ts';
import { Turnstile } from './turnstile.ts';
import { until } from './until.ts';

const waiting = 500;
/** Items of one transaction (FED-022). */
const perTransaction = 50;
/** In a few seconds: one try more than that would come once in 100,000 runs. */
const mostTries = 10;

const network = new Network();
const turnstiles: Turnstile[] = [];
after(async () => {
  await network.end();
  for (const turnstile of turnstiles) turnstile.close();
});

async function behindTurnstile(): Promise<{ node: NetworkNode; turnstile: Turnstile }> {
  const turnstile = new Turnstile();
  turnstiles.push(turnstile);
  const node = await network.node({ name: await turnstile.listen() });
  await node.start();
  turnstile.target = node.port;
  return { node, turnstile };
}

test(`${waiting} events wait for a node that was away`, { timeout: 60_000 }, async () => {
  const [host, guest] = [await behindTurnstile(), await behindTurnstile()];
  const [ada, bob] = [await Person.on(host.node, 'ada'), await Person.on(guest.node, 'bob')];
  const room = await ada.createRoom({ visibility: 'public' });
  await bob.join(room);

  guest.turnstile.target = undefined;
  await guest.node.stop('SIGKILL');
  const away = performance.now();
  const sent: string[] = [];
  for (let i = 0; i < waiting; i += perTransaction) {
    const bodies = Array.from({ length: perTransaction }, (_, j) => `${i + j}`);
    sent.push(...(await Promise.all(bodies.map((body) => ada.send(room, body)))).map(({ event_id }) => event_id));
  }
  await wait(Math.max(0, 2_000 - (performance.now() - away)));
  const tries = Object.values(guest.turnstile.counts(away)).reduce((sum, count) => sum + count, 0);
  // Waits are at random up to 1, 2, 4 … seconds (FED-026): of the sends none is worth a try of its own.
  assert.ok(tries >= 1 && tries <= mostTries, `${tries} tries while it was away`);

  await guest.node.start();
  guest.turnstile.target = guest.node.port;
  const back = performance.now();
  const { event_id } = await bob.send(room, 'I am back'); // whoever shows that he is there need not wait for the next try (FED-028)
  await until('everything has come', async () => (await bob.event(room, event_id)).status === 200);

  const [here, log] = [await logOf(host.node, guest.node, room), await logOf(guest.node, host.node, room)];
  assert.deepEqual(hashesOf(log), hashesOf(here));
  const arrived = new Set(log.map(({ event_id }) => event_id as string));
  assert.deepEqual(
    sent.filter((eventId) => !arrived.has(eventId)),
    [],
  );
  const { 'POST transactions': transactions = 0, ...others } = guest.turnstile.counts(back);
  assert.ok(transactions >= waiting / perTransaction, 'entries come in transactions');
  assert.ok(transactions <= waiting / perTransaction + 5, `${transactions} transactions for ${waiting} entries`);
  assert.deepEqual(Object.keys(others).sort(), Object.keys(others).length === 0 ? [] : ['GET keys']);
  const { 'GET log': pulled = 0 } = host.turnstile.counts(back);
  assert.equal(pulled, 0, 'what comes in order leaves no hole to pull');
});
