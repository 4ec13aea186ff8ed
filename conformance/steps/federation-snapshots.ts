// Snapshots that the node under test serves to fake nodes (section 18.4).
import { Given, Then, When } from '@cucumber/cucumber';
import { copyOf, homeOf } from '../guests.ts';
import { ConformanceFailure, expectEqual } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { ownMembership, propose, pull } from '../peer/participant.ts';
import { canonical } from '../wire/canonical.ts';
import { type Json, show } from '../wire/json.ts';
import { replayLog } from '../wire/room-log.ts';
import { eventsOf, type SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';

const asked = new WeakMap<EccpWorld, { peer: FakePeer; path: string }>();

// Given Pat leaves and comes back by submission
Given('{guest} leaves and comes back by submission', async function (this: EccpWorld, guest: string) {
  const peer = await homeOf(this, guest);
  const user = await this.userId(guest);
  for (const membership of ['leave', 'join']) {
    const { result } = await propose(peer, this.room('room').id, ownMembership(user, membership));
    if (result.status !== 'sequenced') throw new ConformanceFailure(`${guest}'s ${membership}`, show(result));
    await pull(peer, await copyOf(this, guest, 'room'));
  }
});

// When the peer asks for a snapshot of the room
When('{peer} asks for a snapshot of {room}', async function (this: EccpWorld, alias: string, name: string) {
  const peer = await this.peer(alias);
  const path = `/_eccp/federation/v1/rooms/${encodeURIComponent(this.room(name).id)}`;
  asked.set(this, { peer, path });
  this.judge(await peer.send('GET', `${path}/snapshot`));
});

// Then the snapshot has the head, the state and the last entries of the log   (which is read and replayed from entry 0)
Then('the snapshot has the head, the state and the last entries of the log', async function (this: EccpWorld) {
  const { head, state, recent } = this.succeeded(this.answer).body;
  const log = await wholeLog(this);
  const { problems, state: pairs } = replayLog(log);
  expectEqual(
    problems.map(({ seq, message }) => `entry ${seq}: ${message}`).join('; '),
    '',
    'what is wrong in the log',
  );
  const last = log.at(-1);
  const expected = { entry: last?.entry, entry_signature: last?.entry_signature };
  expectEqual(canonical(head ?? null), canonical(expected as unknown as Json), 'the head');
  const named = new Set(pairs.values());
  same(
    eventsOf(state),
    log.filter(({ event_id }) => named.has(event_id)),
    'the state',
  );
  same(eventsOf(recent), log.slice(-1000), 'the last entries');
});

// Then "before" is in the snapshot, withheld · …, with its content
Then(
  /^"([^"]+)" is in the snapshot, (withheld|with its content)$/,
  function (this: EccpWorld, text: string, how: string) {
    const recent = eventsOf(this.succeeded(this.answer).body.recent);
    const item = recent.find(({ event_id }) => event_id === this.event(text));
    if (!item) throw new ConformanceFailure(`"${text}" in the snapshot`, 'no such event');
    expectEqual(item.content !== undefined, how !== 'withheld', `content of "${text}"`);
    expectEqual(item.nonce !== undefined, how !== 'withheld', `a nonce of "${text}"`);
    expectEqual(item.withheld, how === 'withheld' ? true : undefined, `withheld of "${text}"`);
  },
);

function same(actual: readonly SequencedEvent[], expected: readonly SequencedEvent[], what: string): void {
  const places = (events: readonly SequencedEvent[]) => events.map(({ entry }) => entry.seq).join(' ');
  expectEqual(places(actual), places(expected), `the places of ${what}`);
  const text = (events: readonly SequencedEvent[]) => canonical(events as unknown as Json);
  expectEqual(text(actual), text(expected), what);
}

/** The log as the node serves it to the node that asked for the snapshot. */
async function wholeLog(world: EccpWorld): Promise<SequencedEvent[]> {
  const { peer, path } = asked.get(world) ?? { peer: await world.peer('peer'), path: '' };
  const log: SequencedEvent[] = [];
  for (;;) {
    const page = world.succeeded(await peer.send('GET', `${path}/log?from=${log.length}&limit=500`));
    const entries = eventsOf(page.body.entries);
    if (entries.length === 0) return log;
    log.push(...entries);
  }
}
