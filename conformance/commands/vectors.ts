// eccp-conformance vectors
import type { Command } from 'commander';
import { runVectors } from '../vectors/run.ts';
import type { Surface } from './surface.ts';

const HELP = `
The program reads lines {"file": "ratchet.json", "shared": {…}, "vector": {…}} and writes one line for each: an object with
what the vector leaves out. spec/vectors/README.md says what that is.

Exit codes:
  0  all right            1  some wrong
  2  the program does not answer

Example:
  eccp-conformance vectors --exec './my-library-vectors' ratchet.json`;

/** Adds `vectors`. */
export function addVectors(program: Command, { console, parts, exit }: Surface): void {
  program
    .command('vectors')
    .description('check a client library: a program is given the vectors, one on a line, and answers each with a line')
    .argument('[files...]', 'such as ratchet.json; those of chapters 23 to 27 unless given')
    .requiredOption('--exec <command>', 'the program, for the shell')
    .addHelpText('after', HELP)
    .action(async (files: string[], { exec }: { exec: string }) => {
      exit(await runVectors(exec, files, parts().ledger.requirements, console.out));
    });
}
