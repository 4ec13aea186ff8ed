// What npm test runs: everything that must hold before a change goes in: what looks at files, then what runs them if nothing was found.
// Its last line is always `N passed, N failed`: unit tests and conformance scenarios, and a step that failed as one more failure.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Counts } from './counts.ts';
import { unitTests } from './unit-tests.ts';

const root = join(import.meta.dirname, '..');
const LOOKS = [['lint'], ['types'], ['generate', '--', '--check'], ['trace']];

/** Runs a script of package.json, and prints what it says once it has ended. @returns whether it succeeded. */
async function npmRun(args: readonly string[]): Promise<boolean> {
  const start = performance.now();
  const script = spawn('npm', ['run', '--silent', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [script.stdout, script.stderr])
    stream.setEncoding('utf8').on('data', (text) => (printed += text));
  const [code] = (await once(script, 'close')) as [number | null];
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`\n> npm run ${args.join(' ')}\n${printed.trimEnd()}\n${code === 0 ? '✔' : '✖'} ${seconds} s`);
  return code === 0;
}

/**
 * Runs the suite against this node, and counts its scenarios: what was neither passed nor for this node has failed.
 *
 * @param name of the folder in report/ for the results.
 */
async function conformance(name: string, args: readonly string[]): Promise<Counts> {
  const out = join('report', name);
  const report = join(root, out, 'report.json');
  rmSync(report, { force: true }); // an old report must not count
  const conformant = await npmRun(['conformance', '--', ...args, '--out', out]);
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
  const looks = await Promise.all(LOOKS.map((args) => npmRun(args)));
  add({ passed: 0, failed: looks.filter((isGood) => !isGood).length });
  if (total.failed > 0) return;
  // Test files and scenarios wait for nodes much of their time: side by side they need little more than one of the two.
  const open = conformance('open', ['--two-nodes']);
  open.catch(() => undefined); // where the unit tests fail, nobody asks
  console.log('\n> unit tests');
  add(await unitTests(root));
  if (total.failed > 0) return;
  add(await open);
  add(await conformance('tls', ['--tls', '--two-nodes', '--tags', '@tls-peers or @two-nodes']));
  for (const mode of ['token', 'closed']) {
    add(await conformance(mode, ['--registration', mode, '--tags', `@cap-registration-${mode}`]));
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
process.exit(total.failed > 0 ? 1 : 0); // whatever still runs is ended by who started this
