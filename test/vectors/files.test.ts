// The files themselves: made by the tool alone, of one form, and described.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parseStrict } from '../../src/core/canonical-json.ts';
import { errors } from '../../src/generated/errors.ts';
import { folder, load } from './load.ts';

interface Expecting {
  expected?: string | { [part: string]: string };
}

const repository = join(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'eccp-vectors-'));
after(() => rmSync(root, { recursive: true }));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

function tool(...args: string[]): { status: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, 'tools/vectors.ts'), ...args], {
    encoding: 'utf8',
  });
  return { status, out: stdout, error: stderr };
}

describe('tools/vectors', () => {
  test('would write what is there', () => {
    assert.deepEqual(tool('--check'), { status: 0, out: '', error: '' });
  });

  test('names what has drifted and what nothing makes, and writes the former again', () => {
    mkdirSync(join(root, 'spec'));
    cpSync(folder, join(root, 'spec/vectors'), { recursive: true });
    const file = join(root, 'spec/vectors/hashes.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"hash": "U', '"hash": "V'));
    writeFileSync(join(root, 'spec/vectors/odd.json'), '{}');
    const check = tool('--root', root, '--check');
    assert.equal(check.status, 1);
    assert.equal(
      check.error,
      'spec/vectors/hashes.json is out of date: run npm run vectors\nspec/vectors/odd.json is made by nothing\n',
    );
    assert.equal(tool('--root', root).status, 1);
    assert.equal(readFileSync(file, 'utf8'), text);
    rmSync(join(root, 'spec/vectors/odd.json'));
    assert.deepEqual(tool('--root', root, '--check'), { status: 0, out: '', error: '' });
  });

  test('writes into an empty checkout', () => {
    const empty = join(root, 'empty');
    mkdirSync(empty);
    assert.equal(tool('--root', empty).status, 0);
    for (const name of files)
      assert.equal(readFileSync(join(empty, 'spec/vectors', name), 'utf8'), readFileSync(join(folder, name), 'utf8'));
  });

  test('tells what it does', () => {
    const { status, out } = tool('--help');
    assert.equal(status, 0);
    assert.match(out, /^Usage: npm run vectors/);
  });
});

describe('the files', () => {
  const requirements = JSON.parse(readFileSync(join(repository, 'spec/requirements.json'), 'utf8')) as { id: string }[];
  const ids = new Set(requirements.map(({ id }) => id));
  /** The codes of what clients refuse stand in the table of section 23.1. */
  const chapter = readFileSync(join(repository, 'spec/23-handshake.md'), 'utf8');
  const clientCodes = [...chapter.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');

  for (const name of files) {
    test(`${name} keeps the rules of chapter 2 itself, and is described`, () => {
      parseStrict(readFileSync(join(folder, name)));
      assert.ok(readme.includes(`## ${name}`), `README.md says nothing of ${name}`);
    });
    if (name === 'room-log.json') continue; // of another form: one log with what is hashed on the way
    test(`${name} says what it is about, and each vector its name, its rule and what to expect`, () => {
      const { about, vectors } = load<Expecting & { steps?: Expecting[] }>(name);
      assert.match(about, /^[A-Z].*\.$/);
      assert.equal(new Set(vectors.map((vector) => vector.name)).size, vectors.length, 'a name occurs twice');
      for (const { name: vector, rule, steps = [], expected = 'ok' } of vectors) {
        assert.ok(ids.has(rule), `${vector}: there is no ${rule}`);
        const verdicts = typeof expected === 'string' ? [expected] : Object.values(expected);
        for (const verdict of [...verdicts, ...steps.map(({ expected = 'ok' }) => String(expected))])
          assert.ok(
            ['ok', ...clientCodes, ...(name === 'audit.json' ? ['refused'] : [])].includes(verdict) ||
              verdict in errors,
            `${vector}: ${verdict}`,
          );
      }
    });
  }
});
