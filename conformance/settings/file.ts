// The configuration file: what a run is told each time, kept beside the node that it checks.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { nearest } from '../nearest.ts';
import { ConfigurationError, messageOf } from '../outcome.ts';
import { isObject, type JsonObject } from '../wire/json.ts';
import schema from './config.schema.json' with { type: 'json' };
import { SETTINGS, variableOf } from './table.ts';

/** The file that is read where `--config` names none. */
export const CONFIG_FILE = 'eccp-conformance.yaml';

/** What a configuration file says, and the folder from which its paths count. */
export interface ConfigFile {
  values: JsonObject;
  folder: string;
}

const check = new Ajv2020({ strict: true, allErrors: false }).compile(schema);

/**
 * Reads the configuration file.
 * @param named what `--config` says, or undefined for the usual file, which need not be there.
 * @throws ConfigurationError when it is not there, or says what no configuration can.
 */
export function readConfigFile(named: string | undefined, cwd: string): ConfigFile | undefined {
  const path = resolve(cwd, named ?? CONFIG_FILE);
  if (!existsSync(path)) {
    if (named === undefined) return undefined;
    throw new ConfigurationError(`there is no ${named}: write one with eccp-conformance init, or check --config.`);
  }
  const file = named ?? CONFIG_FILE;
  let values: unknown;
  try {
    values = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new ConfigurationError(`${file} cannot be read: ${messageOf(error).split('\n')[0]}`);
  }
  if (!isObject(values))
    throw new ConfigurationError(`${file} has to hold lines such as “url: http://127.0.0.1:8008”.`);
  for (const key of Object.keys(values)) refuse(key, file);
  if (!check(values)) {
    const [error] = check.errors ?? [];
    const key = error?.instancePath.slice(1) ?? '';
    const options = error?.params.allowedValues === undefined ? '' : `: ${String(error.params.allowedValues)}`;
    throw new ConfigurationError(`${file}: ${key} ${error?.message}${options}.`);
  }
  return { values, folder: dirname(path) };
}

/** @throws ConfigurationError for a key that the file may not have. */
function refuse(key: string, file: string): void {
  const names = SETTINGS.filter(({ secret }) => !secret).map(({ name }) => name);
  if (names.includes(key)) return;
  if (SETTINGS.some(({ name }) => name === key))
    throw new ConfigurationError(
      `${file} may not hold ${key}, which is secret: set ${variableOf(key)} in the environment, or pass --${key}.`,
    );
  const meant = nearest(key, names);
  const help = meant === undefined ? `it knows ${names.join(', ')}` : `did you mean ${meant}?`;
  throw new ConfigurationError(`${file}: there is no setting ${key}; ${help}`);
}
