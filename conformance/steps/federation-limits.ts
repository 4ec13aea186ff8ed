// Limits that scenarios run into (section 19.2).
import { setTimeout as pause } from 'node:timers/promises';
import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { signedRecords } from '../audit.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { actorNamed, recordsOf, recordWhere } from './federation-audit.ts';

/** What came of asking until a limit was met. */
interface Run {
  given: number;
  refused: number;
  /** From the first request to the last answer, in milliseconds. */
  ms: number;
  /** The time at which the refused request was sent, on the clock of performance.now(). */
  sent: number;
  last: Answer;
}

/** The most requests until a limit has to be met. */
const MOST = 200;
/** Milliseconds until a node has to see that nobody runs into a limit any more. */
const QUIET = 60_000;

const runs = new WeakMap<EccpWorld, Run>();

// Given what is on record of limits of clients has ended   (a run before this one, or a scenario, may have left something)
Given('what is on record of limits of clients has ended', async function (this: EccpWorld) {
  const kinds = ['client.limited', 'client.limit_ended'];
  for (const end = performance.now() + QUIET; ; await pause(200)) {
    const records = (await signedRecords(this)).map(({ record }) => lookUp(record, 'kind'));
    const last = records.findLast((kind) => kinds.includes(String(kind)));
    if (last !== kinds[0]) return;
    if (performance.now() > end) throw new ConformanceFailure(`a record ${kinds[1]}`, `none within ${QUIET} ms`);
  }
});

// When the peer sends empty transactions until one is refused · When the peer and the peer "two" send empty transactions in turn until one is refused
When('{peer} sends empty transactions until one is refused', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  await untilRefused(this, () => peer.transact({}));
});
When(
  '{peer} and {peer} send empty transactions in turn until one is refused',
  async function (this: EccpWorld, one: string, two: string) {
    const peers = [await this.peer(one), await this.peer(two)] as const;
    let count = 0;
    await untilRefused(this, () => peers[count++ % 2 === 0 ? 0 : 1].transact({}));
  },
);

// When Alice calls getAccount until it is refused · When Alice and Bob call getAccount in turn until it is refused
When(
  '{actor} and {actor} call {operation} in turn until it is refused',
  async function (this: EccpWorld, one: string, two: string, operation: string) {
    let count = 0;
    await untilRefused(this, () => this.peek(count++ % 2 === 0 ? one : two, operation));
  },
);

// Then 3 requests were given at once, and no more than the time added   (at 1 a second)
Then('{int} requests were given at once, and no more than the time added', function (this: EccpWorld, burst: number) {
  const { given, ms } = runOf(this);
  const most = burst + Math.ceil(ms / 1000);
  expectThat(given >= burst && given <= most, `${burst} to ${most} requests in ${Math.round(ms)} ms`, String(given));
});

// Then it is told to wait for at most 1000 ms
Then('it is told to wait for at most {int} ms', function (this: EccpWorld, most: number) {
  const ms = toldBy(this.answer);
  expectThat(Number.isSafeInteger(ms) && ms > 0 && ms <= most, `retry_after_ms from 1 to ${most}`, show(ms));
});

// When the peer has waited for half of that, it is refused still   (unless the suite was late itself)
Then('after half of that {peer} is still refused', async function (this: EccpWorld, alias: string) {
  const { sent, last } = runOf(this);
  const told = toldBy(last);
  await pause(Math.max(0, sent + told / 2 - performance.now()));
  const answer = await (await this.peer(alias)).transact({});
  if (performance.now() < sent + told) expectEqual(answer.body.errcode, 'ECCP_LIMIT_EXCEEDED', 'the code until then');
});

// Then after all of it the peer is served
Then('after all of it {peer} is served', async function (this: EccpWorld, alias: string) {
  await pause(toldBy(runOf(this).last) + 10);
  this.succeeded(await (await this.peer(alias)).transact({}));
});
Then(
  'after all of it {actor} is served with {operation}',
  async function (this: EccpWorld, who: string, operation: string) {
    await pause(toldBy(runOf(this).last) + 10);
    await this.must(who, operation);
  },
);

// Then the peer "two" sends 20 empty transactions, and all are taken · Then Alice calls getAccount 20 times, and it always succeeds
Then(
  '{peer} sends {int} empty transactions, and all are taken',
  async function (this: EccpWorld, alias: string, count: number) {
    const peer = await this.peer(alias);
    for (let i = 0; i < count; i++) this.succeeded(await peer.transact({}));
  },
);
Then(
  '{actor} calls {operation} {int} times, and it always succeeds',
  async function (this: EccpWorld, who: string, operation: string, count: number) {
    for (let i = 0; i < count; i++) await this.must(who, operation);
  },
);

// When the peer is refused 5 times more   (it may be given what the time adds)
When('{peer} is refused {int} times more', async function (this: EccpWorld, alias: string, count: number) {
  const peer = await this.peer(alias);
  const run = runOf(this);
  for (let refused = 0, all = 0; refused < count; all++) {
    if (all > MOST) throw new ConformanceFailure(`${count} refusals`, `${refused} for ${all} requests`);
    const { body } = await peer.transact({});
    if (body.errcode === 'ECCP_LIMIT_EXCEEDED') refused++;
  }
  run.refused += count;
});

// Then the record "federation.limited" is there once, by the peer · by the node
Then(
  /^the record "([^"]+)" is there once, by (the peer|the node)$/,
  async function (this: EccpWorld, kind: string, who: string) {
    const actor = await actorNamed(this, who);
    await recordWhere(this, (record) => record.kind === kind && record.actor === actor);
    await pause(300); // for a second one, which must not come
    const found = (await recordsOf(this)).filter((record) => record.kind === kind && record.actor === actor);
    expectEqual(found.length, 1, `the records ${kind} by ${actor}`);
  },
);

// Then the end of it is on record as "federation.limit_ended" by the peer, with the number of refusals   (once it is quiet)
Then(
  /^the end of it is on record as "([^"]+)" by (the peer|the node), with the number of refusals$/,
  async function (this: EccpWorld, kind: string, who: string) {
    const actor = await actorNamed(this, who);
    const record = await recordWhere(this, (each) => each.kind === kind && each.actor === actor, QUIET);
    if (!record) throw new ConformanceFailure(`a record ${kind} by ${actor}`, 'none');
    expectEqual(lookUp(record, 'detail.refused'), runOf(this).refused, 'refused in detail');
  },
);

/** Asks until something is refused; the refusal is the answer of the step. */
async function untilRefused(world: EccpWorld, ask: () => Promise<Answer>): Promise<void> {
  const start = performance.now();
  for (let given = 0; given < MOST; given++) {
    const sent = performance.now();
    const last = await ask();
    if (last.ok) continue;
    runs.set(world, { given, refused: 1, ms: performance.now() - start, sent, last });
    world.judge(last);
    return;
  }
  throw new ConformanceFailure('a refusal', `${MOST} requests that were served`);
}

function runOf(world: EccpWorld): Run {
  const run = runs.get(world);
  if (!run) throw new HarnessError('nobody has asked until a limit was met');
  return run;
}

function toldBy({ body }: Answer): number {
  return Number(body.retry_after_ms);
}
