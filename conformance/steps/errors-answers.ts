// What all the answers to a walk over the operations have to be.
import { Then } from '@cucumber/cucumber';
import { type Answer, name } from '../answer.ts';
import { ConformanceFailure, expectThat, HarnessError } from '../outcome.ts';
import { lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { INTERNALS, membersOfCodes } from './errors-nasty.ts';
import { pathsOf, type Visit, visited } from './errors-walk.ts';

// Then each of them is refused with ECCP_X   (each request of the walks before)
Then('each of them is refused with {errcodes}', function (this: EccpWorld, codes: string[]) {
  eachAnswer(this, ({ answer }) => {
    const statuses = codes.map((code) => this.run.catalogue.get(code));
    const hit = statuses.includes(answer.status);
    const right = answer.request.method === 'HEAD' ? hit : hit && codes.includes(String(answer.body.errcode));
    return right ? undefined : `to be refused with ${codes.join(' or ')}`;
  });
});

// Then none of them is refused for its token
Then('none of them is refused for its token', function (this: EccpWorld) {
  const codes = ['ECCP_MISSING_TOKEN', 'ECCP_UNKNOWN_TOKEN', 'ECCP_FORBIDDEN'];
  eachAnswer(this, ({ answer }) =>
    codes.includes(String(answer.body.errcode)) ? 'to be let through by the scope of the token' : undefined,
  );
});

// Then none of them makes the node fail
Then('none of them makes the node fail', function (this: EccpWorld) {
  eachAnswer(this, ({ answer }) => (answer.status < 500 ? undefined : 'to be answered with what is wrong with it'));
});

// Then each of them names in "path" what is at fault
Then('each of them names in "path" what is at fault', function (this: EccpWorld) {
  eachAnswer(this, ({ answer, at }) => {
    const path = String(answer.body.path);
    return path === at || path.startsWith(`${at}/`) ? undefined : `to say that the fault is at ${at}`;
  });
});

// Then each of them lists the methods of its path in "Allow"
Then('each of them lists the methods of its path in {string}', function (this: EccpWorld, header: string) {
  eachAnswer(this, ({ answer, template }) => {
    const wanted = pathsOf(this).get(template ?? '') ?? [];
    const listed = listOf(answer, header);
    const extra = listed.filter((method) => ![...wanted, 'HEAD', 'OPTIONS'].includes(method));
    const complete = wanted.every((method) => listed.includes(method));
    return complete && extra.length === 0 ? undefined : `to list ${wanted.join(', ')} in ${header}`;
  });
});

// Then each of them is answered with a success
Then('each of them is answered with a success', function (this: EccpWorld) {
  eachAnswer(this, ({ answer }) => (answer.ok ? undefined : 'to be answered with a status of 200 to 299'));
});

// Then each of them names "Authorization, Content-Type" in the header "Access-Control-Allow-Headers"
Then('each of them names {string} in the header {string}', function (this: EccpWorld, names: string, header: string) {
  eachAnswer(this, ({ answer }) => {
    const listed = listOf(answer, header).map((value) => value.toLowerCase());
    const complete = names.split(', ').every((value) => listed.includes(value.toLowerCase()));
    return complete ? undefined : `to name ${names} in ${header}`;
  });
});

// Then each answer has the header "Access-Control-Allow-Origin" with "*"
Then(
  'each of the answers has the header {string} with {string}',
  function (this: EccpWorld, header: string, value: string) {
    eachAnswer(this, ({ answer }) =>
      answer.headers[header.toLowerCase()] === value ? undefined : `to be answered with the header ${header}: ${value}`,
    );
  },
);

// Then each answer of an operation that needs a token has the header "Cache-Control" with "no-store"
Then(
  'each answer of an operation that needs a token names {string} in the header {string}',
  function (this: EccpWorld, value: string, header: string) {
    eachAnswer(this, ({ answer, operation }) =>
      operation?.scopes === undefined || listOf(answer, header).includes(value)
        ? undefined
        : `to be answered with the header ${header}: ${value}`,
    );
  },
);

// Then each of the answers has a request id of its own
Then('each of the answers has a request id of its own', function (this: EccpWorld) {
  const seen = new Set<string>();
  eachAnswer(this, ({ answer }) => {
    const id = answer.headers['x-request-id'] ?? '';
    const fine = /^[A-Za-z0-9_-]{8,64}$/.test(id) && !seen.has(id);
    seen.add(id);
    return fine ? undefined : `to be answered with a new request id, not ${JSON.stringify(id)}`;
  });
});

// Then each of the answers with a body is declared as application/json
Then('each of the answers with a body is declared as {string}', function (this: EccpWorld, type: string) {
  eachAnswer(this, ({ answer }) => {
    const declared = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    return answer.text === '' || declared === type ? undefined : `to be answered as ${type}, not ${declared}`;
  });
});

// Then no refusal shows internals
Then('no refusal shows internals', function (this: EccpWorld) {
  eachAnswer(this, ({ answer }) => {
    const found = answer.ok ? undefined : INTERNALS.find((pattern) => pattern.test(answer.text));
    return found ? `to be refused without internals such as ${found}` : undefined;
  });
});

// Then each refusal has the members of its code and no others
Then('each refusal has the members of its code and no others', function (this: EccpWorld) {
  const members = membersOfCodes();
  eachAnswer(this, ({ answer }) => {
    if (answer.ok) return undefined;
    const allowed = ['errcode', 'error', ...(members.get(String(answer.body.errcode)) ?? [])];
    const extra = Object.keys(answer.body).filter((member) => !allowed.includes(member));
    const whole = answer.body.errcode !== undefined && answer.body.error !== undefined;
    return whole && extra.length === 0 ? undefined : `to be refused with ${allowed.join(', ')} only`;
  });
});

// Then the answer has only the members "errcode, error, path?"   (one with ? may be missing)
Then('the answer has only the members {string}', function (this: EccpWorld, text: string) {
  const members = text.split(', ');
  const allowed = members.map((member) => member.replace('?', ''));
  const present = Object.keys(this.answer.body);
  const missing = members.filter((member) => !member.endsWith('?') && !present.includes(member));
  const extra = present.filter((member) => !allowed.includes(member));
  expectThat(missing.length + extra.length === 0, `the members ${text} and no others`, show(this.answer.json));
});

// Then both answers have different request ids
Then('both answers have different request ids', function (this: EccpWorld) {
  const [before, last] = this.answers.slice(-2).map(({ headers }) => headers['x-request-id']);
  expectThat(before !== undefined && before !== last, 'two request ids', `${before} and ${last}`);
});

// Then the answer's "retry_after_ms" lies between 840000 and 900000
Then(
  "the answer's {string} lies between {int} and {int}",
  function (this: EccpWorld, path: string, least: number, most: number) {
    const value = lookUp(this.answer.json, path);
    const right = typeof value === 'number' && value >= least && value <= most;
    expectThat(right, `${path} between ${least} and ${most}`, show(value));
  },
);

function listOf(answer: Answer, header: string): string[] {
  return (answer.headers[header.toLowerCase()] ?? '').split(',').map((value) => value.trim());
}

/** Fails with the first ten answers of which `problem` says what was expected instead. */
function eachAnswer(world: EccpWorld, problem: (visit: Visit) => string | undefined): void {
  const visits = visited(world);
  if (visits.length === 0) throw new HarnessError('no step has called several operations');
  const faults = visits.flatMap((visit) => {
    const expected = problem(visit);
    return expected === undefined ? [] : [{ expected: `${name(visit.answer)} ${expected}`, answer: visit.answer }];
  });
  const [first] = faults;
  if (!first) return;
  const others = faults.slice(1, 10).map(({ answer }) => `${name(answer)}: ${answer.status}`);
  const rest = others.length > 0 ? `; ${faults.length - 1} others as well: ${others.join(', ')}` : '';
  throw new ConformanceFailure(first.expected, `${first.answer.status} ${show(first.answer.json)}${rest}`);
}
