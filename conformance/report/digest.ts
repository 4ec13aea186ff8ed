// What a report is sealed with: digests over JSON whose members stand in one order, whoever wrote it.
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions, type Requirement } from '../requirements.ts';

/** The SHA-256 of a value's JSON with sorted members, in hex. What a report holds may be no canonical JSON: it quotes what nodes send. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(stable(value)).digest('hex');
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => stable(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${stable(member)}`).join(',')}}`;
}

/** The requirements of a version: those that it or an earlier one brought. */
export function requirementsOf(requirements: Iterable<Requirement>, version: string): Requirement[] {
  return [...requirements].filter(({ since }) => compareVersions(since, version) <= 0);
}

/** The digest of a requirement set: of what its sentences ask, not of where they stand. */
export function requirementSetDigest(requirements: readonly Requirement[]): string {
  return digestOf(
    requirements.map(({ id, level, since, capability, text }) => ({ id, level, since, capability, text })),
  );
}

/** The digest of all features, by their paths and texts. @param path a folder, or one file. */
export function featuresDigest(path: string): string {
  const files = statSync(path).isFile() ? [''] : globSync('**/*.feature', { cwd: path }).sort();
  return digestOf(files.map((file) => [file.replaceAll('\\', '/'), readFileSync(join(path, file), 'utf8')]));
}

/**
 * Chains the scenarios: each digest is over the scenario and the digest before it, the first over what the run was about.
 * @param head suite, specification, nodes and run.
 */
export function chained(head: unknown, scenarios: readonly unknown[]): string[] {
  let before = digestOf(head);
  return scenarios.map((scenario) => (before = digestOf({ before, scenario })));
}
