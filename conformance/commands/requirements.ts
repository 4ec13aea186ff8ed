// eccp-conformance list, eccp-conformance explain
import type { Command } from 'commander';
import { explainText, listed, listText } from '../listing.ts';
import { scopeOf } from '../scope.ts';
import type { Surface } from './surface.ts';

const LIST_HELP = `
A line has the id, the level, the version that brought it, how many scenarios test it, and the sentence.

Examples:
  eccp-conformance list --spec 0.1 --profile core --level SHOULD
  eccp-conformance list --json > requirements.json`;

const EXPLAIN_HELP = `
Examples:
  eccp-conformance explain ROOM-011
  eccp-conformance explain features/rooms/order.feature:12`;

interface ListFlags {
  spec: string;
  profile?: string;
  level?: string;
  json?: boolean;
}

/** Adds `list` and `explain`. */
export function addRequirements(program: Command, { console, parts }: Surface): void {
  program
    .command('list')
    .description('list the requirements of the specification')
    .option('--spec <version>', 'only those of this version, such as 0.1', 'all')
    .option('--profile <names>', 'only those of these profiles, such as core,media')
    .option('--level <level>', 'only those of this level: MUST, SHOULD or MAY')
    .option('--json', 'print them as JSON')
    .addHelpText('after', LIST_HELP)
    .action(({ spec, profile, level, json }: ListFlags) => {
      const { ledger, featureFolder } = parts();
      const filter = { scope: scopeOf(spec, profile, ledger), ...(level === undefined ? {} : { level }) };
      const requirements = listed(filter, ledger, featureFolder);
      console.out(json ? `${JSON.stringify(requirements, null, 2)}\n` : listText(requirements));
    });
  program
    .command('explain')
    .description('show a requirement with the scenarios that test it, or a scenario with its requirements')
    .argument('<what>', 'an id such as ROOM-011, or the file:line of a scenario')
    .addHelpText('after', EXPLAIN_HELP)
    .action((what: string) => {
      const { ledger, featureFolder } = parts();
      console.out(explainText(what, ledger, featureFolder));
    });
}
