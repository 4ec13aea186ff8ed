import { type DataTable, Given, Then } from '@cucumber/cucumber';
import { type Answer, name } from '../../answer.ts';
import { fill, fillJson } from '../../fill.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../../outcome.ts';
import { firstDifference, type Json, lookUp, show } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';

// Then it succeeds
Then('it succeeds', function (this: EccpWorld) {
  this.succeeded(this.answer);
});

// Then the request is refused with ECCP_FORBIDDEN · … with ECCP_FORBIDDEN or ECCP_NOT_FOUND
Then('the request is refused with {errcodes}', function (this: EccpWorld, allowed: string[]) {
  refused(this, this.answer, allowed);
});

// Then every request is refused with ECCP_FORBIDDEN   (all When steps so far)
Then('every request is refused with {errcodes}', function (this: EccpWorld, allowed: string[]) {
  for (const answer of this.answers) refused(this, answer, allowed);
});

// Then the answer has status 404
Then('the answer has status {int}', function (this: EccpWorld, status: number) {
  expectEqual(this.answer.status, status, `the status of ${name(this.answer)}`);
});

// Then the answer contains:   (doc string: JSON; objects are compared as a subset, arrays exactly)
Then('the answer contains:', async function (this: EccpWorld, text: string) {
  const expected = await fillJson(this, text);
  const difference = firstDifference(this.answer.json, expected);
  if (difference)
    throw new ConformanceFailure(`an answer with ${show(expected)}`, `${difference} in ${show(this.answer.json)}`);
});

// Then the answer's "rooms.joined" is {}   ·   "event.sender" is "{{Bob}}"   ·   "seq" is 3   (JSON)
Then(/^the answer's "([^"]+)" is (?!kept as )(.+)$/, async function (this: EccpWorld, path: string, expected: string) {
  const value = await fillJson(this, expected);
  const actual = lookUp(this.answer.json, await fill(this, path));
  expectThat(
    JSON.stringify(actual) === JSON.stringify(value),
    `${path} to be ${show(value)}`,
    `${show(actual)} in ${show(this.answer.json)}`,
  );
});

// Then the answer has a "next" · Then the answer has no "content"
Then('the answer has a(n) {string}', async function (this: EccpWorld, path: string) {
  expectThat(
    lookUp(this.answer.json, await fill(this, path)) !== undefined,
    `the answer to have ${path}`,
    show(this.answer.json),
  );
});
Then('the answer has no {string}', async function (this: EccpWorld, path: string) {
  const actual = lookUp(this.answer.json, await fill(this, path));
  expectThat(actual === undefined, `the answer to have no ${path}`, show(actual));
});

// Then the answer lists 3 "events"
Then('the answer lists {int} {string}', async function (this: EccpWorld, count: number, path: string) {
  const list = lookUp(this.answer.json, await fill(this, path));
  expectThat(Array.isArray(list) && list.length === count, `${path} with ${count} items`, show(list));
});

// Then the answer mentions "x" nowhere
Then('the answer mentions {string} nowhere', async function (this: EccpWorld, text: string) {
  const filled = await fill(this, text);
  expectThat(!this.answer.text.includes(filled), `an answer without ${JSON.stringify(text)}`, this.answer.text);
});

// Then the answer's header "cache-control" is "no-store" · Then the answer's header "x-request-id" matches "^\S+$" · … is absent
Then("the answer's header {string} is {string}", function (this: EccpWorld, header: string, expected: string) {
  expectEqual(this.answer.headers[header.toLowerCase()], expected, `the header ${header}`);
});
Then("the answer's header {string} matches {string}", function (this: EccpWorld, header: string, pattern: string) {
  const value = this.answer.headers[header.toLowerCase()] ?? '';
  expectThat(new RegExp(pattern).test(value), `the header ${header} to match ${pattern}`, value || 'no such header');
});
Then("the answer's header {string} is absent", function (this: EccpWorld, header: string) {
  expectEqual(this.answer.headers[header.toLowerCase()], undefined, `the header ${header}`);
});

// Then both answers are the same, byte for byte   (the last two When steps: status and body)
Then('both answers are the same, byte for byte', function (this: EccpWorld) {
  const [before, last] = this.answers.slice(-2);
  if (!before || !last) throw new HarnessError('there are no two answers to compare');
  const line = ({ status, text }: Answer) => `${status} ${text}`;
  expectThat(line(before) === line(last), `the same answer as before: ${line(before)}`, line(last));
});

// Then both answers have the same "event_id" · … different "event_id"
Then(/^both answers have (the same|different) "([^"]+)"$/, function (this: EccpWorld, how: string, path: string) {
  const [before, last] = this.answers.slice(-2).map((answer) => show(lookUp(answer.json, path)));
  const same = before === last;
  expectThat(
    before !== undefined && before !== 'nothing' && same === (how === 'the same'),
    `${how} ${path}`,
    `${before} and ${last}`,
  );
});

// Given the answer's "event_id" is kept as "first"   (then {{saved first}}; any keyword, about the last request of any keyword)
Given("the answer's {string} is kept as {string}", async function (this: EccpWorld, path: string, key: string) {
  const value: Json | undefined = lookUp(this.latest.json, await fill(this, path));
  if (value === undefined) throw new ConformanceFailure(`the answer to have ${path}`, show(this.latest.json));
  this.saved.set(key, value);
});

// Then the answers have the statuses:   (table of one column, one row for each When)
Then('the answers have the statuses:', function (this: EccpWorld, table: DataTable) {
  const expected = table.raw().flat().join(', ');
  const actual = this.answers.map(({ status }) => status).join(', ');
  expectThat(actual === expected, `the statuses ${expected}`, actual);
});

/** @throws ConformanceFailure unless the answer is a refusal with one of the codes and the status that the catalogue gives it. */
export function refused(world: EccpWorld, answer: Answer, allowed: string[]): void {
  const outcomes = allowed.map((errcode) => {
    const status = world.run.catalogue.get(errcode);
    if (status === undefined) throw new HarnessError(`${errcode} is not in the catalogue`);
    return { errcode, status };
  });
  const met = outcomes.some(({ errcode, status }) => answer.status === status && answer.body.errcode === errcode);
  const expected = outcomes.map(({ errcode, status }) => `${status} ${errcode}`).join(', or ');
  expectThat(
    met,
    `${name(answer)} by ${answer.request.who} to be refused with ${expected}`,
    `${answer.status} ${answer.text}`,
  );
}
