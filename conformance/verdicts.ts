import { counts, isFailure } from './counting.ts';
import type { KnownFailure } from './known-failure.ts';
import { compareVersions, type Ledger, type Requirement } from './requirements.ts';
import type { ScenarioResult, Verdict } from './scenario.ts';
import { inProfile, isScored, missing, outside, type Scope, scoredVersion } from './scope.ts';
import type { TargetFacts } from './target-facts.ts';

/** Beside a scenario's verdicts: reasoned (cannot be tested from outside), untested (no scenario names it), not selected (left out of this run). */
export type RequirementVerdict = Verdict | 'reasoned' | 'untested' | 'not selected';

export interface RequirementResult {
  requirement: Requirement;
  verdict: RequirementVerdict;
  /** Failed, but its level is SHOULD. */
  warning: boolean;
  /** It is of a later version than the one that is scored. */
  unscored?: boolean;
  /** It failed, as the baseline says it does. */
  known?: boolean;
  /** Why it is reasoned or not applicable. */
  reason?: string;
  /** `file:line` of the scenarios that name it. */
  scenarios: string[];
}

/** What a run is about. */
export interface RunStart {
  facts: TargetFacts;
  scope: Scope;
  /** What will keep scenarios from being tested, each with what to do about it. */
  notes: readonly string[];
  /** What the second node is, where there is one. */
  other?: TargetFacts;
  /** Runs the suite against the same nodes. */
  command: string;
}

/** What a run was asked for, as reports tell it: of secrets only whether they were given. */
export interface RecordedOptions {
  /** --spec, where it names a version. */
  spec?: string;
  profiles: readonly string[];
  /** The entries of the baseline. */
  baseline: readonly KnownFailure[];
  fail_fast: boolean;
  seed?: number;
  tags: string;
  /** The features that were picked, from the package's folder where they lie in it. */
  features: string[];
  peer?: string;
  tls: boolean;
  /** What the run could do with the node. */
  can: string[];
  registration_token: boolean;
  admin_token: boolean;
}

/** What the scenarios of a run come to. */
export interface Sum {
  requirements: RequirementResult[];
  /** 0 conformant, or but for what the baseline knows; 1 not, or the baseline is out of date; 2 harness error; 3 nothing was verified. */
  exitCode: 0 | 1 | 2 | 3;
  /** Whether nothing failed, known or not. */
  conformant: boolean;
  /** The last line: the verdict in one sentence. */
  conclusion: string;
}

/** What a run found, and what that means. */
export interface RunResult extends RunStart, Sum {
  scenarios: ScenarioResult[];
  /** Whether only some of the scenarios were asked for, or played. */
  partial: boolean;
  /** Whether it ended at the first failure. */
  stopped: boolean;
  /** What is out of date in the baseline, a sentence each. */
  stale: readonly string[];
  strict: boolean;
  options: RecordedOptions;
  /** How launched nodes ended that nobody had asked to. */
  dead: string[];
  started: string;
  ms: number;
}

/** By what scenarios are summed up. */
export interface Basis {
  ledger: Ledger;
  facts: TargetFacts;
  scope: Scope;
  partial: boolean;
  strict: boolean;
  /** What is out of date in the baseline. */
  stale: readonly string[];
}

/** Sums up the scenarios of a run. */
export function sumUp(scenarios: ScenarioResult[], basis: Basis): Sum {
  const requirements = rollUp(scenarios, basis);
  const lacking = missing(basis.scope, basis.facts);
  const bare = exitCodeOf(scenarios, isFailure, lacking.length > 0);
  const code = exitCodeOf(scenarios, counts, lacking.length > 0);
  const exitCode = basis.stale.length > 0 && code !== 2 ? 1 : code;
  const conclusion = conclude(requirements, { ...basis, exitCode, lacking });
  return { requirements, exitCode, conformant: bare === 0, conclusion };
}

const WORST: Verdict[] = ['harness error', 'fail', 'not testable', 'pass', 'not applicable'];

/** Rolls scenarios up into the verdicts of requirements: the worst one wins. */
function rollUp(scenarios: ScenarioResult[], basis: Basis): RequirementResult[] {
  const { ledger, facts, scope, strict } = basis;
  const byId = Map.groupBy(
    scenarios.flatMap((scenario) => scenario.requirements.map((id) => ({ id, scenario }))),
    ({ id }) => id,
  );
  return [...ledger.requirements.values()].map((requirement) => {
    const all = (byId.get(requirement.id) ?? []).map(({ scenario }) => scenario);
    const scored = isScored(scope, facts, requirement);
    const own = scored ? all.filter(({ unscored }) => !unscored) : all;
    const places = all.map(({ uri, line }) => `${uri}:${line}`);
    const unscored = scored ? {} : { unscored: true };
    const verdict = WORST.find((candidate) => own.some((scenario) => scenario.verdict === candidate));
    if (!verdict || !inProfile(scope, requirement))
      return {
        requirement,
        warning: false,
        ...unscored,
        scenarios: places,
        ...without(requirement, basis, all.length > 0),
      };
    const bad = own.filter((scenario) => isFailure(scenario));
    const reason = verdict === 'not applicable' ? own[0]?.reason : undefined;
    const warning = (verdict === 'fail' || verdict === 'not testable') && requirement.level === 'SHOULD' && !strict;
    const known = bad.length > 0 && bad.every(({ known }) => known) ? { known: true } : {};
    const said = reason === undefined ? {} : { reason };
    return { requirement, verdict, warning, ...unscored, ...known, scenarios: places, ...said };
  });
}

/** The verdict of a requirement that no scenario of the run scores. @param later whether one of a later version names it. */
function without(
  requirement: Requirement,
  { ledger, facts, scope, partial }: Basis,
  later: boolean,
): { verdict: RequirementVerdict; reason?: string } {
  const { id, since, capability = '' } = requirement;
  if (!inProfile(scope, requirement)) return { verdict: 'not applicable', reason: outside(scope, capability) };
  const reason = ledger.reasons.get(id);
  if (reason !== undefined) return { verdict: 'reasoned', reason };
  if (partial) return { verdict: 'not selected' };
  if (later)
    return {
      verdict: 'not applicable',
      reason: `its scenarios are of later versions than ${scoredVersion(scope, facts)}`,
    };
  if (compareVersions(since, facts.version) > 0) {
    return { verdict: 'not applicable', reason: `since ${since}; the node speaks ${facts.version}` };
  }
  if (capability !== '' && !facts.capabilities.has(capability)) {
    return { verdict: 'not applicable', reason: `the node does not declare ${capability}` };
  }
  return { verdict: 'untested' };
}

/** The exit code of a run as far as its scenarios say. @param bad which of them fail it. @param lacking whether the node does not declare what was asked for. */
function exitCodeOf(
  scenarios: ScenarioResult[],
  bad: (scenario: ScenarioResult) => boolean,
  lacking: boolean,
): Sum['exitCode'] {
  if (scenarios.some(({ verdict }) => verdict === 'harness error')) return 2;
  if (lacking || scenarios.some((scenario) => bad(scenario))) return 1;
  return scenarios.some(({ verdict, unscored }) => verdict !== 'not applicable' && !unscored) ? 0 : 3;
}

/** The verdict in one line, such as `ECCP 0.1 core: 180/184 requirements, not conformant`. */
function conclude(
  requirements: RequirementResult[],
  { facts, scope, partial, stale, exitCode, lacking }: Basis & { exitCode: Sum['exitCode']; lacking: string[] },
): string {
  const scored = requirements.filter(
    ({ verdict, unscored }) => WORST.includes(verdict as Verdict) && verdict !== 'not applicable' && !unscored,
  );
  const passed = scored.filter(({ verdict }) => verdict === 'pass').length;
  const untested = requirements.filter(({ verdict, unscored }) => verdict === 'untested' && !unscored).length;
  const warnings = scored.filter(({ warning }) => warning).length;
  const known = scored.filter((requirement) => requirement.known).length;
  const yes = partial ? 'conformant in this part' : 'conformant';
  const onlyStale =
    stale.length > 0 && scored.every(({ verdict, warning, known }) => verdict === 'pass' || warning || known);
  const meaning = {
    0: known > 0 ? `${yes} but for what the baseline knows` : yes,
    1: onlyStale && lacking.length === 0 ? 'but not as the baseline says' : 'not conformant',
    2: 'harness error: no verdict',
    3: 'nothing was verified',
  }[exitCode];
  const parts = [
    `${passed}/${scored.length + untested} requirements`,
    ...(lacking.length > 0 ? [`${lacking.join(' and ')} not declared`] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(known > 0 ? [plural(known, 'known failure')] : []),
    ...(stale.length > 0 ? [`${stale.length} out of date in the baseline`] : []),
    ...(untested > 0 ? [`${untested} without a scenario`] : []),
    meaning,
  ];
  const names = scope.profiles.length > 0 ? scope.profiles : facts.classes;
  return `ECCP ${scoredVersion(scope, facts)} ${names.join('+')}: ${parts.join(', ')}`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count > 1 ? 's' : ''}`;
}
