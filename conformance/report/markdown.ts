// The report as Markdown, for the summary of a step in CI.
import { totalOf } from './chapters.ts';
import type { Report, ScenarioReport } from './envelope.ts';
import { escapeXml as esc } from './junit.ts';

/** How many scenarios that did not pass are told; CI cuts long summaries. */
const TOLD = 25;

/** The conclusion, the target, a table by chapter, and what did not pass. */
export function markdownReport({ result, target, suite, spec, chapters, scenarios }: Report): string {
  const bad = scenarios.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not applicable');
  const rows = [...chapters, totalOf(chapters)].map(({ chapter, requirements, covered, proven, verdicts }) => {
    const failed = (verdicts.fail ?? 0) + (verdicts['not testable'] ?? 0) + (verdicts['harness error'] ?? 0);
    return `| ${chapter} | ${requirements} | ${covered} | ${proven} | ${verdicts.pass ?? 0} | ${failed} |`;
  });
  const more = bad.length > TOLD ? [`… and ${bad.length - TOLD} more, in report.html.`, ''] : [];
  return [
    `<h2>${result.conformant ? '✅' : '❌'} ${line(result.conclusion)}</h2>`,
    '',
    `<p>${line(`${target.node}, ${target.software.name} ${target.software.version}, at ${target.url}`)}</p>`,
    '',
    ...bad.slice(0, TOLD).flatMap((scenario) => [scenarioText(scenario), '']),
    ...more,
    '| chapter | requirements | covered | proven | pass | fail |',
    '| :-- | --: | --: | --: | --: | --: |',
    ...rows,
    '',
    `Suite ${suite.version}, requirements of ECCP ${spec.version}.`,
    '',
  ].join('\n');
}

/** Text for HTML on one line, where nothing that a node sent means anything to Markdown. */
function line(text: string): string {
  return esc(text).replaceAll(/\r?\n/g, '&#10;');
}

function scenarioText({ verdict, warning, name, uri, line: number, explanation }: ScenarioReport): string {
  const { rules = [], expected = '', actual = '', again = '' } = explanation ?? {};
  const code = (text: string) => `<pre>${line(text)}</pre>`;
  const sentences = rules.map(({ id, text }) => `<b>${id}</b> ${esc(text)}`).join('<br>');
  return `<details><summary><b>${verdict}${warning ? ' (warning)' : ''}</b> ${esc(name)} (${esc(`${uri}:${number}`)})</summary>${sentences}<br>expected${code(expected)}came${code(actual)}again${code(again)}</details>`;
}
