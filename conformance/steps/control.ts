// The node as its operator sees it: it is started, stopped, killed, put back to an older state, and runs out of space.
import { setTimeout as pause } from 'node:timers/promises';
import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError, MissingPrerequisite } from '../outcome.ts';
import { lookUp, show } from '../wire/json.ts';
import { type EccpWorld, OPERATOR, STRANGER } from '../world.ts';
import { readLog } from './base/messages.ts';
import { isTransaction } from './federation-hosting.ts';

/** Answers after which the node is killed, and the most requests that are made until one is refused for want of space. */
const ANSWERS = 40;
const ATTEMPTS = 500;
/** Milliseconds in which a node has to be well again. */
const RECOVERY = 15_000;

/** Ends the node, by whatever way; it runs again at the end of the scenario at the latest. */
async function down(world: EccpWorld, how: 'stop' | 'kill'): Promise<void> {
  const { control, accounts } = world.run;
  world.cleanups.push(async () => {
    await control.revive();
    await renewOperator(world);
  });
  await accounts.quiet();
  await control[how]();
}

async function up(world: EccpWorld, declared = false): Promise<void> {
  world.saved.set('started', Date.now());
  await world.run.control.start(declared);
  await renewOperator(world);
}

/** The operator's token may be another one since the node started. */
async function renewOperator(world: EccpWorld): Promise<void> {
  const token = await world.run.control.adminToken();
  if (token === undefined) return;
  world.run.redactor.add(token);
  world.run.adminToken = token;
  const operator = world.sessions.get(OPERATOR);
  if (operator) operator.token = token;
}

// When the node is restarted · … is killed and started again · … is stopped · … is killed · … is started
When('the node is restarted', async function (this: EccpWorld) {
  await down(this, 'stop');
  await up(this);
});
When('the node is killed and started again', async function (this: EccpWorld) {
  await down(this, 'kill');
  await up(this);
});
When('the node is stopped', async function (this: EccpWorld) {
  await down(this, 'stop');
});
When('the node is started', async function (this: EccpWorld) {
  await up(this);
});

// Given a copy is made of the node's data   (while it is stopped)
Given("a copy is made of the node's data", async function (this: EccpWorld) {
  await down(this, 'stop');
  this.run.control.backUp();
  await up(this);
});

// When the node starts from that copy · … from that copy, as its operator declares
When('the node starts from that copy', async function (this: EccpWorld) {
  await down(this, 'kill');
  this.run.control.putBack();
  await up(this);
});
When('the node starts from that copy, as its operator declares', async function (this: EccpWorld) {
  await down(this, 'kill');
  this.run.control.putBack();
  await up(this, true);
});

/** Requests that were under way when the node was killed, those that were answered. */
const answered = new WeakMap<EccpWorld, Answer[]>();

/** Lets several callers ask again and again until so many answers are there, and kills the node amid the next requests. */
async function killAmid(world: EccpWorld, callers: readonly (() => Promise<Answer>)[]): Promise<void> {
  const answers: Answer[] = [];
  answered.set(world, answers);
  const enough = Promise.withResolvers<void>();
  const asking = callers.map(async (ask) => {
    for (;;) {
      answers.push(world.succeeded(await ask()));
      if (answers.length >= ANSWERS) enough.resolve();
    }
  });
  const gone = Promise.allSettled(asking).then((ends) => {
    enough.resolve();
    return ends;
  });
  await enough.promise;
  if (answers.length < ANSWERS) {
    const reasons = (await gone).map((end) => (end.status === 'rejected' ? String(end.reason) : ''));
    throw new ConformanceFailure(`${ANSWERS} requests to succeed`, `${answers.length}, then ${reasons.join('; ')}`);
  }
  await down(world, 'kill');
  await gone;
  await up(world);
}

// When Alice and Bob send messages to the room until the node is killed, and it is started again
When(
  '{actors} send messages to {room} until the node is killed, and it is started again',
  async function (this: EccpWorld, names: string[], alias: string) {
    const roomId = this.room(alias).id;
    for (const who of names) await this.actor(who);
    const callers = names.map((who) => () => {
      const text = this.unique();
      const params = { roomId, eventType: 'eccp.room.message', txnId: text };
      return this.peek(who, 'sendEventWithTxn', { params, body: { body: text } });
    });
    await killAmid(this, callers);
  },
);

// Then every message that was answered stands in the room once, in its place, as Alice sees it
Then(
  'every message that was answered stands in {room} once, in its place, as {actor} sees it',
  async function (this: EccpWorld, alias: string, who: string) {
    const answers = answered.get(this) ?? [];
    const places = Map.groupBy(await readLog(this, who, alias), ({ event_id }) => event_id);
    const wrong = answers.flatMap(({ body }) => {
      const found = (places.get(String(body.event_id)) ?? []).map(({ entry }) => entry.seq);
      const right = body.status === 'sequenced' && found.length === 1 && found[0] === body.seq;
      return right ? [] : `${show(body)} stands at ${found.join(' and ') || 'no place'}`;
    });
    expectThat(answers.length > 0 && wrong.length === 0, 'each of them at the place of its answer', wrong.join('; '));
  },
);

// When Bob and Carol claim prekeys of Alice until the node is killed, and it is started again
When(
  '{actors} claim prekeys of {actor} until the node is killed, and it is started again',
  async function (this: EccpWorld, names: string[], whose: string) {
    const { account, deviceId } = await this.actor(whose);
    for (const who of names) await this.actor(who);
    const body = { devices: { [account.userId]: [deviceId] } };
    await killAmid(
      this,
      names.map((who) => () => this.peek(who, 'claimKeys', { body })),
    );
  },
);

// Then Bob claims the rest of Alice's prekeys, and nobody was given one that somebody had been given before
Then(
  "{actor} claims the rest of {actor}'s prekeys, and nobody was given one that somebody had been given before",
  async function (this: EccpWorld, who: string, whose: string) {
    const { account, deviceId } = await this.actor(whose);
    const body = { devices: { [account.userId]: [deviceId] } };
    const idOf = ({ json }: Answer) => lookUp(json, `devices[${account.userId}].${deviceId}.prekey.prekey.id`);
    const given = (answered.get(this) ?? []).map(idOf);
    const before = given.length;
    for (let id = idOf(await this.must(who, 'claimKeys', { body })); id !== undefined; ) {
      given.push(id);
      id = idOf(await this.must(who, 'claimKeys', { body }));
    }
    expectThat(given.length > before, 'prekeys that are left after the crash', 'none');
    const twice = given.filter((id, index) => given.indexOf(id) !== index);
    expectEqual(twice.join(', '), '', 'the prekeys that were given twice');
  },
);

// When Alice sends "sent" to the room, and the node is killed the moment it reaches the peer
When(
  '{actor} sends {string} to {room}, and the node is killed the moment it reaches {peer}',
  async function (this: EccpWorld, who: string, text: string, alias: string, name: string) {
    const peer = await this.peer(name);
    const roomId = this.room(alias).id;
    const reached = Promise.withResolvers<void>();
    peer.behaviour.intercept = async (request) => {
      const found = isTransaction(request) && request.body.includes(`"body":${JSON.stringify(text)}`);
      if (!found) return undefined;
      const transaction = JSON.parse(request.body.toString()) as {
        entries?: { event_id?: string; content?: unknown }[];
      };
      const entry = transaction.entries?.find(({ content }) => JSON.stringify(content)?.includes(JSON.stringify(text)));
      this.events.set(text, String(entry?.event_id));
      await down(this, 'kill');
      reached.resolve();
      return 'cut';
    };
    const params = { roomId, eventType: 'eccp.room.message', txnId: this.unique() };
    const sent = this.peek(who, 'sendEventWithTxn', { params, body: { body: text } }).catch(() => undefined); // it may not live to answer
    await within(reached.promise, `"${text}" to reach ${peer.name}`);
    await sent;
    delete peer.behaviour.intercept;
    await up(this);
  },
);

// Given the disk of the node refuses writes   (until the end of the scenario)
Given('the disk of the node refuses writes', async function (this: EccpWorld) {
  const { driver } = this.run.control;
  this.cleanups.push(async () => {
    await driver.run('disk_free');
    await recovered(this);
  });
  await this.run.accounts.quiet();
  await driver.run('disk_full');
});

// When Alice sends messages to the room until one is refused
When(
  '{actor} sends messages to {room} until one is refused',
  async function (this: EccpWorld, who: string, alias: string) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.message' };
    for (let i = 0; i < ATTEMPTS; i++) {
      const body = { body: String(i).padEnd(20_000, '.') };
      const answer = await this.peek(who, 'sendEventWithTxn', { params: { ...params, txnId: this.unique() }, body });
      if (!answer.ok) {
        this.judge(answer);
        return;
      }
    }
    throw new ConformanceFailure('a message to be refused for want of space', `${ATTEMPTS} that were taken`);
  },
);

// When Grace logs in with a one-time password   (whose account the node's operator says)
When('{actor} logs in with a one-time password', async function (this: EccpWorld, who: string) {
  if (this.sessions.has(who)) throw new HarnessError(`${who} has logged in already`);
  const { username, password } = await this.run.control.driver.ask('one_time_password', 'username', 'password');
  this.run.redactor.add(password);
  const answer = await this.call(STRANGER, 'login', { body: { user: username, password } });
  const token = String(answer.body.access_token);
  this.run.redactor.add(token);
  const [userId, deviceId] = [String(answer.body.user_id), String(answer.body.device_id)];
  const used = { spent: true, traces: new Set<string>(), added: new Set<string>(), scenarios: 0 };
  const account = { userId, username, password, deviceId, token, ...used };
  this.sessions.set(who, { name: who, account, deviceId, token });
});

// Then none of the tokens of Alice and Bob is in the data of the node   (in no file, as text or as the bytes that it is of)
Then('none of the tokens of {actors} is in the data of the node', async function (this: EccpWorld, names: string[]) {
  const { launched } = this.run.control;
  const files = [...(launched?.files() ?? [])];
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  if (bytes === 0) throw new MissingPrerequisite('a node that keeps something in {data}', 'an empty folder');
  for (const who of names) {
    const { token } = await this.actor(who);
    const found = files.find(
      ({ content }) => content.includes(token) || content.includes(Buffer.from(token, 'base64url')),
    );
    expectThat(found === undefined, `no file with the token of ${who}`, found?.path ?? '');
  }
});

/** Waits until the node says that it is well; a write may be what shows it that its disk is. */
async function recovered(world: EccpWorld): Promise<void> {
  const [who] = [...world.sessions.keys()].filter((name) => name !== OPERATOR);
  for (const end = performance.now() + RECOVERY; ; await pause(50)) {
    if (who !== undefined) await world.peek(who, 'putAccountData', { params: { type: 'org.example.disk' }, body: {} });
    const { body } = await world.peek(STRANGER, 'getHealth');
    if (body.status === 'ok') return;
    if (performance.now() > end)
      throw new ConformanceFailure(`the node to be well within ${RECOVERY} ms of having space again`, show(body));
  }
}

async function within<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new ConformanceFailure(`${what} within ${RECOVERY} ms`, 'nothing')),
    RECOVERY,
  );
  return await Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
