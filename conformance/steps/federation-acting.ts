// What users of the node under test do in rooms that fake nodes host, and what comes of it there (section 17.5).
import { Given, Then, When } from '@cucumber/cucumber';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { say } from '../peer/host.ts';
import type { SyncView } from '../sync-view.ts';
import { type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { syncUntil, viewOf } from './base/sync.ts';
import { hosted } from './federation-entries.ts';

// Then the join of Alice came to the peer with one key document, in place of "Alice's invite"   (or of nothing)
Then(
  'the join of {actor} came to {peer} with one key document, in place of {string}',
  async function (this: EccpWorld, who: string, alias: string, replaced: string) {
    const user = await this.userId(who);
    const item = submissionsOf(await this.peer(alias)).find(({ event }) => lookUp(event, 'state_key') === user);
    if (!item) throw new HarnessError(`no submission is about ${user}`);
    const documents = lookUp(item, 'content.node_keys');
    expectThat(Array.isArray(documents) && documents.length === 1, 'one key document', show(documents));
    const expected = replaced === 'nothing' ? null : this.event(replaced);
    expectEqual(lookUp(item, 'event.replaces'), expected, 'replaces of the join');
  },
);

// Then Alice's membership in the room is "leave" for the peer   (that hosts it)
Then(
  "{actor}'s membership in {room} is {string} for {peer}",
  async function (this: EccpWorld, who: string, name: string, membership: string, _alias: string) {
    const { host, room } = await hosted(this, name);
    const user = await this.userId(who);
    await host.until(`the ${membership} of ${user}`, () => room.memberships.get(user) === membership);
  },
);

// Given the peer refuses submissions with ECCP_FORBIDDEN · …, each time by another event   (a STATE_CONFLICT names one in `current`)
Given(
  '{peer} refuses submissions with {errcodes}',
  async function (this: EccpWorld, alias: string, [errcode = '']: string[]) {
    const { behaviour } = await this.peer(alias);
    delete behaviour.intercept;
    behaviour.judge = ({ event_id }) => ({ event_id: event_id ?? '', errcode, error: 'The host says no.' });
  },
);
Given(
  '{peer} refuses submissions with {errcodes}, each time by another event',
  async function (this: EccpWorld, alias: string, [errcode = '']: string[]) {
    let count = 0;
    (await this.peer(alias)).behaviour.judge = ({ event_id }) => {
      const current = `$${String(++count).padStart(42, 'A')}A`;
      return { event_id: event_id ?? '', errcode, error: 'The host says no.', current };
    };
  },
);

// Given Pat gives Alice power 50 in the room   (which Pat's node hosts) · Pat renames the room to "theirs" just before the next submission comes
Given(
  '{guest} gives {actor} power {int} in {room} on {peer}',
  async function (this: EccpWorld, guest: string, whom: string, power: number, alias: string, _peer: string) {
    const sender = await this.userId(guest);
    const { host, room } = await hosted(this, alias);
    const content = { users: { [sender]: 100, [await this.userId(whom)]: power } };
    say(host, room, { type: 'eccp.room.power_levels', sender, content, stateKey: '' });
    await host.delivered();
  },
);
Given(
  '{guest} renames {room} to {string} just before the next submission comes',
  async function (this: EccpWorld, guest: string, alias: string, name: string) {
    const { host, room } = await hosted(this, alias);
    const sender = await this.userId(guest);
    host.behaviour.judge = () => {
      delete host.behaviour.judge;
      say(host, room, { type: 'eccp.room.name', sender, content: { name }, stateKey: '' });
      return undefined;
    };
  },
);

// When Alice begins to join the room   (goes on in the background)
When('{actor} begins to join {room}', async function (this: EccpWorld, who: string, alias: string) {
  await this.actor(who);
  const params = { roomId: this.room(alias).id };
  const answer = this.peek(who, 'joinRoom', { params, body: {}, deadline: 100_000 });
  answer.catch(() => undefined); // it may be cut off when the scenario ends
  answer.then(
    ({ ok }) => ok && this.saved.set(`${who} joined`, true),
    () => undefined,
  );
});

// Then the node has refused the join of Alice that the peer handed over   (the entry came, and could not be taken)
Then(
  'the node has refused the join of {actor} that {peer} handed over',
  async function (this: EccpWorld, who: string, alias: string) {
    const peer = await this.peer(alias);
    const user = await this.userId(who);
    const { room } = await hosted(this, 'room');
    const join = () => room.log.find(({ event }) => event.state_key === user);
    await peer.until(`the join of ${user}`, () => join() !== undefined);
    const result = (await peer.delivered()).get(join()?.event_id ?? '');
    expectThat(typeof result?.errcode === 'string', 'the join to be refused', show(result));
  },
);
Then('{actor} has not been told that she joined', function (this: EccpWorld, who: string) {
  expectEqual(this.saved.get(`${who} joined`), undefined, 'a successful answer');
});

// When Alice tries to join the room for up to 95000 ms
When(
  '{actor} tries to join {room} for up to {int} ms',
  async function (this: EccpWorld, who: string, alias: string, deadline: number) {
    await this.call(who, 'joinRoom', { params: { roomId: this.room(alias).id }, body: {}, deadline });
  },
);

// When Alice tries to rename the room to "Harbour" for up to 20000 ms
When(
  '{actor} tries to rename {room} to {string} for up to {int} ms',
  async function (this: EccpWorld, who: string, alias: string, name: string, deadline: number) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.name' };
    await this.call(who, 'putState', { params, body: { content: { name } }, deadline });
  },
);

// Then Alice has submitted 2 joins to the peer
Then(
  '{actor} has submitted {int} joins to {peer}',
  async function (this: EccpWorld, who: string, count: number, alias: string) {
    const user = await this.userId(who);
    const joins = submissionsOf(await this.peer(alias)).filter(({ event }) => lookUp(event, 'state_key') === user);
    expectEqual(joins.length, count, 'the joins that came');
  },
);

// Then "hello" is in the room of the peer · Then the name of the room is "hers" for the peer   (which hosts it)
Then('{string} is in the room of {peer}', async function (this: EccpWorld, text: string, _alias: string) {
  const { host, room } = await hosted(this, 'room');
  const id = this.event(text);
  await host.until(`"${text}"`, () => room.log.some(({ event_id }) => event_id === id));
  expectEqual(room.log.filter(({ event_id }) => event_id === id).length, 1, 'how often it is there');
});
Then(
  'the name of {room} is {string} for {peer}',
  async function (this: EccpWorld, alias: string, name: string, _peer: string) {
    const { room } = await hosted(this, alias);
    const newest = room.log.findLast(({ event }) => event.type === 'eccp.room.name');
    expectEqual(newest?.content?.name, name, 'the name of the room');
  },
);

// Then the peer was sent no submission of "eccp.room.name" · … since it takes transactions again
Then('{peer} was sent no submission of {string}', async function (this: EccpWorld, alias: string, type: string) {
  const { requests } = await this.peer(alias);
  const sent = requests.filter(({ body }) => body.includes('"submissions"') && body.includes(`"${type}"`));
  expectEqual(sent.length, 0, `the submissions of ${type}`);
});
Then(
  '{peer} was sent no submission of {string} since it takes transactions again',
  async function (this: EccpWorld, alias: string, type: string) {
    const sent = submissionsOf(await this.peer(alias)).filter(({ event }) => lookUp(event, 'type') === type);
    expectEqual(sent.length, 0, `the submissions of ${type}`);
  },
);

// Then "one" has the transaction id "t1" for Alice
Then(
  '{string} has the transaction id {string} for {actor}',
  async function (this: EccpWorld, text: string, txnId: string, who: string) {
    const params = { roomId: this.room('room').id, eventId: this.event(text) };
    expectEqual((await this.read(who, 'getEvent', { params })).txn_id, txnId, 'txn_id of the event');
  },
);

// Then Alice's sync tells that "one" with the transaction id "t1" was rejected with ECCP_FORBIDDEN
Then(
  "{actor}'s sync tells that {string} with the transaction id {string} was rejected with {errcodes}",
  async function (this: EccpWorld, who: string, text: string, txnId: string, [errcode]: string[]) {
    const id = this.event(text);
    const find = (view: SyncView) => view.rejected.find((item) => lookUp(item, 'event_id') === id);
    await syncUntil(this, who, `"${text}" under rejected`, (view) => find(view) !== undefined);
    const item = find(viewOf(this, who));
    expectEqual(lookUp(item, 'errcode'), errcode, 'the code');
    expectEqual(lookUp(item, 'txn_id'), txnId, 'the transaction id');
    expectEqual(lookUp(item, 'room_id'), this.room('room').id, 'the room');
  },
);

/** What the node under test has submitted to a fake node. */
export function submissionsOf(peer: FakePeer): JsonObject[] {
  return peer.transactions.flatMap(({ submissions }) =>
    Array.isArray(submissions) ? (submissions as JsonObject[]) : [],
  );
}
