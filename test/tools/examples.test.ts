// Every example in the OpenAPI documents is valid under the schema that it illustrates.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const ajv = new Ajv2020({ strictTypes: false });
formats.default(ajv);
ajv.addVocabulary(['example', 'x-brand']);
for (const file of globSync('schemas/*.json', { cwd: root })) {
  ajv.addSchema(JSON.parse(readFileSync(join(root, file), 'utf8')));
}

interface Media {
  schema: { $ref?: string };
  example?: unknown;
  examples?: { [name: string]: { value?: unknown; $ref?: string } };
}

/** Everything below a node that has a schema, with where it is. */
function mediaOf(node: unknown, at: string): [string, Media][] {
  if (typeof node !== 'object' || node === null) return [];
  const own: [string, Media][] = 'schema' in node && !('in' in node) ? [[at, node as Media]] : [];
  return [...own, ...Object.entries(node).flatMap(([name, child]) => mediaOf(child, `${at}/${name}`))];
}

for (const name of ['client', 'well-known', 'federation', 'admin']) {
  test(`the examples of ${name}.yaml are valid`, () => {
    const document = parse(readFileSync(join(root, `spec/openapi/${name}.yaml`), 'utf8'));
    let checked = 0;
    const faults: string[] = [];
    for (const [at, { schema, example, examples = {} }] of mediaOf(document, name)) {
      const named = Object.values(examples).map(({ value, $ref }) =>
        $ref ? document.components.examples[$ref.split('/').at(-1) ?? ''].value : value,
      );
      const check = ajv.compile(
        schema.$ref ? { $ref: `https://eccp.dev/schemas/${schema.$ref.split('/').at(-1)}` } : schema,
      );
      for (const value of example === undefined ? named : [example, ...named]) {
        if (!check(value)) faults.push(`${at}: ${ajv.errorsText(check.errors)}`);
        checked++;
      }
    }
    assert.deepEqual(faults, []);
    assert.ok(checked > 0);
  });
}
