// The commands as they are called: what they print and how they exit.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const repository = join(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'eccp-commands-'));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'spec'));
mkdirSync(join(root, 'features'));
cpSync(join(repository, 'spec/openapi'), join(root, 'spec/openapi'), { recursive: true });
cpSync(join(repository, 'schemas'), join(root, 'schemas'), { recursive: true });
// Of chapter 4 only the catalogue, without its requirements.
const errors = readFileSync(join(repository, 'spec/04-errors.md'), 'utf8').split('\n');
writeFileSync(join(root, 'spec/04-errors.md'), errors.filter((line) => line.startsWith('|')).join('\n'));
writeFileSync(join(root, 'spec/08-rooms.md'), '- **ROOM-001** (0.1) A node MUST do it.\n');

function run(script: string, ...args: string[]): { status: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, out: stdout, error: stderr };
}

const tool = (name: string, ...args: string[]) => run(join(repository, 'tools', name), '--root', root, ...args);

test('generate writes, and its check names each file that has drifted', () => {
  const before = tool('generate.ts', '--check');
  assert.equal(before.status, 1);
  assert.equal(before.error.split('\n').length, 5, before.error);
  assert.equal(tool('generate.ts').status, 0);
  assert.deepEqual(tool('generate.ts', '--check'), { status: 0, out: '', error: '' });
  appendFileSync(join(root, 'src/generated/api.ts'), '// edited\n');
  const after = tool('generate.ts', '--check');
  assert.equal(after.status, 1);
  assert.equal(after.error, 'src/generated/api.ts is out of date: run npm run generate\n');
});

test('generate names the faults of the specification', () => {
  const chapter = join(root, 'spec/09-room-rules.md');
  writeFileSync(chapter, '- **RULE-001** (0.1) A node does it.\n');
  const { status, error } = tool('generate.ts');
  rmSync(chapter);
  assert.equal(status, 1);
  assert.equal(error, 'spec/09-room-rules.md:1: RULE-001 has 0 keywords, not 1\n');
});

test('trace prints the ledger, and fails on a fault', () => {
  writeFileSync(join(root, 'spec/ledger.yaml'), '');
  assert.equal(tool('generate.ts').status, 0);
  const orphaned = tool('trace.ts');
  assert.equal(orphaned.status, 1);
  assert.match(orphaned.error, /^spec\/08-rooms\.md:1: ROOM-001 has no scenario/m);
  assert.match(orphaned.out, /^08-rooms +1 +1 +0 +0 +1$/m);
  writeFileSync(join(root, 'spec/ledger.yaml'), 'ROOM-001: { reason: Nobody can see it. }');
  const believed = tool('trace.ts');
  assert.equal(believed.status, 1);
  assert.match(believed.error, /^spec\/ledger\.yaml: 1 of 1 rest on a reason \(100\.0 %\), and at most 5 % may$/m);
  writeFileSync(join(root, 'spec/ledger.yaml'), '');
  writeFileSync(join(root, 'features/rooms.feature'), '@ROOM-001\nFeature: F\nScenario: S\nGiven a\n');
  const { status, out } = tool('trace.ts');
  assert.equal(status, 0);
  assert.match(out, /^08-rooms +1 +1 +1 +0 +0$/m);
  assert.match(out, /^0 of 1 rest on a reason \(0\.0 %\)$/m);
  writeFileSync(join(root, 'spec/requirements.json'), '[]');
  assert.equal(tool('trace.ts').status, 1);
});

test('both tell what they do', () => {
  for (const name of ['generate.ts', 'trace.ts']) {
    const { status, out } = tool(name, '--help');
    assert.equal(status, 0);
    assert.match(out, /^Usage: npm run /);
  }
});

test('the programs say in one line that a Node is too old', () => {
  const old = join(root, 'too-old');
  cpSync(join(repository, 'bin'), join(old, 'bin'), { recursive: true });
  writeFileSync(join(old, 'package.json'), '{"type":"module","engines":{"node":">=999.1"}}');
  for (const name of ['eccp-node', 'eccp-conformance']) {
    const { status, out, error } = run(join(old, 'bin', `${name}.js`), '--help');
    assert.equal(status, 2);
    assert.equal(out, '');
    assert.match(error, new RegExp(`^${name} needs Node\\.js 999\\.1 or newer; this is [^\\n]+\\n$`));
  }
});
