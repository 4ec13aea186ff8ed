// How far the node says that it gets with a peer (section 19.5).
import { Given, Then, When } from '@cucumber/cucumber';
import { fill } from '../fill.ts';
import { expectEqual, expectThat } from '../outcome.ts';
import { isObject, type JsonObject, show } from '../wire/json.ts';
import { type EccpWorld, OPERATOR } from '../world.ts';
import { nodeNamed } from './federation-operators.ts';

/** Milliseconds in which a diagnosis has to be there: each of its steps may wait for a peer. */
const DEADLINE = 90_000;
const STEPS = ['policy', 'discovery', 'address', 'connection', 'tls', 'keys', 'authentication'];

// When the operator diagnoses the peer · diagnoses the node "10.0.0.1"
When(/^the operator diagnoses (the (?:peer|node)(?: "[^"]+")?)$/, async function (this: EccpWorld, whom: string) {
  await this.call(OPERATOR, 'diagnose', { body: { node: await nodeNamed(this, whom) }, deadline: DEADLINE });
});

// Then the diagnosis says that the peer is reachable
Then('the diagnosis says that {peer} is reachable', async function (this: EccpWorld, alias: string) {
  const { name } = await this.peer(alias);
  const steps = stepsOf(this);
  expectEqual(this.answer.body.node, name, 'node of the diagnosis');
  expectEqual(this.answer.body.reachability, 'reachable', `reachability (${show(steps)})`);
  expectEqual(steps.map(({ ok }) => ok).join(), steps.map(() => true).join(), `ok of the steps (${show(steps)})`);
  expectEqual(steps.map(({ step }) => step).join(), tried(this, STEPS.length).join(), 'the steps');
  expectThat(!steps.some(({ errcode }) => errcode !== undefined), 'no errcode where nothing failed', show(steps));
});

// Then the diagnosis ends at "keys" with ECCP_UNREACHABLE   (the step that failed is the last, those before it succeeded)
Then(
  'the diagnosis ends at {string} with {errcodes}',
  async function (this: EccpWorld, last: string, [errcode]: string[]) {
    const steps = stepsOf(this);
    expectEqual(this.answer.body.reachability, 'unreachable', `reachability (${show(steps)})`);
    const expected = tried(this, STEPS.indexOf(last) + 1);
    expectEqual(steps.map(({ step }) => step).join(), expected.join(), `the steps (${show(steps)})`);
    const oks = steps.map(({ ok }) => ok);
    expectEqual(oks.join(), expected.map((step) => step !== last).join(), 'ok of the steps');
    expectEqual(steps.at(-1)?.errcode, errcode, 'the errcode of the last step');
  },
);

// Then the last question for the keys of the peer was for all of them   (since version 0)
Then('the last question for the keys of {peer} was for all of them', async function (this: EccpWorld, alias: string) {
  const asked = (await this.peer(alias)).requests.filter(({ path }) => path.endsWith('/keys'));
  expectEqual(asked.at(-1)?.query.get('since') ?? '0', '0', 'since of the last question');
});

// Given nobody listens where the peer was
Given('nobody listens where {peer} was', async function (this: EccpWorld, alias: string) {
  await (await this.peer(alias)).close();
});

// Given the peer lets everything that it is asked wait   (it takes requests, and never answers)
Given('{peer} lets everything that it is asked wait', async function (this: EccpWorld, alias: string) {
  (await this.peer(alias)).behaviour.intercept = () => 'silence';
});

// Then the answer took no more than 40 seconds   (30 for the peer, and 10 that a busy machine may need)
Then('the answer took no more than {int} seconds', function (this: EccpWorld, most: number) {
  const { ms } = this.answer;
  expectThat(ms <= most * 1000, `an answer within ${most} s`, `one after ${Math.round(ms)} ms`);
});

// Given the peer answers every signed request with "ECCP_POLICY_DENIED" and the status 403   (as it stands, whatever the code's status is)
Given(
  '{peer} answers every signed request with {string} and the status {int}',
  async function (this: EccpWorld, alias: string, text: string, status: number) {
    const raw = Buffer.from(await fill(this, text));
    (await this.peer(alias)).behaviour.intercept = ({ authorization }) =>
      authorization.length > 0 ? { status, raw } : undefined;
  },
);

function stepsOf(world: EccpWorld): JsonObject[] {
  const { body, status } = world.succeeded(world.answer);
  expectEqual(status, 200, 'the status of the answer');
  return (Array.isArray(body.steps) ? body.steps : []).filter(isObject);
}

/** The first steps of the table; the one for TLS is left out for plain HTTP. */
function tried({ run }: EccpWorld, count: number): string[] {
  const plain = !run.peering.authority;
  return STEPS.slice(0, count).filter((step) => step !== 'tls' || !plain);
}
