import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StoreUnavailable } from '../../src/storage/errors.ts';
import { insert, type Opened, open, present, write } from './fixture.ts';
import { type Fault, type Operation, SimulatedDisk } from './simulated-disk.ts';

async function opened(snapshotBytes?: number): Promise<Opened & { disk: SimulatedDisk }> {
  const disk = new SimulatedDisk();
  return { disk, ...(await open('/store', { files: disk, ...(snapshotBytes ? { snapshotBytes } : {}) })) };
}

/** Fails the next matching operation, once. */
function failOnce(disk: SimulatedDisk, operation: Operation, pattern: RegExp, fault: Fault = 'error'): void {
  disk.fault = (each, name) => {
    if (each !== operation || !pattern.test(name)) return undefined;
    disk.fault = () => undefined;
    return fault;
  };
}

/** What a boot finds, after a kill of the process alone and after a loss of power. */
async function afterRestart(disk: SimulatedDisk): Promise<number[][]> {
  const found: number[][] = [];
  const none = () => 0;
  const all = (_: string, bytes: number) => bytes;
  for (const left of [
    disk.clone(),
    disk.crash(none, () => false),
    disk.crash(all, () => true),
    disk.crash(all, () => false),
  ]) {
    const { store } = await open('/store', { files: left });
    found.push(await present(store));
    await store.close();
  }
  return found;
}

for (const [operation, fault] of [
  ['write', 'error'],
  ['write', 'half-error'],
  ['sync', 'error'],
] as const) {
  test(`a flush that fails (${operation}, ${fault}): all of it is refused, and nothing of it comes back`, async () => {
    const { disk, store, events } = await opened();
    await write(store, 1);
    failOnce(disk, operation, /^journal-1/, fault);
    disk.hold = () => new Promise(setImmediate); // long enough for all three to commit in memory
    const results = await Promise.allSettled([2, 3, 4].map((tx) => write(store, tx)));
    for (const result of results) {
      assert.equal(result.status, 'rejected');
      assert.ok(result.reason instanceof StoreUnavailable && !result.reason.uncertain, String(result.reason));
    }
    const health = store.health();
    assert.ok(!health.ok && /simulated/.test(health.reason));
    assert.deepEqual(await present(store), [1], 'reads go on, without what was refused');
    for (const found of await afterRestart(disk)) assert.deepEqual(found, [1]);

    await write(store, 5);
    assert.deepEqual(store.health(), { ok: true });
    assert.deepEqual(await present(store), [1, 5]);
    await store.close();
    for (const found of await afterRestart(disk)) assert.deepEqual(found, [1, 5]);
    const kinds = events.map(({ event }) => event);
    assert.ok(kinds.includes('writes_stopped') && kinds.includes('writes_resumed'), kinds.join());
    assert.equal(disk.names.has('snapshot-2.db'), operation === 'sync', 'a failed fsync asks for a new snapshot');
  });
}

test('a short write is continued', async () => {
  const { disk, store } = await opened();
  failOnce(disk, 'write', /^journal-1/, 'short');
  await write(store, 1);
  await store.close();
  for (const found of await afterRestart(disk)) assert.deepEqual(found, [1]);
});

test('a full disk: every write is refused, memory stays, and writing resumes when there is room', async () => {
  const { disk, store } = await opened();
  await write(store, 1);
  disk.fault = (operation) => (operation === 'write' ? 'half-error' : undefined);
  for (let tx = 2; tx < 6; tx++) await assert.rejects(write(store, tx), StoreUnavailable);
  assert.deepEqual(await present(store), [1]);
  assert.deepEqual([...disk.names.keys()], ['journal-1.log'], 'no files are left over');
  for (const found of await afterRestart(disk)) assert.deepEqual(found, [1]);
  disk.fault = () => undefined;
  await write(store, 6);
  assert.deepEqual(await present(store), [1, 6]);
  await store.close();
});

test('when the refused bytes cannot be removed either, the error says so, and a later recovery buries them', async () => {
  const { disk, store } = await opened();
  await write(store, 1);
  disk.fault = (operation) => (operation === 'sync' || operation === 'truncate' ? 'error' : undefined);
  await assert.rejects(write(store, 2), (error) => error instanceof StoreUnavailable && error.uncertain);
  assert.deepEqual(await present(store), [1]);
  disk.fault = () => undefined;
  await write(store, 3);
  await store.close();
  for (const found of await afterRestart(disk)) assert.deepEqual(found, [1, 3]);
});

test('whole records that were refused and could not be removed stay dead behind the base of the next journal', async () => {
  const { disk, store } = await opened();
  await write(store, 1);
  disk.hold = () => new Promise(setImmediate);
  let groups = 0;
  disk.fault = (operation, name) => {
    if (name === 'journal-1.log' && operation === 'write' && ++groups === 2) return 'half-error';
    return operation === 'truncate' ? 'error' : undefined;
  };
  const results = await Promise.allSettled([2, 3, 4, 5].map((tx) => write(store, tx)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'rejected'],
  );
  disk.fault = () => undefined;
  await write(store, 6);
  await store.close();
  assert.deepEqual([...disk.names.keys()], ['journal-1.log', 'journal-2.log'], 'no snapshot hides the first journal');
  for (const found of await afterRestart(disk)) assert.deepEqual(found, [1, 2, 6]);
});

test('with room for a small record only, writing does not resume', async () => {
  const { disk, store, events } = await opened();
  disk.fault = (operation, _, bytes) => (operation === 'write' && bytes > 1000 ? 'half-error' : undefined);
  await assert.rejects(write(store, 1, new Uint8Array(2000)), StoreUnavailable);
  await assert.rejects(write(store, 2), StoreUnavailable);
  disk.fault = () => undefined;
  await write(store, 3);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['writes_stopped', 'writes_resumed'],
  );
  await store.close();
});

test('a disk that fails again and again does not fill with journals', async () => {
  const { disk, store } = await opened();
  await write(store, 1);
  for (let tx = 2; tx < 10; tx++) {
    failOnce(disk, 'write', /^journal-\d+\.log$/, 'half-error');
    await assert.rejects(write(store, tx), StoreUnavailable);
  }
  await write(store, 10);
  await store.close();
  assert.deepEqual([...disk.names.keys()], ['journal-1.log', 'journal-2.log']);
  for (const found of await afterRestart(disk)) assert.deepEqual(found, [1, 10]);
});

test('a snapshot that fails costs nothing, and is made later', async () => {
  for (const [operation, pattern] of [
    ['write', /^snapshot/],
    ['sync', /^snapshot/],
    ['rename', /^snapshot/],
  ] as const) {
    const { disk, store, events } = await opened(1000);
    failOnce(disk, operation, pattern);
    for (let tx = 1; tx <= 12; tx++) await write(store, tx, new Uint8Array(100));
    await store.close();
    const kinds = events.map(({ event }) => event);
    assert.ok(kinds.includes('snapshot_failed') && kinds.includes('snapshot_written'), `${operation}: ${kinds.join()}`);
    const all = Array.from({ length: 12 }, (_, index) => index + 1);
    for (const found of await afterRestart(disk)) assert.deepEqual(found, all);
  }
});

test('a new generation that fails stops writes until one works, whatever became of its name', async () => {
  for (const operation of ['open', 'write', 'sync', 'rename', 'syncDirectory'] as const) {
    const { disk, store } = await opened(1000);
    let failures = 0;
    disk.fault = (each, name) => {
      if (each !== operation || failures >= 2 || !/journal-2|^store$/.test(name)) return undefined;
      failures++;
      return 'error';
    };
    const done: number[] = [];
    for (let tx = 1; tx <= 12; tx++) {
      await write(store, tx, new Uint8Array(100)).then(
        () => done.push(tx),
        (error) => assert.ok(error instanceof StoreUnavailable, String(error)),
      );
    }
    assert.ok(failures > 0 && done.length >= 10, `${operation}: ${failures} failures, ${done.length} written`);
    assert.deepEqual(await present(store), done);
    await store.close();
    for (const found of await afterRestart(disk)) assert.deepEqual(found, done);
  }
});

test('the transaction that runs when a flush fails is refused, and those behind it see the durable state', async () => {
  const { disk, store } = await opened();
  await write(store, 1);
  const failing = Promise.withResolvers<void>();
  const syncing = Promise.withResolvers<void>();
  disk.hold = (operation, name) => {
    if (operation !== 'sync' || name !== 'journal-1.log') return undefined;
    syncing.resolve();
    return failing.promise;
  };
  failOnce(disk, 'sync', /^journal-1/);
  const second = write(store, 2);
  await syncing.promise;
  const between = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const third = store.write(async (trx) => {
    await insert(trx, 3, 'first');
    started.resolve();
    await between.promise;
    await insert(trx, 3, 'second');
  });
  await started.promise;
  const seen = store.write(async (trx) => {
    const rows = await trx.selectFrom('entry').select('tx').where('part', '=', 'first').execute();
    return rows.map(({ tx }) => tx);
  });
  const read = present(store);
  failing.resolve();
  await assert.rejects(second, StoreUnavailable);
  between.resolve();
  await assert.rejects(third, StoreUnavailable);
  assert.deepEqual(await seen, [1]);
  assert.deepEqual(await read, [1]);
  assert.deepEqual(store.health(), { ok: true });
  await store.close();
});

test('memory that cannot be read back: reads fail until it can', async () => {
  const { disk, store, events } = await opened();
  await write(store, 1);
  disk.fault = (operation) => (operation === 'sync' || operation === 'read' ? 'error' : undefined);
  await assert.rejects(write(store, 2), StoreUnavailable);
  await assert.rejects(present(store), StoreUnavailable);
  await assert.rejects(write(store, 3), StoreUnavailable);
  assert.ok(events.some(({ event }) => event === 'rebuild_failed'));
  disk.fault = () => undefined;
  assert.deepEqual(await present(store), [1]);
  await write(store, 4);
  assert.deepEqual(await present(store), [1, 4]);
  await store.close();
});

test('any failures anywhere: what was acknowledged is there, what was refused is not', async () => {
  const fault = fc.constantFrom<Fault | undefined>('error', 'half-error', 'short', ...Array(12).fill(undefined));
  const bursts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fault),
      bursts,
      fc.infiniteStream(fc.nat()),
      async (faults, workload, choices) => {
        const { disk, store } = await opened(1500);
        const acknowledged: number[] = [];
        const uncertain = new Set<number>();
        disk.fault = () => faults.next().value;
        let total = 0;
        for (const burst of workload) {
          const numbers = Array.from({ length: burst }, () => ++total);
          const attempt = async (tx: number): Promise<void> => {
            try {
              await write(store, tx, new Uint8Array(100));
              acknowledged.push(tx);
            } catch (error) {
              assert.ok(error instanceof StoreUnavailable, String(error));
              if (error.uncertain) uncertain.add(tx);
            }
          };
          await Promise.all(numbers.map(attempt));
        }
        disk.fault = () => undefined;
        assert.deepEqual(await present(store), acknowledged);
        const choose = (limit: number): number => Number(choices.next().value) % (limit + 1);
        const left = disk.crash(
          (_, bytes) => choose(bytes),
          () => choose(1) === 1,
        );
        for (const each of [left, disk.clone()]) {
          const again = await open('/store', { files: each });
          const found = await present(again.store);
          await again.store.close();
          assert.deepEqual(
            found.filter((tx) => !uncertain.has(tx)),
            acknowledged,
          );
        }
        await store.close();
      },
    ),
    { numRuns: 60 },
  );
});
