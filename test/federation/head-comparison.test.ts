// HOST-092, HOST-094, HOST-096: whom a host asks after its start, how many at a time, and for how long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import { HeadComparison } from '../../src/federation/head-comparison.ts';
import type { NodeName, RoomId } from '../../src/generated/api.ts';
import { VirtualTime } from './virtual-time.ts';

const head = (seq: number): Json => ({ entry: { seq } });

interface World {
  readonly time: VirtualTime;
  readonly comparison: HeadComparison;
  /** What each node answers; absent: it is away. */
  readonly answers: Map<string, Json | EccpError>;
  /** The node and the last part of the path of each request. */
  readonly asked: string[];
  readonly resumed: string[];
  readonly pulled: string[];
  readonly told: number[];
  /** The most requests that were on their way at once, to one node and in all. */
  readonly most: { one: number; all: number };
}

/** @param rooms the participants of each room, whose last entry here is 5. @param restored rooms in which all have to answer. */
function world(rooms: Record<string, string[]>, restored: string[] = [], answerMs = 10): World {
  const time = new VirtualTime();
  const held = new Map(Object.keys(rooms).map((room) => [room, 5]));
  const answered = new Map(Object.keys(rooms).map((room) => [room, new Set<string>()]));
  const shown = new Map<string, number>();
  const waiting = new Set(Object.keys(rooms));
  const made: Omit<World, 'comparison'> = {
    time,
    answers: new Map(),
    asked: [],
    resumed: [],
    pulled: [],
    told: [],
    most: { one: 0, all: 0 },
  };
  const running = new Map<string, number>();
  const missing = (room: string) => (rooms[room] ?? []).filter((node) => !answered.get(room)?.has(node));
  const comparison = new HeadComparison({
    client: {
      signed: async (node, _method, path) => {
        made.asked.push(`${node} ${path.split('/').at(-1)?.replace(/\?.*/, '')}`);
        running.set(node, (running.get(node) ?? 0) + 1);
        made.most.one = Math.max(made.most.one, running.get(node) ?? 0);
        made.most.all = Math.max(
          made.most.all,
          [...running.values()].reduce((sum, n) => sum + n, 0),
        );
        await time.sleep(answerMs);
        running.set(node, (running.get(node) ?? 1) - 1);
        const answer = made.answers.get(node);
        if (answer === undefined) throw new EccpError('ECCP_UNREACHABLE', 'away');
        if (answer instanceof EccpError) throw answer;
        return path.includes('/log') ? { entries: [head(5)], head: answer } : answer;
      },
    },
    pulls: {
      pull: async (room, node) => {
        made.pulled.push(`${room} ${node}`);
        held.set(room, (made.answers.get(node) as { entry: { seq: number } }).entry.seq);
      },
    },
    nextSeq: async (room) => (held.get(room) ?? 0) + 1,
    hosts: {
      begin: async () => [...waiting] as RoomId[],
      missing: async (room) => missing(room) as NodeName[],
      look: async (room, received) => {
        const { seq } = (received as { entry: { seq: number } }).entry;
        shown.set(room, Math.max(seq, shown.get(room) ?? 0));
        return seq > (held.get(room) ?? 0);
      },
      answered: (room, node) => void answered.get(room)?.add(node),
      isAnswer: (room, isFinal, errcode) => errcode === 'ECCP_NOT_FOUND' || (isFinal && !restored.includes(room)),
      isSettled: async (room, isLate) =>
        (missing(room).length === 0 || (isLate && !restored.includes(room))) &&
        (held.get(room) ?? 0) >= (shown.get(room) ?? 0),
      isWaiting: (room) => waiting.has(room),
      resume: async (room) => {
        waiting.delete(room);
        made.resumed.push(room);
      },
    },
    timers: time,
    random: () => 0.5,
    report: (error) => assert.fail(String(error)),
    waiting: (count) => made.told.push(count),
  });
  return { ...made, comparison };
}

test('a room goes on once all have answered, with what they have and this node lacks', async () => {
  const { time, comparison, answers, resumed, pulled } = world({ r: ['b', 'c'], s: ['b'], alone: [] });
  answers.set('b', head(5)).set('c', head(7));
  await comparison.start(false);
  await time.pass(100);
  assert.deepEqual(resumed.toSorted(), ['alone', 'r', 's']);
  assert.deepEqual(pulled, ['r c']);
  await comparison.stop();
});

test('a refusal for good is an answer', async () => {
  const { time, comparison, answers, resumed } = world({ r: ['b', 'c'] });
  answers.set('b', new EccpError('ECCP_NOT_FOUND', 'no')).set('c', new EccpError('ECCP_POLICY_DENIED', 'no'));
  await comparison.start(false);
  await time.pass(100);
  assert.deepEqual(resumed, ['r']);
  await comparison.stop();
});

test('who is away holds a room up for 30 seconds and no longer, and other rooms not at all', async () => {
  const { time, comparison, answers, resumed, told, asked } = world({ r: ['b', 'c'], s: ['b'] });
  answers.set('b', head(5));
  await comparison.start(false);
  await time.pass(100);
  assert.deepEqual(resumed, ['s']);
  await time.pass(29_800);
  assert.deepEqual(resumed, ['s']);
  await time.pass(200);
  assert.deepEqual(resumed, ['s', 'r']);
  assert.deepEqual(told, []);
  assert.ok(asked.filter((each) => each === 'c head').length < 10, 'no storm');
  await comparison.stop();
});

test('after a restore a room waits on; a sign of life is followed at once', async () => {
  const { time, comparison, answers, resumed, told } = world({ r: ['b', 'c'] }, ['r']);
  answers.set('b', head(5));
  await comparison.start(true);
  await time.pass(600_000);
  assert.deepEqual([resumed, told], [[], [1]]);
  answers.set('c', head(5));
  comparison.wake('c' as NodeName);
  await time.pass(100);
  assert.deepEqual(resumed, ['r']);
  await comparison.stop();
});

test('thousands of rooms are asked for a few at a time', async () => {
  const nodes = Array.from({ length: 40 }, (_, i) => `n${i}`);
  const rooms = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`r${i}`, [nodes[i % 40] as string]]));
  const { time, comparison, answers, resumed, most, asked } = world(rooms);
  for (const node of nodes) answers.set(node, head(5));
  await comparison.start(false);
  await time.pass(5_000);
  assert.equal(resumed.length, 2000);
  assert.equal(asked.length, 2000);
  assert.deepEqual(most, { one: 4, all: 64 });
  await comparison.stop();
});

test('it stops while it waits', async () => {
  const { time, comparison, resumed } = world({ r: ['b'] });
  await comparison.start(false);
  await time.pass(100);
  await comparison.stop();
  await time.pass(60_000);
  assert.deepEqual(resumed, []);
});
