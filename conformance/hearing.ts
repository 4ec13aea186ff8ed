// What comes for the clients of a conversation, and how long it may take.
import type { Client } from './client/client.ts';
import type { DeviceMessage } from './client/link.ts';
import { conversationOf } from './conversation.ts';
import { Refusal } from './e2ee/refusal.ts';
import { ConformanceFailure } from './outcome.ts';
import type { EccpWorld } from './world.ts';

/** Milliseconds in which what was sent has to be there, over several nodes at that. */
const ARRIVAL = 10_000;

/** Lets an actor's client take and open what there is until a condition holds. @throws ConformanceFailure when it does not in time. */
export async function until<Result>(
  world: EccpWorld,
  who: string,
  what: string,
  look: (client: Client) => Promise<Result | undefined>,
): Promise<Result> {
  const client = conversationOf(world).client(who);
  const end = performance.now() + ARRIVAL;
  for (let wait = 0; ; wait = Math.ceil(end - performance.now())) {
    if (wait < 0) throw new ConformanceFailure(`${who} to ${what} within ${ARRIVAL} ms`, 'nothing of the kind');
    await client.sync(wait);
    for (const message of client.messages.splice(0)) await open(world, who, message);
    const found = await look(client);
    if (found !== undefined) return found;
  }
}

/** Opens what came for a device, and remembers what was heard. @throws ConformanceFailure where the suite's cryptography refuses it. */
export async function open(world: EccpWorld, who: string, message: DeviceMessage): Promise<void> {
  const { heard, client } = conversationOf(world);
  const payload = await unrefused(`${who} to open what came for the device`, () => client(who).open(message));
  heard.set(who, [...(heard.get(who) ?? []), { payload, ...message }]);
}

/** Takes messages for a device as they come, until there are so many; none is opened. */
export async function arrive(world: EccpWorld, who: string, count: number): Promise<DeviceMessage[]> {
  const client = conversationOf(world).client(who);
  const end = performance.now() + ARRIVAL;
  for (let wait = 0; client.messages.length < count; wait = Math.ceil(end - performance.now())) {
    if (wait < 0)
      throw new ConformanceFailure(`${count} messages for ${who} within ${ARRIVAL} ms`, String(client.messages.length));
    await client.sync(wait);
  }
  return client.messages.splice(0);
}

/** Does what has to work. @throws ConformanceFailure where the suite's cryptography refuses what came. */
export async function unrefused<Result>(expected: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refusal) throw new ConformanceFailure(expected, error.message);
    throw error;
  }
}

/** What has to be refused: the code, or what it gave instead. */
export async function codeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    return `no refusal, but ${JSON.stringify(await act())}`;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}
