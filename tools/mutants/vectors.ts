// Tries a mutant of the client library: the vectors of its requirement first, then the others of its chapter.
import { join } from 'node:path';
import { Program } from '../../conformance/vectors/program.ts';
import { fault, questionOf } from '../../conformance/vectors/question.ts';
import type { Material, Vector } from './material.ts';
import { type Mutant, patchesOf } from './mutant.ts';
import { encoded } from './node.ts';
import { noticed, type Outcome } from './outcome.ts';

const LOAD = join(import.meta.dirname, 'load.ts');
const PROGRAM = join(import.meta.dirname, '../../test/conformance/vectors-program.ts');
const DEADLINE = 60_000;

/**
 * Asks the library, changed, for what the vectors know.
 *
 * @throws ConfigurationError where it gives no answers at all
 */
export async function tryLibrary(material: Material, mutant: Mutant): Promise<Outcome> {
  const { requirement } = mutant;
  const own = material.vectors.filter(({ vector }) => vector.rule === requirement);
  const others = material.vectorsOfChapterOf(requirement).filter(({ vector }) => vector.rule !== requirement);
  const patches = encoded(patchesOf(mutant));
  const program = new Program(
    `ECCP_PATCHES=${patches} '${process.execPath}' --import '${LOAD}' '${PROGRAM}'`,
    DEADLINE,
  );
  try {
    const by = await wrong(program, own);
    if (by.length === 0) return { kind: 'survived', by, remark: '' };
    const failed = await wrong(program, others);
    return noticed(by, { passed: others.length - failed.length, all: others.length, failed });
  } finally {
    await program.end();
  }
}

async function wrong(program: Program, vectors: readonly Vector[]): Promise<string[]> {
  const bad: string[] = [];
  for (const { file, shared, vector } of vectors) {
    const { given, answer } = questionOf(file, vector);
    if (fault(await program.ask({ file, shared, vector: given }), answer)) bad.push(`${file}: ${vector.name}`);
  }
  return bad;
}
