import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from './outcome.ts';
import type { Ledger, Requirement } from './requirements.ts';

/** What client libraries have to do: no node shows it, and vectors check it. */
const CLIENT = 'e2ee-client';

/** Every requirement on a line: id, level, version, how many scenarios, and the sentence. */
export function listText(ledger: Ledger, featureFolder: string): string {
  const places = scenariosById(featureFolder);
  const lines = [...ledger.requirements.values()].map(({ id, level, since, text, capability }) => {
    const count = places.get(id)?.length ?? 0;
    const scenarios = capability === CLIENT ? 'vectors' : `${count} scenario${count === 1 ? '' : 's'}`;
    const tested = ledger.reasons.has(id) ? 'reasoned' : scenarios;
    return `${id.padEnd(10)} ${level.padEnd(6)} ${since}  ${tested.padEnd(12)} ${text}`;
  });
  return `${lines.join('\n')}\n`;
}

/** All there is to know about one requirement. @throws ConfigurationError when there is no such requirement. */
export function explainText(id: string, ledger: Ledger, featureFolder: string): string {
  const requirement = ledger.requirements.get(id.toUpperCase());
  if (!requirement) throw new ConfigurationError(`there is no requirement ${id}; see eccp-conformance list.`);
  const reason = ledger.reasons.get(requirement.id);
  const places = scenariosById(featureFolder).get(requirement.id) ?? [];
  const tested = reason === undefined ? places : [`not tested from outside: ${reason}`];
  return `${heading(requirement)}\n${requirement.text}\n${requirement.file}#L${requirement.line}\n${tested.join('\n') || (requirement.capability === CLIENT ? 'vectors, of client libraries' : 'no scenario')}\n`;
}

function heading({ id, level, since, capability }: Requirement): string {
  return `${id}  ${level}, since ${since}${capability === undefined ? '' : `, for nodes that declare ${capability}`}`;
}

/** The scenarios, as `file:line name`, by the requirements in their tags. */
function scenariosById(folder: string): Map<string, string[]> {
  const result = new Map<string, string[]>();
  for (const file of globSync('**/*.feature', { cwd: folder }).sort()) {
    let ids: string[] = [];
    for (const [index, line] of readFileSync(join(folder, file), 'utf8').split('\n').entries()) {
      if (/^\s*@/.test(line)) ids.push(...[...line.matchAll(/@([A-Z]+-\d+)/g)].map(([, id = '']) => id));
      const [, name] = /^\s*Scenario(?: Outline)?:\s*(.*)$/.exec(line) ?? [];
      if (name === undefined) continue;
      for (const id of ids) result.set(id, [...(result.get(id) ?? []), `features/${file}:${index + 1}  ${name}`]);
      ids = [];
    }
  }
  return result;
}
