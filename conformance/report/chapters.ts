import type { RequirementResult, RequirementVerdict } from '../verdicts.ts';

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

/** Counts of each verdict by chapter, in the specification's order. */
export function chapters(
  requirements: RequirementResult[],
): { chapter: string; counts: Map<RequirementVerdict, number> }[] {
  const groups = Map.groupBy(requirements, ({ requirement }) =>
    requirement.file.replace(/^.*\//, '').replace(/\.md$/, ''),
  );
  return [...groups].map(([chapter, rows]) => {
    const counts = new Map<RequirementVerdict, number>();
    for (const { verdict } of rows) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    return { chapter, counts };
  });
}
