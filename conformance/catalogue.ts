import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from './outcome.ts';
import { packageRoot } from './package-root.ts';

/** The HTTP status of every error code. */
export type Catalogue = ReadonlyMap<string, number>;

/** Reads the catalogue from its one definition: the table of chapter 4. */
export function loadCatalogue(file = join(packageRoot, 'spec/04-errors.md')): Catalogue {
  const rows = readFileSync(file, 'utf8').matchAll(/^\| `(ECCP_[A-Z_]+)` \| (\d{3}) \|/gm);
  const catalogue = new Map([...rows].map(([, code = '', status]) => [code, Number(status)]));
  if (catalogue.size === 0) throw new HarnessError(`${file} has no table of error codes`);
  return catalogue;
}
