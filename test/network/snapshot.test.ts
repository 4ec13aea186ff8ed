// A long log, joined through a snapshot by a node that is killed before it has verified the rest.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { hashesOf, oneLog } from './logs.ts';
import { Network } from './nodes.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

const network = new Network();
after(() => network.end());

/** More than a node fetches rather than a snapshot. */
const length = 1_300;

test('who joins a long log has its end at once, and the rest after a crash too (section 18.4)', async () => {
  const [a, b] = [await network.node(), await network.node()];
  await Promise.all([a.start(), b.start()]);
  const [alice, bob] = [await Person.on(a, 'alice'), await Person.on(b, 'bob')];
  const room = await alice.createRoom({ visibility: 'public', historyVisibility: 'shared' });
  for (let i = 0; i < length; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, j) => alice.send(room, `message ${i + j}`)));
  }
  assert.equal((await bob.join(room)).status, 'sequenced');
  const { events } = await bob.must('GET', `/rooms/${room}/messages?dir=b&limit=10`);
  assert.equal(events.length, 10);
  await b.stop('SIGKILL');
  await b.start();
  assert.equal((await bob.send(room, 'back again')).status, 'sequenced');
  await until('the log is verified', async () => {
    const page = await bob.must('GET', `/rooms/${room}/messages?dir=f&limit=1`);
    return page.events[0].entry.seq < 10;
  });
  const log = await oneLog([a, b], room);
  assert.ok(hashesOf(log).length > length);
  assert.deepEqual(
    (await b.audited()).map(({ kind }) => kind).filter((kind) => kind.startsWith('room.')),
    [],
  );
});
