import { strict as assert } from 'node:assert';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EventType, RoomId } from '../../src/generated/api.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { openSqljsStore } from '../../src/storage/sqljs/sqljs-store.ts';
import type { Tables } from '../../src/storage/tables.ts';
import { fixture } from './fixture.ts';

test('a redaction deletes content, nonce and digest from the database, and nothing else of the event (LOG-057)', async (t) => {
  const world = await fixture();
  t.after(() => world.end());
  const { rooms, messages, store } = world.services;
  const writer = await world.user('writer');
  const { roomId } = await rooms.create(writer.userId, { encrypted: false });
  const send = (body: string) =>
    messages.send(writer, roomId, 'eccp.room.message' as EventType, { body }, { id: body, place: 'txnId' });
  const { event_id: redacted } = await send('secret');
  const { event_id: kept } = await send('kept');
  const row = (id: typeof kept) =>
    store.read((db) => db.selectFrom('events').selectAll().where('event_id', '=', id).executeTakeFirstOrThrow());
  const before = await row(redacted);
  assert.ok(before.txn_digest);
  const { event_id: redaction } = await messages.redact(writer, roomId, redacted, undefined, undefined);
  assert.deepEqual(await row(redacted), {
    ...before,
    content: null,
    nonce: null,
    txn_digest: null,
    redacted_by: redaction,
  });
  assert.equal((await send('secret')).event_id, redacted, 'a repetition is still one');
  assert.equal((await row(kept)).content, '{"body":"kept"}');
});

test('a snapshot made after a redaction holds nothing of what was redacted', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-snapshot-'));
  t.after(() => rm(directory, { recursive: true }));
  const written: number[] = [];
  const store = await openSqljsStore<Tables>({
    directory,
    migrations,
    snapshotBytes: 1,
    log: (event) => event.event === 'snapshot_written' && written.push(event.generation),
  });
  const insert = (content: string | null) =>
    store.write((trx) =>
      trx
        .insertInto('rooms')
        .values({
          room_id: '!room' as RoomId,
          ...{ epoch: 0, head_seq: 0, head_hash: '', head_ts: 0, head_stream: 0 },
          ...{ visibility: 'private', topic: content, search_text: '', member_count: 0 },
        })
        .onConflict((conflict) => conflict.column('room_id').doUpdateSet({ topic: content }))
        .execute(),
    );
  const nextSnapshot = async (): Promise<Buffer> => {
    const before = written.length;
    for (let position = 1; written.length === before; position++) {
      assert.ok(position < 10_000, 'a snapshot is made');
      await store.write((trx) => trx.updateTable('stream').set({ position }).execute());
    }
    const names = (await readdir(directory)).filter((name) => name.startsWith('snapshot-') && !name.endsWith('.tmp'));
    return readFile(join(directory, names.toSorted().at(-1) ?? ''));
  };
  await insert('a secret '.repeat(2000)); // enough for pages of its own
  await nextSnapshot(); // may have begun before
  assert.ok((await nextSnapshot()).includes('a secret'));
  await insert(null);
  await nextSnapshot();
  const bytes = await nextSnapshot();
  await store.close();
  assert.ok(bytes.includes('search_text'), 'it is the database');
  assert.ok(!bytes.includes('a secret'));
});
