// Mutants of chapter 27: libraries, not nodes.
import { type Mutant, within } from './mutant.ts';

const key = within('src/e2ee/recovery-key.ts');

export const mutants: readonly Mutant[] = [
  key('REC-001', 'writes keys that begin with FF without hyphens', ".join('-');", ".join(key[0] === 0xff ? '' : '-');"),
  key('REC-002', 'takes the letter O for none', ".replaceAll('O', '0')", ''),
  key('REC-002', 'takes upper-case letters only', 'text.toUpperCase()', 'text'),
  key(
    'REC-003',
    'does not look at the check of a recovery key',
    'if (!checkOf(key).every(',
    'if (false && !checkOf(key).every(',
  ),
  key(
    'REC-003',
    'takes a recovery key that is too long',
    'values.length === characters',
    'values.length >= characters',
  ),
];
