// What of a selection is played side by side, and what has to be alone.
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** What Cucumber plays in one go, a scenario after the other. */
export interface Part {
  file: string;
  /** The file, with `:line` for what was picked of it. */
  path: string;
  tags: string;
}

/** What is played. Lanes are side by side and may share a list, of which each takes what comes next; `alone` comes before them, while the node has little to do. */
export interface Division {
  lanes: Part[][];
  alone: Part[];
}

/** Changes or watches what all scenarios share, such as the policy of the node. */
const ALONE = '@alone';
/** Waits for long, and does little else. */
const WAITS = '@waits';

/**
 * Divides a selection.
 * @param features files, folders or `file.feature:line`; absolute.
 * @param tags a tag expression; empty selects everything.
 * @param parallel how many scenarios there may be at a time. Those that only wait come on top of that, unless it is 1.
 * @param seed shuffles the features; absent, they come as they are named, or, where several are played at a time, the longest first.
 */
export function divide(features: readonly string[], tags: string, parallel: number, seed?: number): Division {
  const parts = seed === undefined ? partsOf(features, tags) : shuffled(partsOf(features, tags), seed);
  if (parallel <= 1) return { lanes: [parts], alone: [] };
  const texts = new Map(parts.map(({ file }) => [file, readFileSync(file, 'utf8')]));
  const has = (part: Part, tag: string) => texts.get(part.file)?.includes(tag) ?? false;
  const only = (part: Part, extra: string) => ({ ...part, tags: tags === '' ? extra : `(${tags}) and ${extra}` });
  const length = ({ file }: Part) => texts.get(file)?.length ?? 0;
  const longestFirst = (a: Part, b: Part) => length(b) - length(a); // so that no long one is left for the end
  const others = (seed === undefined ? parts.toSorted(longestFirst) : parts).map((part) => {
    const left = [ALONE, WAITS].filter((tag) => has(part, tag));
    return left.length === 0 ? part : only(part, left.map((tag) => `not ${tag}`).join(' and '));
  });
  const waiting = parts.filter((part) => has(part, WAITS));
  return {
    lanes: [
      ...waiting.map((part) => [only(part, `${WAITS} and not ${ALONE}`)]),
      ...Array.from({ length: parallel }, () => others),
    ],
    alone: parts.filter((part) => has(part, ALONE)).map((part) => only(part, ALONE)),
  };
}

/** In an order that follows from the seed alone. */
function shuffled(parts: readonly Part[], seed: number): Part[] {
  const name = (path: string) => path.split(sep).slice(-2).join('/'); // the same wherever the package is installed
  const key = ({ path }: Part) =>
    createHash('sha256')
      .update(`${seed} ${name(path)}`)
      .digest('hex');
  return parts.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** A part for each file. */
function partsOf(features: readonly string[], tags: string): Part[] {
  const picked = new Map<string, string>();
  for (const feature of features) {
    const [, path = '', lines = ''] = /^(.*?)((?::\d+)*)$/.exec(feature) ?? [];
    const files = path.endsWith('.feature') ? [path] : globSync('**/*.feature', { cwd: path }).sort();
    for (const file of files) {
      const whole = path.endsWith('.feature') ? file : join(path, file);
      const before = picked.get(whole);
      picked.set(whole, before === '' || lines === '' ? '' : `${before ?? ''}${lines}`);
    }
  }
  return [...picked].map(([file, lines]) => ({ file, path: `${file}${lines}`, tags }));
}
