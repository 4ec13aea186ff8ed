import { compareVersions, type Ledger, type Requirement } from './requirements.ts';
import type { ScenarioResult, Verdict } from './scenario.ts';
import type { TargetFacts } from './target-facts.ts';

/** Beside a scenario's verdicts: reasoned (cannot be tested from outside), untested (no scenario names it), not selected (left out of this run). */
export type RequirementVerdict = Verdict | 'reasoned' | 'untested' | 'not selected';

export interface RequirementResult {
  requirement: Requirement;
  verdict: RequirementVerdict;
  /** Failed, but its level is SHOULD. */
  warning: boolean;
  /** Why it is reasoned or not applicable. */
  reason?: string;
  /** `file:line` of the scenarios that name it. */
  scenarios: string[];
}

/** What a run is about. */
export interface RunStart {
  facts: TargetFacts;
  /** What the second node is, where there is one. */
  other?: TargetFacts;
  /** Runs the suite against the same nodes. */
  command: string;
}

/** What a run was asked for, as reports tell it: of secrets only whether they were given. */
export interface RecordedOptions {
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

/** What a run found, and what that means. */
export interface RunResult extends RunStart {
  requirements: RequirementResult[];
  scenarios: ScenarioResult[];
  /** Whether only some of the scenarios were asked for. */
  partial: boolean;
  strict: boolean;
  options: RecordedOptions;
  /** 0 conformant, 1 not conformant, 2 harness error, 3 nothing was verified. */
  exitCode: 0 | 1 | 2 | 3;
  /** The last line: the verdict in one sentence. */
  conclusion: string;
  /** How launched nodes ended that nobody had asked to. */
  dead: string[];
  started: string;
  ms: number;
}

const WORST: Verdict[] = ['harness error', 'fail', 'not testable', 'pass', 'not applicable'];

/** Rolls scenarios up into the verdicts of requirements: the worst one wins. */
export function rollUp(
  ledger: Ledger,
  scenarios: ScenarioResult[],
  facts: TargetFacts,
  partial: boolean,
  strict: boolean,
): RequirementResult[] {
  const byId = Map.groupBy(
    scenarios.flatMap((scenario) => scenario.requirements.map((id) => ({ id, scenario }))),
    ({ id }) => id,
  );
  return [...ledger.requirements.values()].map((requirement) => {
    const own = (byId.get(requirement.id) ?? []).map(({ scenario }) => scenario);
    const places = own.map(({ uri, line }) => `${uri}:${line}`);
    const verdict = WORST.find((candidate) => own.some((scenario) => scenario.verdict === candidate));
    if (verdict) {
      const bad = verdict === 'fail' || verdict === 'not testable';
      const reason = verdict === 'not applicable' ? own[0]?.reason : undefined;
      const warning = bad && requirement.level === 'SHOULD' && !strict;
      return { requirement, verdict, warning, scenarios: places, ...(reason === undefined ? {} : { reason }) };
    }
    return { requirement, warning: false, scenarios: places, ...without(requirement, ledger, facts, partial) };
  });
}

function without(
  requirement: Requirement,
  ledger: Ledger,
  facts: TargetFacts,
  partial: boolean,
): { verdict: RequirementVerdict; reason?: string } {
  const reason = ledger.reasons.get(requirement.id);
  if (reason !== undefined) return { verdict: 'reasoned', reason };
  if (partial) return { verdict: 'not selected' };
  if (compareVersions(requirement.since, facts.version) > 0) {
    return { verdict: 'not applicable', reason: `since ${requirement.since}; the node speaks ${facts.version}` };
  }
  if (requirement.capability !== undefined && !facts.capabilities.has(requirement.capability)) {
    return { verdict: 'not applicable', reason: `the node does not declare ${requirement.capability}` };
  }
  return { verdict: 'untested' };
}

/** The exit code of a run. */
export function exitCodeOf(scenarios: ScenarioResult[]): RunResult['exitCode'] {
  const has = (...verdicts: Verdict[]) =>
    scenarios.some(({ verdict, warning }) => verdicts.includes(verdict) && !warning);
  if (has('harness error')) return 2;
  if (has('fail', 'not testable')) return 1;
  return scenarios.some(({ verdict }) => verdict !== 'not applicable') ? 0 : 3;
}

/** The verdict in one line, such as `ECCP 0.1 core: 180/184 requirements, not conformant`. */
export function conclude(
  facts: TargetFacts,
  requirements: RequirementResult[],
  exitCode: RunResult['exitCode'],
  partial: boolean,
): string {
  const scored = requirements.filter(
    ({ verdict }) => WORST.includes(verdict as Verdict) && verdict !== 'not applicable',
  );
  const passed = scored.filter(({ verdict }) => verdict === 'pass').length;
  const untested = requirements.filter(({ verdict }) => verdict === 'untested').length;
  const warnings = requirements.filter(({ warning }) => warning).length;
  const meaning = {
    0: partial ? 'conformant in this part' : 'conformant',
    1: 'not conformant',
    2: 'harness error: no verdict',
    3: 'nothing was verified',
  }[exitCode];
  const parts = [
    `${passed}/${scored.length + untested} requirements`,
    ...(warnings > 0 ? [`${warnings} warning${warnings > 1 ? 's' : ''}`] : []),
    ...(untested > 0 ? [`${untested} without a scenario`] : []),
    meaning,
  ];
  return `ECCP ${facts.version} ${facts.classes.join('+')}: ${parts.join(', ')}`;
}
