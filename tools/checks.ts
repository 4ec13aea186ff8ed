// What npm test runs: everything that must hold before a change goes in, in this order, stopping at the first step that fails.
// Its last line is always `N passed, N failed`: unit tests and conformance scenarios, and a step that failed as one more failure.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Counts } from './counts.ts';
import { unitTests } from './unit-tests.ts';

const root = join(import.meta.dirname, '..');
const STEPS = [['lint'], ['types'], ['generate', '--', '--check'], ['trace']];

function npmRun(args: readonly string[]): boolean {
  console.log(`\n> npm run ${args.join(' ')}`);
  return spawnSync('npm', ['run', '--silent', ...args], { cwd: root, stdio: 'inherit' }).status === 0;
}

/**
 * Runs the suite against this node, and counts its scenarios: what was neither passed nor for this node has failed.
 *
 * @param name of the folder in report/ for the results.
 */
function conformance(name: string, args: readonly string[]): Counts {
  const out = join('report', name);
  const report = join(root, out, 'report.json');
  rmSync(report, { force: true }); // an old report must not count
  const conformant = npmRun(['conformance', '--', ...args, '--out', out]);
  const { scenarios }: { scenarios: { verdict: string; level: string }[] } = JSON.parse(readFileSync(report, 'utf8'));
  const passed = scenarios.filter(({ verdict }) => verdict === 'pass').length;
  // A SHOULD that is not met is a warning, as everywhere in the suite.
  const failed = scenarios.filter(
    ({ verdict, level }) => verdict !== 'pass' && verdict !== 'not applicable' && level !== 'SHOULD',
  ).length;
  return { passed, failed: Math.max(failed, conformant && passed > 0 ? 0 : 1) };
}

async function main(total: Counts): Promise<void> {
  const add = ({ passed, failed }: Counts) => {
    total.passed += passed;
    total.failed += failed;
  };
  for (const step of STEPS) {
    if (!npmRun(step)) return add({ passed: 0, failed: 1 });
  }
  console.log('\n> unit tests');
  add(await unitTests(root));
  if (total.failed > 0) return;
  add(conformance('open', []));
  for (const mode of ['token', 'closed']) {
    add(conformance(mode, ['--registration', mode, '--tags', `@cap-registration-${mode}`]));
  }
}

const total: Counts = { passed: 0, failed: 0 };
try {
  await main(total);
} catch (error) {
  console.error(error);
  total.failed += 1;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
