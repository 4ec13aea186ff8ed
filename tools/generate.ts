// npm run generate: everything that is derived from spec/ and schemas/. With --check it writes nothing and fails on drift.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiTypes } from './api-types.ts';
import { catalogue, errorsModule, unknownCodes } from './error-catalogue.ts';
import { bundleDocuments } from './openapi.ts';
import { readChapters, requirementsOf } from './requirements.ts';

const HELP = `Usage: npm run generate [-- --check]

Derives from spec/ and schemas/:
  src/generated/openapi.json   the OpenAPI documents, merged, with every schema inside
  src/generated/api.ts         their TypeScript types
  src/generated/errors.ts      the error catalogue
  spec/requirements.json       every requirement of the specification

  --check   write nothing; fail and name each file that is not what would be written
  --help    this text
`;

/** The generated files of a checkout: path below `root` → text. Throws an Error that names every fault of the sources. */
async function generated(root: string): Promise<Map<string, string>> {
  const chapters = readChapters(join(root, 'spec'));
  const requirements = requirementsOf(chapters);
  const errors = catalogue(chapters);
  const openapi = await bundleDocuments(
    ['client', 'well-known', 'federation', 'admin'].map((name) => join(root, `spec/openapi/${name}.yaml`)),
  );
  const document = json(openapi);
  const unknown = unknownCodes(errors, [...chapters, { file: 'spec/openapi', text: document }]);
  if (unknown.length > 0) throw new Error(unknown.join('\n'));
  return new Map([
    ['spec/requirements.json', json(requirements)],
    ['src/generated/errors.ts', errorsModule(errors)],
    ['src/generated/openapi.json', document],
    ['src/generated/api.ts', await apiTypes(openapi)],
  ]);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, help: { type: 'boolean' }, root: { type: 'string' } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const root = values.root ?? join(import.meta.dirname, '..');
  const stale = [...(await generated(root))].filter(([file, text]) => read(join(root, file)) !== text);
  for (const [file, text] of stale) {
    if (values.check) {
      console.error(`${file} is out of date: run npm run generate`);
      continue;
    }
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    console.log(`wrote ${file}`);
  }
  return values.check && stale.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
