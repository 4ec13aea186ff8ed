import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Session } from '../../src/services/sessions.ts';
import { fixture } from './fixture.ts';

test('typing ends after 30 seconds where no time-out was given, and whoever waits is told (SYNC-048)', async (t) => {
  const world = await fixture();
  t.after(() => world.end());
  const { rooms, memberships, typing, sync } = world.services;
  const writer = await world.user('writer');
  const reader = await world.user('reader');
  const { roomId } = await rooms.create(writer.userId, { visibility: 'public' });
  await memberships.join(reader.userId, roomId, undefined);
  const syncOf = (session: Session, since?: string) =>
    sync.sync(session, { since, timeout: 0, limit: 1 }, new AbortController().signal);

  t.mock.timers.enable({ apis: ['setTimeout'] });
  await typing.put(writer.userId, roomId, true);
  const typed = await syncOf(reader);
  assert.deepEqual(typed.rooms.joined[roomId]?.typing, [writer.userId]);
  t.mock.timers.tick(29_999);
  assert.equal((await syncOf(reader, typed.next_batch)).rooms.joined[roomId], undefined);
  t.mock.timers.tick(1);
  assert.deepEqual((await syncOf(reader, typed.next_batch)).rooms.joined[roomId]?.typing, []);
});
