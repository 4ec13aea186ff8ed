// Requests that are wrong in several ways, redactions with reasons, and power levels as they stand.
import { Then, When } from '@cucumber/cucumber';
import { fillJson } from '../../fill.ts';
import { ConformanceFailure } from '../../outcome.ts';
import { canonical } from '../../wire/canonical.ts';
import { show } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';
import { getState, putState } from '../base/state.ts';

/** An event id that is well-formed and names nothing. */
const NOTHING = `$${'A'.repeat(43)}`;

// When Bob sends a message of 61440 bytes to the room under "t1"   (bytes of the body)
When(
  '{actor} sends a message of {int} bytes to {room} under {string}',
  async function (this: EccpWorld, who: string, bytes: number, alias: string, txnId: string) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.message', txnId };
    await this.call(who, 'sendEventWithTxn', { params, body: { body: 'x'.repeat(bytes) } });
  },
);

// When Bob puts a state of 61440 bytes in the room, replacing what is not there   (bytes of one member)
When(
  '{actor} puts a state of {int} bytes in {room}, replacing what is not there',
  async function (this: EccpWorld, who: string, bytes: number, alias: string) {
    const body = { content: { text: 'x'.repeat(bytes) }, replaces: NOTHING };
    await putState(this, who, alias, 'org.example.state', '', body);
  },
);

// When Bob redacts "hello" in the room with the idempotency key "k" because "off topic"
When(
  '{actor} redacts {string} in {room} with the idempotency key {string} because {string}',
  async function (this: EccpWorld, who: string, text: string, alias: string, key: string, reason: string) {
    const params = { roomId: this.room(alias).id, eventId: this.event(text) };
    const headers = { 'Idempotency-Key': key };
    const answer = await this.call(who, 'redactEvent', { params, body: { reason }, headers });
    if (answer.ok) this.events.set(`the redaction of ${text}`, String(answer.body.event_id));
  },
);

// Then the state "eccp.room.power_levels" of the room is exactly, as Alice sees it:   (doc string: the whole content)
Then(
  'the state {string} of {room} is exactly, as {actor} sees it:',
  async function (this: EccpWorld, type: string, alias: string, who: string, text: string) {
    const { content } = this.succeeded(await getState(this, who, alias, type)).body;
    const expected = await fillJson(this, text);
    if (canonical(content ?? null) !== canonical(expected))
      throw new ConformanceFailure(`exactly the content ${show(expected)}`, show(content));
  },
);
