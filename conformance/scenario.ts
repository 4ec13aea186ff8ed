import type { ScenarioEvidence, Trouble } from './evidence.ts';
import type { KnownFailure } from './known-failure.ts';
import { type Ledger, type Level, strictest } from './requirements.ts';
import type { Exchange } from './trace.ts';

/**
 * pass · fail · not applicable: it depends on what the node does not declare, or on a second node or TLS, which this run was not given ·
 * not testable: its preparation did not work, which counts as a failure · harness error: the suite itself is wrong.
 */
export type Verdict = 'pass' | 'fail' | 'not applicable' | 'not testable' | 'harness error';

/** A scenario as Cucumber played it, before anybody judges. */
export interface PlayedScenario {
  uri: string;
  line: number;
  feature: string;
  name: string;
  tags: string[];
  steps: { keyword: string; text: string; status: string; definitions: number }[];
  asserts: boolean;
  ms: number;
  finished: boolean;
}

/** A scenario with its verdict and the evidence for it. */
export interface ScenarioResult {
  uri: string;
  line: number;
  feature: string;
  name: string;
  tags: string[];
  requirements: string[];
  level: Level;
  verdict: Verdict;
  /** A failure that the level SHOULD turns into a warning. */
  warning: boolean;
  /** It is about what a later version asks than the one that is scored. */
  unscored?: boolean;
  /** What the baseline says of its failure. */
  known?: KnownFailure;
  /** Why it is not applicable. */
  reason?: string;
  trouble?: Trouble;
  steps: { keyword: string; text: string; status: string }[];
  /** Without headers and bodies where it passed. */
  exchanges: Exchange[];
  ms: number;
}

/** What a verdict is made of, and what follows from it. */
export type Judgement = Omit<ScenarioResult, 'exchanges'>;

const ID = /^@([A-Z]+-\d+)$/;

/** Judges one scenario. Cucumber's own idea of success plays no part. */
export function judge(
  played: PlayedScenario,
  evidence: Omit<ScenarioEvidence, 'exchanges'> | undefined,
  ledger: Ledger,
  strict: boolean,
): Judgement {
  const requirements = played.tags.flatMap((tag) => ID.exec(tag)?.[1] ?? []);
  const level = strictest(requirements.flatMap((id) => ledger.requirements.get(id)?.level ?? []));
  const [verdict, trouble] = verdictOf(played, evidence, faultOf(played, requirements, level, ledger));
  return {
    uri: played.uri,
    line: played.line,
    feature: played.feature,
    name: played.name,
    tags: played.tags,
    requirements,
    level,
    verdict,
    warning: level === 'SHOULD' && !strict && (verdict === 'fail' || verdict === 'not testable'),
    ...(verdict === 'not applicable' && evidence?.notApplicable !== undefined
      ? { reason: evidence.notApplicable }
      : {}),
    ...(trouble ? { trouble } : {}),
    steps: played.steps.map(({ keyword, text, status }) => ({ keyword, text, status })),
    ms: played.ms,
  };
}

function verdictOf(
  played: PlayedScenario,
  evidence: Omit<ScenarioEvidence, 'exchanges'> | undefined,
  fault: string | undefined,
): [Verdict, Trouble?] {
  if (fault !== undefined) return ['harness error', { kind: 'harness', step: '', message: fault }];
  const trouble = evidence?.trouble;
  if (trouble)
    return [
      ({ failure: 'fail', prerequisite: 'not testable', harness: 'harness error' } as const)[trouble.kind],
      trouble,
    ];
  if (evidence?.notApplicable !== undefined) return ['not applicable'];
  const odd = played.steps.find(({ status }) => status !== 'PASSED');
  if (!odd && played.finished) return ['pass'];
  const message = odd ? `the step ended as ${odd.status.toLowerCase()}` : 'the scenario did not finish';
  return ['harness error', { kind: 'harness', step: odd?.text ?? '', message }];
}

/** What is wrong with the scenario's text, whatever the node does. */
function faultOf(played: PlayedScenario, ids: string[], level: Level, ledger: Ledger): string | undefined {
  const step = played.steps.find(({ definitions }) => definitions !== 1);
  if (step) return `${step.definitions === 0 ? 'no step definition' : 'several step definitions'} for “${step.text}”`;
  if (!played.asserts) return 'the scenario has no Then: it asserts nothing';
  if (ids.length === 0) return 'the scenario names no requirement';
  const unknown = ids.find((id) => !ledger.requirements.has(id));
  if (unknown) return `the specification has no requirement ${unknown}`;
  const levels = played.tags.filter((tag) => /^@(must|should|may)$/.test(tag));
  if (levels.length !== 1 || levels[0] !== `@${level.toLowerCase()}`)
    return `the scenario's level tag has to be @${level.toLowerCase()}`;
  return undefined;
}
