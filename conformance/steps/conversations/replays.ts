// Messages for devices that are lost, come again, or come from somebody else.
import { Then, When } from '@cucumber/cucumber';
import { TO_DEVICE } from '../../client/client.ts';
import { conversationOf } from '../../conversation.ts';
import { arrive, codeOf } from '../../hearing.ts';
import { expectEqual, HarnessError } from '../../outcome.ts';
import type { EccpWorld } from '../../world.ts';

// When Bob loses what comes for the device   (he acknowledges it, and never looks at it)
When('{actor} loses what comes for the device', async function (this: EccpWorld, who: string) {
  await arrive(this, who, 1);
  await conversationOf(this).client(who).sync();
});

// Then nothing more comes for the device of Bob, not even when he begins anew
Then(
  'nothing more comes for the device of {actor}, not even when he/she begins anew',
  async function (this: EccpWorld, who: string) {
    const { client, links, witness } = conversationOf(this);
    const { link, messages } = client(who);
    for (const anew of [false, true]) {
      if (anew) {
        links.get(who)?.forgetToken();
        witness.beginsAnew(link);
      }
      await client(who).sync();
      expectEqual(messages.splice(0).length, 0, `the messages for ${who}`);
    }
  },
);

// When Bob throws the sessions with Alice away
When('{actor} throws the sessions with {actor} away', function (this: EccpWorld, who: string, whom: string) {
  const { client } = conversationOf(this);
  client(who).sessions.drop(client(whom).id);
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

async function repeat(world: EccpWorld, who: string, whose: string, whom: string): Promise<void> {
  const { client, witness } = conversationOf(world);
  const to = client(whom).link;
  const content = witness.lastSent(client(whose).link, to);
  if (!content) throw new HarnessError(`${whose} has sent nothing to ${whom}`);
  await client(who).link.hand(TO_DEVICE, { [to.user]: { [to.device]: content } });
}

// Then Bob refuses it as "replayed"   (the next that comes for the device; by the words of section 23.1)
Then('{actor} refuses it as {string}', async function (this: EccpWorld, who: string, code: string) {
  const [message, ...others] = await arrive(this, who, 1);
  expectEqual(others.length, 0, `further messages for ${who}`);
  const { client } = conversationOf(this);
  expectEqual(message && (await codeOf(() => client(who).open(message))), code, `what ${who} makes of the message`);
});
