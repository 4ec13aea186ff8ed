import { Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { fillJson } from '../fill.ts';
import { expectEqual, HarnessError } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import { type Json, type JsonObject, show } from '../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { wholeLog } from './base/log.ts';
import { sendEvent } from './base/messages.ts';
import { putState } from './base/state.ts';

// Then Alice reads in the log of the room that both have this content:   (the answers of the last two When)
Then(
  '{actor} reads in the log of {room} that both have this content:',
  async function (this: EccpWorld, who: string, alias: string, content: string) {
    const expected = canonical(await fillJson(this, content));
    const log = await wholeLog(this, who, alias);
    for (const { body } of this.answers.slice(-2)) {
      const item = log.find(({ event_id }) => event_id === body.event_id);
      expectEqual(item && canonical(item.content ?? null), expected, `the content of ${show(body.event_id)}`);
    }
  },
);

// When Alice puts the state "eccp.room.name" of 255 characters "x" in the room
When(
  '{actor} puts the state {string} of {int} characters {string} in {room}',
  async function (this: EccpWorld, who: string, type: string, length: number, character: string, alias: string) {
    const member = type.slice(type.lastIndexOf('.') + 1);
    await putState(this, who, alias, type, '', { content: { [member]: character.repeat(length) } });
  },
);

// When Alice sends an event of 62000 characters to the room
When(
  '{actor} sends an event of {int} characters to {room}',
  async function (this: EccpWorld, who: string, length: number, alias: string) {
    await sendEvent(this, who, alias, 'org.example.long', { text: 'x'.repeat(length) }, 'long');
  },
);

// When Alice sends a message to the room that comes with its event to 61440 bytes, filled with "x"
// When Alice sets state of the room that comes with its event to 61440 bytes, filled with "é"
When(
  '{actor} sends a message to {room} that comes with its event to {int} bytes, filled with {string}',
  async function (this: EccpWorld, who: string, alias: string, bytes: number, filling: string) {
    const params = { roomId: this.room(alias).id, eventType: 'eccp.room.message' };
    await sized(this, who, bytes, JSON.parse(`"${filling}"`) as string, (body) =>
      this.peek(who, 'sendEvent', { params, body: { body } }),
    );
  },
);
When(
  '{actor} sets state of {room} that comes with its event to {int} bytes, filled with {string}',
  async function (this: EccpWorld, who: string, alias: string, bytes: number, filling: string) {
    const params = { roomId: this.room(alias).id, eventType: 'org.example.big' };
    let key = 0;
    await sized(this, who, bytes, JSON.parse(`"${filling}"`) as string, (body) =>
      this.peek(who, 'putKeyedState', { params: { ...params, stateKey: `k${++key}` }, body: { content: { body } } }),
    );
  },
);

/** Learns from an event with an empty body what goes around it, then sends one of the wanted size. */
async function sized(
  world: EccpWorld,
  who: string,
  bytes: number,
  filling: string,
  put: (body: string) => Promise<Answer>,
): Promise<void> {
  const { event_id } = world.succeeded(await put('')).body;
  const item = await sequenced(world, who, String(event_id));
  const digits = String((item.event.anchor?.seq ?? 0) + 1).length - String(item.event.anchor?.seq ?? 0).length;
  const room = bytes - sizeOf(item) - digits;
  const unit = sizeOf({ ...item, content: { body: filling } }) - sizeOf(item);
  const body = filling.repeat(Math.floor(room / unit)) + 'x'.repeat(room % unit);
  const answer = world.judge(await put(body));
  if (!answer.ok) return;
  const sent = await sequenced(world, who, String(answer.body.event_id));
  if (sizeOf(sent) !== bytes) throw new HarnessError(`the event came to ${sizeOf(sent)} bytes, not to ${bytes}`);
}

async function sequenced(world: EccpWorld, who: string, eventId: string): Promise<SequencedEvent> {
  const body = await world.read(who, 'getEvent', { params: { roomId: world.room('room').id, eventId } });
  const [item] = eventsOf([body]);
  if (!item) throw new HarnessError('no event was read');
  return item;
}

function sizeOf({ event, content, nonce }: SequencedEvent): number {
  return (
    Buffer.byteLength(canonical(event)) + Buffer.byteLength(canonical({ content: content ?? {}, nonce: nonce ?? '' }))
  );
}

// When Alice sends content to the room that nests 24 deep, of objects   (objects, arrays; the content is the first level)
When(
  '{actor} sends content to {room} that nests {int} deep, of {word}',
  async function (this: EccpWorld, who: string, alias: string, depth: number, kind: string) {
    const params = { roomId: this.room(alias).id, eventType: 'org.example.deep' };
    await this.call(who, 'sendEvent', { params, body: nested(depth, kind) });
  },
);
When(
  '{actor} sets state of {room} that nests {int} deep, of {word}',
  async function (this: EccpWorld, who: string, alias: string, depth: number, kind: string) {
    await putState(this, who, alias, 'org.example.deep', '', { content: nested(depth, kind) });
  },
);

function nested(depth: number, kind: string): JsonObject {
  let inner: Json = kind === 'arrays' ? [] : {};
  for (let level = depth; level > 2; level--) inner = kind === 'arrays' ? [inner] : { a: inner };
  return { a: inner };
}
