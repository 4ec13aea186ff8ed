// The suite outside of this repository: as a package in an empty folder, which GitLab's CI installs, and as a GitHub Action.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { temporaryFolder } from './report-fixture.ts';
import { startStub } from './stub-node.ts';

const root = join(import.meta.dirname, '..', '..');
/** What every run here plays: one scenario, which the stub passes. */
const ONE = '@DISC-011';

interface Step {
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
}

describe('outside of the repository', () => {
  const folder = temporaryFolder();
  const installed = join(folder, 'installed');
  let stub: Awaited<ReturnType<typeof startStub>>;
  let tarball: string;

  before(async () => {
    stub = await startStub();
    const packed = join(folder, 'packed');
    mkdirSync(packed);
    await done(`npm pack --silent --pack-destination "${packed}"`, root);
    const [name] = readdirSync(packed);
    tarball = join(packed, name ?? '');
  });
  after(async () => {
    await stub.stop();
    rmSync(folder, { recursive: true });
  });

  test('the job for GitLab installs the suite, runs it and leaves what its artifacts name', async () => {
    const job = (read('conformance/ci/gitlab.yml') as Record<string, unknown>)['eccp-conformance'] as {
      variables: Record<string, string>;
      script: string[];
      artifacts: { paths: string[]; reports: { junit: string } };
    };
    const env = {
      ...job.variables,
      ECCP_PACKAGE: tarball,
      ECCP_CONFORMANCE_URL: stub.url,
      ECCP_CONFORMANCE_TAGS: ONE,
    };
    mkdirSync(installed);
    const [install = '', run = '', badge = ''] = job.script;
    await done(install, installed, env);
    await done(run, installed, env);
    assert.match((await shell(badge, installed, env)).out, /it is of a selection/);
    for (const path of [...job.artifacts.paths, job.artifacts.reports.junit])
      assert.ok(existsSync(join(installed, path)), path);
    assert.equal(job.variables.ECCP_PACKAGE, `eccp@${(read('package.json') as { version: string }).version}`);
  });

  test('the package that was installed there has all that the suite needs, and runs in any folder', async () => {
    rmSync(join(installed, 'node_modules/eccp/dist/src'), { recursive: true }); // the suite does without the node
    const files = readdirSync(join(installed, 'node_modules/eccp'), { recursive: true }).map(String);
    const sources = files.filter((file) => /\.ts$/.test(file) && !/\.d\.ts$|^node_modules/.test(file));
    assert.deepEqual(sources, [], 'it ships no TypeScript, which Node.js would not run there');
    const elsewhere = join(installed, 'some/where');
    mkdirSync(elsewhere, { recursive: true });
    const { code, out } = await shell(
      `npx --no-install eccp-conformance run --url ${stub.url} --tags ${ONE}`,
      elsewhere,
    );
    assert.equal(code, 0, out);
    assert.deepEqual(readdirSync(join(elsewhere, 'report')).sort(), [
      'junit.xml',
      'report.html',
      'report.json',
      'summary.md',
    ]);
    for (const command of ['verify-report report/report.json', 'explain ROOM-011', 'list', '--version'])
      await done(`npx --no-install eccp-conformance ${command}`, elsewhere);
    const schema = `import('eccp/report.schema.json', { with: { type: 'json' } }).then((it) => process.stdout.write(it.default.title))`;
    assert.match((await shell(`node -e "${schema}"`, elsewhere)).out, /Conformance report/);
  });

  test('the GitHub Action installs the suite, runs it and tells the result', async () => {
    const action = join(folder, 'action');
    for (const part of ['bin', 'conformance', 'features', 'schemas', 'spec', 'package.json', 'package-lock.json'])
      cpSync(join(root, part), join(action, part), { recursive: true });
    const { inputs, runs } = read('action.yml') as {
      inputs: Record<string, { default?: string }>;
      runs: { steps: Step[] };
    };
    const given: Record<string, string> = { url: stub.url, arguments: `--tags ${ONE}`, badge: 'badge.svg' };
    const values = new Map(Object.entries(inputs).map(([name, input]) => [name, given[name] ?? input.default ?? '']));
    const work = join(folder, 'github');
    const summary = join(folder, 'step-summary.md');
    mkdirSync(work);
    const codes: number[] = [];
    for (const { run, env = {} } of runs.steps) {
      if (run === undefined) continue; // a step of GitHub's own
      assert.doesNotMatch(run, /\$\{\{/, 'what is given reaches the shell by the environment only');
      const filled = Object.entries(env).map(([name, text]) => [
        name,
        text.replace(/^\$\{\{ inputs\.([\w-]+) \}\}$/, (_, input: string) => values.get(input) ?? 'no such input'),
      ]);
      const { code, out } = await shell(run, work, {
        ...(Object.fromEntries(filled) as Record<string, string>),
        GITHUB_ACTION_PATH: action,
        GITHUB_STEP_SUMMARY: summary,
      });
      codes.push(code);
      if (codes.length === 2) assert.match(out, /conformant in this part/);
      if (codes.length === 4) assert.match(out, /no badge for eccp-report\/report\.json: it is of a selection/);
    }
    assert.deepEqual(codes, [0, 0, 0, 1]);
    assert.match(readFileSync(summary, 'utf8'), /conformant in this part/);
    assert.ok(existsSync(join(work, 'eccp-report/report.html')));
  });
});

function read(file: string): unknown {
  return parse(readFileSync(join(root, file), 'utf8'));
}

/** Runs a script as CI does, in bash that stops at the first error. @returns its exit code and all that it printed. */
async function shell(
  script: string,
  cwd: string,
  env: Record<string, string> = {},
): Promise<{ code: number; out: string }> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    env: { ...process.env, npm_config_prefer_offline: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (out += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, out };
}

/** As `shell`, for what has to succeed. */
async function done(script: string, cwd: string, env: Record<string, string> = {}): Promise<void> {
  const { code, out } = await shell(script, cwd, env);
  assert.equal(code, 0, `${script}\n${out}`);
}
