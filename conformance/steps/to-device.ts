// Messages from device to device, as their senders and receivers see them (chapter 22).
import { Given, Then, When } from '@cucumber/cucumber';
import { fillJson } from '../fill.ts';
import { expectEqual, expectThat } from '../outcome.ts';
import { isObject, type Json, type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { syncOnce, syncUntil, viewOf } from './base/sync.ts';

const TYPE = 'org.example.note';

/** Sends contents to devices, by the actors whose they are. */
async function send(
  world: EccpWorld,
  who: string,
  contents: readonly (readonly [string, JsonObject])[],
  txnId = world.unique(),
): Promise<void> {
  const messages: { [user: string]: JsonObject } = {};
  for (const [whom, content] of contents) {
    const { account, deviceId } = await world.actor(whom);
    messages[account.userId] = { ...messages[account.userId], [deviceId]: content };
  }
  await world.call(who, 'sendToDevice', { params: { type: TYPE, txnId }, body: { messages } });
}

// When Alice hands "hello" to Bob on "phone" · … as the transaction "t1" · When Alice hands "hello" to Bob and Bob on "phone"
When('{actor} hands {string} to {actors}', async function (this: EccpWorld, who: string, text: string, whom: string[]) {
  await send(
    this,
    who,
    whom.map((name) => [name, { text }]),
  );
});
When(
  '{actor} hands {string} to {actor} as the transaction {string}',
  async function (this: EccpWorld, who: string, text: string, whom: string, txnId: string) {
    await send(this, who, [[whom, { text }]], txnId);
  },
);
When(
  '{actor} hands {string} to {actor} as the transaction {string}, {int} times at once',
  async function (this: EccpWorld, who: string, text: string, whom: string, txnId: string, times: number) {
    await this.actor(whom);
    await Promise.all(Array.from({ length: times }, () => send(this, who, [[whom, { text }]], txnId)));
  },
);

// When Alice hands a content of 61441 bytes to Bob · … 17 contents of 61440 bytes to Bob   (in canonical form; one after the other)
When(
  '{actor} hands {int} content(s) of {int} bytes to {actor}',
  async function (this: EccpWorld, who: string, count: number, bytes: number, whom: string) {
    const content = { x: 'y'.repeat(bytes - '{"x":""}'.length) };
    for (let i = 0; i < count; i++) await send(this, who, [[whom, content]]);
  },
);
When(
  '{actor} hands a content of {int} levels and {string} to {actor} and {actor}',
  async function (this: EccpWorld, who: string, levels: number, text: string, one: string, two: string) {
    let content: JsonObject = {};
    for (let i = 1; i < levels; i++) content = { x: content };
    await send(this, who, [
      [one, content],
      [two, { text }],
    ]);
  },
);

// When Alice hands "hello" to the device "NOSUCHDEVICE" of Bob · … to "@nobody:example.org"
When(
  '{actor} hands {string} to the device {string} of {actor}',
  async function (this: EccpWorld, who: string, text: string, device: string, whose: string) {
    const messages = { [await this.userId(whose)]: { [device]: { text } } };
    await this.call(who, 'sendToDevice', { params: { type: TYPE, txnId: this.unique() }, body: { messages } });
  },
);

// Then nothing was undelivered · Then it was undelivered to Bob with ECCP_NOT_FOUND   (of the last request)
Then('nothing was undelivered', function (this: EccpWorld) {
  for (const { json } of this.answers) expectEqual(show(lookUp(json, 'undelivered')), '[]', 'what was undelivered');
});
Then(
  'it was undelivered to {actor} with {errcodes}',
  async function (this: EccpWorld, whom: string, [errcode = '']: string[]) {
    const { account, deviceId } = await this.actor(whom);
    const expected = [{ user: account.userId, device: deviceId, errcode }];
    expectEqual(show(lookUp(this.answer.json, 'undelivered')), show(expected), 'what was undelivered');
  },
);
Then(
  'all {int} of them were delivered, and the next one to {actor} is undelivered with {errcodes}',
  async function (this: EccpWorld, count: number, _: string, [errcode]: string[]) {
    const outcomes = this.answers.map(({ json }) => lookUp(json, 'undelivered.0.errcode') ?? 'delivered');
    const expected = [...Array.from({ length: count }, () => 'delivered'), errcode];
    expectEqual(outcomes.join(' '), expected.join(' '), 'what became of them');
  },
);

// Then Bob on "phone" gets:   (table of texts: the messages that one sync from where he stands holds, in order, and no others)
Then('{actor} gets:', async function (this: EccpWorld, who: string, table: { raw(): string[][] }) {
  const before = viewOf(this, who).answers.length;
  const expected = table.raw().flat();
  await syncUntil(this, who, `${expected.length} messages`, (view) => textsSince(view.answers, before).length > 0);
  expectEqual(textsSince(viewOf(this, who).answers, before).join(', '), expected.join(', '), 'the messages');
});
Then('{actor} gets nothing', async function (this: EccpWorld, who: string) {
  const answer = this.succeeded(await syncOnce(this, who));
  expectEqual(show(answer.body.to_device), '[]', 'the messages');
});

// Then Bob gets 230 messages over several syncs, each once and in order   (their texts are numbers from 1)
Then(
  '{actor} gets {int} messages over his next syncs, each once and in order',
  async function (this: EccpWorld, who: string, count: number) {
    const before = viewOf(this, who).answers.length;
    const texts = () => textsSince(viewOf(this, who).answers, before);
    await syncUntil(this, who, `${count} messages`, () => texts().length >= count);
    expectEqual(texts().join(' '), Array.from({ length: count }, (_, i) => i + 1).join(' '), 'the messages');
    const ids = viewOf(this, who).answers.flatMap(({ to_device }) => idsOf(to_device));
    expectEqual(new Set(ids).size, ids.length, 'how many ids are different');
  },
);

// Given Alice has handed 230 messages to Bob   (their texts are numbers from 1)
Given(
  '{actor} has handed {int} messages to {actor}',
  async function (this: EccpWorld, who: string, count: number, whom: string) {
    for (let i = 1; i <= count; i++) await send(this, who, [[whom, { text: String(i) }]]);
  },
);

// When Bob syncs from where he stood before · When Bob on "phone" syncs with the token of Bob
When('{actor} syncs from where he stood before', async function (this: EccpWorld, who: string) {
  const { answers } = viewOf(this, who);
  const session = await this.actor(who);
  session.since = String(answers.at(-2)?.next_batch);
  this.judge(await syncOnce(this, who));
});
When('{actor} syncs with the token of {actor}', async function (this: EccpWorld, who: string, whose: string) {
  const since = (await this.actor(whose)).since ?? '';
  this.judge(await this.peek(who, 'sync', { query: { since, timeout: 0 } }));
});

// Then the message is from Alice, of her device, with the content:   (the last one that Bob got)
Then(
  "{actor}'s last message is from {actor}, with the content:",
  async function (this: EccpWorld, who: string, sender: string, text: string) {
    const messages = viewOf(this, who).answers.flatMap(({ to_device }) => (Array.isArray(to_device) ? to_device : []));
    const { account, deviceId } = await this.actor(sender);
    const last = messages.at(-1);
    expectThat(isObject(last), 'a message', 'none');
    expectEqual(last.sender, account.userId, 'the sender');
    expectEqual(last.sender_device, deviceId, "the sender's device");
    expectEqual(last.type, TYPE, 'the type');
    expectEqual(show(last.content), show(await fillJson(this, text)), 'the content');
  },
);

// When Alice hands over to Bob:   (doc string: the content)
When('{actor} hands over to {actor}:', async function (this: EccpWorld, who: string, whom: string, text: string) {
  await send(this, who, [[whom, (await fillJson(this, text)) as JsonObject]]);
});

/** The texts of the messages that answers held, from the first after so many on. */
function textsSince(answers: readonly JsonObject[], count: number): string[] {
  return answers
    .slice(count)
    .flatMap(({ to_device }) => listOf(to_device).map(({ content }) => String(lookUp(content, 'text'))));
}

function idsOf(messages: Json | undefined): string[] {
  return listOf(messages).map(({ id }) => String(id));
}

function listOf(messages: Json | undefined): JsonObject[] {
  return (Array.isArray(messages) ? messages : []).filter(isObject);
}
