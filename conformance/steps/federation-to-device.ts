// Messages for devices between the node under test and fake ones (section 22.3).
import { Then, When } from '@cucumber/cucumber';
import { DEVICE, resultsOf, TYPE } from '../guest-keys.ts';
import { homeOf } from '../guests.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { list } from '../peer/serving.ts';
import { isObject, type Json, type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';

// When Pat's node hands "hello" to Bob · … 3 times, with the same id · … with "a sender of another node"
When(
  "{guest}'s node hands {string} to {actor}",
  async function (this: EccpWorld, guest: string, text: string, whom: string) {
    await hand(this, guest, [await itemFor(this, guest, whom, { text })]);
  },
);
When(
  "{guest}'s node hands {string} to {actor}, {int} times with the same id",
  async function (this: EccpWorld, guest: string, text: string, whom: string, times: number) {
    const item = await itemFor(this, guest, whom, { text });
    await hand(this, guest, [item, item]);
    for (let i = 2; i < times; i++) await hand(this, guest, [item]);
  },
);
When(
  "{guest}'s node hands {string} to {actor}, with {string}",
  async function (this: EccpWorld, guest: string, text: string, whom: string, words: string) {
    const item = await itemFor(this, guest, whom, { text });
    const user = await this.userId(whom);
    const bent: Record<string, JsonObject> = {
      'a sender of the node': { sender: await this.userId('Alice') },
      'a sender of a third node': { sender: '@nobody:third.example.org' },
      'a content of 61441 bytes': { messages: { [user]: { [DEVICE]: { x: 'y'.repeat(61_441 - 8) } } } },
      'a device that is none': { messages: { [user]: { device: { text } } } },
      'no messages': { messages: [] },
      'a device that nobody has': { messages: { [user]: { [DEVICE]: { text } } } },
    };
    if (!bent[words]) throw new HarnessError(`no fault is called ${words}`);
    await hand(this, guest, [{ ...item, ...bent[words] }]);
  },
);

// Then the item is applied · Then the item is refused with ECCP_BAD_EVENT   (the last of the section "to_device" or "device_changes")
Then('the item of {string} is applied', function (this: EccpWorld, section: string) {
  for (const result of resultsOf(this.answer, section)) {
    expectEqual(result.status, 'applied', 'the status');
    expectThat(typeof result.id === 'string', 'the id of the item', show(result));
  }
});
Then('the item of {string} is refused with {errcodes}', function (this: EccpWorld, section: string, [code]: string[]) {
  const [result] = resultsOf(this.answer, section);
  expectEqual(result?.errcode, code, 'the code');
  expectEqual(result?.status, undefined, 'the status');
});

// When Pat's node sends a transaction with 20 changes of keys, 20 messages and 11 entries   (that are nothing but ids)
When(
  "{guest}'s node sends a transaction with {int} changes of keys, {int} messages and {int} entries",
  async function (this: EccpWorld, guest: string, one: number, two: number, three: number) {
    const items = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `item-${i}` }));
    const entries = Array.from({ length: three }, (_, i) => ({ event_id: `$${String(i).padStart(42, 'A')}A` }));
    const transaction = { device_changes: items(one), to_device: items(two), entries };
    this.judge(await (await homeOf(this, guest)).transact(transaction));
  },
);

// Then the peer gets "hello" from Alice for the device "GUESTDEVICE" of Pat, once
Then(
  '{peer} gets {string} from {actor} for the device {string} of {guest}, once',
  async function (this: EccpWorld, alias: string, text: string, who: string, device: string, guest: string) {
    const peer = await this.peer(alias);
    const [user, { account, deviceId }] = [await this.userId(guest), await this.actor(who)];
    const contents = () => messagesAt(peer).map(({ messages }) => lookUp(messages, `[${user}].${device}.text`));
    await peer.until(`"${text}"`, () => contents().includes(text));
    expectEqual(contents().filter((one) => one === text).length, 1, 'how often it came');
    const item = messagesAt(peer).find(({ messages }) => lookUp(messages, `[${user}].${device}.text`) === text);
    expectEqual(
      `${show(item?.sender)} ${show(item?.sender_device)}`,
      `${show(account.userId)} ${show(deviceId)}`,
      'the sender',
    );
    expectEqual(item?.type, TYPE, 'the type');
    const ids = messagesAt(peer).map(({ id }) => id);
    expectEqual(new Set(ids).size, ids.length, 'how many ids are different');
  },
);

function messagesAt(peer: FakePeer): JsonObject[] {
  return peer.transactions.flatMap(({ to_device }) => list(to_device)).filter(isObject);
}

async function itemFor(world: EccpWorld, guest: string, whom: string, content: JsonObject): Promise<JsonObject> {
  const [sender, { account, deviceId }] = [await world.userId(guest), await world.actor(whom)];
  const messages = { [account.userId]: { [deviceId]: content } };
  return { id: world.unique(), sender, sender_device: DEVICE, type: TYPE, messages };
}

async function hand(world: EccpWorld, guest: string, to_device: Json[]): Promise<void> {
  world.judge(await (await homeOf(world, guest)).transact({ to_device }));
}
