import { Command, CommanderError } from 'commander';
import { addCa } from './commands/ca.ts';
import { addDoctor } from './commands/doctor.ts';
import { addInit } from './commands/init.ts';
import { addReports } from './commands/reports.ts';
import { addRequirements } from './commands/requirements.ts';
import { addRun, RUN_HELP } from './commands/run.ts';
import type { Console, Surface } from './commands/surface.ts';
import { addVectors } from './commands/vectors.ts';
import { ConfigurationError, HarnessError, messageOf } from './outcome.ts';
import { suiteVersion } from './package-root.ts';
import { ownParts, type RunParts } from './run.ts';
import type { Surroundings } from './settings/resolve.ts';

/**
 * The command line of the suite.
 * @param argv the arguments after the program's name.
 * @param parts what to run; the package's own unless given.
 * @param surroundings where it looks for a configuration file, and for variables.
 * @returns the exit code.
 */
export async function main(
  argv: string[],
  console = processConsole(),
  parts: () => RunParts = ownParts,
  surroundings: Surroundings = { cwd: process.cwd(), env: process.env },
): Promise<number> {
  let exitCode = 0;
  const done = (code: number) => {
    exitCode = code;
  };
  const surface: Surface = { console, parts, surroundings, exit: done };
  const program = new Command('eccp-conformance')
    .description('Checks whether a node does what the ECCP specification says, knowing nothing but its URL.')
    .version(suiteVersion)
    .exitOverride()
    .configureOutput({ writeOut: console.out, writeErr: console.error, outputError: () => undefined })
    .addHelpText('after', RUN_HELP);
  for (const add of [addRun, addDoctor, addInit, addRequirements, addReports, addVectors, addCa]) add(program, surface);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return complain(error, console, argv);
  }
}

/** One line on what to do next; everything that ends up here is the run's fault or the suite's. */
function complain(error: unknown, console: Console, [command = '']: string[]): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0; // --help and --version
    const message = error.message
      .replace(/^error: /, '')
      .replace('(outputHelp)', 'a command is missing')
      .replaceAll('\n', ' ');
    const about = /^[a-z-]+$/.test(command) && error.code !== 'commander.unknownCommand' ? ` ${command}` : '';
    console.error(`eccp-conformance: ${message}; see eccp-conformance${about} --help.\n`);
  } else if (error instanceof ConfigurationError || error instanceof HarnessError)
    console.error(`eccp-conformance: ${error.message}\n`);
  else
    console.error(
      `eccp-conformance: the suite failed: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`,
    );
  return 2;
}

function processConsole(): Console {
  const tty = process.stdout.isTTY === true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error; // whoever reads has read enough, as head does: the exit code stays right
  });
  return {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    tty,
    colour: tty && !process.env.NO_COLOR,
  };
}
