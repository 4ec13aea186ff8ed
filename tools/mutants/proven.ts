// What has been proven: conformance/proven.json for readers, digests.json here to tell what is out of date.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Listed, nameOf } from './list.ts';
import type { Material } from './material.ts';
import type { Mutant } from './mutant.ts';

/** Of requirements by id: what mutants break, with the digest under which each was killed. */
export type Proven = Map<string, Map<string, string>>;

const READERS = 'conformance/proven.json';
const DIGESTS = 'tools/mutants/digests.json';

/** Tells a mutant, and what it is tried with, from what they were. */
export function digestOf(mutant: Mutant, material: Material): string {
  const own = JSON.stringify(mutant, (_, value) => (typeof value === 'function' ? String(value) : value));
  const texts = material.textsOf(mutant.requirement);
  return createHash('sha256')
    .update(JSON.stringify([own, texts]))
    .digest('hex')
    .slice(0, 16);
}

export function readProven(root: string): Proven {
  const path = join(root, DIGESTS);
  const file = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string>>)
    : {};
  return new Map(Object.entries(file).map(([id, broken]) => [id, new Map(Object.entries(broken))]));
}

/** Writes both files, in the order of the specification, a line for each requirement. */
export function writeProven(root: string, proven: Proven, material: Material): void {
  const ids = [...material.requirements.keys()].filter((id) => (proven.get(id)?.size ?? 0) > 0);
  const write = (file: string, of: (broken: Map<string, string>) => unknown) => {
    const lines = ids.map((id) => `  ${JSON.stringify(id)}: ${JSON.stringify(of(proven.get(id) ?? new Map()))}`);
    writeFileSync(join(root, file), `{\n${lines.join(',\n')}\n}\n`);
  };
  write(READERS, (broken) => [...broken.keys()]);
  write(DIGESTS, (broken) => Object.fromEntries(broken));
}

/** The mutants of which nothing is known, or which were killed in another form or by another scenario. */
export function outOfDate(lists: readonly Listed[], proven: Proven, material: Material): Mutant[] {
  return lists
    .flatMap(({ mutants }) => mutants)
    .filter((mutant) => proven.get(mutant.requirement)?.get(mutant.breaks) !== digestOf(mutant, material));
}

/** What the files say that no mutant stands behind as it is now, or that one file says and the other does not. */
export function provenFaults(root: string, lists: readonly Listed[], proven: Proven, material: Material): string[] {
  const mutants = new Map(lists.flatMap(({ mutants }) => mutants.map((mutant) => [nameOf(mutant), mutant] as const)));
  const recorded = [...proven].flatMap(([id, known]) =>
    [...known].map(([breaks, digest]) => ({ name: `${id} ${breaks}`, digest })),
  );
  const faults = recorded.flatMap(({ name, digest }) => {
    const mutant = mutants.get(name);
    if (mutant === undefined) return [`${DIGESTS}: ${name}: there is no such mutant`];
    return digestOf(mutant, material) === digest ? [] : [`${DIGESTS}: ${name}: it or its scenarios have changed`];
  });
  const told = JSON.parse(readFileSync(join(root, READERS), 'utf8')) as Record<string, string[]>;
  const expected = Object.fromEntries([...proven].map(([id, known]) => [id, [...known.keys()]]));
  const same = JSON.stringify(told) === JSON.stringify(expected);
  return same ? faults : [...faults, `${READERS} says otherwise than ${DIGESTS}`];
}
