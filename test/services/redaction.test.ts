import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { EventType } from '../../src/generated/api.ts';
import { fixture } from './fixture.ts';

test('a redaction deletes content and nonce from the database, and nothing else of the event (LOG-057)', async (t) => {
  const world = await fixture();
  t.after(() => world.end());
  const { rooms, messages, store } = world.services;
  const writer = await world.user('writer');
  const { roomId } = await rooms.create(writer.userId, {});
  const send = (body: string) => messages.send(writer, roomId, 'eccp.room.message' as EventType, { body }, undefined);
  const { event_id: redacted } = await send('secret');
  const { event_id: kept } = await send('kept');
  const row = (id: typeof kept) =>
    store.read((db) => db.selectFrom('events').selectAll().where('event_id', '=', id).executeTakeFirstOrThrow());
  const before = await row(redacted);
  const { event_id: redaction } = await messages.redact(writer, roomId, redacted, undefined, undefined);
  assert.deepEqual(await row(redacted), { ...before, content: null, nonce: null, redacted_by: redaction });
  assert.equal((await row(kept)).content, '{"body":"kept"}');
});
