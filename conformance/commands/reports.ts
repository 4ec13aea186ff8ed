// The commands that take a report.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { ConfigurationError, messageOf } from '../outcome.ts';
import { type Badge, badgesOf, CORE, pick, shieldsOf, svgOf, whyNoBadge } from '../report/badge.ts';
import type { Report } from '../report/envelope.ts';
import { reportProblems } from '../report/verify.ts';
import type { RunParts } from '../run.ts';
import type { Console, Surface } from './surface.ts';

const VERIFY_HELP = `
Recomputes what a report says from the evidence in it: that every scenario that was selected is there and is this suite's, that its
verdict follows from its steps, the verdicts of requirements from those of scenarios, and the conclusion from both; that the set of
requirements is that of the version; that nodes are who they said they are, with the keys that they signed with at the time; and
that nothing was changed since (a chain of digests over the scenarios, and a seal over all).

It shows that the report is consistent, not that it is true: whoever runs a suite can write another report. Times, what was asked and
answered, and the words of a failure follow from nothing else in it, so that only the seal is over them, which anybody can make anew.
To know, run the suite yourself.

Exit codes:
  0  consistent           1  not consistent
  2  no report can be read there

Example:
  eccp-conformance verify-report report/report.json`;

const BADGE_HELP = `
Writes the badge as an SVG image, and beside it, as JSON, what a shields endpoint takes. Where --out does not end with .svg it is a
folder for one badge of each version that the node speaks and each profile that it declares, such as eccp-0.2-core.svg.

A badge takes a whole run. It is green when every MUST of the profile and of core is met; otherwise it is orange and says how many are.

Exit codes:
  0  written
  1  the report is partial, not consistent, or without a verdict: there is no badge
  2  no report can be read there, or nothing be written

Examples:
  eccp-conformance badge report/report.json --out badge.svg
  eccp-conformance badge report/report.json --spec 0.1 --profile federation --out federation.svg
  eccp-conformance badge report/report.json --out badges`;

/** How many problems are told one by one. */
const TOLD = 20;

interface BadgeFlags {
  out: string;
  spec?: string;
  profile: string;
}

/** Adds `verify-report` and `badge`. */
export function addReports(program: Command, { console, parts, exit }: Surface): void {
  program
    .command('verify-report')
    .description('recompute a report from the evidence in it')
    .argument('<report.json>', 'the file')
    .addHelpText('after', VERIFY_HELP)
    .action(async (file: string) => {
      const json = readReport(file);
      const problems = await reportProblems(json, parts());
      for (const problem of problems.slice(0, TOLD)) console.error(`${file}: ${problem}.\n`);
      if (problems.length > TOLD) console.error(`${file}: and ${problems.length - TOLD} more.\n`);
      if (problems.length === 0) console.out(consistent(file, json as Report));
      exit(problems.length === 0 ? 0 : 1);
    });
  program
    .command('badge')
    .description('make the badge of a run')
    .argument('<report.json>', 'the report of a whole run')
    .requiredOption('--out <file.svg>', 'the image; or a folder, for all badges of the report')
    .option('--spec <version>', 'the version that the badge is about; the newest that was scored unless given')
    .option('--profile <name>', 'what it is about: core, or what the node declares, such as federation', CORE)
    .addHelpText('after', BADGE_HELP)
    .action(async (file: string, flags: BadgeFlags) => exit(await badgeCommand(file, flags, console, parts())));
}

async function badgeCommand(file: string, flags: BadgeFlags, console: Console, parts: RunParts): Promise<number> {
  const json = readReport(file);
  const [problem] = await reportProblems(json, parts);
  const reason = problem ?? whyNoBadge(json as Report);
  if (reason !== undefined) {
    console.error(`eccp-conformance: no badge for ${file}: ${reason}.\n`);
    return 1;
  }
  const report = json as Report;
  const badges = badgesOf(report);
  if (flags.out.endsWith('.svg')) {
    const badge = pick(badges, flags.spec ?? report.spec.version, flags.profile);
    writeBadge(flags.out, badge);
    console.out(line(badge, flags.out));
    return 0;
  }
  for (const badge of badges) {
    const path = join(flags.out, `eccp-${badge.version}-${badge.profile}.svg`);
    writeBadge(path, badge);
    console.out(line(badge, path));
  }
  return 0;
}

function line({ label, message, full }: Badge, path: string): string {
  return `${label}: ${message}${full ? '' : ', not conformant'}  (${path})\n`;
}

/** @throws ConfigurationError when it cannot be written. */
function writeBadge(path: string, badge: Badge): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, svgOf(badge));
    writeFileSync(path.replace(/\.svg$/, '.json'), shieldsOf(badge));
  } catch (error) {
    throw new ConfigurationError(`the badge cannot be written (${messageOf(error)}): pass another --out.`);
  }
}

function consistent(file: string, { scenarios, requirements, result, target }: Report): string {
  return `${file} is consistent: ${scenarios.length} scenarios and ${requirements.length} requirements recomputed.
${result.conclusion}
That is no proof that ${target.node} did so: only a run against ${target.url} tells.
`;
}

/** @throws ConfigurationError when there is no JSON at that place. */
function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new ConfigurationError(`${file} cannot be read (${messageOf(error)}): name the report.json of a run.`);
  }
}
