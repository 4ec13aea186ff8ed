import { Given, Then, When } from '@cucumber/cucumber';
import { fill } from '../../fill.ts';
import { expectEqual, HarnessError } from '../../outcome.ts';
import { isObject } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';
import { bringIn } from '../base/members.ts';

// When Bob sends "hello" to the room without a transaction id · … with the idempotency key "k"   (sendEvent)
When(
  '{actor} sends {string} to {room} without a transaction id',
  async function (this: EccpWorld, who: string, body: string, alias: string) {
    await sendKeyed(this, who, body, alias, {});
  },
);
When(
  '{actor} sends {string} to {room} with the idempotency key {string}',
  async function (this: EccpWorld, who: string, body: string, alias: string, key: string) {
    await sendKeyed(this, who, body, alias, { 'Idempotency-Key': key });
  },
);

// When Alice redacts "hello" in the room with the idempotency key "k"
When(
  '{actor} redacts {string} in {room} with the idempotency key {string}',
  async function (this: EccpWorld, who: string, text: string, alias: string, key: string) {
    const params = { roomId: this.room(alias).id, eventId: this.event(text) };
    const answer = await this.call(who, 'redactEvent', { params, body: {}, headers: { 'Idempotency-Key': key } });
    if (answer.ok) this.events.set(`the redaction of ${text}`, String(answer.body.event_id));
  },
);

// Given Alice has raised the level of messages in the room to 50
Given(
  '{actor} has raised the level of messages in {room} to {int}',
  async function (this: EccpWorld, who: string, alias: string, level: number) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.power_levels' };
    const { event_id, content } = await this.read(who, 'getStateEvent', { params });
    const levels = isObject(content) ? content : {};
    const body = { content: { ...levels, events_default: level }, replaces: event_id ?? null };
    await this.call(who, 'putState', { params, body });
  },
);

// When Alice sends a message of 61440 bytes to the room with a transaction id · … without a transaction id   (bytes of the body)
When(
  /^(Alice|Bob) sends a message of (\d+) bytes to the room (with|without) a transaction id$/,
  async function (this: EccpWorld, who: string, bytes: string, how: string) {
    const params = { roomId: this.room('room').id, eventType: 'eccp.room.message', txnId: this.unique() };
    const body = { body: 'x'.repeat(Number(bytes)) };
    await this.call(who, how === 'with' ? 'sendEventWithTxn' : 'sendEvent', { params, body });
  },
);

// When Bob sends in the room under "t1" the bytes:   (doc string: a message as it stands)
When(
  '{actor} sends in {room} under {string} the bytes:',
  async function (this: EccpWorld, who: string, alias: string, txnId: string, text: string) {
    const operation = this.run.api.operation('sendEventWithTxn');
    const path = operation.template
      .replace('{roomId}', encodeURIComponent(this.room(alias).id))
      .replace('{eventType}', 'eccp.room.message')
      .replace('{txnId}', txnId);
    const headers = { 'content-type': 'application/json' };
    const body = Buffer.from(await fill(this, text));
    this.judge(await this.send({ who, method: 'PUT', path, headers, body, operation }));
  },
);

// Then the first and the last answer are the same, byte for byte   (of all When steps)
Then('the first and the last answer are the same, byte for byte', function (this: EccpWorld) {
  const [first, last] = [this.answers[0], this.answers.at(-1)];
  if (!first || !last || first === last) throw new HarnessError('there are no two answers to compare');
  expectEqual(`${last.status} ${last.text}`, `${first.status} ${first.text}`, 'the last answer');
});

// When Carol is brought into the room and reads its messages   (invited, joined, listMessages)
When(
  '{actor} is brought into {room} and reads its messages',
  async function (this: EccpWorld, who: string, alias: string) {
    await bringIn(this, who, alias);
    await this.call(who, 'listMessages', { params: { roomId: this.room(alias).id } });
  },
);

async function sendKeyed(
  world: EccpWorld,
  who: string,
  body: string,
  alias: string,
  headers: Record<string, string>,
): Promise<void> {
  const params = { roomId: world.room(alias).id, eventType: 'eccp.room.message' };
  const answer = await world.call(who, 'sendEvent', { params, body: { body }, headers });
  if (answer.ok) world.events.set(body, String(answer.body.event_id));
}
