// A requirement in the HTML report, with its scenarios and what they saw.
import type { RequirementReport, ScenarioReport } from './envelope.ts';
import { escapeXml as esc } from './junit.ts';

/** Whether somebody has to look at it. */
export function isBad({ verdict }: Pick<RequirementReport, 'verdict'>): boolean {
  return verdict === 'fail' || verdict === 'not testable' || verdict === 'harness error';
}

type Judged = Pick<RequirementReport, 'verdict' | 'warning' | 'unscored'> & { known?: unknown };

/** The verdict in a frame, and what takes from its weight. */
export function badge({ verdict, warning, unscored, known }: Judged): string {
  const light = warning || unscored || known;
  const notes = [warning ? 'warning' : '', unscored ? 'not scored' : '', known ? 'known' : ''].filter(Boolean);
  const note = notes.length > 0 ? ` (${notes.join(', ')})` : '';
  return `<span class="badge ${isBad({ verdict }) && light ? 'warning' : slug(verdict)}">${verdict}${note}</span> `;
}

/** What the implementers say of a failure that they know of. */
function knownNote(known: ScenarioReport['known']): string {
  if (known === undefined) return '';
  return `<p>Known: ${esc(known.reason)} (${esc(known.link)}, until ${esc(known.expires)})</p>`;
}

/** A requirement, folded unless it is not met. */
export function requirementBlock(row: RequirementReport, scenarios: ScenarioReport[]): string {
  const { id, verdict, level, since, capability, text, file, line, reason, proven_by } = row;
  const bad = isBad(row) ? ' data-bad="1"' : '';
  const facts = [
    level,
    `since ${since}`,
    ...(capability === undefined ? [] : [`for nodes with ${capability}`]),
    `${file}#L${line}`,
  ];
  const why =
    reason === undefined ? '' : `<p>${verdict === 'reasoned' ? 'Not tested from outside: ' : ''}${esc(reason)}</p>`;
  const proof = proven_by ? `<p class="dim">Proven by ${esc(proven_by.join(', '))}</p>` : '';
  const none =
    scenarios.length === 0 && reason === undefined ? '<p class="dim">No scenario of this run names it.</p>' : '';
  const [telling, rest] = [scenarios.filter((one) => isTelling(one)), scenarios.filter((one) => !isTelling(one))];
  const quiet = rest.map(
    (one) =>
      `<li>${badge(one)}<span class="name">${esc(one.name)}</span> <span class="dim">${esc(`${one.uri}:${one.line}`)} · ${one.ms} ms${one.reason === undefined ? '' : ` · ${esc(one.reason)}`}</span></li>`,
  );
  return `<details class="requirement" id="${id}" data-verdict="${verdict}" data-level="${level}"${bad}><summary>${badge(row)}<b>${id}</b> ${prose(text)}</summary>
<p class="dim">${esc(facts.join(' · '))}</p>${why}${proof}${none}${telling.map((one) => scenarioBlock(one)).join('')}${quiet.length > 0 ? `<ul class="plain">${quiet.join('')}</ul>` : ''}</details>`;
}

function isTelling({ verdict }: ScenarioReport): boolean {
  return verdict !== 'pass' && verdict !== 'not applicable';
}

/** A scenario that did not pass: what it expected, what came, what was asked and answered, and how to run it again. */
export function scenarioBlock(scenario: ScenarioReport): string {
  const { name, uri, line, ms, steps, explanation, exchanges, known } = scenario;
  const { step = '', expected = '', actual = '', again = '' } = explanation ?? {};
  const here = steps.findIndex(({ text, status }) => text === step && status !== 'PASSED');
  const list = steps.map(
    ({ keyword, text }, index) =>
      `<li${index === here ? ' class="here"' : ''}>${keyword} ${esc(text)}${index === here ? ' <span class="bad">← here</span>' : ''}</li>`,
  );
  const where = here < 0 && step !== '' ? `<p>It came up at ${esc(step)}.</p>` : '';
  return `<div class="scenario bad-one"><h4>${badge(scenario)}${esc(name)}</h4><p class="dim">${esc(`${uri}:${line}`)} · ${ms} ms</p>${knownNote(known)}
<ol class="plain steps">${list.join('')}</ol>${where}
<dl><dt>Expected</dt><dd>${esc(expected)}</dd><dt>Came</dt><dd><pre>${esc(actual)}</pre></dd></dl>
<div class="again"><pre>${esc(again)}</pre><button type="button" data-copy="1">Copy</button></div>
<details class="trace"><summary>HTTP trace: ${exchanges.length} ${exchanges.length === 1 ? 'exchange' : 'exchanges'}</summary>${exchanges.map((exchange) => exchangeBlock(exchange)).join('')}</details></div>`;
}

function exchangeBlock(exchange: ScenarioReport['exchanges'][number]): string {
  const { who, to, operation, method, path, status, ms } = exchange;
  const { requestHeaders = {}, requestBody = '', responseHeaders = {}, responseBody = '' } = exchange;
  const message = (first: string, headers: Record<string, string>, body: string) =>
    esc([first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', body].join('\n').trim());
  const line = `<b>${status || 'no answer'}</b> ${esc(method)} ${esc(path)} <span class="dim">${esc([operation ?? 'no operation', who, `${ms} ms`].join(' · '))}</span>`;
  return `<details><summary>${line}</summary><pre>${message(`${method} ${path}${to === undefined ? '' : `  (${to})`}`, requestHeaders, requestBody)}</pre><pre>${message(status ? String(status) : 'no answer', responseHeaders, responseBody)}</pre></details>`;
}

/** A requirement's sentence, which is Markdown with nothing but code in it. */
export function prose(markdown: string): string {
  return esc(markdown).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

/** A verdict as the name of a class. */
export function slug(verdict: string): string {
  return verdict.replaceAll(' ', '-');
}
