// What it costs to share rooms with other nodes.
import { catchUp } from './catch-up.ts';
import { endToEnd } from './end-to-end.ts';
import { flood } from './flood.ts';
import { largeRoom } from './large-room.ts';
import { throughput } from './throughput.ts';

/** What is measured: each makes its own nodes, and prints what it found. */
export const parts = {
  throughput: { what: 'events a second from node to node, both ways', run: throughput },
  latency: { what: 'from a send on one node to the sync on the other, at 50 messages a second', run: endToEnd },
  join: { what: 'joining a room of 20,000 events and 1,000 members', run: largeRoom },
  flood: { what: 'what clients feel of a peer that floods their node', run: flood },
  catchup: { what: 'a node that comes back to 10,000 waiting events', run: catchUp },
} as const satisfies Record<string, { what: string; run: (rounds: number) => Promise<void> }>;

export type Part = keyof typeof parts;

export function isPart(name: string): name is Part {
  return Object.hasOwn(parts, name);
}

/** @param named those to run; all when there are none. */
export async function benchFederation(named: readonly Part[], rounds: number): Promise<void> {
  for (const [name, { what, run }] of Object.entries(parts)) {
    if (named.length > 0 && !named.includes(name as Part)) continue;
    console.log(`${name}: ${what}`);
    await run(rounds);
  }
}
