// Reports of runs against a stub, and what it takes to change one so that its digests fit again.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../conformance/cli.ts';
import { digestOf } from '../../conformance/report/digest.ts';
import { headOf, linked, type Report } from '../../conformance/report/envelope.ts';
import type { Ledger, Requirement } from '../../conformance/requirements.ts';
import type { RunParts } from '../../conformance/run.ts';

const here = join(import.meta.dirname, 'features');

function requirement(number: number): Requirement {
  const id = `STUB-${String(number).padStart(3, '0')}`;
  const level = number === 8 ? 'SHOULD' : 'MUST';
  const capability = number === 7 ? { capability: 'directory' } : {};
  const since = number === 14 ? '0.2' : '0.1';
  return {
    id,
    chapter: '01',
    level,
    since,
    ...capability,
    text: `Sentence ${number}.`,
    file: '01-stub.md',
    line: number,
  };
}

const requirements = Array.from({ length: 14 }, (_, index) => requirement(index + 1));

const ledger: Ledger = {
  requirements: new Map(requirements.map((requirement) => [requirement.id, requirement])),
  reasons: new Map([['STUB-012', 'nobody can see it']]),
  vectors: new Set(),
  proven: new Map([['STUB-001', ['a stub without accounts']]]),
};

/** A suite of a dozen scenarios, about a specification of fourteen sentences, one of them of version 0.2. */
export const parts: RunParts = {
  featureFolder: join(here, 'verdicts.feature'),
  ledger,
  steps: [join(import.meta.dirname, '..', '..', 'conformance', 'steps', '**', '*.ts')],
};

/** What a command did. */
export interface Done {
  code: number;
  out: string;
  error: string;
}

/** Runs a command of the suite, in this process. */
export async function command(argv: string[], suite = parts): Promise<Done> {
  const written: { out: string[]; error: string[] } = { out: [], error: [] };
  const console = {
    out: (text: string) => void written.out.push(text),
    error: (text: string) => void written.error.push(text),
    tty: false,
    colour: false,
  };
  const code = await main(argv, console, () => suite);
  return { code, out: written.out.join(''), error: written.error.join('') };
}

/** A folder for one test file, which has to remove it. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'eccp-report-'));
}

/** Runs the suite and reads its report. */
export async function reportOf(folder: string, url: string, argv: string[] = [], suite = parts): Promise<Report> {
  await command(['run', '--out', folder, '--url', url, ...argv], suite);
  return JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;
}

/** The report with digests that fit what it says now, as whoever forges one would write them. */
export function resealed(report: Report): Report {
  const { seal: _, ...rest } = report;
  if (!Array.isArray(report.scenarios)) return { ...report, seal: digestOf(rest) };
  const scenarios = linked(
    headOf(report),
    report.scenarios.map(({ digest: _, ...scenario }) => scenario),
  );
  return { ...rest, scenarios, seal: digestOf({ ...rest, scenarios }) };
}

/** Writes a report where a command can read it. @returns the path. */
export function written(folder: string, report: unknown): string {
  const path = join(folder, 'changed.json');
  writeFileSync(path, JSON.stringify(report));
  return path;
}
