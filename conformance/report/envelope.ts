import { suiteVersion } from '../package-root.ts';
import type { Ledger, Requirement } from '../requirements.ts';
import type { ScenarioResult } from '../scenario.ts';
import { scoredVersion } from '../scope.ts';
import type { TargetFacts } from '../target-facts.ts';
import type { Exchange } from '../trace.ts';
import type { RecordedOptions, RequirementResult, RunResult } from '../verdicts.ts';
import { type ChapterRow, chapters } from './chapters.ts';
import { chained, digestOf, featuresDigest, requirementSetDigest, requirementsOf } from './digest.ts';
import { type Explanation, explain } from './explain.ts';

export const FORMAT = 'eccp-conformance-report';
/** Rises with every change after which a reader of the version before would go wrong. */
export const FORMAT_VERSION = 2;

/** report.json: what its schema, schema.json beside this file, describes. */
export interface Report {
  format: typeof FORMAT;
  format_version: typeof FORMAT_VERSION;
  suite: { version: string; features: string };
  spec: { version: string; requirements: number; digest: string };
  target: NodeReport;
  peer?: NodeReport;
  run: {
    started: string;
    ms: number;
    partial: boolean;
    stopped: boolean;
    strict: boolean;
    command: string;
    options: RecordedOptions;
  };
  result: { exit_code: RunResult['exitCode']; conformant: boolean; conclusion: string; stale?: readonly string[] };
  chapters: ChapterRow[];
  requirements: RequirementReport[];
  scenarios: ScenarioReport[];
  /** The digest of all the rest. */
  seal: string;
}

/** What a node said of itself. */
export interface NodeReport extends Omit<TargetFacts, 'capabilities'> {
  capabilities: string[];
}

/** A requirement with its verdict. */
export interface RequirementReport extends Requirement, Omit<RequirementResult, 'requirement'> {
  /** The broken nodes that its scenarios found out. */
  proven_by?: readonly string[];
}

/** A scenario with its evidence: all of it for what did not pass; without bodies and headers for what did. */
export interface ScenarioReport extends Omit<ScenarioResult, 'exchanges'> {
  /** The node under test, and where it was reached. */
  target: string;
  explanation?: Explanation;
  exchanges: (Pick<Exchange, 'who' | 'method' | 'path' | 'status' | 'ms'> & Partial<Exchange>)[];
  /** Over the scenario and the digest before it. */
  digest: string;
}

/** The machine-readable report. @param features the folder or file that all features are in. */
export function envelopeOf(result: RunResult, ledger: Ledger, features: string): Report {
  const { facts, other, command, options, started, ms, partial, stopped, strict, stale } = result;
  const version = scoredVersion(result.scope, facts);
  const spec = requirementsOf(ledger.requirements.values(), version);
  const head = {
    suite: { version: suiteVersion, features: featuresDigest(features) },
    spec: { version, requirements: spec.length, digest: requirementSetDigest(spec) },
    target: declared(facts),
    ...(other ? { peer: declared(other) } : {}),
    run: { started, ms, partial, stopped, strict, command, options },
  };
  const report = {
    format: FORMAT,
    format_version: FORMAT_VERSION,
    ...head,
    result: {
      exit_code: result.exitCode,
      conformant: result.conformant,
      conclusion: result.conclusion,
      ...(stale.length > 0 ? { stale } : {}),
    },
    chapters: chapters(result.requirements, ledger, version),
    requirements: result.requirements.map((row) => requirementReport(row, ledger)),
    scenarios: linked(
      head,
      result.scenarios.map((scenario) => evidenceOf(scenario, result, ledger)),
    ),
  } as const;
  return { ...report, seal: digestOf(report) };
}

/** The scenarios with their digests. @param head what the chain begins with: {@link headOf} of the report. */
export function linked(head: unknown, scenarios: Omit<ScenarioReport, 'digest'>[]): ScenarioReport[] {
  const digests = chained(head, scenarios);
  return scenarios.map((scenario, index) => ({ ...scenario, digest: digests[index] ?? '' }));
}

/** What a report's chain of scenarios begins with. */
export function headOf({ suite, spec, target, peer, run }: Report) {
  return { suite, spec, target, ...(peer ? { peer } : {}), run };
}

/** The report as a file: its parts on lines of their own, each requirement and each scenario too. */
export function reportText(report: Report): string {
  const members = Object.entries(report).map(([name, value]) => {
    const list = Array.isArray(value) ? value.map((item) => `\n  ${JSON.stringify(item)}`) : undefined;
    return `\n "${name}": ${list ? `[${list.join(',')}\n ]` : JSON.stringify(value)}`;
  });
  return `{${members.join(',')}\n}\n`;
}

/** A node as its report names it beside each scenario. */
export function nameOf({ node, url }: Pick<TargetFacts, 'node' | 'url'>): string {
  return `${node} at ${url}`;
}

function declared(facts: TargetFacts): NodeReport {
  return { ...facts, capabilities: [...facts.capabilities].sort() };
}

/** A requirement of a report. */
export function requirementReport({ requirement, ...rest }: RequirementResult, ledger: Ledger): RequirementReport {
  const proven_by = ledger.proven.get(requirement.id);
  return { ...requirement, ...rest, ...(proven_by ? { proven_by } : {}) };
}

function evidenceOf(
  scenario: ScenarioResult,
  { facts, command }: RunResult,
  ledger: Ledger,
): Omit<ScenarioReport, 'digest'> {
  const { exchanges, ...rest } = scenario;
  const target = nameOf(facts);
  if (scenario.verdict !== 'pass')
    return { target, ...rest, exchanges, explanation: explain(scenario, ledger, command) };
  const short = exchanges.map(({ who, to, operation, method, path, status, ms }) => ({
    who,
    ...(to === facts.url ? {} : { to }),
    ...(operation === undefined ? {} : { operation }),
    method,
    path,
    status,
    ms,
  }));
  return { target, ...rest, exchanges: short };
}
