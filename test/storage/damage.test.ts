import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JournalDamaged, ReplayDiverged, SnapshotDamaged } from '../../src/storage/errors.ts';
import { encodeRecord, FILE_HEADER, RECORD_HEADER, scanRecords } from '../../src/storage/sqljs/journal-format.ts';
import { RecordBuilder } from '../../src/storage/sqljs/record.ts';
import { open, present, write } from './fixture.ts';
import { SimulatedDisk } from './simulated-disk.ts';

/** The files of a closed store. With `snapshotBytes` there are several generations' worth of writes. */
async function written(count: number, snapshotBytes = 1_000_000): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const { store } = await open('/store', { files: disk, snapshotBytes });
  for (let tx = 1; tx <= count; tx++) await write(store, tx);
  await store.close();
  return disk;
}

const bytesOf = (disk: SimulatedDisk, name: string): Buffer => {
  const inode = disk.names.get(name);
  assert.ok(inode, `${name} is there`);
  return Buffer.from(inode.current);
};

const recordsOf = (journal: Buffer) => [...scanRecords(journal, 1)];

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << (at % 8)), at);
  return copy;
}

test('one wrong bit anywhere in a journal stops the boot, names file and offset, and changes nothing', async () => {
  const disk = await written(3);
  const journal = bytesOf(disk, 'journal-1.log');
  const records = recordsOf(journal);
  assert.equal(records.length, 4, 'the migrations and three transactions');
  for (let at = 0; at < journal.length; at++) {
    const holder = records.find(({ offset, end }) => at >= offset && at < end);
    const within = at - (holder?.offset ?? 0);
    if (holder && within > RECORD_HEADER + 10 && at % 13 !== 0) continue; // the payload has one checksum
    disk.put('journal-1.log', flipped(journal, at));
    const before = disk.contents();
    await assert.rejects(open('/store', { files: disk }), (error) => {
      assert.ok(error instanceof JournalDamaged, String(error));
      assert.equal(error.offset, holder?.offset ?? 0, `bit flipped at ${at}`);
      assert.match(error.message, /journal-1\.log is damaged at byte \d+.*--repair/);
      return true;
    });
    assert.deepEqual(disk.contents(), before);
    assert.equal(disk.locked, false);
  }
});

test('repair moves the damaged rest to a side file and goes on', async () => {
  const disk = await written(4);
  const journal = bytesOf(disk, 'journal-1.log');
  const third = recordsOf(journal)[3];
  assert.ok(third);
  const damaged = flipped(journal, third.offset + RECORD_HEADER + 30);
  disk.put('journal-1.log', damaged);
  const { store, events } = await open('/store', { files: disk, repair: true });
  assert.deepEqual(await present(store), [1, 2]);
  const side = `journal-1.log.damaged-${third.offset}`;
  assert.deepEqual(bytesOf(disk, side), damaged.subarray(third.offset));
  assert.deepEqual(events, [
    {
      event: 'damage_moved_aside',
      file: '/store/journal-1.log',
      offset: third.offset,
      bytes: damaged.length - third.offset,
      movedTo: `/store/${side}`,
    },
  ]);
  await write(store, 5);
  await store.close();
  const again = await open('/store', { files: disk });
  assert.deepEqual(await present(again.store), [1, 2, 5]);
  await again.store.close();

  // The same place again: the first side file is kept.
  disk.put('journal-1.log', flipped(bytesOf(disk, 'journal-1.log'), third.offset + RECORD_HEADER + 30));
  const third_ = await open('/store', { files: disk, repair: true });
  assert.deepEqual(await present(third_.store), [1, 2]);
  await third_.store.close();
  assert.deepEqual(bytesOf(disk, side), damaged.subarray(third.offset));
  assert.ok(disk.names.has(`${side}-2`));
});

test('repair of a file header moves the whole journal aside', async () => {
  const disk = await written(2);
  const damaged = flipped(bytesOf(disk, 'journal-1.log'), 9);
  disk.put('journal-1.log', damaged);
  const { store } = await open('/store', { files: disk, repair: true });
  assert.deepEqual(await present(store), []);
  await store.close();
  assert.deepEqual(bytesOf(disk, 'journal-1.log.damaged-0'), damaged);
});

test('a torn tail is cut and reported, at whatever byte it was torn', async () => {
  const disk = await written(2);
  const journal = bytesOf(disk, 'journal-1.log');
  const last = recordsOf(journal).at(-1);
  assert.ok(last);
  for (let length = last.offset + 1; length < journal.length; length += length < last.offset + 25 ? 1 : 11) {
    disk.put('journal-1.log', journal.subarray(0, length));
    const { store, events } = await open('/store', { files: disk });
    assert.deepEqual(await present(store), [1]);
    assert.deepEqual(events, [
      { event: 'torn_tail_cut', file: '/store/journal-1.log', offset: last.offset, bytes: length - last.offset },
    ]);
    await store.close();
    assert.equal(bytesOf(disk, 'journal-1.log').length, last.offset);
  }
});

test('a damaged length is not taken for a torn tail, a record from elsewhere not for the next one', async () => {
  const disk = await written(2);
  const journal = bytesOf(disk, 'journal-1.log');
  const [, second, third] = recordsOf(journal);
  assert.ok(second && third);
  const longer = Buffer.from(journal);
  longer.writeUInt32LE(longer.readUInt32LE(third.offset) + 5000, third.offset);
  const doubled = Buffer.concat([journal, journal.subarray(third.offset)]);
  const without = Buffer.concat([journal.subarray(0, second.offset), journal.subarray(second.end)]);
  const cases: [Buffer, number][] = [
    [longer, third.offset],
    [doubled, third.end],
    [without, second.offset],
  ];
  for (const [bytes, offset] of cases) {
    disk.put('journal-1.log', bytes);
    await assert.rejects(
      open('/store', { files: disk }),
      (error) => error instanceof JournalDamaged && error.offset === offset,
    );
  }
});

test('one wrong bit anywhere in a snapshot stops the boot and names it; repair cannot do without it', async () => {
  const disk = await written(12, 1000);
  const name = [...disk.names.keys()].find((each) => each.startsWith('snapshot'));
  assert.ok(name);
  const snapshot = bytesOf(disk, name);
  for (let at = 0; at < snapshot.length; at += at < 48 ? 1 : 997) {
    disk.put(name, flipped(snapshot, at));
    const before = disk.contents();
    for (const repair of [false, true]) {
      await assert.rejects(open('/store', { files: disk, repair }), (error) => {
        assert.ok(error instanceof SnapshotDamaged && error.message.includes(name), String(error));
        return true;
      });
      assert.deepEqual(disk.contents(), before);
    }
  }
  disk.put(name, snapshot.subarray(0, 5000));
  await assert.rejects(open('/store', { files: disk }), SnapshotDamaged);
  disk.names.delete(name);
  await assert.rejects(open('/store', { files: disk, repair: true }), SnapshotDamaged);
});

test('a damaged snapshot whose older generation is whole: the boot stops, and repair loses nothing', async () => {
  const disk = new SimulatedDisk();
  const { store } = await open('/store', { files: disk, snapshotBytes: 1500 });
  disk.fault = (operation) => (operation === 'remove' ? 'error' : undefined);
  for (let tx = 1; tx <= 9; tx++) await write(store, tx);
  await store.close();
  disk.fault = () => undefined;
  const newest = [...disk.names.keys()]
    .filter((name) => name.startsWith('snapshot'))
    .sort()
    .at(-1);
  assert.ok(newest && disk.names.has('journal-1.log'));
  disk.put(newest, flipped(bytesOf(disk, newest), 500));
  await assert.rejects(open('/store', { files: disk }), SnapshotDamaged);
  const repaired = await open('/store', { files: disk, repair: true });
  assert.deepEqual(await present(repaired.store), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await repaired.store.close();
  assert.ok(disk.names.has(`${newest}.damaged-0`));
});

test('a missing journal, in the middle or at the end, is damage', async () => {
  const disk = new SimulatedDisk();
  const { store } = await open('/store', { files: disk, snapshotBytes: 700 });
  disk.fault = (operation, name) => (operation === 'rename' && name.startsWith('snapshot') ? 'error' : undefined);
  for (let tx = 1; tx <= 9; tx++) await write(store, tx);
  await store.close();
  disk.fault = () => undefined;
  assert.ok(disk.names.has('journal-3.log'), [...disk.names.keys()].join());
  const middle = disk.clone();
  middle.names.delete('journal-2.log');
  await assert.rejects(open('/store', { files: middle }), /journal-3\.log is damaged at byte 0/);
  const one = await written(12, 1000);
  const journal = [...one.names.keys()].find((name) => name.startsWith('journal'));
  assert.ok(journal);
  one.names.delete(journal);
  await assert.rejects(
    open('/store', { files: one }),
    (error) => error instanceof JournalDamaged && /missing/.test(error.message),
  );
});

test('damage in the middle of a chain: repair moves the later journals aside too', async () => {
  const disk = new SimulatedDisk();
  const { store } = await open('/store', { files: disk, snapshotBytes: 700 });
  disk.fault = (operation, name) => (operation === 'rename' && name.startsWith('snapshot') ? 'error' : undefined);
  for (let tx = 1; tx <= 9; tx++) await write(store, tx);
  await store.close();
  disk.fault = () => undefined;
  disk.put('journal-2.log', flipped(bytesOf(disk, 'journal-2.log'), FILE_HEADER + 2));
  await assert.rejects(open('/store', { files: disk }), /journal-2\.log is damaged at byte 32/);
  const repaired = await open('/store', { files: disk, repair: true });
  const found = await present(repaired.store);
  assert.deepEqual(found, [1, 2, 3, 4, 5, 6, 7, 8, 9].slice(0, found.length));
  await write(repaired.store, 10);
  await repaired.store.close();
  assert.ok(disk.names.has('journal-3.log.damaged-0'), [...disk.names.keys()].join());
  const again = await open('/store', { files: disk });
  assert.deepEqual(await present(again.store), [...found, 10]);
  await again.store.close();
});

test('an intact record that does not replay as it ran stops the boot', async () => {
  const disk = await written(1);
  const journal = bytesOf(disk, 'journal-1.log');
  for (const [sql, changes] of [
    ['delete from entry', 2],
    ['insert into entry (tx, part) values (1, ?)', 1],
  ] as const) {
    const builder = new RecordBuilder();
    builder.add(Buffer.from(sql), sql.includes('?') ? ['first'] : []);
    disk.put('journal-1.log', Buffer.concat([journal, encodeRecord(3, builder.finish(changes))]));
    await assert.rejects(
      open('/store', { files: disk }),
      (error) => error instanceof ReplayDiverged && error.offset === journal.length,
    );
  }
});
