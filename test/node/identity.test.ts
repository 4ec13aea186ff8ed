// A node goes on as who it was, or not at all.
import { strict as assert } from 'node:assert';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runToEnd, startProcess } from './node-process.ts';

const pem = 'signing-key.pem';
const chain = 'key-documents.json';
let directory: string;
/** The data directory of a node that has served. */
let served: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'eccp-identity-'));
  served = join(directory, 'served');
  const node = await startProcess(served);
  assert.equal(await node.end('SIGTERM'), 0);
});

after(() => rm(directory, { recursive: true }));

function serve(data: string): Promise<{ code: number | null; output: string }> {
  const name = ['--server-name', 'node.test', '--public-base-url', 'http://node.test'];
  const rest = ['--bootstrap-admin', 'admin@node.test', '--data-dir', data, '--listen', '127.0.0.1:0'];
  return runToEnd(['serve', ...name, ...rest]);
}

const losses: [string, string[], RegExp][] = [
  ['its keys', [pem, chain], /signing-key\.pem and .*key-documents\.json are missing/],
  ['its signing key', [pem], /signing-key\.pem is missing/],
  ['its key documents', [chain], /key-documents\.json is missing/],
];

for (const [what, files, says] of losses) {
  test(`a node that has lost ${what} asks for a backup, and makes no new identity`, { timeout: 20_000 }, async () => {
    const data = join(directory, what.replaceAll(' ', '-'));
    await cp(served, data, { recursive: true });
    for (const file of files) await rm(join(data, 'keys', file));
    const left = await readdir(join(data, 'keys'));
    const { code, output } = await serve(data);
    assert.equal(code, 1);
    assert.match(output, says);
    assert.match(output, /restore .* from a backup/);
    assert.deepEqual(await readdir(join(data, 'keys')), left, 'nothing was written');
  });
}

test('key documents without their key are no new node, though its store is empty', { timeout: 20_000 }, async () => {
  const data = join(directory, 'chain-alone');
  await mkdir(join(data, 'keys'), { recursive: true });
  await cp(join(served, 'keys', chain), join(data, 'keys', chain));
  const { code, output } = await serve(data);
  assert.equal(code, 1);
  assert.match(output, /signing-key\.pem is missing/);
  assert.deepEqual(await readdir(join(data, 'keys')), [chain]);
});

test('a first boot that ended between its two files is gone on with', async () => {
  const data = join(directory, 'half');
  await mkdir(join(data, 'keys'), { recursive: true });
  await cp(join(served, 'keys', pem), join(data, 'keys', pem));
  const node = await startProcess(data);
  assert.equal(await node.end('SIGTERM'), 0);
  assert.equal(await readFile(join(data, 'keys', pem), 'utf8'), await readFile(join(served, 'keys', pem), 'utf8'));
  assert.deepEqual((await readdir(join(data, 'keys'))).toSorted(), [chain, pem]);
});

test('a damaged key file is named in a line for the operator; the log has the cause', async () => {
  const data = join(directory, 'damaged');
  await cp(served, data, { recursive: true });
  await writeFile(join(data, 'keys', chain), '[{');
  const { code, output } = await serve(data);
  assert.equal(code, 1);
  assert.match(output, /^eccp-node: .*key-documents\.json cannot be used: restore it from a backup$/m);
  const line = output.split('\n').find((text) => text.startsWith('{') && text.includes('not started')) ?? '{}';
  const { level, err } = JSON.parse(line);
  assert.equal(level, 50);
  assert.match(err?.stack, /caused by: SyntaxError: .*JSON/);
});
