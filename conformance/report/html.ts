import { createHash } from 'node:crypto';
import { type ChapterRow, chapterOf, totalOf, VERDICTS } from './chapters.ts';
import type { NodeReport, Report, RequirementReport } from './envelope.ts';
import { SCRIPT, STYLE } from './html-assets.ts';
import { badge, isBad, prose, requirementBlock, scenarioBlock, slug } from './html-requirement.ts';
import { escapeXml as esc } from './junit.ts';

/** Nothing is loaded, and of scripts and styles only these two hold: a report quotes what strangers sent. */
const POLICY = `default-src 'none'; script-src '${hashOf(SCRIPT)}'; style-src '${hashOf(STYLE)}'`;

/** More requirements than these that are not met stand folded at the top. */
const LISTED = 30;

/** The report for people: one file that needs nothing else. */
export function htmlReport(report: Report): string {
  const { result, requirements, chapters } = report;
  const failures = requirements.filter((row) => isBad(row));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${esc(result.conclusion)} · ${esc(report.target.node)}</title><style>${STYLE}</style></head><body>
<a class="skip" href="#requirements">Skip to the requirements</a>
<header><p class="dim">ECCP conformance report of ${esc(introduction(report.target))}</p>
<h1 class="${result.conformant ? 'good' : 'bad'}">${esc(result.conclusion)}</h1>
${overview(totalOf(chapters))}</header>
<main>${staleList(result.stale)}${failureList(failures)}
<div class="cards">${nodeCard('The node under test', report.target)}${report.peer ? nodeCard('The node beside it', report.peer) : ''}${runCard(report)}</div>
<h2 id="chapters">Chapters</h2>${chapterTable(chapters)}
<h2 id="requirements">Requirements</h2>
${tools(requirements)}
${chapterSections(report)}
${orphans(report)}</main>
<footer class="dim"><p>A report shows what a run found. <code>eccp-conformance verify-report report.json</code> recomputes it from the evidence in it.</p></footer>
<script>${SCRIPT}</script></body></html>
`;
}

function introduction({ node, software, url }: NodeReport): string {
  return `${node}, ${software.name} ${software.version}, at ${url}`;
}

function overview(total: ChapterRow): string {
  const counts = VERDICTS.flatMap((verdict) => {
    const count = total.verdicts[verdict];
    return count ? [`<li class="${slug(verdict)}"><b>${count}</b> ${verdict}</li>`] : [];
  });
  return `${bar(total)}<ul class="key" aria-label="Requirements by verdict">${counts.join('')}</ul>`;
}

/** The verdicts of some requirements side by side; the numbers stand beside it, so it is for the eye only. */
function bar({ requirements, verdicts }: ChapterRow): string {
  let x = 0;
  const parts = VERDICTS.map((verdict) => {
    const width = ((verdicts[verdict] ?? 0) / Math.max(requirements, 1)) * 100;
    const part =
      width > 0 ? `<rect class="${slug(verdict)}" x="${x.toFixed(2)}" width="${width.toFixed(2)}" height="10"/>` : '';
    x += width;
    return part;
  });
  return `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${parts.join('')}</svg>`;
}

function staleList(stale: readonly string[] = []): string {
  if (stale.length === 0) return '';
  const items = stale.map((entry) => `<li>${esc(entry)}</li>`);
  return `<section aria-labelledby="stale"><h2 id="stale">Out of date in the baseline</h2><ul class="plain">${items.join('')}</ul></section>`;
}

function failureList(failures: RequirementReport[]): string {
  if (failures.length === 0) return '';
  const items = failures.map((row) => `<li>${badge(row)}<a href="#${row.id}">${row.id}</a> ${prose(row.text)}</li>`);
  const list = `<ul class="plain">${items.join('')}</ul>`;
  const folded = `<details><summary>${items.length} requirements</summary>${list}</details>`;
  return `<section aria-labelledby="failed"><h2 id="failed">What is not met</h2>${items.length > LISTED ? folded : list}</section>`;
}

function nodeCard(title: string, node: NodeReport): string {
  const keys = node.identity && 'keys' in node.identity ? node.identity.keys.fingerprint : node.identity?.no_keys;
  const rows: [string, string][] = [
    ['Name', `<b>${esc(node.node)}</b>`],
    ['URL', esc(node.url)],
    ['Software', esc(`${node.software.name} ${node.software.version}`)],
    ['Key', keys === undefined ? 'none: it does not declare federation' : `<code>${esc(keys)}</code>`],
    ['Speaks', esc(`ECCP ${node.versions.join(', ')}`)],
    ['Classes', chips(node.classes)],
    ['Declares', chips(node.capabilities.filter((name) => !node.classes.includes(name)))],
  ];
  return card(title, rows);
}

function runCard({ suite, spec, run, seal, scenarios }: Report): string {
  const { options } = run;
  const given = [
    ...(options.spec === undefined ? [] : [`--spec ${options.spec}`]),
    ...options.profiles.map((profile) => `--profile ${profile}`),
    ...(run.partial ? ['a selection'] : []),
    ...(run.stopped ? ['ended at a failure'] : []),
    ...(options.seed === undefined ? [] : [`--seed ${options.seed}`]),
    ...(run.strict ? ['--strict'] : []),
    ...(options.tags === '' ? [] : [`--tags ${options.tags}`]),
    ...options.features,
    ...(options.tls ? ['TLS'] : []),
    ...(options.registration_token ? ['a registration token'] : []),
    ...(options.admin_token ? ["an operator's token"] : []),
  ];
  return card('The run', [
    [
      'Started',
      `<time datetime="${esc(run.started)}">${esc(run.started.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))}</time>, ${(run.ms / 1000).toFixed(1)} s`,
    ],
    ['Suite', `${esc(suite.version)}, ${scenarios.length} scenarios`],
    [
      'Specification',
      `${esc(spec.version)}, ${spec.requirements} requirements <code class="dim">${spec.digest.slice(0, 16)}</code>`,
    ],
    ['With', given.length === 0 ? 'nothing but the URL' : chips(given)],
    ['Command', `<code>${esc(run.command)}</code>`],
    ['Seal', `<code class="dim">${seal}</code>`],
  ]);
}

function card(title: string, rows: [string, string][]): string {
  const list = rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`);
  return `<section class="card"><h2>${title}</h2><dl>${list.join('')}</dl></section>`;
}

function chips(words: string[]): string {
  return `<ul class="chips">${words.map((word) => `<li>${esc(word)}</li>`).join('')}</ul>`;
}

function chapterTable(rows: ChapterRow[]): string {
  const total = totalOf(rows);
  const used = VERDICTS.filter((verdict) => total.verdicts[verdict]);
  const head = ['requirements', 'covered', 'proven', ...used].map((name) => `<th scope="col">${name}</th>`);
  const cells = ({ requirements, covered, proven, verdicts }: ChapterRow) => [
    ...[requirements, covered, proven].map((count) => `<td>${count}</td>`),
    ...used.map((verdict) => `<td class="${verdicts[verdict] ? slug(verdict) : 'dim'}">${verdicts[verdict] ?? 0}</td>`),
  ];
  const body = rows.map(
    (row) =>
      `<tr><th scope="row"><a href="#${esc(row.chapter)}">${esc(row.chapter)}</a></th><td class="bars">${bar(row)}</td>${cells(row).join('')}</tr>`,
  );
  return `<div class="scroll" role="region" aria-labelledby="chapters" tabindex="0"><table><thead><tr><th scope="col">chapter</th><th class="bars"><span aria-hidden="true">verdicts</span></th>${head.join('')}</tr></thead>
<tbody>${body.join('')}</tbody><tfoot><tr><th scope="row">all</th><td class="bars"></td>${cells(total).join('')}</tr></tfoot></table></div>
<p class="dim">Covered: a scenario of this run names it, or, for client libraries, a vector. Proven: its scenarios are known to fail on a node that breaks just this.</p>`;
}

function tools(requirements: RequirementReport[]): string {
  const present = VERDICTS.filter((verdict) => requirements.some((row) => row.verdict === verdict));
  const buttons = present.map(
    (verdict) => `<button type="button" data-show="${verdict}" aria-pressed="false">${verdict}</button>`,
  );
  return `<div class="tools" role="search"><label>Search by id, words or scenario<input type="search" id="search" autocomplete="off"></label>
<label>Level<select id="level"><option value="">all</option><option>MUST</option><option>SHOULD</option><option>MAY</option></select></label>
<div role="group" aria-label="Only these verdicts">${buttons.join('')}</div><button type="button" id="folds" aria-pressed="false">Open all</button><button type="button" id="clear">Clear</button>
<output id="count" aria-live="polite"></output></div>`;
}

function chapterSections({ requirements, scenarios }: Report): string {
  const byId = Map.groupBy(
    scenarios.flatMap((scenario) => scenario.requirements.map((id) => ({ id, scenario }))),
    ({ id }) => id,
  );
  const sections = [...Map.groupBy(requirements, (row) => chapterOf(row))].map(([chapter, rows]) => {
    const blocks = rows.map((row) =>
      requirementBlock(
        row,
        (byId.get(row.id) ?? []).map(({ scenario }) => scenario),
      ),
    );
    return `<section class="chapter" id="${esc(chapter)}"><h3>${esc(chapter)}</h3>${blocks.join('\n')}</section>`;
  });
  return sections.join('\n');
}

/** Scenarios that no known requirement shows: they are the suite's faults. */
function orphans({ requirements, scenarios }: Report): string {
  const known = new Set(requirements.map(({ id }) => id));
  const lost = scenarios.filter((scenario) => !scenario.requirements.some((id) => known.has(id)));
  if (lost.length === 0) return '';
  return `<h2>Scenarios without a requirement</h2>${lost.map((scenario) => scenarioBlock(scenario)).join('')}`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
