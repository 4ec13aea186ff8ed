// Mutants of chapter 1.
import type { Mutant } from './mutant.ts';

export const mutants: readonly Mutant[] = [
  {
    requirement: 'CONF-001',
    breaks: 'does not name core among its classes',
    wire: { operation: 'getVersions', answer: ({ body }) => body.classes.splice(body.classes.indexOf('core'), 1) },
  },
];
