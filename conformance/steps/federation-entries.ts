// Entries that fake nodes hand over, right ones and forged ones, and what becomes of them (section 17.3).
import { Given, Then, When } from '@cucumber/cucumber';
import { auditOf } from '../audit.ts';
import { copyOf, homeOf, noteHead } from '../guests.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { BAD_COPIES, FORGERIES } from '../peer/forgeries.ts';
import { say } from '../peer/host.ts';
import type { PeerRoom } from '../peer/room.ts';
import { canonical } from '../wire/canonical.ts';
import { isObject, type JsonObject, lookUp, show } from '../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { readLog } from './base/messages.ts';

/** The last entry that a fake node handed over, or queued. */
const last = new WeakMap<EccpWorld, { peer: FakePeer; item: SequencedEvent; result?: JsonObject }>();

// When Pat says "hello" in the room · Pat says 10 messages in the room   (which Pat's node hosts)
When('{guest} says {string} in {room}', async function (this: EccpWorld, guest: string, text: string, alias: string) {
  const draft = { type: 'eccp.room.message', sender: await this.userId(guest), content: { body: text } };
  this.events.set(text, (await saying(this, guest, alias, draft)).event_id);
});
When(
  '{guest} says {int} messages in {room}',
  async function (this: EccpWorld, guest: string, count: number, alias: string) {
    const sender = await this.userId(guest);
    for (let i = 1; i <= count; i++)
      await saying(this, guest, alias, { type: 'eccp.room.message', sender, content: { body: `message ${i}` } });
  },
);

// When Pat says something in the room that is no right message · When Pat renames the room "bare" on the peer
When(
  '{guest} says something in {room} that is no right message',
  async function (this: EccpWorld, guest: string, alias: string) {
    await saying(this, guest, alias, {
      type: 'eccp.room.message',
      sender: await this.userId(guest),
      content: { body: 7 },
    });
  },
);
When('{guest} renames {room} on {peer}', async function (this: EccpWorld, guest: string, alias: string, _peer: string) {
  const draft = { type: 'eccp.room.name', sender: await this.userId(guest), content: { name: 'theirs' }, stateKey: '' };
  await saying(this, guest, alias, draft);
});

// When Pat bans Quinn in the room   (which Pat's node hosts; also kicks, invites)
When(
  '{guest} {word} {actor} in {room}',
  async function (this: EccpWorld, guest: string, act: string, whom: string, alias: string) {
    const membership = { bans: 'ban', kicks: 'leave', unbans: 'leave', invites: 'invite' }[act];
    if (membership === undefined) throw new HarnessError(`nobody ${act} somebody`);
    const draft = {
      type: 'eccp.room.member',
      sender: await this.userId(guest),
      content: { membership },
      stateKey: await this.userId(whom),
    };
    this.events.set(`${whom}'s ${act.slice(0, -1)}`, (await saying(this, guest, alias, draft)).event_id);
  },
);

// When the peer hands over an entry with "another state_root"   (peer/forgeries.ts; by the host of the room, whoever hands it over)
When('{peer} hands over an entry with {string}', async function (this: EccpWorld, alias: string, words: string) {
  const { host, room } = await hosted(this, 'room');
  const item = forged(words, host, room);
  await host.delivered();
  await handOver(this, await this.peer(alias), item);
});
When(
  '{peer} signs an entry with {string} into the log of {room}',
  async function (this: EccpWorld, _alias: string, words: string, name: string) {
    const { host, room } = await hosted(this, name);
    room.append(forged(words, host, room));
  },
);

// When the peer hands over the newest entry of the room · … without its content
When('{peer} hands over the newest entry of {room}', async function (this: EccpWorld, alias: string, name: string) {
  const peer = await this.peer(alias);
  await handOver(this, peer, newest(peer, this.room(name).id));
});
When(
  '{peer} hands over the newest entry of {room} without its content',
  async function (this: EccpWorld, alias: string, name: string) {
    const peer = await this.peer(alias);
    const { content: _, nonce: __, ...item } = newest(peer, this.room(name).id);
    await handOver(this, peer, item);
  },
);

// Then the entry is applied · Then the entry is refused with ECCP_STATE_ROOT   (the last that was handed over, or said)
Then('the entry is applied', async function (this: EccpWorld) {
  const result = await resultOf(this);
  expectEqual(result.status, 'applied', `what became of the entry (${show(result)})`);
});
Then('the entry is refused with {errcodes}', async function (this: EccpWorld, codes: string[]) {
  const result = await resultOf(this);
  expectThat(
    codes.includes(String(result.errcode)),
    `the entry to be refused with ${codes.join(' or ')}`,
    show(result),
  );
  expectEqual(result.status, undefined, 'status of the result');
});

// Then it is not in the room, as Alice sees it   (the last entry)
Then('it is not in {room}, as {actor} sees it', async function (this: EccpWorld, alias: string, who: string) {
  const { item } = lastOf(this);
  const found = (await readLog(this, who, alias)).filter(
    ({ entry, event_id }) => entry.seq >= item.entry.seq || event_id === item.event_id,
  );
  const wrong = found.filter(({ entry }) => canonical(entry) === canonical(item.entry) || entry.seq >= item.entry.seq);
  expectEqual(wrong.length, 0, `entries from ${item.entry.seq} on`);
});

// Then the node has taken everything from the peer
Then('the node has taken everything from {peer}', async function (this: EccpWorld, alias: string) {
  const results = [...(await (await this.peer(alias)).delivered()).values()];
  const refused = results.filter(({ status }) => status !== 'applied');
  expectThat(results.length > 0 && refused.length === 0, 'every entry to be applied', show(refused));
});

// Then Alice's node holds the same log of the room as the peer   (as it serves it to the fake node)
Then(
  "{actor}'s node holds the same log of {room} as {peer}",
  async function (this: EccpWorld, _who: string, name: string, alias: string) {
    const peer = await this.peer(alias);
    await peer.delivered();
    const { id } = this.room(name);
    const log = peer.room(id)?.log ?? [];
    const answer = await peer.send('GET', `/_eccp/federation/v1/rooms/${encodeURIComponent(id)}/log?limit=500`);
    const held = eventsOf(this.succeeded(answer).body.entries);
    expectEqual(held.length, log.length, 'the number of entries');
    for (const [seq, item] of log.entries()) {
      const same = held[seq] && canonical(plain(held[seq])) === canonical(plain(item));
      expectThat(same === true, `entry ${seq} to be ${show(item)}`, show(held[seq]));
    }
  },
);

// Then Alice has "hello" in the room, withheld
Then(
  '{actor} has {string} in {room}, withheld',
  async function (this: EccpWorld, who: string, text: string, alias: string) {
    const item = (await readLog(this, who, alias)).find(({ event_id }) => event_id === this.event(text));
    if (!item) throw new ConformanceFailure(`the headers of "${text}"`, 'no such event');
    expectEqual(item.content, undefined, 'the content');
    expectEqual(item.nonce, undefined, 'the nonce');
    expectEqual(item.withheld, true, 'withheld');
  },
);

// Then the room is on record as frozen, where an operator is there to read it
Then(
  '{room} is on record as frozen, where an operator is there to read it',
  async function (this: EccpWorld, alias: string) {
    if (this.run.adminToken === undefined) return;
    const { id } = this.room(alias);
    const found = await auditOf(this, ({ kind, subject }) => kind === 'room.frozen' && subject === id);
    if (!found) throw new ConformanceFailure(`a record room.frozen of ${id}`, 'none');
  },
);

// Given the peer hands on nothing by itself · Given the peer serves 3 entries of a log at a time
Given('{peer} hands on nothing by itself', async function (this: EccpWorld, alias: string) {
  (await this.peer(alias)).behaviour.fansOut = false;
});
Given('{peer} hands on everything by itself again', async function (this: EccpWorld, alias: string) {
  (await this.peer(alias)).behaviour.fansOut = true;
});
Given('{peer} serves {int} entries of a log at a time', async function (this: EccpWorld, alias: string, count: number) {
  (await this.peer(alias)).behaviour.logPage = count;
});

/** Hands one entry to the node under test. */
export async function handOver(world: EccpWorld, peer: FakePeer, item: SequencedEvent): Promise<void> {
  const [alias] = [...world.rooms].find(([, { id }]) => id === item.entry.room_id) ?? [];
  if (alias !== undefined) await noteHead(world, alias);
  const answer = world.succeeded(await peer.transact({ entries: [item] }));
  const result = lookUp(answer.body, 'entries.0');
  last.set(world, { peer, item, result: isObject(result) ? result : {} });
}

/** A room that a fake node hosts, and the fake node. */
export async function hosted(world: EccpWorld, alias: string): Promise<{ host: FakePeer; room: PeerRoom }> {
  const { owner } = world.room(alias);
  return { host: await homeOf(world, owner), room: await copyOf(world, owner, alias) };
}

export async function saying(
  world: EccpWorld,
  guest: string,
  alias: string,
  draft: Parameters<typeof say>[2],
): Promise<SequencedEvent> {
  const peer = await homeOf(world, guest);
  const item = say(peer, await copyOf(world, guest, alias), draft);
  last.set(world, { peer, item });
  return item;
}

function forged(words: string, host: FakePeer, room: PeerRoom): SequencedEvent {
  const forge = FORGERIES[words] ?? BAD_COPIES[words];
  if (!forge)
    throw new HarnessError(
      `nobody can forge ${words}; there are ${Object.keys({ ...FORGERIES, ...BAD_COPIES }).join(', ')}`,
    );
  return forge(host, room);
}

function newest(peer: FakePeer, roomId: string): SequencedEvent {
  const item = peer.room(roomId)?.log.at(-1);
  if (!item) throw new HarnessError(`${peer.name} holds no entry of ${roomId}`);
  return item;
}

function lastOf(world: EccpWorld) {
  const entry = last.get(world);
  if (!entry) throw new HarnessError('no fake node has handed over an entry');
  return entry;
}

async function resultOf(world: EccpWorld): Promise<JsonObject> {
  const { peer, item, result } = lastOf(world);
  return result ?? (await peer.delivered()).get(item.event_id) ?? {};
}

/** An entry without what each copy may have of its own. */
function plain({ event_id, event, signature, entry, entry_signature }: SequencedEvent) {
  return { event_id, event, signature, entry, entry_signature };
}
