// The baseline: failures that a node's implementers know of, in a file of their own.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import schema from './baseline.schema.json' with { type: 'json' };
import type { KnownFailure } from './known-failure.ts';
import { ConfigurationError, messageOf } from './outcome.ts';
import type { Ledger } from './requirements.ts';
import type { ScenarioResult } from './scenario.ts';
import { isNamed, type WrittenScenario } from './scenario-index.ts';

const check = new Ajv2020({ strict: false, verbose: true }).compile<{ failures: KnownFailure[] }>(schema);

/**
 * Reads a baseline.
 * @throws ConfigurationError when it cannot be read, or an entry lacks something.
 */
export function readBaseline(file: string): KnownFailure[] {
  let read: unknown;
  try {
    read = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(`the baseline ${file} cannot be read: ${messageOf(error).split('\n')[0]}`);
  }
  if (check(read)) return read.failures;
  const error = check.errors?.find(({ keyword }) => keyword !== 'not') ?? check.errors?.[0];
  const [, entry] = /^\/failures\/(\d+)/.exec(error?.instancePath ?? '') ?? [];
  const where = entry === undefined ? 'it' : `entry ${Number(entry) + 1}`;
  const member = error?.instancePath.split('/')[3];
  throw new ConfigurationError(
    `the baseline ${file}: ${where} ${faultOf(error?.keyword, member, error?.params ?? {}, error?.message)}.`,
  );
}

function faultOf(
  keyword: string | undefined,
  member: string | undefined,
  params: Record<string, unknown>,
  message = 'is wrong',
): string {
  if (
    params.missingProperty === 'failures' ||
    (keyword === 'type' && member === undefined && message.endsWith('object'))
  )
    return 'has to hold a list failures';
  if (
    keyword === 'oneOf' ||
    (keyword === 'required' && /requirement|feature|scenario/.test(String(params.missingProperty)))
  )
    return 'names either a requirement, or a feature and a scenario';
  if (keyword === 'additionalProperties') return `has ${String(params.additionalProperty)}, which no entry has`;
  if (keyword === 'required') return `lacks ${String(params.missingProperty)}`;
  return `has ${member === undefined ? 'a member' : `a ${member}`} that ${message}`;
}

/** The entry that knows of a scenario's failure, where one holds. @param today such as `2027-03-31`. */
export function knownFailure(
  entries: readonly KnownFailure[],
  result: Pick<ScenarioResult, 'uri' | 'name' | 'requirements'>,
  written: readonly WrittenScenario[],
  today: string,
): KnownFailure | undefined {
  return entries.find((entry) => entry.expires >= today && covers(entry, result, written));
}

/** Whether an entry stands for a scenario, whatever its date. */
function covers(
  { requirement, feature, scenario = '' }: KnownFailure,
  { uri, name, requirements }: Pick<ScenarioResult, 'uri' | 'name' | 'requirements'>,
  written: readonly WrittenScenario[],
): boolean {
  if (requirement !== undefined) return requirements.includes(requirement);
  if (feature !== uri) return false;
  if (scenario === name) return true;
  return written.some((each) => each.file === uri && each.name === scenario && isNamed(each, name));
}

/**
 * What is out of date in a baseline, a sentence for each entry: it has ended, or names what there is not, or what passes.
 * @param whole whether all scenarios were played: else one that was left out may be the one that fails.
 */
export function staleEntries(
  entries: readonly KnownFailure[],
  results: readonly ScenarioResult[],
  {
    written,
    ledger,
    today,
    whole,
  }: { written: readonly WrittenScenario[]; ledger: Ledger; today: string; whole: boolean },
): string[] {
  return entries.flatMap((entry) => {
    const name = entry.requirement ?? `“${entry.scenario}” in ${entry.feature}`;
    if (entry.expires < today) return [`${name} was to be done by ${entry.expires}: mend it, or give it another date`];
    if (entry.requirement !== undefined && !ledger.requirements.has(entry.requirement))
      return [`${name} is no requirement: see eccp-conformance list`];
    if (entry.requirement === undefined && !isThere(entry, written))
      return [`${name} is no scenario of this suite: see eccp-conformance explain`];
    const own = results.filter((result) => covers(entry, result, written) && result.verdict !== 'not applicable');
    const passes = own.length > 0 && own.every(({ verdict }) => verdict === 'pass');
    return passes && (whole || entry.requirement === undefined) ? [`${name} passes now: remove the entry`] : [];
  });
}

function isThere({ feature, scenario = '' }: KnownFailure, written: readonly WrittenScenario[]): boolean {
  return written.some((each) => each.file === feature && isNamed(each, scenario));
}
