// eccp-conformance run
import type { Command } from 'commander';
import { envelopeOf, reportText } from '../report/envelope.ts';
import { type Out, Terminal } from '../report/terminal.ts';
import { writeReports } from '../report/write.ts';
import { run } from '../run.ts';
import { addFlags, SETTINGS_HELP } from '../settings/flags.ts';
import { type Flags, resolveSettings } from '../settings/resolve.ts';
import type { RunSettings } from '../settings/table.ts';
import { type Surface, shown } from './surface.ts';

/** Exit codes and examples, for the help of `run` and of the whole program. */
export const RUN_HELP = `
Exit codes:
  0  conformant           1  not conformant
  2  the run or the suite is at fault, not the node
  3  nothing was verified

Examples:
  eccp-conformance run --url http://127.0.0.1:8008
  eccp-conformance run --url https://node.example.org --tags '@ROOM-011 or @ROOM-012'
  eccp-conformance run --url http://127.0.0.1:8008 features/rooms/joining.feature:12
  eccp-conformance run --url http://10.0.0.2:8008 --peer-listen 0.0.0.0 --advertise 10.0.0.3 --tags @cap-federation
  eccp-conformance run --launch './my-node --listen 127.0.0.1:{port} --data {data}' --driver my-node.yaml
  eccp-conformance run --url http://127.0.0.1:8451 --peer http://127.0.0.1:8452 --tags @two-nodes
  eccp-conformance run --url https://127.0.0.1:8008 --ca ./ca   (see eccp-conformance ca --help)`;

const LAUNCH_HELP = `
The commands of --launch and --launch-peer are for the shell. In them {port} stands for a free port, {url} for the URL made of it, at
which the node has to serve, {data} for an empty folder, and {ca} for the folder of --ca. Whatever they start is ended in the end.`;

/** Adds `run`. */
export function addRun(program: Command, surface: Surface): void {
  const command = program
    .command('run')
    .description('run the suite against a node')
    .argument('[features...]', 'feature files or folders, file:line for one scenario; all unless given');
  addFlags(command)
    .addHelpText('after', `${LAUNCH_HELP}\n${SETTINGS_HELP}\n${RUN_HELP}`)
    .action(async (features: string[], flags: Flags) => {
      surface.exit(await runCommand(features, resolveSettings(flags, surface.surroundings), surface));
    });
}

async function runCommand(features: string[], settings: RunSettings, surface: Surface): Promise<number> {
  const { console, surroundings } = surface;
  const parts = surface.parts();
  const silent = settings.quiet || settings.json;
  const out: Out = { write: silent ? () => undefined : console.out, tty: console.tty, colour: console.colour };
  const terminal = new Terminal(out, parts.ledger);
  const result = await run({ ...settings, features }, parts, terminal);
  terminal.finish(result);
  const report = envelopeOf(result, parts.ledger, parts.featureFolder);
  writeReports(settings.out, report, result, parts.ledger);
  const folder = shown(settings.out, surroundings.cwd);
  if (settings.json) console.out(reportText(report));
  else if (settings.quiet) console.out(`${result.conclusion}\n`);
  else console.out(`Details: ${folder}/report.html\n`);
  for (const sentence of result.stale) console.error(`eccp-conformance: the baseline is out of date: ${sentence}.\n`);
  if (result.exitCode === 2)
    console.error(
      `eccp-conformance: a scenario is at fault, not the node: see the harness errors in ${folder}/report.html.\n`,
    );
  if (result.exitCode === 3)
    console.error(
      `eccp-conformance: nothing was verified: ${whyNothing(settings, features, result.scenarios.length)}\n`,
    );
  for (const dead of result.dead)
    console.error(`eccp-conformance: a node that was launched died during the run: ${dead}\n`);
  return result.exitCode === 0 && result.dead.length > 0 ? 1 : result.exitCode;
}

function whyNothing({ tags }: RunSettings, features: string[], scenarios: number): string {
  if (scenarios > 0)
    return 'no scenario that was selected applies to what the node declares and the run was given; select others.';
  if (tags !== '') return `no scenario has the tags ${tags}; check --tags.`;
  return `there are no scenarios in ${features.length > 0 ? features.join(', ') : 'the package'}; name others.`;
}
