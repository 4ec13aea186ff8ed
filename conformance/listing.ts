import { nearestOf } from './nearest.ts';
import { ConfigurationError } from './outcome.ts';
import { CLIENT, compareVersions, type Ledger, type Requirement } from './requirements.ts';
import { readScenarios, type WrittenScenario } from './scenario-index.ts';
import { inProfile, type Scope } from './scope.ts';

/** Which requirements to list; what is absent, is no matter. */
export interface Filter {
  scope: Scope;
  level?: string;
}

/** A requirement with where its scenarios stand. */
interface Listed extends Requirement {
  /** `file:line` of each. */
  scenarios: string[];
  /** Why it cannot be tested from outside. */
  reason?: string;
}

/** The requirements of a version, of profiles, of a level. @throws ConfigurationError for a level that there is not. */
export function listed({ scope, level }: Filter, ledger: Ledger, featureFolder: string): Listed[] {
  const wanted = level?.toUpperCase();
  if (wanted !== undefined && !['MUST', 'SHOULD', 'MAY'].includes(wanted))
    throw new ConfigurationError(`--level ${level}: there are MUST, SHOULD and MAY.`);
  const places = Map.groupBy(
    readScenarios(featureFolder).flatMap((scenario) => scenario.requirements.map((id) => ({ id, scenario }))),
    ({ id }) => id,
  );
  return [...ledger.requirements.values()].flatMap((requirement) => {
    const { id, since } = requirement;
    if (wanted !== undefined && requirement.level !== wanted) return [];
    if (scope.version !== undefined && compareVersions(since, scope.version) > 0) return [];
    if (!inProfile(scope, requirement)) return [];
    const scenarios = (places.get(id) ?? []).map(({ scenario }) => `${scenario.file}:${scenario.line}`);
    const reason = ledger.reasons.get(id);
    return [{ ...requirement, scenarios, ...(reason === undefined ? {} : { reason }) }];
  });
}

/** A requirement on a line: id, level, version, how many scenarios, and the sentence. */
export function listText(requirements: readonly Listed[]): string {
  const lines = requirements.map(({ id, level, since, text, capability, scenarios, reason }) => {
    const count = `${scenarios.length} scenario${scenarios.length === 1 ? '' : 's'}`;
    const tested = reason !== undefined ? 'reasoned' : capability === CLIENT ? 'vectors' : count;
    return `${id.padEnd(10)} ${level.padEnd(6)} ${since}  ${tested.padEnd(12)} ${text}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * All there is to know about a requirement, or about the scenario at a `file:line`.
 * @throws ConfigurationError when there is no such thing.
 */
export function explainText(what: string, ledger: Ledger, featureFolder: string): string {
  const scenarios = readScenarios(featureFolder);
  const [, file, line] = /^(.+\.feature):(\d+)$/.exec(what) ?? [];
  if (file !== undefined) return scenarioText(file, Number(line), ledger, scenarios);
  const requirement = ledger.requirements.get(what.toUpperCase());
  if (!requirement) {
    const near = nearestOf(what, ledger.requirements.keys(), 3);
    const help = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'see eccp-conformance list.';
    throw new ConfigurationError(`there is no requirement ${what}; ${help}`);
  }
  const own = scenarios.filter(({ requirements }) => requirements.includes(requirement.id));
  const { id, text, file: chapter, capability } = requirement;
  const reason = ledger.reasons.get(id);
  return [
    `${heading(requirement)}\n${text}\n${chapter}#L${requirement.line}\n`,
    ...(reason === undefined ? [] : [`not tested from outside: ${reason}\n`]),
    ...own.map((scenario) => `${scenario.file}:${scenario.line}\n${indented(scenario.text)}\n`),
    own.length > 0 ? `eccp-conformance run --url URL --tags @${id}\n` : untested(capability, reason),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function untested(capability: string | undefined, reason: string | undefined): string {
  if (capability === CLIENT) return 'eccp-conformance vectors --exec PROGRAM   (it is for client libraries)\n';
  return reason === undefined ? 'no scenario\n' : '';
}

/** @throws ConfigurationError when no scenario stands there. */
function scenarioText(path: string, line: number, ledger: Ledger, scenarios: readonly WrittenScenario[]): string {
  const files = [...new Set(scenarios.map(({ file }) => file))];
  const file =
    files.find((each) => each === path || path.endsWith(`/${each}`)) ?? files.find((each) => each.endsWith(`/${path}`));
  if (file === undefined) {
    const near = nearestOf(path, files, 1);
    throw new ConfigurationError(`there is no feature ${path}${near.length > 0 ? `; did you mean ${near[0]}?` : '.'}`);
  }
  const own = scenarios.filter((each) => each.file === file);
  const found = own.findLast((each) => each.line <= line && line <= each.end);
  if (!found)
    throw new ConfigurationError(
      `no scenario stands in ${file} at line ${line}: they begin at ${own.map((each) => each.line).join(', ')}.`,
    );
  const rules = found.requirements.flatMap((id) => ledger.requirements.get(id) ?? []);
  return [
    `${file}:${found.line}\n${indented(found.text)}\n`,
    ...rules.map((rule) => `${heading(rule)}\n${rule.text}\n${rule.file}#L${rule.line}\n`),
    `eccp-conformance run --url URL ${file}:${found.line}\n`,
  ].join('\n');
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function heading({ id, level, since, capability }: Requirement): string {
  return `${id}  ${level}, since ${since}${capability === undefined ? '' : `, for nodes that declare ${capability}`}`;
}
