// What of a scenario's verdict counts against the node: not what is of a later version than the one that is scored, nor what a baseline knows.
import { knownFailure } from './baseline.ts';
import type { KnownFailure } from './known-failure.ts';
import type { Ledger } from './requirements.ts';
import type { Judgement } from './scenario.ts';
import type { WrittenScenario } from './scenario-index.ts';
import { type Scope, scenarioIsScored } from './scope.ts';
import type { TargetFacts } from './target-facts.ts';

/** By what a scenario is weighed. */
export interface Weights {
  ledger: Ledger;
  facts: TargetFacts;
  scope: Scope;
  baseline: readonly KnownFailure[];
  /** The scenarios that the baseline's titles are looked up in. */
  written: readonly WrittenScenario[];
  /** The day of the run, in UTC: `2027-03-31`. */
  today: string;
}

/** The scenario with what keeps its verdict from counting. */
export function weighed(result: Judgement, weights: Weights): Judgement {
  const { ledger, facts, scope, baseline, written, today } = weights;
  const requirements = result.requirements.flatMap((id) => ledger.requirements.get(id) ?? []);
  const unscored = !scenarioIsScored(scope, facts, result.tags, requirements);
  const failed = isBad(result) && !result.warning && !unscored;
  const known = failed ? knownFailure(baseline, result, written, today) : undefined;
  return { ...result, ...(unscored ? { unscored } : {}), ...(known ? { known } : {}) };
}

/** Whether a verdict is one that no node wants. */
export function isBad({ verdict }: Pick<Judgement, 'verdict'>): boolean {
  return verdict === 'fail' || verdict === 'not testable';
}

/** Whether a scenario keeps the node from being conformant, known or not. */
export function isFailure(result: Pick<Judgement, 'verdict' | 'warning' | 'unscored'>): boolean {
  return isBad(result) && !result.warning && !result.unscored;
}

/** Whether it fails the run, too. */
export function counts(result: Pick<Judgement, 'verdict' | 'warning' | 'unscored' | 'known'>): boolean {
  return isFailure(result) && !result.known;
}
