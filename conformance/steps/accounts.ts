// Registration.
import { type DataTable, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { fill } from '../fill.ts';
import { expectEqual, HarnessError } from '../outcome.ts';
import type { JsonObject } from '../wire/json.ts';
import { type EccpWorld, STRANGER } from '../world.ts';

// When someone registers as "ada" · … with the password "short"   (with the run's registration token, where there is one)
When('someone registers as {string}', async function (this: EccpWorld, username: string) {
  await register(this, 'someone', { username: await fill(this, username) });
});
When(
  'someone registers as {string} with the password {string}',
  async function (this: EccpWorld, username: string, password: string) {
    await register(this, 'someone', {
      username: await fill(this, username),
      password: spell(await fill(this, password)),
    });
  },
);

// When Erin registers   (she is then an actor with this account)
// When Erin registers with:   (table: members of the body; "(1024 × a)" is repeated, "(none)" left out)
When('{actor} registers', async function (this: EccpWorld, who: string) {
  await register(this, who, {});
});
When('{actor} registers with:', async function (this: EccpWorld, who: string, table: DataTable) {
  await register(this, who, await membersOf(this, table));
});

// When someone registers with:   (as above; nobody is called by the account)
When('someone registers with:', async function (this: EccpWorld, table: DataTable) {
  await register(this, 'someone', await membersOf(this, table));
});

// When 4 people register as "ada" at the same time
When(
  '{int} people register as {string} at the same time',
  async function (this: EccpWorld, count: number, username: string) {
    const body = { ...registration(this), username: await fill(this, username) };
    const calls = Array.from({ length: count }, () => this.peek(STRANGER, 'register', { body, deadline: 30_000 }));
    crowds.set(this, await Promise.all(calls));
  },
);

// Then one of them gets the account, and the others are refused with ECCP_USER_IN_USE
Then(
  'one of them gets the account, and the others are refused with {errcodes}',
  function (this: EccpWorld, codes: string[]) {
    const answers = crowds.get(this) ?? [];
    const outcomes = answers.map((answer) => (answer.status === 201 ? 'made' : String(answer.body.errcode))).sort();
    const expected = [...answers.slice(1).map(() => codes[0] ?? ''), 'made'].sort();
    expectEqual(outcomes.join(', '), expected.join(', '), 'the outcomes');
  },
);

// When someone registers as "ada" with the registration token cut short · … in other letters
When(
  /^someone registers as "([^"]+)" with the registration token (cut short|in other letters)$/,
  async function (this: EccpWorld, username: string, how: string) {
    const token = this.run.accounts.registrationToken;
    if (token === undefined) throw new HarnessError('the run has no registration token');
    const other = token === token.toUpperCase() ? token.toLowerCase() : token.toUpperCase();
    const registration_token = how === 'cut short' ? token.slice(0, -1) : other;
    await register(this, 'someone', { username: await fill(this, username), registration_token });
  },
);

// Then the answer's token is for the answer's user and device
Then("the answer's token is for the answer's user and device", async function (this: EccpWorld) {
  const { access_token, user_id, device_id } = this.answer.body;
  this.run.redactor.add(String(access_token));
  const headers = { authorization: `Bearer ${access_token}` };
  const { body } = this.succeeded(await this.peek(STRANGER, 'getAccount', { headers }));
  expectEqual(body.user_id, user_id, 'the user of the token');
  expectEqual(body.device_id, device_id, 'the device of the token');
});

const crowds = new WeakMap<EccpWorld, Answer[]>();

/** A body for register that only lacks what a step says. */
function registration(world: EccpWorld): Record<string, string> {
  const { accounts } = world.run;
  const token = accounts.registrationToken;
  return {
    username: accounts.username(),
    password: accounts.password(),
    ...(token === undefined ? {} : { registration_token: token }),
  };
}

async function register(world: EccpWorld, who: string, members: JsonObject): Promise<void> {
  const body = present({ ...registration(world), ...members });
  const answer = await world.call(STRANGER, 'register', { body, bad: true, deadline: 30_000 });
  if (!answer.ok || who === 'someone') return;
  const [token, deviceId] = [String(answer.body.access_token), String(answer.body.device_id)];
  world.run.redactor.add(token);
  const account = {
    userId: String(answer.body.user_id),
    username: String(body.username),
    password: String(body.password),
    deviceId,
    token,
    spent: true,
    traces: new Set<string>(),
    added: new Set<string>(),
    scenarios: 0,
  };
  world.sessions.set(who, { name: who, account, deviceId, token });
}

/** The rows of a table as members of a body. */
export async function membersOf(world: EccpWorld, table: DataTable): Promise<JsonObject> {
  const members: JsonObject = {};
  for (const [key = '', value = ''] of table.raw()) members[key] = spell(await fill(world, value));
  return members;
}

/** `(1024 × a)` stands for 1024 times `a`. */
export function spell(text: string): string {
  return text.replace(/\((\d+) × ([^)]+)\)/g, (_, times: string, part: string) => part.repeat(Number(times)));
}

/** Members without those that are to be left out. */
export function present(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== '(none)'));
}
