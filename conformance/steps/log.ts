import { type DataTable, Then, When } from '@cucumber/cucumber';
import { fill, fillJson } from '../fill.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import { fromBase64url, hashJson } from '../wire/hash.ts';
import { firstDifference, lookUp, show } from '../wire/json.ts';
import { isSelfMembership } from '../wire/log-form.ts';
import { eventHash } from '../wire/room-log.ts';
import type { EccpWorld } from '../world.ts';
import { wholeLog } from './base/log.ts';
import { sendEvent } from './base/messages.ts';
import { putState } from './base/state.ts';

// Then the id of the room is made of its create event, as Alice sees it
Then(
  'the id of {room} is made of its create event, as {actor} sees it',
  async function (this: EccpWorld, alias: string, who: string) {
    const [create] = await wholeLog(this, who, alias);
    if (!create) throw new ConformanceFailure('a create event', 'none');
    const node = create.event.sender.slice(create.event.sender.indexOf(':') + 1);
    expectEqual(this.room(alias).id, `!${eventHash(create.event)}:${node}`, 'the id of the room');
    expectEqual(create.event.room_id, undefined, 'room_id in the create event');
  },
);

// Then Alice finds in the log of the room, and nothing else:   (table: type, state key, content as JSON subset; "-" for no state key; all by Alice)
Then(
  '{actor} finds in the log of {room}, all by {actor} and nothing else:',
  async function (this: EccpWorld, who: string, alias: string, sender: string, table: DataTable) {
    const log = await wholeLog(this, who, alias);
    const author = await this.userId(sender);
    const rows = table.raw();
    expectThat(log.length === rows.length, `${rows.length} entries`, log.map(({ event }) => event.type).join(', '));
    for (const [seq, [type = '', key = '', content = '']] of rows.entries()) {
      const item = log[seq];
      expectEqual(item?.event.type, type, `the type of entry ${seq}`);
      expectEqual(
        item?.event.state_key,
        key === '-' ? undefined : await fill(this, key),
        `the state key of entry ${seq}`,
      );
      expectEqual(item?.event.sender, author, `the sender of entry ${seq}`);
      const difference = firstDifference(item?.content, await fillJson(this, content));
      expectThat(difference === undefined, `entry ${seq} with ${content}`, `${difference} in ${show(item?.content)}`);
    }
  },
);

// Then the log of the room ends with one invite each for Bob, Carol and Dave, as Alice sees it
Then(
  'the log of {room} ends with one invite each for {actors}, as {actor} sees it',
  async function (this: EccpWorld, alias: string, names: string[], who: string) {
    const last = (await wholeLog(this, who, alias)).slice(-names.length);
    const expected = await Promise.all(names.map((name) => this.userId(name)));
    const actual = last.map(({ event, content }) => `${event.state_key} ${show(content)}`).sort();
    const invites = expected.map((user) => `${user} {"membership":"invite"}`).sort();
    expectEqual(actual.join(', '), invites.join(', '), 'the last entries');
  },
);

// Then no two events of the rooms share a nonce, as Alice sees it   (all rooms of the scenario)
Then('no two events of the rooms share a nonce, as {actor} sees it', async function (this: EccpWorld, who: string) {
  const nonces = await noncesOf(this, who);
  expectEqual(new Set(nonces).size, nonces.length, `different ones among ${nonces.length} nonces`);
});

// Then every byte of the nonces varies, as Alice sees it   (of 40 random values, fewer than 20 different ones do not occur)
Then('every byte of the nonces varies, as {actor} sees it', async function (this: EccpWorld, who: string) {
  const nonces = (await noncesOf(this, who)).map((nonce) => fromBase64url(nonce));
  if (nonces.length < 40) throw new HarnessError(`${nonces.length} nonces are too few to say anything`);
  for (let place = 0; place < 16; place++) {
    const values = new Set(nonces.slice(0, 40).map((bytes) => bytes[place]));
    expectThat(values.size >= 20, `byte ${place} to vary`, `${values.size} values in 40 nonces: ${[...values]}`);
  }
});

async function noncesOf(world: EccpWorld, who: string): Promise<string[]> {
  const logs = await Promise.all([...world.rooms.keys()].map((alias) => wholeLog(world, who, alias)));
  return logs.flat().map(({ nonce, event_id }) => {
    if (nonce === undefined) throw new ConformanceFailure(`a nonce with ${event_id}`, 'none');
    return nonce;
  });
}

// Then "one" and "two" have different hashes of their contents in the room, as Alice sees it   (names of events)
Then(
  '{string} and {string} have different content hashes in {room}, as {actor} sees it',
  async function (this: EccpWorld, first: string, second: string, alias: string, who: string) {
    const log = await wholeLog(this, who, alias);
    const [one, two] = [first, second].map((text) => log.find(({ event_id }) => event_id === this.event(text)));
    if (!one || !two) throw new ConformanceFailure('both events in the log', 'not both');
    if (canonical(one.content ?? null) !== canonical(two.content ?? null))
      throw new HarnessError('the contents differ, so their hashes say nothing');
    expectThat(one.event.content_hash !== two.event.content_hash, 'different hashes', one.event.content_hash);
  },
);

// When Alice sends the same message "yes" again as "yes again"   (the text of another event; the new one's name)
When(
  '{actor} sends the same message {string} again as {string}',
  async function (this: EccpWorld, who: string, body: string, name: string) {
    await sendEvent(this, who, 'room', 'eccp.room.message', { body }, name);
  },
);

// Then the create event of the room brings key documents and no other event does, as Alice sees it   (one node, whose keys stay)
Then(
  'the create event of {room} brings key documents and no other event does, as {actor} sees it',
  async function (this: EccpWorld, alias: string, who: string) {
    const log = await wholeLog(this, who, alias);
    const carriers = log.filter(({ content }) => content?.node_keys !== undefined).map(({ event }) => event.type);
    expectEqual(carriers.join(', '), 'eccp.room.create', 'the events that bring key documents');
  },
);

// When Alice fills the room with 1010 messages   (many at a time)
When(
  '{actor} fills {room} with {int} messages',
  async function (this: EccpWorld, who: string, alias: string, count: number) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.message' };
    const send = () => this.must(who, 'sendEvent', { params, body: { body: 'x' } });
    for (let left = count; left > 0; left -= 50) await Promise.all(Array.from({ length: Math.min(left, 50) }, send));
  },
);

// Then every event of the room is anchored 1 to 1000 entries before its own place, but creation and memberships of one's own, as Alice sees it
Then(
  "{actor} finds every event of {room} anchored 1 to 1000 entries back, but for creation and users' own memberships",
  async function (this: EccpWorld, who: string, alias: string) {
    const log = await wholeLog(this, who, alias);
    const hashes = log.map(({ entry }) => hashJson('eccp.entry.v1', entry));
    for (const [seq, { event }] of log.entries()) {
      const { anchor } = event;
      if (event.type === 'eccp.room.create' || isSelfMembership(event)) {
        expectThat(anchor === undefined, `no anchor in entry ${seq}, a ${event.type}`, show(anchor));
        continue;
      }
      const back = seq - (anchor?.seq ?? Number.NaN);
      expectThat(back >= 1 && back <= 1000, `entry ${seq} anchored 1 to 1000 entries back`, show(anchor));
      expectEqual(anchor?.hash, hashes[anchor?.seq ?? -1], `the hash of the anchor of entry ${seq}`);
    }
  },
);

// When Alice looks at the node's clock and sends "hello" to the room   (then looks again: the time of an export of the account)
When(
  "{actor} looks at the node's clock, sends {string} to {room} and looks again",
  async function (this: EccpWorld, who: string, text: string, alias: string) {
    const before = await clockOf(this, who);
    await sendEvent(this, who, alias, 'eccp.room.message', { body: text }, text);
    this.saved.set(`clock ${text}`, [before, await clockOf(this, who)]);
  },
);

// Then the "origin_ts" of "hello" in the room lies between the looks   (origin_ts, host_ts)
Then(
  'the {string} of {string} in {room} lies between the looks, as {actor} sees it',
  async function (this: EccpWorld, member: string, text: string, alias: string, who: string) {
    const params = { roomId: this.room(alias).id, eventId: this.event(text) };
    const item = await this.read(who, 'getEvent', { params });
    const ts = lookUp(item, member === 'host_ts' ? 'entry.host_ts' : 'event.origin_ts');
    const looks = this.saved.get(`clock ${text}`);
    const [from, to] = Array.isArray(looks) ? looks.map(Number) : [];
    if (from === undefined || to === undefined) throw new HarnessError(`nobody looked at the clock around "${text}"`);
    expectThat(typeof ts === 'number' && from <= ts && ts <= to, `${member} from ${from} to ${to}`, show(ts));
  },
);

async function clockOf(world: EccpWorld, who: string): Promise<number> {
  return Number((await world.read(who, 'exportAccount')).exported_ts);
}

// When Alice sets these states of the room:   (table: type, state key; each with an empty content)
When(
  '{actor} sets these states of {room}:',
  async function (this: EccpWorld, who: string, alias: string, table: DataTable) {
    for (const [type = '', key = ''] of table.raw()) {
      await putState(this, who, alias, type, await fill(this, key), { content: { key } });
    }
  },
);
