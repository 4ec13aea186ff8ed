// What a run is told, from where: flags before the environment, that before the file, that before what goes without saying.
import { resolve } from 'node:path';
import { nearest } from '../nearest.ts';
import { ConfigurationError } from '../outcome.ts';
import { readConfigFile } from './file.ts';
import { memberOf, type RunSettings, SETTINGS, type Setting, variableOf } from './table.ts';

/** Where a command runs. */
export interface Surroundings {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** What stood on the command line, by names in camel case; a switch is true or, as `--no-…`, false. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

const CONFIG = variableOf('config');
const YES = ['1', 'true', 'yes'];
const NO = ['0', 'false', 'no'];

/**
 * Puts together what a run was told.
 * @throws ConfigurationError for a file, a variable or a value that cannot be used, or when no URL is given.
 */
export function resolveSettings(flags: Flags, { cwd, env }: Surroundings): RunSettings {
  const variables = variablesOf(env);
  const named = typeof flags.config === 'string' ? flags.config : variables.get(CONFIG);
  const file = readConfigFile(named, cwd);
  const settings: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const { name, fallback, kind } = setting;
    const flag = flags[memberOf(name)];
    const variable = variables.get(variableOf(name));
    const value =
      read(setting, flag, cwd, `--${name}`) ??
      read(setting, variable, cwd, variableOf(name)) ??
      read(setting, file?.values[name], file?.folder ?? cwd, name) ??
      read(setting, fallback, cwd, name) ??
      (kind === 'switch' ? false : undefined);
    if (value !== undefined) settings[memberOf(name)] = value;
  }
  if (settings.url === undefined && settings.launch === undefined)
    throw new ConfigurationError(
      "there is no URL: pass the node's base URL, such as --url http://127.0.0.1:8008, or --launch and what starts it, or write url into eccp-conformance.yaml (eccp-conformance init makes one).",
    );
  return settings as unknown as RunSettings;
}

/** The suite's variables that say something. @throws ConfigurationError for one that it does not know. */
function variablesOf(env: Surroundings['env']): Map<string, string> {
  const known = [CONFIG, ...SETTINGS.map(({ name }) => variableOf(name))];
  // CI systems hand on a secret that is not set as an empty text.
  const set = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    name.startsWith('ECCP_CONFORMANCE_') && value ? [[name, value]] : [],
  );
  for (const [name] of set) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const help = meant === undefined ? `they are ${known.join(', ')}` : `did you mean ${meant}?`;
    throw new ConfigurationError(`the environment sets ${name}, which is no variable of the suite; ${help}`);
  }
  return new Map(set);
}

function read({ kind }: Setting, given: unknown, folder: string, where: string): unknown {
  if (given === undefined || given === null) return undefined;
  if (kind === 'path') return resolve(folder, String(given));
  if (kind === 'number') return numberOf(given, where);
  if (kind === 'switch') return switchOf(given, where);
  return String(given);
}

function numberOf(given: unknown, where: string): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= 0 && given !== '') return number;
  throw new ConfigurationError(`${where} takes a whole number of 0 or more, not ${JSON.stringify(given)}.`);
}

function switchOf(given: unknown, where: string): boolean {
  const word = String(given).toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  throw new ConfigurationError(`${where} is on or off: set it to true or false, not ${JSON.stringify(given)}.`);
}
