// FED-021, FED-025, FED-029, HOST-055 to HOST-061: nodes that are killed, paused, cut off and whose clocks go wrong, under load, end up
// with the same logs, and with everything in them that they told their users would be, once.
//
// `npm test` runs 12 faults on 3 nodes with seed 1. The long form:
//   ECCP_FAULT_ROUNDS=300 node --test test/network/faults.test.ts
// ECCP_FAULT_SEED picks other faults and acts (the same seed the same ones, though not the same moments), ECCP_FAULT_NODES how many nodes,
// from 3 to 5 (default in the long form: 4). After each 25 faults everything has to be right; it takes about 10 minutes.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Choices } from './faults/choices.ts';
import { Faults } from './faults/faults.ts';
import { FaultyNode } from './faults/faulty-node.ts';
import { healed, type Shared, settle } from './faults/healing.ts';
import type { Journal, Member } from './faults/journal.ts';
import { Load } from './faults/load.ts';
import { kinds, planFaults } from './faults/plan.ts';
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

/** Who is where. */
interface Town {
  readonly nodes: readonly FaultyNode[];
  readonly residents: readonly Member[];
  readonly visitors: readonly Member[];
}

test(`faults, ${rounds} of them, seed ${seed}`, { timeout: 120_000 + rounds * 10_000 }, async (t) => {
  const choices = new Choices(seed);
  const town = await found(t);
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
  } finally {
    tell(t, town, faults);
  }
  const counts = faults.counts();
  for (const kind of kinds) assert.ok(counts[kind] > 0, `no ${kind} came about`);
  assert.ok(hits(town) > 0, 'no request met with a cut');
});

/** Nodes with two users each. They end with the test, whatever comes of it. */
async function found(t: TestContext): Promise<Town> {
  const folder = await mkdtemp(join(tmpdir(), 'eccp-faults-'));
  const nodes: FaultyNode[] = [];
  t.after(async () => {
    for (const node of nodes) if (process.env.ECCP_FAULT_LOG) t.diagnostic(`${node.name} printed:\n${node.printed()}`);
    await Promise.all(nodes.map((node) => node.end()));
    await rm(folder, { recursive: true, force: true });
  });
  for (let i = 0; i < nodeCount; i++) nodes.push(await FaultyNode.create(join(folder, `node${i}`)));
  await Promise.all(nodes.map((node) => node.start()));
  const users = (username: string) => Promise.all(nodes.map((node) => member(node, username)));
  return { nodes, residents: await users('resident'), visitors: await users('visitor') };
}

async function member(node: FaultyNode, username: string): Promise<Member> {
  const { status, body } = await node.call('POST', '/register', undefined, {
    username,
    password: 'correct horse battery',
  });
  assert.equal(status, 201, JSON.stringify(body));
  return { node, userId: body.user_id, token: body.access_token };
}

/** A stretch of time with faults, in rooms of its own. */
interface Stretch {
  readonly rooms: readonly Shared[];
  readonly journal: Journal;
}

/** Brings faults while users go on, and waits until everything is well again. */
async function live(town: Town, faults: Faults, choices: Choices, name: string, count: number): Promise<Stretch> {
  const { nodes, residents, visitors } = town;
  const homes = await Promise.all(residents.map((host) => sharedRoom(host, residents)));
  const [first] = visitors;
  assert.ok(first !== undefined);
  const passage = await sharedRoom(first, [first]); // nodes come into it and leave it with their visitors
  const loops = homes.length * (residents.length + visitors.length - 1) + visitors.length;
  const load = new Load({ name, choices: new Choices(choices.between(0, 2 ** 31)), paceMs: loops * pacePerLoopMs });
  for (const { room, host } of homes) {
    for (const resident of residents) load.reside(resident, room);
    for (const visitor of visitors.filter(({ node }) => node !== host.node)) load.visit(visitor, room);
  }
  load.reside(first, passage.room);
  for (const visitor of visitors.slice(1)) load.visit(visitor, passage.room);
  await faults.bring(planFaults(choices, count, nodes.length, isLong));
  await load.end();
  const shared = [...homes.map(({ room }) => ({ room, readers: residents }))];
  await healed(nodes, shared);
  for (const { room, host } of homes)
    await settle(
      visitors.filter(({ node }) => node !== host.node),
      room,
    );
  await settle(visitors, passage.room);
  const rooms = [...shared, { room: passage.room, readers: visitors }];
  await healed(nodes, rooms);
  return { rooms, journal: load.journal };
}

/** A room that anybody may join, and whose members may read all of it. */
async function sharedRoom(host: Member, members: readonly Member[]): Promise<{ room: string; host: Member }> {
  const request = { visibility: 'public', historyVisibility: 'shared' };
  const { status, body } = await host.node.call('POST', '/rooms', host.token, request);
  assert.equal(status, 201, JSON.stringify(body));
  const room = encodeURIComponent(body.room_id);
  await settle(
    members.filter((one) => one !== host),
    room,
  );
  return { room, host };
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
