import type { Ledger, Requirement } from '../requirements.ts';
import type { RequirementResult, RequirementVerdict } from '../verdicts.ts';
import { requirementsOf } from './digest.ts';

/** Every verdict of a requirement, in the order that tables show them. */
export const VERDICTS: RequirementVerdict[] = [
  'pass',
  'fail',
  'not testable',
  'harness error',
  'untested',
  'not applicable',
  'reasoned',
  'not selected',
];

/** One chapter of the specification, in the version that was scored. */
export interface ChapterRow {
  chapter: string;
  requirements: number;
  /** Those that a scenario of the run names, or, for client libraries, a vector. */
  covered: number;
  /** Those whose scenario is known to fail on a node that breaks just them. */
  proven: number;
  /** How many requirements have each verdict that occurs. */
  verdicts: Partial<Record<RequirementVerdict, number>>;
}

/** The chapters, in the specification's order. @param version the version that was scored. */
export function chapters(results: RequirementResult[], ledger: Ledger, version: string): ChapterRow[] {
  const scored = new Set(requirementsOf(ledger.requirements.values(), version).map(({ id }) => id));
  const groups = Map.groupBy(
    results.filter(({ requirement }) => scored.has(requirement.id)),
    ({ requirement }) => chapterOf(requirement),
  );
  return [...groups].map(([chapter, rows]) => {
    const covered = rows.filter(
      ({ requirement, scenarios }) => scenarios.length > 0 || ledger.vectors.has(requirement.id),
    );
    const proven = rows.filter(({ requirement }) => ledger.proven.has(requirement.id));
    const counts = VERDICTS.map((verdict) => [verdict, rows.filter((row) => row.verdict === verdict).length] as const);
    const verdicts = Object.fromEntries(counts.filter(([, count]) => count > 0));
    return { chapter, requirements: rows.length, covered: covered.length, proven: proven.length, verdicts };
  });
}

/** The name of a requirement's chapter: that of its file. */
export function chapterOf({ file }: Requirement): string {
  return file.replace(/^.*\//, '').replace(/\.md$/, '');
}

/** The sum of all chapters. */
export function totalOf(rows: readonly ChapterRow[]): ChapterRow {
  const total: ChapterRow = { chapter: 'all', requirements: 0, covered: 0, proven: 0, verdicts: {} };
  for (const { requirements, covered, proven, verdicts } of rows) {
    total.requirements += requirements;
    total.covered += covered;
    total.proven += proven;
    for (const verdict of VERDICTS) {
      const count = (total.verdicts[verdict] ?? 0) + (verdicts[verdict] ?? 0);
      if (count > 0) total.verdicts[verdict] = count;
    }
  }
  return total;
}
