// What every command of the suite works with.
import { isAbsolute, relative } from 'node:path';
import type { RunParts } from '../run.ts';
import type { Surroundings } from '../settings/resolve.ts';

/** The streams a command writes to, and what it may do there. */
export interface Console {
  out(text: string): void;
  error(text: string): void;
  tty: boolean;
  colour: boolean;
}

/** What the commands are given. */
export interface Surface {
  console: Console;
  /** What there is to run, list and explain. */
  parts: () => RunParts;
  surroundings: Surroundings;
  /** Told the exit code, where it is not 0. */
  exit(code: number): void;
}

/** A path as short as it can be said from the working directory. */
export function shown(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
