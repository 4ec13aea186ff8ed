import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const folder = join(import.meta.dirname, '../../spec/vectors');

/** What every vector has. */
export interface Named {
  name: string;
  rule: string;
}

/** A file of vectors, as whoever reads it in another language gets it. */
export function load<V, File = object>(name: string): File & { about: string; vectors: (V & Named)[] } {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as File & { about: string; vectors: (V & Named)[] };
}

/** `ok`, or the errcode of what a check throws. Anything but a refusal of the protocol goes on. */
export function verdictOf(check: () => unknown): string {
  try {
    check();
    return 'ok';
  } catch (error) {
    if (error instanceof Error && 'errcode' in error) return String(error.errcode);
    throw error;
  }
}
