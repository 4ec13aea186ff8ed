import type { Json, JsonObject } from '../core/canonical-json.ts';
import type { NodeName } from '../generated/api.ts';
import { unlessAborted } from './abortable.ts';
import { Slots } from './slots.ts';
import { exchangePath } from './transaction.ts';

/** How many nodes are greeted at a time. */
const atOnce = 16;

export interface GreetingOptions {
  readonly client: { signed(node: NodeName, method: 'POST', path: string, body: JsonObject): Promise<Json> };
  /** A node has answered. */
  readonly reached: (node: NodeName) => void;
  readonly signal: AbortSignal;
}

/**
 * Lets other nodes know that this one is there again, with an empty transaction to each: what waits for it there comes at once (FED-028).
 * Whoever does not answer is not asked again. Resolves when all have been tried; never rejects.
 */
export async function greet(nodes: readonly NodeName[], { client, reached, signal }: GreetingOptions): Promise<void> {
  const slots = new Slots(atOnce);
  const greetOne = async (node: NodeName): Promise<void> => {
    if (signal.aborted) return;
    await unlessAborted(signal, client.signed(node, 'POST', exchangePath, {}));
    reached(node);
  };
  await Promise.allSettled(nodes.map((node) => slots.use(() => greetOne(node))));
}
