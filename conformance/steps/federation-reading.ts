// Logs that the node under test serves to fake nodes (chapter 18).
import { setTimeout as pause } from 'node:timers/promises';
import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { homeOf, keep } from '../guests.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { ownMembership, propose } from '../peer/participant.ts';
import { serve } from '../peer/serving.ts';
import { canonical } from '../wire/canonical.ts';
import { type Json, lookUp, show } from '../wire/json.ts';
import { replayLog } from '../wire/room-log.ts';
import { eventsOf, type SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { readLog, sendEvent } from './base/messages.ts';

const asked = new WeakMap<EccpWorld, { peer: FakePeer; roomId: string }>();

// When the peer asks for the log of the room from 0 · …, at most 4
When(
  '{peer} asks for the log of {room} from {int}',
  async function (this: EccpWorld, alias: string, name: string, from: number) {
    await askLog(this, alias, name, `from=${from}`);
  },
);
When(
  '{peer} asks for the log of {room} from {int}, at most {int}',
  async function (this: EccpWorld, alias: string, name: string, from: number, limit: number) {
    await askLog(this, alias, name, `from=${from}&limit=${limit}`);
  },
);

// When the peer asks for the event "hello" of the room · … for an event that the room does not have
When(
  '{peer} asks for the event {string} of {room}',
  async function (this: EccpWorld, alias: string, text: string, name: string) {
    const path = `${pathOf(this.room(name).id)}/events/${encodeURIComponent(this.event(text))}`;
    this.judge(await (await this.peer(alias)).send('GET', path));
  },
);
When('{peer} asks for an event that the room does not have', async function (this: EccpWorld, alias: string) {
  const path = `${pathOf(this.room('room').id)}/events/${encodeURIComponent(`$${'A'.repeat(43)}`)}`;
  this.judge(await (await this.peer(alias)).send('GET', path));
});

// Given the peer serves other content than was said   (in its log and its events)
Given('{peer} serves other content than was said', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  peer.behaviour.intercept = async (request) => {
    if (request.method !== 'GET' || !request.path.includes('/rooms/')) return undefined;
    const outcome = await serve(peer, request);
    const raw = Buffer.from(JSON.stringify(outcome.body).replaceAll('"body":"hello"', '"body":"other"'));
    return { status: outcome.status, raw };
  };
});

// When Pat's node asks for everything about the room   (head, log, its events, and the same of a room that does not exist)
const pairs = new WeakMap<EccpWorld, [Answer, Answer][]>();
When("{guest}'s node asks for everything about {room}", async function (this: EccpWorld, guest: string, alias: string) {
  const peer = await homeOf(this, guest);
  const { id, owner } = this.room(alias);
  const events = (await readLog(this, owner, alias))
    .slice(0, 3)
    .map(({ event_id }) => `/events/${encodeURIComponent(event_id)}`);
  const nowhere = `!${'A'.repeat(43)}:${this.run.facts.node}`;
  const found: [Answer, Answer][] = [];
  for (const what of ['/head', '/log', '/log?from=1&limit=2', ...events]) {
    const [here, there] = [
      await peer.send('GET', `${pathOf(id)}${what}`),
      await peer.send('GET', `${pathOf(nowhere)}${what}`),
    ];
    found.push([this.judge(here), this.judge(there)]);
  }
  pairs.set(this, found);
});

// Then it is answered as for a room that does not exist   (status and bytes)
Then('it is answered as for a room that does not exist', function (this: EccpWorld) {
  const found = pairs.get(this) ?? [];
  expectThat(found.length > 0, 'questions about both', 'none');
  for (const [here, there] of found)
    expectEqual(`${here.status} ${here.text}`, `${there.status} ${there.text}`, 'the answer');
});

// Given Pat leaves by submission
Given('{guest} leaves by submission', async function (this: EccpWorld, guest: string) {
  const { id } = this.room('room');
  const user = await this.userId(guest);
  const submitted = await propose(await homeOf(this, guest), id, ownMembership(user, 'leave'));
  if (submitted.result.status !== 'sequenced')
    throw new ConformanceFailure(`${guest}'s leave to be sequenced`, show(submitted.result));
});

// Given Pat's node has joined the room without its log   (nothing is pulled)
Given(
  "{guest}'s node has joined {room} without its log",
  async function (this: EccpWorld, guest: string, alias: string) {
    const peer = await homeOf(this, guest);
    const draft = ownMembership(await this.userId(guest), 'join');
    keep(this, `${guest}'s join`, await propose(peer, this.room(alias).id, draft));
  },
);

// Given Alice sends 150 messages of 60000 bytes to the room
Given(
  '{actor} sends {int} messages of {int} bytes to {room}',
  async function (this: EccpWorld, who: string, count: number, bytes: number, alias: string) {
    const body = 'x'.repeat(bytes);
    const send = () => sendEvent(this, who, alias, 'eccp.room.message', { body }, 'a long one');
    for (let left = count; left > 0; left -= 10) await Promise.all(Array.from({ length: Math.min(left, 10) }, send));
  },
);

// Then the answer has the entries 3 to 6, in order · at least 1 entry from 5 on, in order, and at most 8388608 bytes
Then('the answer has the entries {int} to {int}, in order', function (this: EccpWorld, first: number, last: number) {
  this.succeeded(this.answer);
  const places = eventsOf(this.answer.body.entries).map(({ entry }) => entry.seq);
  const expected = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  expectEqual(places.join(' '), expected.join(' '), 'the places of the entries');
});
Then(
  'the answer has at least 1 entry from {int} on, in order, and at most {int} bytes',
  function (this: EccpWorld, first: number, most: number) {
    const places = eventsOf(this.succeeded(this.answer).body.entries).map(({ entry }) => entry.seq);
    expectThat(places.length > 0, 'at least one entry', 'none');
    expectEqual(places.join(' '), places.map((_, i) => first + i).join(' '), 'the places of the entries');
    const length = Buffer.byteLength(this.answer.text);
    expectThat(length <= most, `at most ${most} bytes`, `${length}`);
  },
);

// Then the head of the answer is what getLogHead answers · … to the peer "two" · Then the head of the answer is entry 6
Then(/^the head of the answer is what getLogHead answers(?: to the peer "two")?$/, async function (this: EccpWorld) {
  const { peer, roomId } = lastAsked(this);
  const head = this.succeeded(await peer.send('GET', `${pathOf(roomId)}/head`)).body;
  expectEqual(canonical(this.answer.body.head ?? null), canonical(head), 'the head');
});
Then('the head of the answer is entry {int}', async function (this: EccpWorld, seq: number) {
  expectEqual(lookUp(this.answer.json, 'head.entry.seq'), seq, 'the place of the head');
  const { peer, roomId } = lastAsked(this);
  const head = this.succeeded(await peer.send('GET', `${pathOf(roomId)}/head`)).body;
  expectEqual(lookUp(head, 'entry.seq'), seq, 'the place that getLogHead names');
});

// Then the answer is that event as the log has it
Then('the answer is that event as the log has it', async function (this: EccpWorld) {
  const { peer, roomId } = { peer: await this.peer('peer'), roomId: this.room('room').id };
  const id = String(this.answer.body.event_id);
  const log = this.succeeded(await peer.send('GET', `${pathOf(roomId)}/log?limit=500`)).body;
  const item = eventsOf(log.entries).find(({ event_id }) => event_id === id);
  expectEqual(canonical(this.answer.body), canonical((item ?? null) as unknown as Json), 'the event');
});

// Then "before" is in the answer, withheld · …, with its content · …, redacted
Then(
  /^"([^"]+)" is in the answer, (withheld|with its content|redacted)$/,
  function (this: EccpWorld, text: string, how: string) {
    const item = entriesOf(this).find(({ event_id }) => event_id === this.event(text));
    if (!item) throw new ConformanceFailure(`"${text}" in the answer`, 'no such event');
    const open = how === 'with its content';
    expectEqual(item.content !== undefined, open, `content of "${text}"`);
    expectEqual(item.nonce !== undefined, open, `a nonce of "${text}"`);
    expectEqual(item.withheld, how === 'withheld' ? true : undefined, `withheld of "${text}"`);
    expectEqual(item.redacted_by !== undefined, how === 'redacted', `redacted_by of "${text}"`);
  },
);

// Then every other entry of the answer has its content   (than those that are withheld)
Then('every other entry of the answer has its content', function (this: EccpWorld) {
  const bare = entriesOf(this).filter(({ content, withheld }) => content === undefined && withheld !== true);
  expectEqual(bare.map(({ event }) => event.type).join(), '', 'entries without content');
});

// Then the whole log of the answer holds   (hashes, signatures, state; it starts at entry 0)
Then('the whole log of the answer holds', function (this: EccpWorld) {
  const { problems } = replayLog(entriesOf(this));
  expectEqual(problems.map(({ seq, message }) => `entry ${seq}: ${message}`).join('; '), '', 'what is wrong');
});

// Then Alice can read "hello" in the room before long
Then(
  '{actor} can read {string} in {room} before long',
  async function (this: EccpWorld, who: string, text: string, alias: string) {
    const id = this.event(text);
    for (const end = performance.now() + 5000; performance.now() < end; await pause(200)) {
      const item = (await readLog(this, who, alias)).find(({ event_id }) => event_id === id);
      if (item?.content !== undefined) return;
    }
    throw new ConformanceFailure(`the content of "${text}"`, 'none within 5 s');
  },
);

async function askLog(world: EccpWorld, alias: string, name: string, query: string): Promise<void> {
  const peer = await world.peer(alias);
  const roomId = world.room(name).id;
  asked.set(world, { peer, roomId });
  world.judge(await peer.send('GET', `${pathOf(roomId)}/log?${query}`));
}

function lastAsked(world: EccpWorld): { peer: FakePeer; roomId: string } {
  const question = asked.get(world);
  if (!question) throw new HarnessError('no fake node has asked for a log');
  return question;
}

function entriesOf(world: EccpWorld): SequencedEvent[] {
  return eventsOf(world.succeeded(world.answer).body.entries);
}

function pathOf(roomId: string): string {
  return `/_eccp/federation/v1/rooms/${encodeURIComponent(roomId)}`;
}
