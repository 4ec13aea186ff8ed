import { counts } from '../counting.ts';
import type { Ledger } from '../requirements.ts';
import type { ScenarioResult } from '../scenario.ts';
import type { RunResult } from '../verdicts.ts';
import { explain } from './explain.ts';

/** JUnit's XML: a suite for each feature file, a case for each scenario. What does not count against the node is no failure here: warnings, what is not scored, and what the baseline knows. */
export function junitReport(result: RunResult, ledger: Ledger): string {
  const files = Map.groupBy(result.scenarios, ({ uri }) => uri);
  const suites = [...files].map(([uri, scenarios]) =>
    suite(uri, scenarios, (scenario) => body(scenario, ledger, result.command)),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="ECCP conformance" time="${result.ms / 1000}">\n${suites.join('')}</testsuites>\n`;
}

function suite(uri: string, scenarios: ScenarioResult[], content: (scenario: ScenarioResult) => string): string {
  const failures = scenarios.filter((scenario) => counts(scenario)).length;
  const errors = scenarios.filter(({ verdict }) => verdict === 'harness error').length;
  const skipped = scenarios.filter(({ verdict }) => verdict === 'not applicable').length;
  const cases = scenarios.map(
    (scenario) =>
      `<testcase classname="${escapeXml(scenario.feature)}" name="${escapeXml(`${scenario.requirements.join(' ')} ${scenario.name}`)}" time="${scenario.ms / 1000}">${content(scenario)}</testcase>\n`,
  );
  const totals = `tests="${scenarios.length}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
  return `<testsuite name="${escapeXml(uri)}" ${totals}>\n${cases.join('')}</testsuite>\n`;
}

function body(scenario: ScenarioResult, ledger: Ledger, command: string): string {
  if (scenario.verdict === 'pass') return '';
  const { rules, step, expected, actual, again } = explain(scenario, ledger, command);
  if (scenario.verdict === 'not applicable') return `<skipped message="${escapeXml(actual)}"/>`;
  const message = `${scenario.verdict}: expected ${expected}; came ${actual}`;
  const lines = [
    ...rules.map(({ id, text, place }) => `${id}: ${text} (${place})`),
    `step: ${step}`,
    message,
    `again: ${again}`,
  ];
  if (scenario.verdict !== 'harness error' && !counts(scenario))
    return `<system-out>${escapeXml(lines.join('\n'))}</system-out>`;
  const element = scenario.verdict === 'harness error' ? 'error' : 'failure';
  return `<${element} message="${escapeXml(message)}">${escapeXml(lines.join('\n'))}</${element}>`;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for XML and HTML; control characters, most of which XML 1.0 refuses, are left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '')
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
