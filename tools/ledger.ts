// Matches requirements with the scenarios and vectors that test them, and with the stated reasons why none can.
import type { Scenario } from './features.ts';
import type { Requirement } from './requirements.ts';

/** Why a requirement cannot be tested from outside, and what checks it instead: a path from the repository's root. */
export interface Reason {
  reason: string;
  checked_by?: string;
}

export interface ChapterCount {
  chapter: string;
  requirements: number;
  must: number;
  covered: number;
  reasoned: number;
  orphans: number;
}

export interface Trace {
  chapters: ChapterCount[];
  /** One line for each fault, naming what is at fault. */
  faults: string[];
}

/** What a client library has to do: no node shows it, so vectors test it. */
const CLIENT = 'e2ee-client';

const REQUIREMENT_TAG = /^[A-Z]+-\d+$/;
const LEVEL_TAG = /^(must|should|may)$/;

/**
 * @param rules what the vectors are about; they cover requirements of client libraries, and no others.
 * @param reasons the parsed spec/ledger.yaml
 * @param exists whether a path from the repository's root is there
 */
export function trace(
  requirements: readonly Requirement[],
  scenarios: readonly Scenario[],
  rules: ReadonlySet<string>,
  reasons: { readonly [id: string]: Partial<Reason> | null },
  exists: (path: string) => boolean,
): Trace {
  const known = new Map(requirements.map((requirement) => [requirement.id, requirement]));
  const byVectors = requirements.filter(({ id, capability }) => capability === CLIENT && rules.has(id));
  const tested = new Set([...scenarios.flatMap(({ tags }) => tags), ...byVectors.map(({ id }) => id)]);
  const faults = [
    ...scenarios.flatMap((scenario) => scenarioFaults(scenario, known)),
    ...Object.entries(reasons).flatMap(([id, reason]) => reasonFaults(id, reason, known, tested, exists)),
  ];
  const chapters = new Map<string, ChapterCount>();
  for (const { id, chapter, level, file, line, capability } of requirements) {
    const count = chapters.get(chapter) ?? { chapter, requirements: 0, must: 0, covered: 0, reasoned: 0, orphans: 0 };
    chapters.set(chapter, count);
    count.requirements++;
    if (level === 'MUST') count.must++;
    if (tested.has(id)) count.covered++;
    else if (id in reasons) count.reasoned++;
    else {
      count.orphans++;
      faults.push(
        `${file}:${line}: ${id} has no ${capability === CLIENT ? 'vector' : 'scenario'}, and no reason in spec/ledger.yaml`,
      );
    }
  }
  return { chapters: [...chapters.values()], faults };
}

function reasonFaults(
  id: string,
  entry: Partial<Reason> | null,
  known: ReadonlyMap<string, Requirement>,
  tested: ReadonlySet<string>,
  exists: (path: string) => boolean,
): string[] {
  const faults = [];
  if (!known.has(id)) faults.push('is no requirement');
  if (tested.has(id)) faults.push('has a scenario or a vector as well');
  if (typeof entry?.reason !== 'string' || entry.reason.trim() === '') faults.push('gives no reason');
  if (entry?.checked_by !== undefined && !exists(entry.checked_by))
    faults.push(`is checked by ${entry.checked_by}, which is not there`);
  const extra = Object.keys(entry ?? {}).filter((member) => member !== 'reason' && member !== 'checked_by');
  if (extra.length > 0) faults.push(`has members that mean nothing: ${extra.join(', ')}`);
  return faults.map((fault) => `spec/ledger.yaml: ${id} ${fault}`);
}

function scenarioFaults({ name, tags, file, line }: Scenario, known: ReadonlyMap<string, Requirement>): string[] {
  const ids = tags.filter((tag) => REQUIREMENT_TAG.test(tag));
  const faults = ids.filter((id) => !known.has(id)).map((id) => `@${id} is no requirement`);
  const mine = ids.flatMap((id) => known.get(id) ?? []);
  if (ids.length === 0) faults.push('has no requirement tag');
  if (mine.length > 0) {
    faults.push(
      ...disagreement(
        tags.filter((tag) => LEVEL_TAG.test(tag)),
        mine.map(({ level }) => level.toLowerCase()),
      ),
    );
    faults.push(
      ...disagreement(
        tags.filter((tag) => tag.startsWith('since-')),
        mine.map(({ since }) => `since-${since}`),
      ),
    );
  }
  // A scenario may need a capability that its requirements do not: an outsider's view of an alias, for one.
  const capabilities = new Set([...known.values()].map(({ capability }) => `cap-${capability}`));
  for (const tag of tags.filter((tag) => tag.startsWith('cap-') && !capabilities.has(tag))) {
    faults.push(`has @${tag}, but no requirement has that capability`);
  }
  return faults.map((fault) => `${file}:${line}: "${name}" ${fault}`);
}

/** A scenario need not repeat what its requirements say, but whatever it says must be said by one of them. */
function disagreement(tags: readonly string[], said: readonly string[]): string[] {
  const allowed = new Set(said);
  return tags
    .filter((tag) => !allowed.has(tag))
    .map((tag) => `has @${tag}, but its requirements say ${[...allowed].join(', ') || 'nothing of the kind'}`);
}
