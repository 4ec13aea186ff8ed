import type { Requirement } from './requirements.ts';
import { type TargetFacts, whyNotApplicable } from './target-facts.ts';

/** What a run can do: which nodes it has, and whether those that the suite plays speak TLS. */
export interface RunMeans {
  facts: TargetFacts;
  other?: TargetFacts | undefined;
  tls: boolean;
}

/**
 * Why a scenario with these tags and requirements is not for this run: the node does not declare what it is about,
 * or it takes something that is for the caller to add.
 */
export function whyLeftOut(
  { facts, other, tls }: RunMeans,
  tags: string[],
  requirements: Requirement[],
): string | undefined {
  const reason = whyNotApplicable(facts, tags, requirements);
  if (reason !== undefined) return reason;
  if (tags.includes('@tls-peers') && !tls)
    return 'the nodes that the suite plays speak plain HTTP in this run: --ca makes them speak TLS';
  if (!tags.includes('@two-nodes')) return undefined;
  if (!other) return 'this run has one node: --peer names another';
  const theirs = whyNotApplicable(other, tags, requirements);
  return theirs && `${other.node}: ${theirs}`;
}
