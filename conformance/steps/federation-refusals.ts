// What becomes of what other nodes were refused: nothing, but a record (FED-014, ERR-017, section 19.6).
import { Then } from '@cucumber/cucumber';
import { type Head, headOf, notedHeads } from '../guests.ts';
import { expectEqual, expectThat } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { expectNoTrace, expectRecords, refusalsOf } from '../refusals.ts';
import type { EccpWorld } from '../world.ts';
import { sendEvent } from './base/messages.ts';

// Then nothing came of it
//   All that the scenario's fake nodes were refused: the logs are as they were before the last act of a fake node, no sync shows an event of it, no
//   fake node was sent one, also when the owner of the room speaks once more, and, where an operator is there to read it, each refusal is on record once.
Then('nothing came of it', async function (this: EccpWorld) {
  this.noSurprise();
  const refusals = refusalsOf(this);
  expectThat(refusals.length > 0, 'a refusal', 'none');
  for (const [alias, before] of notedHeads(this)) await expectHead(this, alias, before);
  const refused = new Set(refusals.map(({ peer }) => peer));
  for (const [alias, before] of notedHeads(this)) await expectOnlyTheNext(this, alias, before, refused);
  await expectNoTrace(this, refusals);
  await expectRecords(this, refusals);
});

async function expectHead(world: EccpWorld, alias: string, before: Head): Promise<void> {
  const now = await headOf(world, alias);
  expectEqual(`${now.seq} ${now.hash}`, `${before.seq} ${before.hash}`, `the head of the room "${alias}"`);
}

/** Lets the owner of a room of the node under test speak, and looks what that brings to the fake nodes that were refused nothing. */
async function expectOnlyTheNext(
  world: EccpWorld,
  alias: string,
  before: Head,
  refused: ReadonlySet<FakePeer>,
): Promise<void> {
  const { id, owner } = world.room(alias);
  if (await world.home(owner)) return;
  const witnesses = [...world.peers.values()].filter(
    (peer) => !refused.has(peer) && !peer.behaviour.intercept && peer.room(id)?.nodes.includes(peer.name),
  );
  if (witnesses.length === 0) return;
  await sendEvent(world, owner, alias, 'eccp.room.message', { body: 'afterwards' }, 'afterwards');
  const next = world.event('afterwards');
  for (const peer of witnesses) {
    const log = () => peer.room(id)?.log ?? [];
    await peer.until('the next message of the room', () => log().some(({ event_id }) => event_id === next));
    const since = log().filter(({ entry }) => entry.seq > before.seq);
    expectEqual(since.map(({ event_id }) => event_id).join(), next, `what reached ${peer.name} since then`);
  }
}
