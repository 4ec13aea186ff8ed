// The scenarios of the features as their text has them, for whoever looks one up without running it.
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from './package-root.ts';

/** A scenario as it is written. */
export interface WrittenScenario {
  /** The feature file, from the package's folder. */
  file: string;
  /** The line of its title, and its last one. */
  line: number;
  end: number;
  name: string;
  requirements: string[];
  /** From its tags to its last line. */
  text: string;
}

const TITLE = /^\s*Scenario(?: Outline)?:\s*(.*)$/;
const TAGS = /^\s*@/;

/** Reads the scenarios of a folder, or of one feature file. */
export function readScenarios(place: string): WrittenScenario[] {
  const files = statSync(place).isDirectory()
    ? globSync('**/*.feature', { cwd: place })
        .sort()
        .map((file) => join(place, file))
    : [place];
  return files.flatMap((file) => scenariosOf(relative(packageRoot, file), readFileSync(file, 'utf8')));
}

function scenariosOf(file: string, text: string): WrittenScenario[] {
  const lines = text.split('\n');
  const titles = lines.flatMap((line, index) => (TITLE.test(line) ? [index] : []));
  const feature = idsIn(
    lines.slice(
      0,
      lines.findIndex((line) => /^\s*Feature:/.test(line)),
    ),
  );
  return titles.map((title, index) => {
    const first = startOf(lines, title);
    const next = titles[index + 1];
    const last = lastOf(lines, next === undefined ? lines.length : startOf(lines, next));
    return {
      file,
      line: title + 1,
      end: last,
      name: TITLE.exec(lines[title] ?? '')?.[1] ?? '',
      requirements: [...new Set([...feature, ...idsIn(lines.slice(first, title))])],
      text: lines.slice(first, last).join('\n'),
    };
  });
}

/** The index of the first of the lines of tags before a title, or of the title. */
function startOf(lines: readonly string[], title: number): number {
  let first = title;
  while (TAGS.test(lines[first - 1] ?? '')) first--;
  return first;
}

/** The index after the last line before `end` that says something. */
function lastOf(lines: readonly string[], end: number): number {
  let last = end;
  while (last > 0 && (lines[last - 1] ?? '').trim() === '') last--;
  return last;
}

function idsIn(lines: readonly string[]): string[] {
  return lines
    .filter((line) => TAGS.test(line))
    .flatMap((line) => [...line.matchAll(/@([A-Z]+-\d+)/g)].map(([, id = '']) => id));
}

/** Whether a scenario that was played under this name is this one: an outline gives each row of its table a name of its own. */
export function isNamed({ name }: Pick<WrittenScenario, 'name'>, played: string): boolean {
  const pattern = name.split(/<[^<>]+>/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return name === played || new RegExp(`^${pattern.join('.*')}$`).test(played);
}
