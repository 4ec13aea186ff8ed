// eccp-conformance list, eccp-conformance explain
import type { Command } from 'commander';
import { explainText, listText } from '../listing.ts';
import type { Surface } from './surface.ts';

/** Adds `list` and `explain`. */
export function addRequirements(program: Command, { console, parts }: Surface): void {
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
}
