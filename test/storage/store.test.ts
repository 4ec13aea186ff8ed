import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { StoreMisuse, StoreUnavailable } from '../../src/storage/errors.ts';
import { bindable, decodeRecord, RecordBuilder, type Value } from '../../src/storage/sqljs/record.ts';
import { openSqljsStore } from '../../src/storage/sqljs/sqljs-store.ts';
import { type Db, insert, migrations, open, present, write } from './fixture.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const ticks = async (count: number): Promise<void> => {
  for (let tick = 0; tick < count; tick++) await new Promise(setImmediate);
};

async function opened() {
  const disk = new SimulatedDisk();
  return { disk, ...(await open('/store', { files: disk })) };
}

/** Holds the fsync of the journal until told otherwise. */
function holdSync(disk: SimulatedDisk): { reached: Promise<void>; release: () => void } {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  disk.hold = (operation) => {
    if (operation !== 'sync') return undefined;
    reached.resolve();
    return released.promise;
  };
  return { reached: reached.promise, release: released.resolve };
}

/** Tells whether a promise has settled yet. */
function watch(promise: Promise<unknown>): { settled: boolean } {
  const state = { settled: false };
  const settle = () => {
    state.settled = true;
  };
  promise.then(settle, settle);
  return state;
}

test('group commit: what commits while an fsync is in flight shares the next one', async () => {
  const { disk, store } = await opened();
  disk.hold = () => new Promise(setImmediate);
  const before = disk.syncs;
  await Promise.all(Array.from({ length: 64 }, (_, tx) => write(store, tx)));
  assert.equal(disk.syncs - before, 2, 'one for the first, one for all that gathered meanwhile');
  assert.equal((await present(store)).length, 64);
  await store.close();
});

test('a write is pending until its fsync is done, and so are reads, empty writes and failures that saw it', async () => {
  const { disk, store } = await opened();
  await write(store, 1);
  const { reached, release } = holdSync(disk);
  const writing = write(store, 2);
  await reached;
  const reading = present(store);
  const looking = store.write((trx) => trx.selectFrom('entry').select('tx').execute());
  const failing = store.write((trx) => insert(trx, 2, 'first'));
  const closing = store.close();
  const states = [writing, reading, looking, failing, closing].map(watch);
  await ticks(20);
  assert.deepEqual(
    states.map(({ settled }) => settled),
    [false, false, false, false, false],
  );
  release();
  await writing;
  assert.deepEqual(await reading, [1, 2]);
  assert.equal((await looking).length, 6);
  await assert.rejects(failing, /UNIQUE constraint failed/);
  await closing;
});

test('a read waits for nothing when everything is durable', async () => {
  const { disk, store } = await opened();
  await write(store, 1);
  holdSync(disk);
  assert.deepEqual(await present(store), [1]);
});

test('a transaction that changed nothing is not journalled', async () => {
  const { disk, store } = await opened();
  await write(store, 1);
  const before = disk.contents();
  await store.write(async (trx) => {
    await trx.selectFrom('entry').selectAll().execute();
    await trx.updateTable('entry').set({ body: null }).where('tx', '=', 99).execute();
    await trx
      .insertInto('entry')
      .values({ tx: 1, part: 'first' })
      .onConflict((on) => on.doNothing())
      .execute();
  });
  await store.read((db) => db.selectFrom('entry').selectAll().execute());
  assert.deepEqual(disk.contents(), before);
  await store.close();
});

test('a throw rolls back, and a statement that failed ends its transaction even if it is caught', async () => {
  const { disk, store } = await opened();
  await assert.rejects(
    store.write(async (trx) => {
      await insert(trx, 1, 'first');
      throw new Error('changed my mind');
    }),
    /changed my mind/,
  );
  await assert.rejects(
    store.write(async (trx) => {
      await insert(trx, 2, 'first');
      await assert.rejects(insert(trx, 2, 'first'), /UNIQUE/);
      await assert.rejects(insert(trx, 2, 'second'), /UNIQUE/);
    }),
    /UNIQUE/,
  );
  assert.deepEqual(await present(store), []);

  await store.write(async (trx) => {
    await insert(trx, 3, 'first');
    await sql`savepoint attempt`.execute(trx);
    await assert.rejects(insert(trx, 3, 'first'), /UNIQUE/);
    await sql`rollback to attempt`.execute(trx);
    await insert(trx, 3, 'second');
    await insert(trx, 3, 'third');
  });
  assert.deepEqual(await present(store), [3]);
  await store.close();
  const again = await open('/store', { files: disk });
  assert.deepEqual(await present(again.store), [3]);
  await again.store.close();
});

test('no transaction runs during a read, and readers run together', async () => {
  const { store } = await opened();
  await write(store, 1);
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const count = (db: Kysely<Db>) => db.selectFrom('entry').select('tx').execute();
  const reading = store.read(async (db) => {
    const before = (await count(db)).length;
    first.resolve();
    await second.promise;
    return [before, (await count(db)).length];
  });
  const together = store.read(async () => second.resolve(await first.promise));
  const writing = write(store, 2);
  assert.deepEqual(await reading, [3, 3]);
  await together;
  await writing;
  assert.deepEqual(await present(store), [1, 2]);
  await store.close();
});

test('misuse is refused with a reason, and leaves the store working', async () => {
  const { store } = await opened();
  const refused = (work: Promise<unknown>, reason: RegExp) =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof StoreMisuse, String(error));
      assert.match(error.message, reason);
      return true;
    });
  const raw = (text: string) => store.write((trx) => sql.raw(text).execute(trx));
  await refused(
    store.write(() => present(store)),
    /inside another/,
  );
  await refused(
    store.read(() => write(store, 1)),
    /inside another/,
  );
  await refused(
    store.read((db) => db.insertInto('entry').values({ tx: 1, part: 'first' }).execute()),
    /may not write/,
  );
  await refused(
    store.read((db) => sql`with a as (select 1) delete from entry`.execute(db)),
    /may not write/,
  );
  await refused(
    store.read((db) => db.transaction().execute(async () => undefined)),
    /use write/,
  );
  await refused(raw('insert into entry (tx, part) values (random(), 1)'), /not replayable/);
  await refused(raw('update entry set part = current_timestamp'), /not replayable/);
  await refused(raw("update entry set part = datetime('now')"), /not replayable/);
  await refused(raw('create temp table t (a)'), /not replayable/);
  await refused(raw('delete from entry; delete from entry'), /more than one/);
  for (const text of ['commit', 'rollback', 'pragma foreign_keys = off', "attach 'x' as y", 'vacuum']) {
    await refused(raw(text), /may not begin/);
  }
  for (const body of ['\ud800', undefined, new Date(), {}]) {
    const parameter = body as never;
    await refused(
      store.write((trx) => sql`insert into entry (tx, part, body) values (1, 1, ${parameter})`.execute(trx)),
      /well-formed/,
    );
  }
  const escaped = await store.read(async (db) => db);
  await refused(escaped.selectFrom('entry').selectAll().execute(), /has ended/);
  await store.read((db) => sql`with a as (select 'delete') select * from a`.execute(db));
  await write(store, 1);
  assert.deepEqual(await present(store), [1]);
  await store.close();
});

test('a call from a callback that outlives its transaction is not taken for a nested one', async () => {
  const { store } = await opened();
  const later = Promise.withResolvers<number[]>();
  await store.write(async () => {
    setImmediate(() => void present(store).then(later.resolve, later.reject));
  });
  assert.deepEqual(await later.promise, []);
  await store.close();
});

test('after close everything is refused, and closing again is nothing', async () => {
  const { store, disk } = await opened();
  const queued = write(store, 1);
  await Promise.all([store.close(), store.close(), queued]);
  await assert.rejects(present(store), StoreUnavailable);
  await assert.rejects(write(store, 2), StoreUnavailable);
  assert.deepEqual(store.health(), { ok: false, reason: 'the store is closed' });
  assert.equal(disk.locked, false);
});

test('foreign keys hold, before and after a boot from a snapshot', async () => {
  const disk = new SimulatedDisk();
  const up = async (db: Kysely<never>) => {
    await sql`create table parent (id integer primary key)`.execute(db);
    await sql`create table child (id integer primary key, parent integer references parent (id))`.execute(db);
  };
  for (const round of [1, 2, 3]) {
    const store = await openSqljsStore<Record<string, never>>({
      directory: '/store',
      migrations: { a: { up } },
      files: disk,
      log: () => undefined,
      snapshotBytes: 100,
    });
    await assert.rejects(
      store.write((trx) => sql`insert into child values (${round}, 77)`.execute(trx)),
      /FOREIGN KEY/,
    );
    await store.write((trx) => sql`insert into parent values (${round})`.execute(trx));
    await store.write((trx) => sql`insert into child values (${round}, ${round})`.execute(trx));
    await store.close();
  }
});

test('migrations run once, in one transaction, and a failing one leaves nothing', async () => {
  const disk = new SimulatedDisk();
  const { store } = await open('/store', { files: disk });
  await write(store, 1);
  await store.close();
  let runs = 0;
  const more = {
    ...migrations,
    '0002-more': {
      async up(db: Kysely<never>): Promise<void> {
        runs++;
        await sql`alter table entry add column more text not null default 'x'`.execute(db);
        if (runs === 1) throw new Error('migration failed');
      },
    },
  };
  const options = { directory: '/store', migrations: more, files: disk, log: () => undefined };
  await assert.rejects(openSqljsStore(options), /migration failed/);
  assert.equal(disk.locked, false);
  for (let boot = 0; boot < 2; boot++) {
    const again = await openSqljsStore<Db>(options);
    const rows = await again.read((db) => sql<{ more: string }>`select * from entry`.execute(db));
    assert.equal(rows.rows[0]?.more, 'x');
    await again.close();
  }
  assert.equal(runs, 2);
});

test('a prepared query notices that the columns have changed, and that they have changed back', async () => {
  const { store } = await opened();
  await write(store, 1);
  const columns = async (db: Kysely<Db>) =>
    Object.keys((await sql<Record<string, unknown>>`select * from entry`.execute(db)).rows[0] ?? {}).length;
  assert.equal(await store.read(columns), 4);
  const rolledBack = store.write(async (trx) => {
    await sql`alter table entry add column more text`.execute(trx);
    assert.equal(await columns(trx), 5);
    throw new Error('no');
  });
  await assert.rejects(rolledBack, /^Error: no$/);
  assert.equal(await store.read(columns), 4);
  await store.write((trx) => sql`alter table entry add column more text`.execute(trx));
  assert.equal(await store.read(columns), 5);
  await store.close();
});

const values = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 300 }),
);

test('a record decodes to what was put in', () => {
  const statement = fc.record(
    { sql: fc.string({ unit: 'grapheme' }), parameters: fc.array(values) },
    { noNullPrototype: true },
  );
  const builder = new RecordBuilder();
  fc.assert(
    fc.property(fc.array(statement), fc.nat(), (statements, changes) => {
      builder.rewind();
      for (const { sql, parameters } of statements) builder.add(Buffer.from(sql), bindable(parameters));
      const plain = (value: Value) => (value instanceof Uint8Array ? Uint8Array.from(value) : value);
      const decoded = decodeRecord(builder.finish(changes));
      assert.equal(decoded.changes, changes);
      assert.deepEqual(
        decoded.statements.map(({ sql, parameters }) => ({ sql, parameters: parameters.map(plain) })),
        statements,
      );
    }),
  );
});

test('every value reads the same before and after a boot', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 20 }), async (bodies) => {
      const { disk, store } = await opened();
      const select = (db: Kysely<Db>) =>
        sql`select body, typeof(body) as type from entry order by position`.execute(db);
      await store.write(async (trx) => {
        for (const [tx, body] of bodies.entries()) await insert(trx, tx, 'only', body);
      });
      const before = await store.read(select);
      await store.close();
      const again = await open('/store', { files: disk });
      assert.deepEqual(await again.store.read(select), before);
      await again.store.close();
    }),
    { numRuns: 40 },
  );
});
