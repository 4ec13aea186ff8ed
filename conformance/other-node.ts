// The second real node of a run: scenarios with @two-nodes share rooms between it and the node under test.
import type { AccountPool } from './accounts.ts';
import { ConfigurationError } from './outcome.ts';
import type { Target } from './target.ts';
import type { TargetFacts } from './target-facts.ts';

/** A node with the accounts that the suite has there. */
export interface RealNode {
  target: Target;
  facts: TargetFacts;
  accounts: AccountPool;
}

/** Those of a scenario's actors who live on the other node. */
export const NEIGHBOURS: readonly string[] = ['Nora', 'Olaf'];

/** Whether somebody lives there; devices stand after the name. */
export function isNeighbour(who: string): boolean {
  return NEIGHBOURS.some((name) => who === name || who.startsWith(`${name} on `));
}

/** @throws ConfigurationError unless the two can share a room. */
export function checkPair(one: TargetFacts, other: TargetFacts): void {
  const alone = [one, other].find(({ capabilities }) => !capabilities.has('federation'));
  if (alone)
    throw new ConfigurationError(
      `${alone.url} does not declare federation: --peer takes two nodes that do; leave it out to check one alone.`,
    );
  if (one.node === other.node)
    throw new ConfigurationError(
      `${one.url} and ${other.url} are both ${one.node}: name with --peer a node that has a name of its own.`,
    );
}
