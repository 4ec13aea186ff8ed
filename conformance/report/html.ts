import { suiteVersion } from '../package-root.ts';
import type { Ledger } from '../requirements.ts';
import type { ScenarioResult } from '../scenario.ts';
import type { Exchange } from '../trace.ts';
import type { RequirementResult, RunResult } from '../verdicts.ts';
import { type ChapterRow, chapters, VERDICTS } from './chapters.ts';
import { explain } from './explain.ts';
import { SCRIPT, STYLE } from './html-assets.ts';
import { escapeXml as esc } from './junit.ts';

/** The report for people: one file that needs nothing else. */
export function htmlReport(result: RunResult, ledger: Ledger): string {
  const { facts } = result;
  const present = VERDICTS.filter((verdict) => result.requirements.some((row) => row.verdict === verdict));
  const good = result.exitCode === 0;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${esc(result.conclusion)}</title><style>${STYLE}</style></head><body>
<header><h1 class="${good ? 'good' : 'bad'}">${esc(result.conclusion)}</h1>
<p>${[facts, ...(result.other ? [result.other] : [])].map((node) => esc(`${node.node} · ${node.software.name} ${node.software.version} · ${node.url}`)).join('<br>with ')}<br>
speaks ${esc(facts.versions.join(', '))} · declares ${esc([...facts.capabilities].sort().join(', '))}<br>
<span class="dim">suite ${esc(suiteVersion)} · ${esc(result.started)} · ${(result.ms / 1000).toFixed(1)} s · ${result.scenarios.length} scenarios${result.strict ? ' · strict' : ''}${result.partial ? ' · a selection' : ''}</span></p></header>
<main><section><h2>Chapters</h2>${chapterTable(chapters(result.requirements, ledger, facts.version))}</section>
<section><h2>Requirements</h2>
<div class="filters" role="group" aria-label="Show">${['all', ...present].map((verdict) => `<button type="button" data-show="${verdict}" aria-pressed="${verdict === 'all'}">${verdict}</button>`).join('')}</div>
${result.requirements.map((row) => requirementBlock(row, result, ledger)).join('\n')}</section>
${orphans(result, ledger)}</main><script>${SCRIPT}</script></body></html>
`;
}

function chapterTable(rows: ChapterRow[]): string {
  const used = VERDICTS.filter((verdict) => rows.some(({ verdicts }) => verdicts[verdict]));
  const head = `<tr><th scope="col">chapter</th><th scope="col">requirements</th><th scope="col">covered</th><th scope="col">proven</th>${used.map((verdict) => `<th scope="col">${verdict}</th>`).join('')}</tr>`;
  const cell = (count: number | undefined, verdict: string) =>
    `<td class="${count ? slug(verdict) : 'dim'}">${count ?? 0}</td>`;
  const body = rows.map(
    ({ chapter, requirements, covered, proven, verdicts }) =>
      `<tr><th scope="row">${esc(chapter)}</th><td>${requirements}</td><td>${covered}</td><td>${proven}</td>${used.map((verdict) => cell(verdicts[verdict], verdict)).join('')}</tr>`,
  );
  return `<div class="scroll"><table>${head}${body.join('')}</table></div>`;
}

function requirementBlock(
  { requirement, verdict, warning, reason, scenarios }: RequirementResult,
  result: RunResult,
  ledger: Ledger,
): string {
  const own = result.scenarios.filter(({ requirements }) => requirements.includes(requirement.id));
  const open = verdict === 'fail' || verdict === 'harness error' ? ' open' : '';
  const badge = `<span class="badge ${slug(verdict)}">${verdict}${warning ? ' (warning)' : ''}</span>`;
  const body = own.map((scenario) => scenarioBlock(scenario, ledger, result.command)).join('');
  const none = scenarios.length === 0 ? `<p class="dim">${esc(reason ?? 'No scenario names it.')}</p>` : '';
  return `<details class="requirement" data-verdict="${verdict}"${open}><summary>${badge}<b>${requirement.id}</b> ${prose(requirement.text)}</summary>
<p class="dim">${requirement.level} · since ${esc(requirement.since)}${requirement.capability ? ` · ${esc(requirement.capability)}` : ''} · ${esc(`${requirement.file}#L${requirement.line}`)}</p>${none}${body}</details>`;
}

function scenarioBlock(scenario: ScenarioResult, ledger: Ledger, command: string): string {
  const title = `<h3><span class="badge ${slug(scenario.verdict)}">${scenario.verdict}</span> ${esc(scenario.name)} <span class="dim">${esc(`${scenario.uri}:${scenario.line}`)} · ${scenario.ms} ms</span></h3>`;
  if (scenario.verdict === 'pass') return title;
  const { step, expected, actual, again } = explain(scenario, ledger, command);
  if (scenario.verdict === 'not applicable') return `${title}<p class="dim">${esc(actual)}</p>`;
  const steps = scenario.steps.map(
    (line) => `<li class="${line.text === step ? 'here' : ''}">${line.keyword} ${esc(line.text)}</li>`,
  );
  return `${title}<ol class="steps">${steps.join('')}</ol>
<dl><dt>Step</dt><dd>${esc(step)}</dd><dt>Expected</dt><dd>${esc(expected)}</dd><dt>Came</dt><dd><pre>${esc(actual)}</pre></dd><dt>Again</dt><dd><code>${esc(again)}</code></dd></dl>
<details><summary>HTTP trace (${scenario.exchanges.length})</summary>${scenario.exchanges.map(exchangeBlock).join('')}</details>`;
}

function exchangeBlock(exchange: Exchange): string {
  const headers = (list: Record<string, string>) =>
    Object.entries(list)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n');
  const { who, operation, method, path, status, ms, requestHeaders, requestBody, responseHeaders, responseBody } =
    exchange;
  return `<details class="exchange"><summary><b>${status || 'none'}</b> ${esc(method)} ${esc(path)} <span class="dim">${esc(operation ?? 'no operation')} · ${esc(who)} · ${ms} ms</span></summary>
<pre>${esc(`${headers(requestHeaders)}\n\n${requestBody}`.trim())}</pre><pre>${esc(`${headers(responseHeaders)}\n\n${responseBody}`.trim())}</pre></details>`;
}

/** Scenarios that no known requirement shows: they are the suite's faults. */
function orphans(result: RunResult, ledger: Ledger): string {
  const lost = result.scenarios.filter(({ requirements }) => !requirements.some((id) => ledger.requirements.has(id)));
  if (lost.length === 0) return '';
  return `<section><h2>Scenarios without a requirement</h2>${lost.map((scenario) => scenarioBlock(scenario, ledger, result.command)).join('')}</section>`;
}

/** A requirement's sentence, which is Markdown with nothing but code in it. */
function prose(markdown: string): string {
  return esc(markdown).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function slug(verdict: string): string {
  return verdict.replaceAll(' ', '-');
}
