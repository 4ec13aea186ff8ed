import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../../answer.ts';
import { ConformanceFailure, expectThat, HarnessError } from '../../outcome.ts';
import { SyncView } from '../../sync-view.ts';
import type { EccpWorld } from '../../world.ts';
import { bodies } from './messages.ts';

/** Milliseconds in which something that has happened has to reach a sync. */
const ARRIVAL = 5000;

/** What an actor's syncs have shown since the collecting began. */
export function viewOf(world: EccpWorld, who: string): SyncView {
  const view = world.views.get(who) ?? new SyncView();
  world.views.set(who, view);
  return view;
}

/** One sync from where the actor stands; adds to the view and moves on. */
export async function syncOnce(world: EccpWorld, who: string, timeout = 0): Promise<Answer> {
  const session = await world.actor(who);
  const query = { timeout, ...(session.since === undefined ? {} : { since: session.since }) };
  const answer = await world.peek(who, 'sync', { query, deadline: timeout + 10_000 });
  if (answer.ok) {
    session.since = String(answer.body.next_batch);
    viewOf(world, who).add(answer.body);
  }
  return answer;
}

/**
 * Syncs until the view satisfies a condition; each sync waits on the node, none polls.
 * @throws ConformanceFailure when it is not satisfied within 5 s.
 */
export async function syncUntil(
  world: EccpWorld,
  who: string,
  expected: string,
  condition: (view: SyncView) => boolean,
): Promise<void> {
  const view = viewOf(world, who);
  const end = performance.now() + ARRIVAL + world.run.target.distance;
  for (let timeout = 0; !condition(view); timeout = Math.ceil(end - performance.now())) {
    if (timeout < 0)
      throw new ConformanceFailure(expected, `nothing of it in ${view.answers.length} syncs over ${ARRIVAL} ms`);
    world.succeeded(await syncOnce(world, who, Math.max(timeout, 0)));
  }
}

// Given Bob has synced   (what that sync shows is not collected)
Given('{actors} has/have synced', async function (this: EccpWorld, names: string[]) {
  for (const name of names) {
    await this.must(name, 'sync', { query: { timeout: 0 } }).then(async ({ body }) => {
      (await this.actor(name)).since = String(body.next_batch);
    });
    this.views.set(name, new SyncView());
  }
});

// When Bob syncs   (from where he stands, or from nothing) · When Bob syncs anew   (without since)
When('{actor} syncs', async function (this: EccpWorld, who: string) {
  this.judge(await syncOnce(this, who));
});
When('{actor} syncs anew', async function (this: EccpWorld, who: string) {
  delete (await this.actor(who)).since;
  this.views.delete(who);
  this.judge(await syncOnce(this, who));
});

// When Bob waits in a sync for up to 10000 ms   (goes on in the background)
When('{actor} waits in a sync for up to {int} ms', async function (this: EccpWorld, who: string, timeout: number) {
  await this.actor(who);
  const answer = syncOnce(this, who, timeout);
  answer.catch(() => undefined); // the step that looks at it gets the error
  this.waiting.set(who, answer);
});

// Then Bob's waiting sync answers within 2000 ms
Then("{actor}'s waiting sync answers within {int} ms", async function (this: EccpWorld, who: string, limit: number) {
  const answer = await finished(this, who, limit);
  expectThat(answer !== undefined, `the sync to answer within ${limit} ms`, 'no answer yet');
});

// Then Bob's waiting sync has not answered yet   (another request is answered first)
Then("{actor}'s waiting sync has not answered yet", async function (this: EccpWorld, who: string) {
  await this.must(who, 'getAccount');
  const answer = await finished(this, who, 0);
  expectThat(
    answer === undefined,
    'the sync to wait for news',
    `an answer after ${Math.round(answer?.ms ?? 0)} ms: ${answer?.text ?? ''}`,
  );
});

// Then Bob's sync shows "hello" in the room · Then Bob's sync does not show "hello" in the room
Then(
  "{actor}'s sync shows {string} in {room}",
  async function (this: EccpWorld, who: string, text: string, alias: string) {
    const [id, roomId] = [this.event(text), this.room(alias).id];
    await syncUntil(this, who, `"${text}" in the timeline of ${who}'s sync`, (view) =>
      view.timeline(roomId).some((event) => event.event_id === id),
    );
  },
);
Then(
  "{actor}'s sync does not show {string} in {room}",
  async function (this: EccpWorld, who: string, text: string, alias: string) {
    this.succeeded(await syncOnce(this, who));
    const shown = viewOf(this, who)
      .timeline(this.room(alias).id)
      .some((event) => event.event_id === this.event(text));
    expectThat(!shown, `"${text}" to stay out of ${who}'s sync`, 'it is in the timeline');
  },
);

// Then Bob's sync shows the messages in the room, in order:   (table of bodies: what was collected, and no other)
Then(
  "{actor}'s sync shows the messages in {room}, in order:",
  async function (this: EccpWorld, who: string, alias: string, table: { raw(): string[][] }) {
    const expected = table.raw().flat();
    const seen = (view: SyncView) => bodies(view.timeline(this.room(alias).id));
    await syncUntil(
      this,
      who,
      `${expected.length} messages in ${who}'s sync`,
      (view) => seen(view).length >= expected.length,
    );
    const actual = seen(viewOf(this, who));
    expectThat(actual.join(' · ') === expected.join(' · '), `the messages ${expected.join(' · ')}`, actual.join(' · '));
  },
);

// Then Bob's sync lists the room under "invited"   (joined, invited, knocked, left)
Then(
  "{actor}'s sync lists {room} under {string}",
  async function (this: EccpWorld, who: string, alias: string, group: string) {
    const id = this.room(alias).id;
    await syncUntil(this, who, `the room under ${group} in ${who}'s sync`, (view) => groupOf(view, group).has(id));
  },
);
Then(
  "{actor}'s sync does not list {room} under {string}",
  async function (this: EccpWorld, who: string, alias: string, group: string) {
    this.succeeded(await syncOnce(this, who));
    expectThat(
      !groupOf(viewOf(this, who), group).has(this.room(alias).id),
      `no such room under ${group}`,
      'the room is listed',
    );
  },
);

function groupOf(view: SyncView, group: string): ReadonlyMap<string, unknown> {
  if (group === 'joined' || group === 'invited' || group === 'knocked' || group === 'left') return view[group];
  throw new HarnessError(`a sync has no group "${group}"`);
}

/** The answer of a background sync if it comes within `limit` ms. */
async function finished(world: EccpWorld, who: string, limit: number): Promise<Answer | undefined> {
  const answer = world.waiting.get(who);
  if (!answer) throw new HarnessError(`${who} waits in no sync`);
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, limit > 0 ? limit + world.run.target.distance : 0, undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
