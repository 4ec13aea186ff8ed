// A process that tries the mutants it is sent by name, one at a time: tools/mutants.ts starts as many as it wants side by side.
import { join } from 'node:path';
import { loadMutants, nameOf } from './list.ts';
import { Material } from './material.ts';
import { broken, type Outcome } from './outcome.ts';
import { Trial } from './trial.ts';

/** What comes back for a name. */
export interface Tried {
  name: string;
  outcome: Outcome;
  ms: number;
}

const material = new Material(join(import.meta.dirname, '../..'));
const mutants = new Map(
  (await loadMutants()).flatMap((list) => list.mutants.map((mutant) => [nameOf(mutant), mutant])),
);
const trial = new Trial(material, new Set(process.argv[2]?.split(',')));

process.on('message', (name: string) => {
  const start = performance.now();
  const mutant = mutants.get(name);
  const outcome = mutant ? trial.of(mutant) : Promise.resolve(broken('there is no such mutant'));
  void outcome.then((outcome) => process.send?.({ name, outcome, ms: performance.now() - start } satisfies Tried));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
