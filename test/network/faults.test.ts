// FED-021, FED-025, FED-029, HOST-055 to HOST-061: nodes that are killed, paused, cut off and whose clocks go wrong, under load, end up
// with the same logs, and with everything in them that they told their users would be, once.
//
// `npm test` runs 12 faults on 3 nodes with seed 1. The long form:
//   ECCP_FAULT_ROUNDS=300 node --test test/network/faults.test.ts
// ECCP_FAULT_SEED picks other faults and acts (the same seed the same ones, though not the same moments), ECCP_FAULT_NODES how many nodes,
// from 3 to 5 (default in the long form: 4). After each 25 faults everything has to be right; it takes about 10 minutes.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Choices } from './faults/choices.ts';
import { Faults } from './faults/faults.ts';
import { healed, type Shared, settle } from './faults/healing.ts';
import type { Journal } from './faults/journal.ts';
import { Load } from './faults/load.ts';
import { kinds, planFaults } from './faults/plan.ts';
import { Town } from './faults/town.ts';
import { misdeeds, oneLogOfEach, toldRejected } from './faults/verdict.ts';

const shortRounds = 12;
const rounds = Number(process.env.ECCP_FAULT_ROUNDS ?? shortRounds);
const seed = Number(process.env.ECCP_FAULT_SEED ?? 1);
const isLong = rounds > shortRounds;
const nodeCount = Number(process.env.ECCP_FAULT_NODES ?? (isLong ? 4 : 3));
/** Faults between two looks. */
const perStretch = 25;
/** So many milliseconds of pace for each user of each room: two slow cores have work, and are not drowned in it. */
const pacePerLoopMs = 15;

test(`faults, ${rounds} of them, seed ${seed}`, { timeout: 120_000 + rounds * 10_000 }, async (t) => {
  const choices = new Choices(seed);
  const town = new Town();
  t.after(() => town.end());
  process.once('SIGTERM', () => process.exit(1)); // whoever runs the test has lost patience
  process.once('exit', () => void town.end());
  await town.found(nodeCount);
  const faults = new Faults(town.nodes);
  const stretches: Stretch[] = [];
  try {
    for (let left = rounds; left > 0; left -= perStretch) {
      const stretch = await live(town, faults, choices, `s${stretches.length}`, Math.min(left, perStretch));
      stretches.push(stretch);
      t.diagnostic(`${stretch.rooms.length} rooms: ${stretch.journal.summary()}`);
      await judge(town, stretch);
    }
    for (const stretch of stretches) await judge(town, stretch); // still right after all that came later
  } catch (error) {
    for (const node of town.nodes) t.diagnostic(`${node.name} printed:\n${node.printed()}`);
    throw error;
  } finally {
    tell(t, town, faults);
  }
  const counts = faults.counts();
  for (const kind of kinds) assert.ok(counts[kind] > 0, `no ${kind} came about`);
  assert.ok(hits(town) > 0, 'no request met with a cut');
});

/** A stretch of time with faults, in rooms of its own. */
interface Stretch {
  readonly rooms: readonly Shared[];
  readonly journal: Journal;
}

/** Brings faults while users go on, and waits until everything is well again. */
async function live(town: Town, faults: Faults, choices: Choices, name: string, count: number): Promise<Stretch> {
  const { nodes, residents, visitors } = town;
  const [first, ...others] = visitors;
  assert.ok(first !== undefined);
  const homes = await Promise.all(residents.map((host) => town.room(host, residents)));
  const passage = await town.room(first, [first]); // nodes come into it and leave it with their visitors
  const guests = ({ host }: Shared) => visitors.filter(({ node }) => node !== host.node);

  const loops = homes.length * (residents.length + others.length) + visitors.length;
  const load = new Load({ name, choices: new Choices(choices.between(0, 2 ** 31)), paceMs: loops * pacePerLoopMs });
  for (const home of homes) {
    for (const resident of residents) load.reside(resident, home.room);
    for (const visitor of guests(home)) load.visit(visitor, home.room);
  }
  load.reside(first, passage.room);
  for (const visitor of others) load.visit(visitor, passage.room);

  await faults.bring(planFaults(choices, count, nodes.length, isLong));
  await load.end();
  await healed(nodes, homes);
  for (const home of homes) await settle(guests(home), home.room);
  await settle(others, passage.room);
  const rooms = [...homes, { ...passage, readers: visitors }];
  await healed(nodes, rooms);
  return { rooms, journal: load.journal };
}

async function judge({ residents, visitors }: Town, { rooms, journal }: Stretch): Promise<void> {
  const logs = await oneLogOfEach(rooms);
  const rejected = await toldRejected([...residents, ...visitors]);
  assert.deepEqual(misdeeds(journal, logs, rejected, new Set(residents)), []);
}

/** What was brought about. */
function tell(t: TestContext, town: Town, faults: Faults): void {
  const counts = faults.counts();
  t.diagnostic(`faults: ${kinds.map((kind) => `${kind} ${counts[kind]}`).join(', ')}`);
  t.diagnostic(`${hits(town)} requests met with a cut; nodes refused each other with: ${refusals(town)}`);
}

function hits({ nodes }: Town): number {
  return nodes.reduce((sum, { proxy }) => sum + proxy.hits, 0);
}

function refusals({ nodes }: Town): string {
  const all = nodes.flatMap(({ proxy }) => [...proxy.refusals]);
  const byCode = [...Map.groupBy(all, ([code]) => code)].map(([code, of]) => [
    code,
    of.reduce((sum, [, n]) => sum + n, 0),
  ]);
  return byCode.length === 0 ? 'nothing' : byCode.map(([code, n]) => `${code} ${n}`).join(', ');
}
