// Login, passwords and sessions.
import { type DataTable, Then, When } from '@cucumber/cucumber';
import type { Session } from '../accounts.ts';
import { type Answer, name } from '../answer.ts';
import { fill } from '../fill.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { type Json, type JsonObject, show } from '../wire/json.ts';
import { type EccpWorld, STRANGER } from '../world.ts';
import { membersOf, present, spell } from './accounts.ts';

// When Alice logs in on "phone"   (she is then also Alice on "phone")
// When Alice logs in on "phone" with:   (table: user, password, device_id, device_name, scopes)
When('{actor} logs in on {string}', async function (this: EccpWorld, who: string, device: string) {
  await logIn(this, who, device, {});
});
When(
  '{actor} logs in on {string} with:',
  async function (this: EccpWorld, who: string, device: string, table: DataTable) {
    await logIn(this, who, device, await membersOf(this, table));
  },
);

// When someone logs in as "ada" with the password "wrong"
When(
  'someone logs in as {string} with the password {string}',
  async function (this: EccpWorld, user: string, password: string) {
    const body = { user: await fill(this, user), password: await fill(this, password) };
    await this.call(STRANGER, 'login', { body });
  },
);

// When Alice fails to log in 5 times   (each has to be refused as a wrong password; as user id and local part in turn)
When('{actor} fails to log in {int} time(s)', async function (this: EccpWorld, who: string, times: number) {
  const { account } = await this.actor(who);
  await fail(this, [account.username, account.userId], times);
});
When('someone fails {int} times to log in as {string}', async function (this: EccpWorld, times: number, user: string) {
  const username = await fill(this, user);
  await fail(this, [username, `@${username}:${this.run.facts.node}`], times);
});

// When someone tries 12 wrong passwords for Alice at the same time
When(
  'someone tries {int} wrong passwords for {actor} at the same time',
  async function (this: EccpWorld, count: number, who: string) {
    const { username } = (await this.actor(who)).account;
    const calls = Array.from({ length: count }, (_, i) => {
      const body = { user: username, password: `wrong ${i} ${this.unique()}` };
      return this.peek(STRANGER, 'login', { body, deadline: 30_000 });
    });
    guesses.set(this, await Promise.all(calls));
  },
);

// Then no more than 5 of them were looked at, and the others are refused with ECCP_LOCKED_OUT
Then(
  'no more than {int} of them were looked at, and the others are refused with {errcodes}',
  function (this: EccpWorld, most: number, codes: string[]) {
    const outcomes = (guesses.get(this) ?? []).map(({ body }) => String(body.errcode));
    const looked = outcomes.filter((code) => code === 'ECCP_BAD_AUTH').length;
    const locked = outcomes.filter((code) => codes.includes(code)).length;
    const right = outcomes.length > most && looked <= most && looked + locked === outcomes.length;
    expectThat(right, `at most ${most} ECCP_BAD_AUTH and else ${codes.join(' or ')}`, outcomes.join(', '));
  },
);

// When Alice changes the password to "new one" · … from "not the old one" to "new one"   (then also Alice on "renewed")
When('{actor} changes the password to {string}', async function (this: EccpWorld, who: string, next: string) {
  await changePassword(this, who, (await this.actor(who)).account.password, next);
});
When(
  '{actor} changes the password from {string} to {string}',
  async function (this: EccpWorld, who: string, old: string, next: string) {
    await changePassword(this, who, await fill(this, old), next);
  },
);

// When Alice guesses 5 times at the old password   (of changePassword; each has to be refused as wrong)
When('{actor} guesses {int} times at the old password', async function (this: EccpWorld, who: string, times: number) {
  await this.actor(who);
  for (let i = 1; i <= times; i++) {
    const body = { old_password: `wrong ${this.unique()}`, new_password: `new ${this.unique()}` };
    wrongPassword(await this.peek(who, 'changePassword', { body }), `guess ${i} of ${times}`);
  }
});

// Then nobody can log in as "ada" with the password "old one"
Then(
  'nobody can log in as {string} with the password {string}',
  async function (this: EccpWorld, user: string, password: string) {
    const body = { user: await fill(this, user), password: await fill(this, password) };
    wrongPassword(await this.peek(STRANGER, 'login', { body }), 'the login');
  },
);

// Then the lock holds for Alice's logins   (with the right password, by user id and by local part)
Then("the lock holds for {actor}'s logins", async function (this: EccpWorld, who: string) {
  const { account } = await this.actor(who);
  for (const user of [account.userId, account.username]) {
    const { status, body, text } = await this.peek(STRANGER, 'login', { body: { user, password: account.password } });
    expectThat(status === 429 && body.errcode === 'ECCP_LOCKED_OUT', 'a login that is locked out', `${status} ${text}`);
  }
});

// Then Alice is still logged in · Then Alice on "phone" is no longer logged in
Then('{actor} is still logged in', async function (this: EccpWorld, who: string) {
  const { account, deviceId } = await this.actor(who);
  const answer = this.succeeded(await this.peek(who, 'getAccount'));
  expectEqual(answer.body.user_id, account.userId, `the user of the session of ${who}`);
  expectEqual(answer.body.device_id, deviceId, `the device of the session of ${who}`);
});
Then('{actor} is no longer logged in', async function (this: EccpWorld, who: string) {
  await this.actor(who);
  const answer = await this.peek(who, 'getAccount');
  const right = answer.status === 401 && answer.body.errcode === 'ECCP_UNKNOWN_TOKEN';
  expectThat(
    right,
    `${name(answer)} by ${who} to be refused with ECCP_UNKNOWN_TOKEN`,
    `${answer.status} ${answer.text}`,
  );
});

// Then the tokens of Alice, Bob and Carol leave room for 256 random bits
Then('the tokens of {actors} leave room for 256 random bits', async function (this: EccpWorld, names: string[]) {
  const tokens: string[] = [];
  for (const who of names) tokens.push((await this.actor(who)).token);
  expectEqual(new Set(tokens).size, tokens.length, 'the number of different tokens');
  const [first = ''] = tokens;
  const length = Math.min(...tokens.map((token) => token.length));
  const varying = Array.from({ length }, (_, at) => at).filter((at) => tokens.some((token) => token[at] !== first[at]));
  const bits = Math.log2(new Set(tokens.join('')).size > 16 ? 64 : 16);
  expectThat(
    varying.length * bits >= 256,
    'tokens that differ in places enough for 256 bits',
    `${varying.length} places of ${bits} bits that differ between ${tokens.length} tokens`,
  );
});

// Then the tokens of Alice and Bob are different
Then('the tokens of {actors} are different', async function (this: EccpWorld, names: string[]) {
  const tokens = new Set<string>();
  for (const who of names) tokens.add((await this.actor(who)).token);
  expectEqual(tokens.size, names.length, 'the number of different tokens');
});

// Then the answer's scopes are "read, write" in any order
Then("the answer's scopes are {string}", function (this: EccpWorld, expected: string) {
  scopesAre(this.answer.body.scopes, expected);
});

// Then the answer's scopes are those of a login of Alice that names none
Then(
  "the answer's scopes are those of a login of {actor} that names none",
  async function (this: EccpWorld, who: string) {
    const { answer } = this;
    const { username, password } = (await this.actor(who)).account;
    const { body } = await this.must(STRANGER, 'login', { body: { user: username, password } });
    this.run.redactor.add(String(body.access_token));
    scopesAre(answer.body.scopes, Array.isArray(body.scopes) ? body.scopes.join(', ') : show(body.scopes));
  },
);

// Then the scopes of Alice on "phone" are "read"   (as getAccount tells them)
Then('the scopes of {actor} are {string}', async function (this: EccpWorld, who: string, expected: string) {
  scopesAre((await this.read(who, 'getAccount')).scopes, expected);
});

const guesses = new WeakMap<EccpWorld, Answer[]>();

async function logIn(world: EccpWorld, who: string, device: string, members: JsonObject): Promise<void> {
  const { account } = await world.actor(who);
  const body = present({ user: account.username, password: account.password, ...members });
  if (typeof body.scopes === 'string') body.scopes = body.scopes.split(', ');
  keep(world, who, device, await world.call(STRANGER, 'login', { body, bad: true }));
}

async function changePassword(world: EccpWorld, who: string, old: string, text: string): Promise<void> {
  const { account } = await world.actor(who);
  const next = spell(await fill(world, text));
  world.run.redactor.add(next);
  const answer = await world.call(who, 'changePassword', { body: { old_password: old, new_password: next } });
  if (!answer.ok) return;
  world.saved.set('old password', account.password);
  account.password = next;
  keep(world, who, 'renewed', answer);
}

/** Keeps a granted session as `Alice on "phone"`. */
function keep(world: EccpWorld, who: string, device: string, answer: Answer): void {
  if (!answer.ok) return;
  const key = `${who.split(' ')[0]} on "${device}"`;
  const known = world.sessions.get(who);
  if (!known) throw new HarnessError(`${who} has no account`);
  const token = String(answer.body.access_token);
  world.run.redactor.add(token);
  const session: Session = { name: key, account: known.account, deviceId: String(answer.body.device_id), token };
  world.sessions.set(key, session);
}

async function fail(world: EccpWorld, names: string[], times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const body = { user: names[i % names.length] ?? '', password: `wrong ${world.unique()}` };
    const answer = await world.peek(STRANGER, 'login', { body });
    const right = answer.status === 401 && answer.body.errcode === 'ECCP_BAD_AUTH';
    expectThat(
      right,
      `failure ${i + 1} of ${times} to be refused with ECCP_BAD_AUTH`,
      `${answer.status} ${answer.text}`,
    );
  }
}

function wrongPassword({ status, body, text }: Answer, what: string): void {
  const right = status === 401 && body.errcode === 'ECCP_BAD_AUTH';
  expectThat(right, `${what} to be refused with ECCP_BAD_AUTH`, `${status} ${text}`);
}

function scopesAre(scopes: Json | undefined, expected: string): void {
  const actual = Array.isArray(scopes) ? scopes.map(String).sort().join(', ') : show(scopes);
  expectEqual(actual, expected.split(', ').sort().join(', '), 'the scopes');
}
