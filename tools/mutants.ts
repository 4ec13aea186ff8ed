// npm run mutants: tries broken nodes and libraries, to see that the suite notices.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faultsOf, type Listed, loadMutants, nameOf } from './mutants/list.ts';
import { Material } from './mutants/material.ts';
import type { Mutant } from './mutants/mutant.ts';
import { broken, type Outcome } from './mutants/outcome.ts';
import { digestOf, outOfDate, type Proven, readProven, writeProven } from './mutants/proven.ts';
import type { Tried } from './mutants/worker.ts';

const HELP = `Usage: npm run mutants [-- options]

Tries mutants: nodes and client libraries that break one requirement each (tools/mutants/README.md). A mutant is killed when a
scenario or vector of its requirement fails while at least 90 % of the others of its chapter pass. Exits with 1 unless all are.

  --chapter NN        the mutants of one chapter; may be repeated
  --requirement ID    those of one requirement; may be repeated
  --changed           those that are new, changed, or whose scenarios or vectors changed since they were last written
  --parallel N        how many are tried side by side (default 2)
  --write             write what was proven to conformance/proven.json and tools/mutants/digests.json
  --help              this text

Examples:
  npm run mutants -- --chapter 08
  npm run mutants -- --requirement ROOM-011
  npm run mutants -- --changed --write
`;

const root = join(import.meta.dirname, '..');

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      chapter: { type: 'string', multiple: true },
      requirement: { type: 'string', multiple: true },
      changed: { type: 'boolean' },
      parallel: { type: 'string', default: '2' },
      write: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const processes = Number(values.parallel);
  if (!Number.isInteger(processes) || processes < 1)
    throw new Error(`--parallel ${values.parallel} is no number of processes`);
  const material = new Material(root);
  const lists = await loadMutants();
  const faults = faultsOf(lists, material, root);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const proven = readProven(root);
  const { chapter: chapters, requirement: ids } = values;
  const changed = new Set(values.changed ? outOfDate(lists, proven, material) : []);
  const picked = lists
    .filter(({ chapter }) => !chapters || chapters.some((number) => chapter.startsWith(number)))
    .flatMap(({ mutants }) => mutants)
    .filter((mutant) => !ids || ids.includes(mutant.requirement))
    .filter((mutant) => !values.changed || changed.has(mutant));
  if (picked.length === 0) {
    if (!values.changed) throw new Error('there are no such mutants');
    console.log('Every mutant was killed as it stands.');
    return 0;
  }
  const outcomes = await tryAll(picked, Math.min(processes, picked.length), (mutant, { kind }) => {
    record(proven, mutant, kind, material);
    if (!values.write) return;
    const kept = readProven(root); // others may try other mutants at the same time
    forget(kept, lists);
    record(kept, mutant, kind, material);
    writeProven(root, kept, material);
  });
  const touched = new Set(picked.map(({ requirement }) => material.chapterOf(requirement)));
  process.stdout.write(summary(material, proven, touched));
  const kinds = [...outcomes.values()].map(({ kind }) => kind);
  const count = (kind: Outcome['kind']) => kinds.filter((one) => one === kind).length;
  const [killed, survived, blunt, useless] = [count('killed'), count('survived'), count('blunt'), count('broken')];
  console.log(`${kinds.length} mutants: ${killed} killed, ${survived} survived, ${blunt} blunt, ${useless} broken`);
  return killed === kinds.length ? 0 : 1;
}

/** Has processes try mutants, and prints what becomes of each. */
async function tryAll(
  mutants: readonly Mutant[],
  processes: number,
  onOutcome: (mutant: Mutant, outcome: Outcome) => void,
): Promise<Map<Mutant, Outcome>> {
  const left = [...mutants];
  const outcomes = new Map<Mutant, Outcome>();
  const ids = [...new Set(mutants.map(({ requirement }) => requirement))].join(',');
  const one = async () => {
    const worker = fork(join(import.meta.dirname, 'mutants/worker.ts'), [ids]);
    const ended = once(worker, 'exit');
    const [ready] = await Promise.race([once(worker, 'message'), ended]);
    if (ready !== 'ready') throw new Error(`a process ended with ${ready} before it tried a mutant`);
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      worker.send(nameOf(mutant));
      const [tried] = (await Promise.race([once(worker, 'message'), ended])) as [Tried | number | null];
      const isTold = typeof tried === 'object' && tried !== null;
      const outcome = isTold ? tried.outcome : broken('the process that tried it ended');
      outcomes.set(mutant, outcome);
      onOutcome(mutant, outcome);
      console.log(line(mutant, outcome, isTold ? tried.ms : 0));
      if (!isTold) return await one();
    }
    worker.disconnect();
  };
  await Promise.all(Array.from({ length: processes }, one));
  return outcomes;
}

function line(mutant: Mutant, { kind, by, remark }: Outcome, ms: number): string {
  const killers =
    by.length === 0 ? '' : ` by ${by.slice(0, 3).join(', ')}${by.length > 3 ? ` and ${by.length - 3} more` : ''}`;
  const more = remark === '' ? '' : ` (${remark})`;
  return `${kind.padEnd(8)} ${nameOf(mutant)}${killers}${more} ${(ms / 1000).toFixed(1)} s`;
}

/** Keeps what became of a mutant. */
function record(proven: Proven, mutant: Mutant, kind: Outcome['kind'], material: Material): void {
  const known = proven.get(mutant.requirement) ?? new Map<string, string>();
  proven.set(mutant.requirement, known);
  if (kind === 'killed') known.set(mutant.breaks, digestOf(mutant, material));
  else known.delete(mutant.breaks);
}

/** Drops what was proven by mutants that are no more. */
function forget(proven: Proven, lists: readonly Listed[]): void {
  const names = new Set(lists.flatMap(({ mutants }) => mutants.map(nameOf)));
  for (const [id, known] of proven)
    for (const breaks of known.keys()) if (!names.has(`${id} ${breaks}`)) known.delete(breaks);
}

/** A line for each chapter: how many MUSTs it has, how many of them are covered, and how many proven; and which are covered only. */
function summary(material: Material, proven: Proven, chapters: ReadonlySet<string>): string {
  const row = (cells: readonly (string | number)[]) =>
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(24) : String(cell).padStart(9))).join('');
  const musts = Map.groupBy(material.requirements.values(), ({ chapter }) => chapter);
  const lines = [...musts]
    .filter(([chapter]) => chapters.has(chapter))
    .flatMap(([chapter, all]) => {
      const ids = all.filter(({ level }) => level === 'MUST').map(({ id }) => id);
      const covered = ids.filter((id) => material.isCovered(id));
      const open = covered.filter((id) => (proven.get(id)?.size ?? 0) === 0);
      const counts = row([chapter, ids.length, covered.length, covered.length - open.length]);
      return open.length === 0 ? [counts] : [counts, `  not proven: ${open.join(' ')}`];
    });
  return `\n${[row(['chapter', 'MUSTs', 'covered', 'proven']), ...lines].join('\n')}\n`;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
