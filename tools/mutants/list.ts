// Every mutant, and what is wrong with the list itself.
import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, join } from 'node:path';
import type { Material } from './material.ts';
import { type Mutant, type Patch, patched, patchesOf } from './mutant.ts';
import { CHEAP } from './node.ts';
import { bySetting } from './settings.ts';

/** A chapter's mutants, and the name of the file that lists them. */
export interface Listed {
  chapter: string;
  mutants: readonly Mutant[];
}

/** Reads the lists, NN-chapter.ts in this folder, each of which exports `mutants`. */
export async function loadMutants(): Promise<Listed[]> {
  const files = globSync('[0-9][0-9]-*.ts', { cwd: import.meta.dirname }).sort();
  return await Promise.all(
    files.map(async (file) => {
      const { mutants } = (await import(`./${file}`)) as { mutants: readonly Mutant[] };
      return { chapter: basename(file, '.ts'), mutants };
    }),
  );
}

/** What a mutant is called: its requirement and what it breaks. */
export function nameOf({ requirement, breaks }: Mutant): string {
  return `${requirement} ${breaks}`;
}

/** One line for each mutant that cannot be tried as it stands. @param root of the repository. */
export function faultsOf(lists: readonly Listed[], material: Material, root: string): string[] {
  const seen = new Set<string>();
  const texts = new Map<string, string>();
  const read = (file: string) => {
    const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
    texts.set(file, text);
    return text;
  };
  return lists.flatMap(({ chapter, mutants }) =>
    mutants.flatMap((mutant) => {
      const name = nameOf(mutant);
      const faults = [requirementFault(mutant, chapter, material), patchFault(patchesOf(mutant), read)];
      if (seen.has(name)) faults.push('is there twice');
      seen.add(name);
      return faults
        .filter((fault) => fault !== undefined)
        .map((fault) => `tools/mutants/${chapter}.ts: ${name}: ${fault}`);
    }),
  );
}

function requirementFault(mutant: Mutant, chapter: string, material: Material): string | undefined {
  const { requirement: id } = mutant;
  const requirement = material.requirements.get(id);
  if (!requirement) return 'there is no such requirement';
  if (requirement.chapter !== chapter) return `the requirement stands in ${requirement.chapter}`;
  if (!material.isCovered(id)) return 'nothing tests the requirement';
  if (!('wire' in mutant)) return undefined;
  if (material.isClient(id)) return 'nothing passes a wire: no node is asked';
  if (bySetting(material.scenariosOf(id), true).every(([{ tls }]) => tls)) return 'a proxy does not see into TLS';
  return undefined;
}

function patchFault(patches: readonly Patch[], read: (file: string) => string): string | undefined {
  try {
    for (const [file, own] of Map.groupBy(patches, ({ file }) => file)) {
      const base = CHEAP.filter((patch) => patch.file === file);
      stripTypeScriptTypes(patched(read(file), [...base, ...(own ?? [])]));
    }
    return undefined;
  } catch (error) {
    return `stale, or no TypeScript: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
  }
}
