// How fake nodes take transactions, and what they saw of the way in which the node sends them (section 16.2).
import { setTimeout as pause } from 'node:timers/promises';
import { Given, Then, When } from '@cucumber/cucumber';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import type { Outcome, Request } from '../peer/server.ts';
import { refusal, serve } from '../peer/serving.ts';
import { isObject, type Json, type JsonObject } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { isTransaction } from './federation-hosting.ts';

// Given the peer takes 400 ms for a transaction · … takes no more transactions (they are cut off) · … does not answer any more
Given('{peer} takes {int} ms for a transaction', async function (this: EccpWorld, alias: string, ms: number) {
  const peer = await this.peer(alias);
  peer.behaviour.intercept = async (request) => {
    if (isTransaction(request)) await pause(ms);
    return undefined;
  };
});
Given('{peer} takes no more transactions', async function (this: EccpWorld, alias: string) {
  (await this.peer(alias)).behaviour.intercept = (request) => (isTransaction(request) ? 'cut' : undefined);
});
Given('{peer} takes transactions again', async function (this: EccpWorld, alias: string) {
  delete (await this.peer(alias)).behaviour.intercept;
});
Given('{peer} does not answer any more', async function (this: EccpWorld, alias: string) {
  (await this.peer(alias)).behaviour.intercept = () => 'silence';
});

// When the peer has missed 3 transactions
When('{peer} has missed {int} transactions', async function (this: EccpWorld, alias: string, count: number) {
  const peer = await this.peer(alias);
  const from = peer.requests.filter(isTransaction).length;
  await peer.until(`${count} transactions`, () => peer.requests.filter(isTransaction).length >= from + count, 30_000);
});

// Given the peer answers the next 1 transactions with ECCP_FORBIDDEN · … with ECCP_LIMIT_EXCEEDED and 2000 ms · … with silence cut off
Given(
  /^the peer answers the next (\d+) transactions with (ECCP_[A-Z_]+|silence cut off)(?: and (\d+) ms)?$/,
  async function (this: EccpWorld, count: string, answer: string, ms: string | undefined) {
    const peer = await this.peer('peer');
    const members = ms === undefined ? {} : { retry_after_ms: Number(ms) };
    let left = Number(count);
    peer.behaviour.intercept = (request): Outcome | undefined => {
      if (!isTransaction(request) || left-- <= 0) return undefined;
      return answer.startsWith('ECCP_') ? refusal(peer, answer, members) : 'cut';
    };
  },
);

// Given the peer answers every transaction with "one" with ECCP_BAD_PARAM   (as a whole)
Given(
  '{peer} answers every transaction with {string} with {errcodes}',
  async function (this: EccpWorld, alias: string, text: string, [errcode = '']: string[]) {
    const peer = await this.peer(alias);
    peer.behaviour.intercept = (request) =>
      isTransaction(request) && request.body.includes(`"body":${JSON.stringify(text)}`)
        ? refusal(peer, errcode, { path: '' })
        : undefined;
  },
);

// Given the peer refuses "one" with ECCP_FORBIDDEN · … with ECCP_GAP once   (the entry of a message; the rest is taken)
Given(
  /^the peer refuses "([^"]+)" with (ECCP_[A-Z_]+)( once)?$/,
  async function (this: EccpWorld, text: string, errcode: string, once: string | undefined) {
    const peer = await this.peer('peer');
    let left = once === undefined ? Number.POSITIVE_INFINITY : 1;
    peer.behaviour.intercept = async (request) => {
      const body = isTransaction(request) ? (JSON.parse(request.body.toString()) as Json) : null;
      const has = isObject(body) && JSON.stringify(body).includes(`"body":${JSON.stringify(text)}`);
      if (!isObject(body) || !has || left-- <= 0) return undefined;
      return { status: 200, body: await refusing(peer, request, body, text, errcode) };
    };
  },
);

/** The results of a transaction in which one entry is refused, and those after it as well where they build on it. */
async function refusing(
  peer: FakePeer,
  request: Request,
  body: JsonObject,
  text: string,
  errcode: string,
): Promise<JsonObject> {
  const entries = (Array.isArray(body.entries) ? body.entries : []).filter(isObject);
  const at = entries.findIndex(({ content }) => isObject(content) && content.body === text);
  const before = { ...body, entries: entries.slice(0, at) };
  const outcome = await serve(peer, { ...request, body: Buffer.from(JSON.stringify(before)) }, true);
  const taken = typeof outcome === 'object' && isObject(outcome.body) ? outcome.body : {};
  const results = entries.slice(at).map(({ event_id }) => ({ event_id: event_id ?? '', errcode, error: 'Not now.' }));
  return { ...taken, entries: [...(Array.isArray(taken.entries) ? taken.entries : []), ...results] };
}

// Then "hello" reaches the peer within 2000 ms
Then(
  '{string} reaches {peer} within {int} ms',
  async function (this: EccpWorld, text: string, alias: string, within: number) {
    const id = this.event(text);
    const peer = await this.peer(alias);
    const rooms = () => [...peer.rooms.values()];
    await peer.until(`"${text}"`, () => rooms().some(({ log }) => log.some(({ event_id }) => event_id === id)), within);
  },
);

// Then the peer has been sent "two" · Then the peer was sent "one" 2 times   (whatever it answered)
Then('{peer} has been sent {string}', async function (this: EccpWorld, alias: string, text: string) {
  const peer = await this.peer(alias);
  const id = this.event(text);
  await peer.until(`"${text}"`, () => sentWith(peer, id).length > 0);
});
Then(
  '{peer} was sent {string} {int} time(s)',
  async function (this: EccpWorld, alias: string, text: string, times: number) {
    const sent = sentWith(await this.peer(alias), this.event(text));
    expectEqual(sent.length, times, `the transactions with "${text}"`);
  },
);

// Then at least 2000 ms lay between the transactions with "hello"   (the first two)
Then(
  'at least {int} ms lay between the transactions with {string}',
  async function (this: EccpWorld, ms: number, text: string) {
    const [one, two] = sentWith(await this.peer('peer'), this.event(text));
    if (!one || !two) throw new HarnessError('there are no two such transactions');
    expectThat(two.at - one.at >= ms, `at least ${ms} ms`, `${two.at - one.at} ms`);
  },
);

// Then the peer never had two transactions at once
Then('{peer} never had two transactions at once', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  expectThat(peer.requests.filter(isTransaction).length > 1, 'several transactions', 'one at most');
  expectEqual(peer.mostAtOnce, 1, 'the most transactions at once');
});

// Then the peer was sent at most 6 transactions with messages of the room
Then(
  '{peer} was sent at most {int} transactions with messages of {room}',
  async function (this: EccpWorld, alias: string, most: number, room: string) {
    const peer = await this.peer(alias);
    const { id } = this.room(room);
    const with_ = peer.requests.filter(
      (request) =>
        isTransaction(request) && /"body":"message /.test(request.body.toString()) && request.body.includes(id),
    );
    expectThat(with_.length > 0 && with_.length <= most, `1 to ${most} transactions`, String(with_.length));
  },
);

// Then no transaction to the peer had more than 50 items
Then(
  'no transaction to {peer} had more than {int} items',
  async function (this: EccpWorld, alias: string, most: number) {
    const { transactions } = await this.peer(alias);
    const sizes = transactions.map(({ submissions, entries, invites }) =>
      [submissions, entries, invites].reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0),
    );
    expectThat(sizes.length > 0 && Math.max(...sizes) <= most, `at most ${most} items each`, sizes.join(', '));
  },
);

// Then every transaction to the peer has a length that is a power of two, 1024 or more
Then(
  'every transaction to {peer} has a length that is a power of two, {int} or more',
  async function (this: EccpWorld, alias: string, least: number) {
    const sizes = (await this.peer(alias)).requests.filter(isTransaction).map(({ body }) => body.length);
    const good = (size: number) => size >= least && (size & (size - 1)) === 0;
    expectThat(sizes.length > 0 && sizes.every(good), `powers of two from ${least} on`, sizes.join(', '));
  },
);

function sentWith(peer: FakePeer, id: string): Request[] {
  return peer.requests.filter((request) => isTransaction(request) && request.body.includes(id));
}
