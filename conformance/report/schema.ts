import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from './schema.json' with { type: 'json' };

const check = new Ajv2020({ validateFormats: false }).compile(schema);

/** Why something is no report of the current format, or `undefined` when it is one. */
export function schemaProblem(json: unknown): string | undefined {
  if (check(json)) return undefined;
  const [error] = check.errors ?? [];
  return `${error?.instancePath || '/'} ${error?.message}`;
}
