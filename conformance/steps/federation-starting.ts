// What a host that starts asks those who take part in its rooms, and what they answer (section 17.8).
import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { ConformanceFailure, expectEqual } from '../outcome.ts';
import { refusal } from '../peer/serving.ts';
import { isObject, type Json, show } from '../wire/json.ts';
import { type EccpWorld, OPERATOR } from '../world.ts';
import { readLog } from './base/messages.ts';
import { until } from './base/until.ts';

// Given the peer does not tell heads · … does not serve logs   (for now: it answers ECCP_UNAVAILABLE) · … tells heads and serves logs again
Given('{peer} does not tell heads', async function (this: EccpWorld, alias: string) {
  await withhold(this, alias, /\/head$/);
});
Given('{peer} does not serve logs', async function (this: EccpWorld, alias: string) {
  await withhold(this, alias, /\/log$/);
});
Given('{peer} tells heads and serves logs again', async function (this: EccpWorld, alias: string) {
  delete (await this.peer(alias)).behaviour.intercept;
});

async function withhold(world: EccpWorld, alias: string, what: RegExp): Promise<void> {
  const peer = await world.peer(alias);
  peer.behaviour.intercept = ({ path }) => (what.test(path) ? refusal(peer, 'ECCP_UNAVAILABLE') : undefined);
}

// Then the peer is asked for the head of the room, as the node has started   (the log of the room)
Then(
  /^the peer(?: "([^"]+)")? is asked for the (head|log) of the room, as the node has started$/,
  async function (this: EccpWorld, alias: string | undefined, what: string) {
    const peer = await this.peer(alias ?? 'peer');
    const end = `/rooms/${encodeURIComponent(this.room('room').id)}/${what}`;
    const started = Number(this.saved.get('started'));
    const asked = () => peer.requests.some(({ path, at }) => path.endsWith(end) && at >= started);
    await peer.until(`a question for the ${what} of the room`, asked);
  },
);

// Then the room waits for the peer "two" alone · Then the room does not wait   (as the operator is told)
Then('{room} waits for {peer} alone', async function (this: EccpWorld, alias: string, name: string) {
  const expected = show([(await this.peer(name)).name]);
  await waitsFor(this, alias, `to be ${expected}`, (nodes) => show(nodes) === expected);
});
Then('{room} does not wait', async function (this: EccpWorld, alias: string) {
  await waitsFor(this, alias, 'not to be listed', (nodes) => nodes === undefined);
});

async function waitsFor(
  world: EccpWorld,
  alias: string,
  expected: string,
  good: (nodes: Json | undefined) => boolean,
): Promise<void> {
  const { id } = world.room(alias);
  await until(`the nodes that the room waits for ${expected}`, async () => {
    const { rooms } = await world.read(OPERATOR, 'listWaitingRooms');
    if (!Array.isArray(rooms)) throw new ConformanceFailure('a list of rooms', show(rooms));
    const room = rooms.filter(isObject).find(({ room_id }) => room_id === id);
    return good(room?.nodes) ? undefined : show(room?.nodes);
  });
}

/** The answers to a message and to a name that were sent at once. */
const acts = new WeakMap<EccpWorld, { sent: Answer; renamed: Answer }>();

// When Alice sends "meanwhile" to the room while she tries to rename it to "Harbour"
When(
  '{actor} sends {string} to {room} while she tries to rename it to {string}',
  async function (this: EccpWorld, who: string, text: string, alias: string, name: string) {
    const roomId = this.room(alias).id;
    const deadline = 20_000;
    const message = { params: { roomId, eventType: 'eccp.room.message', txnId: this.unique() }, body: { body: text } };
    const state = { params: { roomId, eventType: 'eccp.room.name' }, body: { content: { name } } };
    const [sent, renamed] = await Promise.all([
      this.peek(who, 'sendEventWithTxn', { ...message, deadline }),
      this.peek(who, 'putState', { ...state, deadline }),
    ]);
    this.events.set(text, String(sent.body.event_id));
    acts.set(this, { sent, renamed });
  },
);

// Then the message is queued, and the name is refused with ECCP_UNAVAILABLE
Then(
  'the message is queued, and the name is refused with {errcodes}',
  function (this: EccpWorld, [errcode = '']: string[]) {
    const { sent, renamed } = acts.get(this) ?? {};
    expectEqual(sent?.body.status, 'queued', 'the status of the message');
    expectEqual(renamed?.body.errcode, errcode, 'the refusal of the name');
  },
);

// Given the peer has all of the room that Alice sees
Given(
  '{peer} has all of {room} that {actor} sees',
  async function (this: EccpWorld, name: string, alias: string, who: string) {
    const peer = await this.peer(name);
    const last = (await readLog(this, who, alias)).at(-1)?.entry.seq ?? 0;
    const held = () => peer.room(this.room(alias).id)?.head.seq ?? -1;
    await peer.until(`entry ${last} of the room`, () => held() >= last);
  },
);

// Then "lost" is in the room again, as Alice sees it   (once, before long)
Then(
  '{string} is in {room} again, as {actor} sees it',
  async function (this: EccpWorld, text: string, alias: string, who: string) {
    const id = this.event(text);
    await until(`one entry of "${text}"`, async () => {
      const found = (await readLog(this, who, alias)).filter(({ event_id }) => event_id === id);
      return found.length === 1 ? undefined : `${found.length} entries`;
    });
  },
);
