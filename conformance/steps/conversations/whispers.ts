// What two devices tell each other over a session: messages that come late, out of order, twice, or never.
import { Then, When } from '@cucumber/cucumber';
import { type Client, KEY_LOST, TO_DEVICE } from '../../client/client.ts';
import type { DeviceMessage } from '../../client/link.ts';
import { conversationOf, refused } from '../../conversation.ts';
import { Refusal } from '../../e2ee/refusal.ts';
import { ConformanceFailure, expectEqual, HarnessError } from '../../outcome.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';

const TYPE = 'org.example.whisper';
/** Milliseconds in which a message has to be there. */
const ARRIVAL = 10_000;

/** The content of the last message that went from one client to another, as nodes see it. */
const last = new WeakMap<EccpWorld, Map<string, JsonObject>>();

// When Alice whispers "hello" to Bob   (over the session of their devices, which the first one begins)
When('{actor} whispers {string} to {actor}', async function (this: EccpWorld, who: string, text: string, whom: string) {
  const conversation = conversationOf(this);
  await conversation.until(who, 'sync', async () => true);
  const [client, other] = [conversation.client(who), conversation.client(whom)];
  await refused(`${who} to encrypt for ${whom}`, async () => {
    const peer = await client.keys.device(other.link.user, other.link.device);
    await client.tell(new Map([[peer, { type: TYPE, content: { body: text } }]]));
  });
  const sent = conversation.witness.lastSent(client.link, other.link);
  if (!sent) throw new HarnessError(`nothing went from ${who} to ${whom}`);
  last.set(this, (last.get(this) ?? new Map()).set(`${who} > ${whom}`, sent));
});

// Then Bob hears "hello" from Alice
Then('{actor} hears {string} from {actor}', async function (this: EccpWorld, who: string, text: string, whom: string) {
  const conversation = conversationOf(this);
  const { link } = conversation.client(whom);
  await conversation.until(who, `hear "${text}" from ${whom}`, async () => {
    const heard = conversation.heard.get(conversation.client(who)) ?? [];
    return heard.find(({ payload, sender, sender_device }) => {
      return payload.content.body === text && sender === link.user && sender_device === link.device;
    });
  });
});

// When Bob opens what comes for the device, in the order 3, 1, 2   (so many messages; the numbers are their places)
When(
  '{actor} opens what comes for the device, in the order {}',
  async function (this: EccpWorld, who: string, order: string) {
    const places = order.split(', ').map(Number);
    const conversation = conversationOf(this);
    const client = conversation.client(who);
    const messages = await arrive(client, who, places.length);
    for (const place of places) {
      const message = messages[place - 1];
      if (!message) throw new HarnessError(`there is no message ${place}`);
      const payload = await refused(`${who} to open message ${place}`, () => client.open(message));
      conversation.heard.set(client, [...(conversation.heard.get(client) ?? []), { payload, ...message }]);
    }
  },
);

// When Bob loses what comes for the device   (he acknowledges it, and never looks at it)
When('{actor} loses what comes for the device', async function (this: EccpWorld, who: string) {
  const client = conversationOf(this).client(who);
  await arrive(client, who, 1);
  await client.sync();
});

// Then nothing more comes for the device of Bob, not even when he begins anew
Then(
  'nothing more comes for the device of {actor}, not even when he/she begins anew',
  async function (this: EccpWorld, who: string) {
    const conversation = conversationOf(this);
    const client = conversation.client(who);
    for (const anew of [false, true]) {
      if (anew) {
        conversation.links.get(who)?.forgetToken();
        conversation.witness.beginsAnew(client.link);
      }
      await client.sync();
      expectEqual(client.messages.splice(0).length, 0, `the messages for ${who}`);
    }
  },
);

// When Bob asks Alice for the key of the room again
When(
  '{actor} asks {actor} for the key of {room} again',
  async function (this: EccpWorld, who: string, whom: string, alias: string) {
    const conversation = conversationOf(this);
    const [client, { link }] = [conversation.client(who), conversation.client(whom)];
    await refused(`${who} to ask ${whom}`, async () => {
      await client.askAgain(this.room(alias).id, await client.keys.device(link.user, link.device));
    });
  },
);

// Then Alice hears the question of Bob   (for the key of a room)
Then('{actor} hears the question of {actor}', async function (this: EccpWorld, who: string, whom: string) {
  const conversation = conversationOf(this);
  const { link } = conversation.client(whom);
  await conversation.until(who, `hear what ${whom} asks`, async () => {
    const heard = conversation.heard.get(conversation.client(who)) ?? [];
    return heard.find(({ payload, sender_device }) => payload.type === KEY_LOST && sender_device === link.device);
  });
});

// When Alice sends her last whisper to Bob once more · When Carol sends the last whisper of Alice to Bob as if it were her own
When(
  '{actor} sends her/his last whisper to {actor} once more',
  async function (this: EccpWorld, who: string, whom: string) {
    await repeat(this, who, who, whom);
  },
);
When(
  '{actor} sends the last whisper of {actor} to {actor} as if it were her/his own',
  async function (this: EccpWorld, who: string, whose: string, whom: string) {
    await repeat(this, who, whose, whom);
  },
);

// When Bob throws the sessions with Alice away
When('{actor} throws the sessions with {actor} away', function (this: EccpWorld, who: string, whom: string) {
  const conversation = conversationOf(this);
  conversation.client(who).sessions.drop(conversation.client(whom).id);
});

// Then Bob refuses it as "replayed"   (what came for the device; by the words of section 23.1)
Then('{actor} refuses it as {string}', async function (this: EccpWorld, who: string, code: string) {
  const client = conversationOf(this).client(who);
  const [message] = await arrive(client, who, 1);
  if (!message) throw new HarnessError('there is no message');
  const outcome = await client.open(message).then(
    ({ type }) => `opened as ${type}`,
    (error: unknown) => {
      if (error instanceof Refusal) return error.code;
      throw error;
    },
  );
  expectEqual(outcome, code, `what ${who} makes of the message`);
});

async function repeat(world: EccpWorld, who: string, whose: string, whom: string): Promise<void> {
  const content = last.get(world)?.get(`${whose} > ${whom}`);
  if (!content) throw new HarnessError(`${whose} has whispered nothing to ${whom}`);
  const conversation = conversationOf(world);
  const { user, device } = conversation.client(whom).link;
  await conversation.client(who).link.hand(TO_DEVICE, { [user]: { [device]: content } });
}

/** Takes messages for a device as they come, until there are so many; none is opened. */
async function arrive(client: Client, who: string, count: number): Promise<DeviceMessage[]> {
  const end = performance.now() + ARRIVAL;
  for (let wait = 0; client.messages.length < count; wait = Math.ceil(end - performance.now())) {
    if (wait < 0)
      throw new ConformanceFailure(`${count} messages for ${who} within ${ARRIVAL} ms`, String(client.messages.length));
    await client.sync(wait);
  }
  return client.messages.splice(0);
}
