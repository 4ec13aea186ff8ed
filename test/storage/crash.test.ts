import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { open, present, write } from './fixture.ts';
import { SimulatedDisk } from './simulated-disk.ts';

interface Moment {
  disk: SimulatedDisk;
  /** How many transactions had been acknowledged; they are numbered in their order. */
  acknowledged: number;
}

/** Runs a workload, and keeps the disk as it was after every single write, sync and change of a name. */
async function record(bursts: number[][], snapshotBytes: number): Promise<{ moments: Moment[]; total: number }> {
  const disk = new SimulatedDisk();
  const moments: Moment[] = [];
  let acknowledged = 0;
  let total = 0;
  disk.boundary = () => moments.push({ disk: disk.clone(), acknowledged });
  const { store } = await open('/store', { files: disk, snapshotBytes });
  for (const burst of bursts) {
    await Promise.all(
      burst.map(async (size) => {
        const tx = ++total;
        await write(store, tx, new Uint8Array(size));
        assert.equal(acknowledged, tx - 1, 'acknowledged in order');
        acknowledged = tx;
      }),
    );
  }
  await store.close();
  moments.push({ disk, acknowledged });
  return { moments, total };
}

/** Boots what a crash has left: all that was acknowledged is there, in order, and after it nothing or more of the same. */
async function verify(left: SimulatedDisk, { acknowledged }: Moment, total: number): Promise<void> {
  const { store } = await open('/store', { files: left });
  const found = await present(store);
  assert.ok(found.length >= acknowledged && found.length <= total, `${found.length} of ${acknowledged} to ${total}`);
  assert.deepEqual(
    found,
    Array.from(found, (_, index) => index + 1),
  );
  // What has been read is durable, and so is what is written now: a second crash takes nothing of either.
  const lost = () =>
    left.crash(
      () => 0,
      () => false,
    );
  const afterReading = lost();
  await write(store, total + 1);
  const afterWriting = lost();
  await store.close();
  for (const [disk, expected] of [
    [afterReading, found],
    [afterWriting, [...found, total + 1]],
  ] as const) {
    const second = await open('/store', { files: disk });
    assert.deepEqual(await present(second.store), expected);
    await second.store.close();
  }
}

test('a crash at every boundary, with every length of what was being written', async () => {
  const { moments, total } = await record([[10], [5, 5, 5], [0]], 1_000_000);
  let boots = 0;
  for (const moment of moments) {
    await verify(moment.disk.clone(), moment, total); // the process alone was killed, and the power goes later
    const unsynced = moment.disk.unsynced('journal-1.log');
    // Every byte of the headers and some elsewhere: the rest is the same code.
    for (let keep = 0; keep <= unsynced; keep += keep < 24 || unsynced - keep < 4 ? 1 : 23) {
      await verify(
        moment.disk.crash(
          () => keep,
          () => true,
        ),
        moment,
        total,
      );
      boots++;
    }
  }
  assert.ok(boots > 60, `only ${boots} crashes`);
});

test('a crash anywhere in any workload, also while generations change', async () => {
  const bursts = fc.array(fc.array(fc.nat(400), { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 6 });
  const choices = fc.infiniteStream(fc.nat());
  await fc.assert(
    fc.asyncProperty(bursts, fc.integer({ min: 300, max: 3000 }), choices, async (workload, snapshotBytes, stream) => {
      const { moments, total } = await record(workload, snapshotBytes);
      const choose = (limit: number): number => Number(stream.next().value) % (limit + 1);
      for (const moment of moments) {
        if (choose(3) > 0) continue;
        const left = moment.disk.crash(
          (_, bytes) => choose(bytes),
          () => choose(1) === 1,
        );
        await verify(choose(3) === 0 ? moment.disk.clone() : left, moment, total);
      }
    }),
    { numRuns: 12 },
  );
});

test('generations do change in such workloads', async () => {
  const { moments } = await record(
    Array.from({ length: 8 }, () => [200, 200]),
    1000,
  );
  const names = new Set(moments.flatMap(({ disk }) => [...disk.names.keys()]));
  assert.ok(names.has('snapshot-3.db') && names.has('journal-4.log'), [...names].join(' '));
  const last = moments.at(-1)?.disk.names ?? new Map();
  assert.ok(!last.has('journal-1.log') && !last.has('snapshot-2.db'), [...last.keys()].join(' '));
});
