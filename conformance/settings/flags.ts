// The settings as flags of a command.
import { type Command, Option } from 'commander';
import { SETTINGS, type Setting, variableOf } from './table.ts';

/** Gives a command the flags of some settings, and `--config`. */
export function addFlags(command: Command, settings: readonly Setting[] = SETTINGS): Command {
  for (const { name, value, help, fallback } of settings) {
    const text = fallback === undefined || fallback === '' ? help : `${help} (default: ${JSON.stringify(fallback)})`;
    command.addOption(new Option(value === undefined ? `--${name}` : `--${name} ${value}`, text));
    if (value === undefined) command.addOption(new Option(`--no-${name}`).hideHelp());
  }
  return command.option('--config <file>', 'a file with settings (default: eccp-conformance.yaml, where there is one)');
}

/** What --help says of the other ways to tell a setting. */
export const SETTINGS_HELP = `
Each option is also a key of eccp-conformance.yaml and a variable of the environment: --peer-listen is peer-listen there and
${variableOf('peer-listen')} here. Flags win over the environment, the environment over the file. Tokens are not for the file.
A switch that is on there is off with --no- before its name.`;
