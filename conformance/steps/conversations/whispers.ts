// What two devices tell each other over a session, in whatever order it comes.
import { Then, When } from '@cucumber/cucumber';
import { KEY_LOST, type Payload } from '../../client/client.ts';
import { conversationOf } from '../../conversation.ts';
import { arrive, open, unrefused, until } from '../../hearing.ts';
import { HarnessError } from '../../outcome.ts';
import type { EccpWorld } from '../../world.ts';

const TYPE = 'org.example.whisper';

/** What one says to one device. */
function whisper(body: string): Payload {
  return { type: TYPE, content: { body } };
}

// When Alice whispers "hello" to Bob   (over the session of their devices, which the first one begins)
When('{actor} whispers {string} to {actor}', async function (this: EccpWorld, who: string, text: string, whom: string) {
  await until(this, who, 'sync', async () => true);
  const { client } = conversationOf(this);
  const { user, device } = client(whom).link;
  await unrefused(`${who} to encrypt for ${whom}`, async () => {
    await client(who).tell(new Map([[await client(who).keys.device(user, device), whisper(text)]]));
  });
});

// When 1000 whispers of Alice to Bob get lost   (before they come to any node)
When(
  '{int} whispers of {actor} to {actor} get lost',
  function (this: EccpWorld, count: number, who: string, whom: string) {
    const { client } = conversationOf(this);
    for (let i = 0; i < count; i++) client(who).sessions.encrypt(client(whom).id, whisper(`lost, ${i}`));
  },
);

// Then Bob hears "hello" from Alice · Then Alice hears the question of Bob   (for the key of a room)
Then('{actor} hears {string} from {actor}', async function (this: EccpWorld, who: string, text: string, whom: string) {
  await hears(this, who, whom, `"${text}"`, ({ type, content }) => type === TYPE && content.body === text);
});
Then('{actor} hears the question of {actor}', async function (this: EccpWorld, who: string, whom: string) {
  await hears(this, who, whom, 'a question', ({ type }) => type === KEY_LOST);
});

async function hears(
  world: EccpWorld,
  who: string,
  whom: string,
  what: string,
  isMeant: (payload: Payload) => boolean,
): Promise<void> {
  const { heard, client } = conversationOf(world);
  const { user, device } = client(whom).link;
  await until(world, who, `hear ${what} from ${whom}`, async () =>
    heard.get(who)?.find(({ payload, sender, sender_device }) => {
      return sender === user && sender_device === device && isMeant(payload);
    }),
  );
}

// When Bob opens what comes for the device, in the order 3, 1, 2   (so many messages; the numbers are their places)
When(
  '{actor} opens what comes for the device, in the order {}',
  async function (this: EccpWorld, who: string, order: string) {
    const places = order.split(', ').map(Number);
    const messages = await arrive(this, who, places.length);
    for (const place of places) {
      const message = messages[place - 1];
      if (!message) throw new HarnessError(`there is no message ${place}`);
      await open(this, who, message);
    }
  },
);

// When Bob asks Alice for the key of the room again
When(
  '{actor} asks {actor} for the key of {room} again',
  async function (this: EccpWorld, who: string, whom: string, alias: string) {
    const { client } = conversationOf(this);
    const { user, device } = client(whom).link;
    await unrefused(`${who} to ask ${whom}`, async () => {
      await client(who).askAgain(this.room(alias).id, await client(who).keys.device(user, device));
    });
  },
);
