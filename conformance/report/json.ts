import { suiteVersion } from '../package-root.ts';
import type { Ledger } from '../requirements.ts';
import type { ScenarioResult } from '../scenario.ts';
import type { TargetFacts } from '../target-facts.ts';
import type { RunResult } from '../verdicts.ts';
import { explain } from './explain.ts';

/** The machine-readable report. Its envelope changes only together with `format_version`. */
export function jsonReport(result: RunResult, ledger: Ledger): string {
  const { facts } = result;
  const report = {
    format: 'eccp-conformance-report',
    format_version: 1,
    suite: { version: suiteVersion },
    target: declared(facts),
    ...(result.other ? { peer: declared(result.other) } : {}),
    run: { started: result.started, ms: result.ms, partial: result.partial, strict: result.strict },
    result: { exit_code: result.exitCode, conformant: result.exitCode === 0, conclusion: result.conclusion },
    requirements: result.requirements.map(({ requirement, ...rest }) => ({ ...requirement, ...rest })),
    scenarios: result.scenarios.map((scenario) => evidenceOf(scenario, ledger, result.command)),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function declared(facts: TargetFacts) {
  return { ...facts, capabilities: [...facts.capabilities].sort() };
}

/** Everything for what did not pass; without bodies and headers for what did. */
function evidenceOf(scenario: ScenarioResult, ledger: Ledger, command: string) {
  if (scenario.verdict !== 'pass') return { ...scenario, explanation: explain(scenario, ledger, command) };
  const exchanges = scenario.exchanges.map(({ who, operation, method, path, status, ms }) => ({
    who,
    operation,
    method,
    path,
    status,
    ms,
  }));
  return { ...scenario, exchanges };
}
