// eccp-conformance vectors: asks a program for what the vectors know, one at a time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../outcome.ts';
import { packageRoot } from '../package-root.ts';
import type { Requirement } from '../requirements.ts';
import type { JsonObject } from '../wire/json.ts';
import { Program } from './program.ts';
import { CLIENT_FILES, fault, OTHER_FILES, questionOf } from './question.ts';

const DEADLINE = 60_000;

interface VectorFile {
  vectors: JsonObject[];
  shared: JsonObject;
}

/**
 * Runs the vectors of some files.
 *
 * @param command the program, for the shell.
 * @param names the files; those of client libraries where there are none.
 * @returns the exit code: 0 all right, 1 some wrong.
 * @throws ConfigurationError for a file that there is not, and a program that does not answer.
 */
export async function runVectors(
  command: string,
  names: readonly string[],
  requirements: ReadonlyMap<string, Requirement>,
  write: (text: string) => void,
): Promise<number> {
  const files = (names.length > 0 ? names : CLIENT_FILES).map((name) => ({ name, ...load(name) }));
  const program = new Program(command, DEADLINE);
  let [wrong, all] = [0, 0];
  try {
    for (const { name: file, vectors, shared } of files) {
      let bad = 0;
      for (const vector of vectors) {
        const { given, answer: right } = questionOf(file, vector);
        const problem = fault(await program.ask({ file, shared, vector: given }), right);
        if (problem === undefined) continue;
        bad++;
        write(failure(file, vector, problem, requirements));
      }
      write(`${file.padEnd(24)}${`${vectors.length - bad}/${vectors.length}`.padStart(10)}\n`);
      wrong += bad;
      all += vectors.length;
    }
  } finally {
    await program.end();
  }
  write(`${all - wrong}/${all} vectors: ${wrong === 0 ? 'all right' : `${wrong} wrong`}\n`);
  return wrong === 0 ? 0 : 1;
}

function load(name: string): VectorFile {
  if (![...CLIENT_FILES, ...OTHER_FILES].includes(name)) {
    const known = [...CLIENT_FILES, ...OTHER_FILES].join(', ');
    throw new ConfigurationError(`there are no vectors ${name}; there are ${known}.`);
  }
  const text = readFileSync(join(packageRoot, 'spec/vectors', name), 'utf8');
  const { about: _, vectors, ...shared } = JSON.parse(text) as JsonObject & { vectors: JsonObject[] };
  return { vectors, shared };
}

function failure(
  file: string,
  { name, rule }: JsonObject,
  { expected, actual }: { expected: string; actual: string },
  requirements: ReadonlyMap<string, Requirement>,
): string {
  const sentence = requirements.get(String(rule))?.text ?? '';
  const lines = [
    `wrong  ${file}: ${name}`,
    `  ${rule}  ${sentence}`,
    `  expected  ${expected}`,
    `  came      ${actual}`,
  ];
  return `${lines.join('\n')}\n`;
}
