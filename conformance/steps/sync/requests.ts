import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../../answer.ts';
import { fill } from '../../fill.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../../outcome.ts';
import { isObject, lookUp, show } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';
import { syncOnce, viewOf } from '../base/sync.ts';

// When Bob syncs with a limit of 3   (from where he stands; moves on)
When('{actor} syncs with a limit of {int}', async function (this: EccpWorld, who: string, limit: number) {
  this.judge(await syncLimited(this, who, limit));
});

// When Bob syncs anew with a limit of 3   (without since; what was collected before is dropped)
When('{actor} syncs anew with a limit of {int}', async function (this: EccpWorld, who: string, limit: number) {
  delete (await this.actor(who)).since;
  this.views.delete(who);
  this.judge(await syncLimited(this, who, limit));
});

// When Bob syncs, waiting for up to 300 ms   (moves on)
When('{actor} syncs, waiting for up to {int} ms', async function (this: EccpWorld, who: string, timeout: number) {
  this.judge(await syncOnce(this, who, timeout));
});

// Given Bob's place in the sync is kept as "before" · When Bob syncs from "before"   (where he stands does not change)
Given("{actor}'s place in the sync is kept as {string}", async function (this: EccpWorld, who: string, key: string) {
  const { since } = await this.actor(who);
  if (since === undefined) throw new HarnessError(`${who} has not synced before`);
  this.saved.set(key, since);
});
When('{actor} syncs from {string}', async function (this: EccpWorld, who: string, key: string) {
  const since = await fill(this, `{{saved ${key}}}`);
  await this.call(who, 'sync', { query: { since, timeout: 0 } });
});

// Then the answer took 300 to 1300 ms
Then('the answer took {int} to {int} ms', function (this: EccpWorld, from: number, to: number) {
  const { ms } = this.answer;
  expectThat(
    ms >= from && ms <= to + this.run.target.distance,
    `an answer after ${from} to ${to} ms`,
    `one after ${Math.round(ms)} ms`,
  );
});

// Then Bob's waiting sync answers within a second, with something new under "rooms.joined[{{room}}].receipts"
Then(
  "{actor}'s waiting sync answers within a second, with something new under {string}",
  async function (this: EccpWorld, who: string, path: string) {
    const answer = this.succeeded(await arrival(this, who));
    const news = lookUp(answer.json, await fill(this, path));
    const some = Array.isArray(news) ? news.length > 0 : isObject(news) && Object.keys(news).length > 0;
    expectThat(some, `something new under ${path}`, show(answer.json));
  },
);

// Then Bob's waiting sync is refused within a second with ECCP_UNKNOWN_TOKEN
Then(
  "{actor}'s waiting sync is refused within a second with {errcodes}",
  async function (this: EccpWorld, who: string, [errcode]: string[]) {
    const answer = await arrival(this, who);
    expectEqual(answer.body.errcode, errcode, 'errcode of the waiting sync');
    expectEqual(answer.status, this.run.catalogue.get(errcode ?? ''), 'status of the waiting sync');
  },
);

async function syncLimited(world: EccpWorld, who: string, limit: number): Promise<Answer> {
  const session = await world.actor(who);
  const query = { timeout: 0, limit, ...(session.since === undefined ? {} : { since: session.since }) };
  const answer = await world.peek(who, 'sync', { query });
  if (answer.ok) {
    session.since = String(answer.body.next_batch);
    viewOf(world, who).add(answer.body);
  }
  return answer;
}

/** The answer to a sync that waits in the background, if it comes within a second. */
async function arrival(world: EccpWorld, who: string): Promise<Answer> {
  const answer = world.waiting.get(who);
  if (!answer) throw new HarnessError(`${who} waits in no sync`);
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, 1000 + world.run.target.distance, undefined);
  try {
    const first = await Promise.race([answer, late]);
    if (!first) throw new ConformanceFailure(`the waiting sync of ${who} to answer within a second`, 'no answer yet');
    return first;
  } finally {
    clearTimeout(timer);
  }
}
