// What encrypting clients say in rooms, and read.
import { Then, When } from '@cucumber/cucumber';
import { IN_ROOM, type Payload } from '../../client/client.ts';
import type { RoomMessage } from '../../client/link.ts';
import { messagesOf } from '../../client/node-link.ts';
import { conversationOf, nameOf } from '../../conversation.ts';
import { Refusal } from '../../e2ee/refusal.ts';
import { codeOf, unrefused, until } from '../../hearing.ts';
import { expectEqual, expectThat, HarnessError } from '../../outcome.ts';
import { canonical } from '../../wire/canonical.ts';
import { eventsOf } from '../../wire/types.ts';
import type { EccpWorld } from '../../world.ts';

/** Says something in a room, encrypted, to all devices that the client knows of by then. */
export async function tell(
  world: EccpWorld,
  who: string,
  alias: string,
  text: string,
  content: Payload['content'] = { body: text },
): Promise<void> {
  const conversation = conversationOf(world);
  const payload = { type: 'eccp.room.message', content };
  await until(world, who, 'sync', async () => true);
  const client = conversation.client(who);
  const event_id = await unrefused(`${who} to encrypt for everybody`, () => client.say(world.room(alias).id, payload));
  conversation.said.set(text, { payload, event_id, by: who });
}

/** Waits until a client reads something. */
export async function read(world: EccpWorld, who: string, text: string): Promise<Payload> {
  const conversation = conversationOf(world);
  const client = conversation.client(who);
  const { payload, event_id, by } = saidOf(world, text);
  const came = await until(world, who, `read "${text}"`, async () => {
    const event = client.events.get(event_id);
    if (event === undefined) return undefined;
    try {
      return { event, payload: await client.read(event) };
    } catch (error) {
      if (error instanceof Refusal && error.code === 'unknown_key') return undefined; // it may come yet
      return await unrefused(`${who} to read "${text}"`, () => Promise.reject(error));
    }
  });
  const sender = conversation.client(by).link;
  expectEqual(canonical(came.payload), canonical(payload), `what ${who} reads`);
  expectEqual(came.event.type, IN_ROOM, 'the type');
  expectEqual(came.event.sender, sender.user, 'the sender');
  expectEqual(came.event.content.sender_device, sender.device, "the sender's device");
  return came.payload;
}

function saidOf(world: EccpWorld, text: string) {
  const said = conversationOf(world).said.get(text);
  if (!said) throw new HarnessError(`nobody said "${text}"`);
  return said;
}

// When Alice tells the room "hello" · When Alice tells the room 130 things   (named "thing 1" … "thing 130")
When('{actor} tells {room} {string}', async function (this: EccpWorld, who: string, alias: string, text: string) {
  await tell(this, who, alias, text);
});
When('{actor} tells {room} {int} things', async function (this: EccpWorld, who: string, alias: string, count: number) {
  for (let i = 1; i <= count; i++) await tell(this, who, alias, `thing ${i}`);
});

// Then Bob and Carol read "hello" · Then Bob reads all 130 things · Then Bob reads, in this order:   (table of texts)
Then('{actors} read(s) {string}', async function (this: EccpWorld, names: string[], text: string) {
  for (const who of names) await read(this, who, text);
});
Then('{actor} reads all {int} things', async function (this: EccpWorld, who: string, count: number) {
  for (let i = 1; i <= count; i++) await read(this, who, `thing ${i}`);
});
Then('{actor} reads, in this order:', async function (this: EccpWorld, who: string, table: { raw(): string[][] }) {
  for (const text of table.raw().flat()) await read(this, who, text);
});

// Then Bob finds "hello" in the room, and cannot read it   (what he needs for it did not come; the room is read back from its end)
Then(
  '{actor} finds {string} in {room}, and cannot read it',
  async function (this: EccpWorld, who: string, text: string, alias: string) {
    const { event_id } = saidOf(this, text);
    const client = conversationOf(this).client(who);
    const found = await until(this, who, `find "${text}"`, async () => {
      return client.events.get(event_id) ?? (await lookBack(this, who, this.room(alias).id, event_id));
    });
    await expectUnreadable(who, text, () => client.read(found));
  },
);

/** An event that is too long past for a first sync to show it. */
async function lookBack(
  world: EccpWorld,
  who: string,
  roomId: string,
  eventId: string,
): Promise<RoomMessage | undefined> {
  if (await world.home(nameOf(who))) return undefined; // a fake node shows all there is
  const { ok, body } = await world.peek(who, 'getEvent', { params: { roomId, eventId } });
  return ok ? messagesOf(eventsOf([body]))[0] : undefined;
}

// Then Bob on "tablet" could not read "hello", if somebody showed it
Then(
  '{actor} could not read {string}, if somebody showed it',
  async function (this: EccpWorld, who: string, text: string) {
    const conversation = conversationOf(this);
    const { event_id } = saidOf(this, text);
    const [shown] = conversation.clients.flatMap(({ events }) => events.get(event_id) ?? []);
    if (!shown) throw new HarnessError(`nobody has got "${text}"`);
    await expectUnreadable(who, text, () => conversation.client(who).read(shown));
  },
);

/** What a device has no key for is refused as such: its chain is not there, or begins after the message. */
async function expectUnreadable(who: string, text: string, reading: () => Promise<Payload>): Promise<void> {
  const code = await codeOf(reading);
  const right = code === 'unknown_key' || code === 'replayed';
  expectThat(right, `"${text}" to be unreadable for ${who}`, code);
}
