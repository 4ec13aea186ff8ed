// Mutants of chapter 1.
import { type Mutant, within } from './mutant.ts';

const validation = within('src/http/validation.ts');
const COMPILER = 'export function compiler(document: Document): (operation: Operation) => Checks {';

/** Does not name a class in getVersions. */
function withoutClass(requirement: string, name: string): Mutant {
  return {
    requirement,
    breaks: `does not name ${name} among its classes`,
    wire: {
      operation: 'getVersions',
      answer: ({ body }) => {
        body.classes = body.classes.filter((one: string) => one !== name);
      },
    },
  };
}

/** Serves an optional capability that it does not declare. */
function undeclared(name: string): Mutant {
  return {
    requirement: 'CONF-006',
    breaks: `serves ${name}, which it does not declare`,
    wire: {
      operation: 'getVersions',
      answer: ({ body }) => {
        body.capabilities[name] = false;
      },
    },
  };
}

export const mutants: readonly Mutant[] = [
  withoutClass('CONF-001', 'core'),
  {
    requirement: 'CONF-002',
    breaks: 'names its newest version first',
    wire: { operation: 'getVersions', answer: ({ body }) => body.versions.reverse() },
  },
  {
    requirement: 'CONF-003',
    breaks: 'does not serve an operation of the class core',
    wire: {
      operation: 'putTyping',
      answer: (answer) => {
        answer.status = 404;
        answer.body = { errcode: 'ECCP_NOT_FOUND', error: 'There is nothing at this path.' };
      },
    },
  },
  {
    requirement: 'CONF-004',
    breaks: 'answers in a form of its own',
    wire: {
      operation: 'getHealth',
      answer: ({ body }) => {
        body.status = 'fine';
      },
    },
  },
  {
    requirement: 'CONF-005',
    breaks: 'declares aliases and does not look them up',
    wire: {
      operation: 'getAlias',
      answer: (answer) => {
        answer.status = 501;
        answer.body = { errcode: 'ECCP_CAPABILITY', error: 'The node does not keep aliases.' };
      },
    },
  },
  undeclared('aliases'),
  undeclared('directory'),
  undeclared('media'),
  validation(
    'CONF-007',
    'refuses members of a login that it does not know',
    COMPILER,
    `${COMPILER} document.components.schemas.LoginRequest.additionalProperties = false;`,
  ),
  validation(
    'CONF-008',
    'refuses query parameters that it does not know',
    'if (!wanted.has(name)) continue;',
    "if (name !== '' && !wanted.has(name)) throw badParameter(name, 'is not known');",
  ),
  withoutClass('CONF-009', 'federation'),
  withoutClass('CONF-010', 'e2ee'),
];
