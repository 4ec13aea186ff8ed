// Runs test/**/*.test.ts, several files at a time, and prints a line for each: a file with a failure is printed in full.
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { type EventData, run } from 'node:test';
import { spec } from 'node:test/reporters';
import type { Counts } from './counts.ts';

/** Milliseconds after which one test file is given up: far more than any needs, far less than CI waits. */
const FILE_TIMEOUT = 400_000;
/** As many as there are cores: while one waits, the conformance suite runs beside them. */
const FILES_AT_ONCE = 2;
/** The folders with the longest ones; begun first, none of them is left running alone at the end. */
const FIRST = ['test/node/', 'test/network/', 'test/services/'];

/** Runs all test files. A run without a single test counts as a failure. @param root the repository. */
export async function unitTests(root: string): Promise<Counts> {
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/tests'); // most of what a file loads, others have loaded before it
  const files = globSync('test/**/*.test.ts', { cwd: root, exclude: ['test/system/**'] }).sort(
    (a, b) => rank(a) - rank(b) || a.localeCompare(b),
  );
  const total: Counts = { passed: 0, failed: files.length > 0 ? 0 : 1 };
  const workers = Array.from({ length: FILES_AT_ONCE }, async () => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      const { passed, failed } = await runFile(root, file);
      total.passed += passed;
      total.failed += failed;
    }
  });
  await Promise.all(workers);
  return total;
}

function rank(file: string): number {
  const place = FIRST.findIndex((folder) => file.startsWith(folder));
  return place < 0 ? FIRST.length : place;
}

/** Runs one file in a process of its own. One that is without a test has failed. */
async function runFile(cwd: string, file: string): Promise<Counts> {
  const start = performance.now();
  const counts: Counts = { passed: 0, failed: 1 };
  const report = spec();
  const printed: string[] = [];
  const remarks: string[] = [];
  const tests = run({ cwd, files: [file], concurrency: 1, timeout: FILE_TIMEOUT });
  tests.on('test:summary', (summary: EventData.TestSummary) => {
    if (summary.file === undefined) return; // of the run, where a file without tests is a test that passed
    const { tests: all, passed, skipped, todo } = summary.counts;
    counts.passed = passed;
    counts.failed = Math.max(all - passed - skipped - todo, summary.success && passed > 0 ? 0 : 1);
  });
  tests.on('test:diagnostic', ({ file: from, message }) => {
    if (from !== undefined) remarks.push(message);
  });
  tests.compose(report).on('data', (text: string) => printed.push(text));
  await once(report, 'end');
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (counts.failed > 0) console.log(printed.join(''));
  console.log(
    `${counts.failed > 0 ? '✖' : '✔'} ${file}: ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`,
  );
  if (counts.failed === 0) for (const remark of remarks) console.log(`  ${remark}`);
  return counts;
}
