import { join, relative } from 'node:path';
import { Command, CommanderError } from 'commander';
import { explainText, listText } from './listing.ts';
import { ConfigurationError, HarnessError, messageOf } from './outcome.ts';
import { suiteVersion } from './package-root.ts';
import { jsonReport } from './report/json.ts';
import { type Out, Terminal } from './report/terminal.ts';
import { writeReports } from './report/write.ts';
import { ownParts, type RunParts, run } from './run.ts';
import { addFlags, SETTINGS_HELP } from './settings/flags.ts';
import { type Flags, resolveSettings, type Surroundings } from './settings/resolve.ts';
import type { RunSettings } from './settings/table.ts';
import { makeAuthority } from './tls/authority.ts';
import { runVectors } from './vectors/run.ts';

/** The streams a command writes to, and what it may do there. */
export interface Console {
  out(text: string): void;
  error(text: string): void;
  tty: boolean;
  colour: boolean;
}

const EXIT_CODES = `
Exit codes:
  0  conformant           1  not conformant
  2  the run or the suite is at fault, not the node
  3  nothing was verified

Examples:
  eccp-conformance run --url http://127.0.0.1:8008
  eccp-conformance run --url https://node.example.org --tags '@ROOM-011 or @ROOM-012'
  eccp-conformance run --url http://127.0.0.1:8008 features/rooms/joining.feature:12
  eccp-conformance run --url http://10.0.0.2:8008 --peer-listen 0.0.0.0 --advertise 10.0.0.3 --tags @cap-federation
  eccp-conformance run --url http://127.0.0.1:8451 --peer http://127.0.0.1:8452 --tags @two-nodes
  eccp-conformance run --url https://127.0.0.1:8008 --ca ./ca   (see eccp-conformance ca --help)`;

const CA_HELP = `
The folder then holds
  ca.pem                   for the node to trust, beside or in place of the system's roots
  node.pem, node-key.pem   a certificate and its key for a node that has none: for localhost, 127.0.0.1, ::1 and --host
  ca-key.pem               for the suite, which makes certificates for the nodes that it plays
They hold for a year. Whoever has ca-key.pem can pose as anybody to whoever trusts ca.pem: give that to nodes that are tested only.

Example, with a node on the same machine:
  eccp-conformance ca ./ca
  eccp-node serve --server-name 127.0.0.1:8008 --public-base-url https://127.0.0.1:8008 --listen 127.0.0.1:8008 \
    --bootstrap-admin admin@example.org --registration open --tls-cert ./ca/node.pem --tls-key ./ca/node-key.pem \
    --trusted-roots ./ca/ca.pem --allow-peer-range 127.0.0.0/8
  eccp-conformance run --url https://127.0.0.1:8008 --ca ./ca`;

const VECTOR_HELP = `
The program reads lines {"file": "ratchet.json", "shared": {…}, "vector": {…}} and writes one line for each: an object with
what the vector leaves out. spec/vectors/README.md says what that is.

Exit codes:
  0  all right            1  some wrong
  2  the program does not answer

Example:
  eccp-conformance vectors --exec './my-library-vectors' ratchet.json`;

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
  const program = new Command('eccp-conformance')
    .description('Checks whether a node does what the ECCP specification says, knowing nothing but its URL.')
    .version(suiteVersion)
    .exitOverride()
    .configureOutput({ writeOut: console.out, writeErr: console.error, outputError: () => undefined })
    .addHelpText('after', EXIT_CODES);
  const runs = program
    .command('run')
    .description('run the suite against a node')
    .argument('[features...]', 'feature files or folders, file:line for one scenario; all unless given');
  addFlags(runs)
    .addHelpText('after', `${SETTINGS_HELP}\n${EXIT_CODES}`)
    .action(async (features: string[], flags: Flags) => {
      exitCode = await runCommand(features, resolveSettings(flags, surroundings), console, parts());
    });
  program
    .command('ca')
    .description('make a throw-away certificate authority, for a run over TLS')
    .argument('<folder>', 'where to put it')
    .option('--host <host>', 'where the node under test is reached beside loopback; may be repeated', added, [])
    .addHelpText('after', CA_HELP)
    .action((folder: string, { host }: { host: string[] }) => {
      makeAuthority(folder, host);
      console.out(`Have the node trust ${join(folder, 'ca.pem')}, then: eccp-conformance run --url … --ca ${folder}\n`);
    });
  program
    .command('list')
    .description('list the requirements of the specification')
    .action(() => {
      const { ledger, featureFolder } = parts();
      console.out(listText(ledger, featureFolder));
    });
  program
    .command('explain')
    .description('show one requirement and the scenarios that test it')
    .argument('<id>', 'such as ROOM-011')
    .addHelpText('after', '\nExample:\n  eccp-conformance explain ROOM-011')
    .action((id: string) => {
      const { ledger, featureFolder } = parts();
      console.out(explainText(id, ledger, featureFolder));
    });
  program
    .command('vectors')
    .description('check a client library: a program is given the vectors, one on a line, and answers each with a line')
    .argument('[files...]', 'such as ratchet.json; those of chapters 23 to 27 unless given')
    .requiredOption('--exec <command>', 'the program, for the shell')
    .addHelpText('after', VECTOR_HELP)
    .action(async (files: string[], { exec }: { exec: string }) => {
      exitCode = await runVectors(exec, files, parts().ledger.requirements, console.out);
    });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return complain(error, console);
  }
}

function added(value: string, before: string[]): string[] {
  return [...before, value];
}

async function runCommand(features: string[], flags: RunSettings, console: Console, parts: RunParts): Promise<number> {
  const silent = flags.quiet || flags.json;
  const out: Out = { write: silent ? () => undefined : console.out, tty: console.tty, colour: console.colour };
  const terminal = new Terminal(out, parts.ledger);
  const result = await run({ ...flags, features }, parts, terminal);
  terminal.finish(result);
  writeReports(flags.out, result, parts.ledger);
  if (flags.json) console.out(jsonReport(result, parts.ledger));
  else if (flags.quiet) console.out(`${result.conclusion}\n`);
  else console.out(`Details: ${shown(flags.out)}/report.html\n`);
  if (result.exitCode === 2)
    console.error(
      `eccp-conformance: a scenario is at fault, not the node: see the harness errors in ${shown(flags.out)}/report.html.\n`,
    );
  if (result.exitCode === 3)
    console.error(`eccp-conformance: nothing was verified: ${whyNothing(flags, features, result.scenarios.length)}\n`);
  return result.exitCode;
}

/** A path as short as it can be said. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function whyNothing(flags: RunSettings, features: string[], scenarios: number): string {
  if (scenarios > 0)
    return 'no scenario that was selected applies to what the node declares and the run was given; select others.';
  if (flags.tags !== '') return `no scenario has the tags ${flags.tags}; check --tags.`;
  return `there are no scenarios in ${features.length > 0 ? features.join(', ') : 'the package'}; name others.`;
}

/** One line on what to do next; everything that ends up here is the run's fault or the suite's. */
function complain(error: unknown, console: Console): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0; // --help and --version
    const message = error.message.replace(/^error: /, '').replace('(outputHelp)', 'a command is missing');
    console.error(`eccp-conformance: ${message}; see eccp-conformance run --help.\n`);
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
  return {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    tty,
    colour: tty && !process.env.NO_COLOR,
  };
}
