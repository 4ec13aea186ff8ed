import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const folder = join(import.meta.dirname, '../../schemas');
const ajv = new Ajv2020({ strict: true, validateFormats: false, keywords: ['x-brand'] });
for (const name of readdirSync(folder)) ajv.addSchema(JSON.parse(readFileSync(join(folder, name), 'utf8')));

/** Whether a value is as a schema of the specification says. */
export function matches(schema: string, value: unknown): boolean {
  return ajv.validate(`https://eccp.dev/schemas/${schema}.json`, value) === true;
}
