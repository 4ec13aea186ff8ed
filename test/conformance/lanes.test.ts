import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { divide, type Part } from '../../conformance/lanes.ts';
import { planOf } from '../../conformance/plan.ts';
import { ownParts } from '../../conformance/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'eccp-lanes-'));
after(() => rmSync(folder, { recursive: true }));

const plain = write('plain', '');
const long = write('long', '# one more line\n');
const mixed = write('mixed', '@alone\n@waits\n');

function write(name: string, text: string): string {
  const file = join(folder, `${name}.feature`);
  writeFileSync(file, text);
  return file;
}

function told(parts: Part[]): string[] {
  return parts.map(({ path, tags }) => `${basename(path)} ${tags}`.trim());
}

test('one at a time, everything is played as it stands', () => {
  const { lanes, alone } = divide([folder, `${plain}:3`], '@x', 1);
  assert.deepEqual([lanes.map(told), alone], [[['long.feature @x', 'mixed.feature @x', 'plain.feature @x']], []]);
});

test('several at a time, the longest features first, what waits beside them, and what has to be alone alone', () => {
  const { lanes, alone } = divide([plain, long, mixed], '', 2);
  const rest = ['long.feature', 'mixed.feature not @alone and not @waits', 'plain.feature'];
  assert.deepEqual(lanes.map(told).slice(0, 1), [['mixed.feature @waits and not @alone']]);
  assert.deepEqual(
    lanes.slice(1).map((lane) => told(lane).sort()),
    [rest, rest],
  );
  assert.equal(lanes[1], lanes[2]); // each takes what comes next
  assert.deepEqual(told(alone), ['mixed.feature @alone']);
});

test('what was picked stays picked', () => {
  assert.deepEqual(told(divide([`${plain}:3`, `${plain}:9`], '@a or @b', 2).lanes[0] ?? []), [
    'plain.feature:3:9 @a or @b',
  ]);
  assert.deepEqual(told(divide([`${mixed}:3`], '@a or @b', 2).alone), ['mixed.feature:3 (@a or @b) and @alone']);
});

test('whatever stops the node, or fills its disk, is alone', async () => {
  const stopping = /^@needs-(restart|kill|full-disk)$/;
  const scenarios = await planOf([ownParts().featureFolder], '');
  const beside = scenarios.filter(({ tags }) => tags.some((tag) => stopping.test(tag)) && !tags.includes('@alone'));
  assert.deepEqual(
    beside.map(({ uri, line }) => `${uri}:${line}`),
    [],
  );
  assert.ok(scenarios.some(({ tags }) => tags.some((tag) => stopping.test(tag))));
});

test('a seed gives the features an order of its own, the same each time', () => {
  const files = (seed?: number) =>
    divide([plain, long, mixed], '', 1, seed).lanes[0]?.map(({ file }) => basename(file));
  assert.deepEqual(files(1), files(1));
  const orders = new Set(Array.from({ length: 200 }, (_, seed) => files(seed)?.join()));
  assert.equal(orders.size, 6);
  assert.deepEqual(files()?.toSorted(), files(1)?.toSorted());
});
