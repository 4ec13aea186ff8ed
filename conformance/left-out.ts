import { whyNeeding } from './control/needs.ts';
import type { Requirement } from './requirements.ts';
import { type Scope, whyOutside, whyUndeclared } from './scope.ts';
import { type TargetFacts, whyNotApplicable } from './target-facts.ts';

/** What a run can do: which nodes it has, whether those that the suite plays speak TLS, and what it can do with the node under test. */
export interface RunMeans {
  facts: TargetFacts;
  other?: TargetFacts | undefined;
  tls: boolean;
  can: readonly string[];
  scope: Scope;
}

/**
 * Why a scenario with these tags and requirements is not for this run: the node does not declare what it is about,
 * or it takes something that is for the caller to add.
 */
export function whyLeftOut(
  { facts, other, tls, can, scope }: RunMeans,
  tags: string[],
  requirements: Requirement[],
): string | undefined {
  const outside = whyOutside(scope, tags, requirements);
  if (outside !== undefined) return outside;
  if (whyUndeclared(scope, facts, tags, requirements)) return undefined; // it was asked for: not testable
  const reason = whyNotApplicable(facts, tags, requirements);
  if (reason !== undefined) return reason;
  if (tags.includes('@tls-peers') && !tls)
    return 'the nodes that the suite plays speak plain HTTP in this run: --ca makes them speak TLS';
  const needing = whyNeeding(tags, can);
  if (needing !== undefined) return needing;
  if (!tags.includes('@two-nodes')) return undefined;
  if (!other) return 'this run has one node: --peer names another';
  const theirs = whyNotApplicable(other, tags, requirements);
  return theirs && `${other.node}: ${theirs}`;
}
