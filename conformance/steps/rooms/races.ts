import { Then, When } from '@cucumber/cucumber';
import { type Answer, name } from '../../answer.ts';
import { expectEqual, HarnessError } from '../../outcome.ts';
import type { EccpWorld } from '../../world.ts';

/** Answers to requests that one step sent side by side, in the order of the requests. */
const races = new WeakMap<EccpWorld, Answer[]>();

/** Sends requests side by side; what comes back is judged by the Then steps alone. */
async function race(world: EccpWorld, requests: Promise<Answer>[]): Promise<void> {
  races.set(world, await Promise.all(requests));
}

// When Bob sends "hello" to the room 8 times at once with the transaction id "t1"   (half of them as idempotency key)
When(
  '{actor} sends {string} to {room} {int} times at once with the transaction id {string}',
  async function (this: EccpWorld, who: string, body: string, alias: string, times: number, txnId: string) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.message', txnId };
    const options = { params, body: { body }, headers: { 'Idempotency-Key': txnId } };
    await this.actor(who);
    await race(
      this,
      Array.from({ length: times }, (_, i) => this.peek(who, i % 2 ? 'sendEvent' : 'sendEventWithTxn', options)),
    );
  },
);

// When Alice redacts "hello" in the room 4 times at once with the idempotency key "k"
When(
  '{actor} redacts {string} in {room} {int} times at once with the idempotency key {string}',
  async function (this: EccpWorld, who: string, text: string, alias: string, times: number, key: string) {
    const params = { roomId: this.room(alias).id, eventId: this.event(text) };
    const headers = { 'Idempotency-Key': key };
    await race(
      this,
      Array.from({ length: times }, () => this.peek(who, 'redactEvent', { params, body: {}, headers })),
    );
  },
);

// When Alice names the room 5 times at once, each time instead of "eccp.room.name"
When(
  '{actor} names {room} {int} times at once, each time instead of {string}',
  async function (this: EccpWorld, who: string, alias: string, times: number, old: string) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.name' };
    const replaces = this.event(old);
    await race(
      this,
      Array.from({ length: times }, (_, i) =>
        this.peek(who, 'putState', { params, body: { content: { name: `name ${i}` }, replaces } }),
      ),
    );
  },
);

// When Alice opens a direct room with Bob 4 times at once
When(
  '{actor} opens a direct room with {actor} {int} times at once',
  async function (this: EccpWorld, who: string, whom: string, times: number) {
    await this.actor(who);
    const body = { direct: true, invite: [await this.userId(whom)] };
    await race(
      this,
      Array.from({ length: times }, () => this.peek(who, 'createRoom', { body })),
    );
  },
);

// Then all of them get the same answer
Then('all of them get the same answer', function (this: EccpWorld) {
  const answers = raced(this).map((answer) => this.succeeded(answer).text);
  expectEqual([...new Set(answers)].join(' and '), answers[0], 'the answers');
});

// Then one of them succeeds and the others are refused with ECCP_STATE_CONFLICT, which names the event of the winner
Then(
  'one of them succeeds and the others are refused with ECCP_STATE_CONFLICT, naming what the first one put',
  function (this: EccpWorld) {
    const answers = raced(this);
    const winners = answers.filter(({ ok }) => ok);
    expectEqual(winners.length, 1, 'how many of them succeed');
    for (const answer of answers.filter(({ ok }) => !ok)) {
      expectEqual(answer.body.errcode, 'ECCP_STATE_CONFLICT', `errcode of ${name(answer)}`);
      expectEqual(answer.body.current, winners[0]?.body.event_id, `current of ${name(answer)}`);
    }
  },
);

// Then all of them answer with the same room, and one of them with the status 201
Then('all of them answer with the same room, which one of them made', function (this: EccpWorld) {
  const answers = raced(this).map((answer) => this.succeeded(answer));
  expectEqual(new Set(answers.map(({ body }) => body.room_id)).size, 1, 'how many rooms there are');
  const statuses = answers.map(({ status }) => status).sort();
  expectEqual(statuses.join(' '), [...statuses.slice(1).fill(200), 201].join(' '), 'the statuses');
});

function raced(world: EccpWorld): Answer[] {
  const answers = races.get(world);
  if (!answers) throw new HarnessError('no step has sent requests side by side');
  return answers;
}
