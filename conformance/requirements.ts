import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ConfigurationError } from './outcome.ts';
import { packageRoot } from './package-root.ts';

export type Level = 'MUST' | 'SHOULD' | 'MAY';

/** One normative sentence of the specification. */
export interface Requirement {
  id: string;
  chapter: string;
  level: Level;
  /** The first version of the specification that has it. */
  since: string;
  /** The optional capability it depends on. */
  capability?: string;
  text: string;
  file: string;
  line: number;
}

/** The specification's sentences by id, why some of them cannot be tested from outside, and what else is known of them. */
export interface Ledger {
  requirements: ReadonlyMap<string, Requirement>;
  reasons: ReadonlyMap<string, string>;
  /** The requirements of client libraries that vectors are about. */
  vectors: ReadonlySet<string>;
  /** Those whose scenario is known to fail on a node that breaks just them: the names of such nodes. */
  proven: ReadonlyMap<string, readonly string[]>;
}

/** The capability of requirements that are for client libraries. */
export const CLIENT = 'e2ee-client';

const RANK: Record<Level, number> = { MUST: 2, SHOULD: 1, MAY: 0 };

/**
 * Reads the requirements and the ledger of untestable ones.
 * @throws ConfigurationError when the requirements are missing or not JSON.
 */
export function loadLedger(
  requirementsFile = join(packageRoot, 'spec/requirements.json'),
  ledgerFile = join(packageRoot, 'spec/ledger.yaml'),
): Ledger {
  if (!existsSync(requirementsFile)) {
    throw new ConfigurationError(
      `${requirementsFile} is missing: run \`npm run generate\`, or install the package again.`,
    );
  }
  const list = JSON.parse(readFileSync(requirementsFile, 'utf8')) as Requirement[];
  const entries = existsSync(ledgerFile)
    ? (parse(readFileSync(ledgerFile, 'utf8')) as Record<string, { reason: string }> | null)
    : null;
  const rules = vectorRules();
  return {
    requirements: new Map(list.map((requirement) => [requirement.id, requirement])),
    reasons: new Map(Object.entries(entries ?? {}).map(([id, { reason }]) => [id, reason])),
    vectors: new Set(list.filter(({ id, capability }) => capability === CLIENT && rules.has(id)).map(({ id }) => id)),
    proven: loadProven(),
  };
}

/** What the vectors are about. */
function vectorRules(): Set<string> {
  const folder = join(packageRoot, 'spec/vectors');
  const files = globSync('*.json', { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'));
  return new Set(files.flatMap((text) => [...text.matchAll(/"rule": *"([A-Z]+-\d+)"/g)].map(([, id = '']) => id)));
}

/** Nodes that break one requirement each, by the requirements whose scenarios found them out. */
function loadProven(file = join(packageRoot, 'conformance/proven.json')): Map<string, string[]> {
  return new Map(
    existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>) : [],
  );
}

/** The level of a scenario: that of its strictest requirement. */
export function strictest(levels: Level[]): Level {
  return levels.reduce((a, b) => (RANK[b] > RANK[a] ? b : a), 'MAY');
}

/** Compares versions such as `0.2` and `0.10` number by number. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
