import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { packageRoot } from '../package-root.ts';
import { fromBase64url } from '../wire/hash.ts';
import { Refusal } from './refusal.ts';

const ajv = new Ajv2020({ strict: true, validateFormats: false, keywords: ['x-brand'] });
const folder = join(packageRoot, 'schemas');
for (const name of readdirSync(folder)) ajv.addSchema(JSON.parse(readFileSync(join(folder, name), 'utf8')));

/** Refuses what is not as a schema of the specification says. @throws Refusal malformed */
export function requireForm(schema: string, value: unknown): void {
  if (ajv.validate(`https://eccp.dev/schemas/${schema}.json`, value) === true) return;
  throw new Refusal('malformed', `no ${schema}: ${ajv.errorsText()}`);
}

/** The bytes of base64url text. @throws Refusal malformed */
export function bytes(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (error) {
    throw new Refusal('malformed', String(error));
  }
}
