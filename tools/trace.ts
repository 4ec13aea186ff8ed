// npm run trace: every requirement has a scenario, a vector or a stated reason, and whatever names a requirement names one that exists.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { readScenarios } from './features.ts';
import { type ChapterCount, trace } from './ledger.ts';
import type { Requirement } from './requirements.ts';

const HELP = `Usage: npm run trace

Matches spec/requirements.json, features/**/*.feature, spec/vectors/*.json and spec/ledger.yaml, prints the counts of
each chapter, and fails on each requirement without scenario or reason (of client libraries: without vector or
reason), each tag and ledger entry without requirement, each ledger entry for what is tested or whose checked_by is not there, each scenario without a requirement tag,
and each @must, @should, @may, @since-x or @cap-x that its requirements do not say. It fails, too, when more than 5 % of
the requirements rest on a reason.
  --root DIR   another checkout than this one
  --help       this text
`;

/** The share of requirements that may rest on a reason. */
const MOST = 0.05;
const COLUMNS = ['chapter', 'requirements', 'must', 'covered', 'reasoned', 'orphans'] as const;

function main(): number {
  const { values } = parseArgs({ options: { help: { type: 'boolean' }, root: { type: 'string' } } });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const root = values.root ?? join(import.meta.dirname, '..');
  const requirements: Requirement[] = JSON.parse(readFileSync(join(root, 'spec/requirements.json'), 'utf8'));
  if (requirements.length === 0)
    throw new Error('spec/requirements.json has no requirements: there is nothing to trace');
  // A key that stands twice in the ledger is an error of the YAML parser.
  const reasons = parse(readFileSync(join(root, 'spec/ledger.yaml'), 'utf8')) ?? {};
  const exists = (path: string) => existsSync(join(root, path));
  const { chapters, faults } = trace(requirements, readScenarios(root), readRules(root), reasons, exists);
  const { share, text } = believed(chapters);
  process.stdout.write(`${table(chapters)}${text}\n`);
  if (share > MOST) faults.push(`spec/ledger.yaml: ${text}, and at most ${100 * MOST} % may`);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) console.error(`${faults.length} faults`);
  return faults.length > 0 ? 1 : 0;
}

/** How many requirements are believed, not tested. */
function believed(chapters: readonly ChapterCount[]): { share: number; text: string } {
  const sum = (column: 'requirements' | 'reasoned') => chapters.reduce((total, count) => total + count[column], 0);
  const [all, reasoned] = [sum('requirements'), sum('reasoned')];
  return {
    share: reasoned / all,
    text: `${reasoned} of ${all} rest on a reason (${((100 * reasoned) / all).toFixed(1)} %)`,
  };
}

/** The requirements that the vectors are about. */
function readRules(root: string): Set<string> {
  const files = globSync('spec/vectors/*.json', { cwd: root }).map((file) => {
    return JSON.parse(readFileSync(join(root, file), 'utf8')) as { vectors?: { rule: string }[] };
  });
  return new Set(files.flatMap(({ vectors = [] }) => vectors.map(({ rule }) => rule)));
}

function table(chapters: readonly ChapterCount[]): string {
  const total: ChapterCount = { chapter: 'total', requirements: 0, must: 0, covered: 0, reasoned: 0, orphans: 0 };
  for (const count of chapters) {
    for (const column of COLUMNS) if (column !== 'chapter') total[column] += count[column];
  }
  const row = (cells: readonly (string | number)[]) =>
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(24) : String(cell).padStart(13))).join('');
  const rows = [...chapters, total].map((count) => row(COLUMNS.map((column) => count[column])));
  return `${[row(COLUMNS), ...rows].join('\n')}\n`;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
