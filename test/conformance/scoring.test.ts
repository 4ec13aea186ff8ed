// What a run is scored by: a version, profiles, a baseline; and in which order it goes, and how far.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Report } from '../../conformance/report/envelope.ts';
import { loadLedger, type Requirement } from '../../conformance/requirements.ts';
import { PROFILES } from '../../conformance/scope.ts';
import { command, parts, reportOf, temporaryFolder } from './report-fixture.ts';
import { type SmallNode, startSmallNode } from './small-node.ts';

const FEATURE = 'test/conformance/features/scoring.feature';
const requirement = (number: number, more: Partial<Requirement> = {}): [string, Requirement] => {
  const id = `STUB-05${number}`;
  const place = { chapter: '01', file: 'spec/01-stub.md', line: number };
  return [id, { id, level: 'MUST', since: '0.1', text: `Sentence ${number}.`, ...place, ...more }];
};
const suite = {
  ...parts,
  featureFolder: join(import.meta.dirname, 'features', 'scoring.feature'),
  ledger: {
    ...parts.ledger,
    requirements: new Map([
      requirement(1),
      requirement(2),
      requirement(3, { capability: 'media' }),
      requirement(4, { since: '0.2' }),
      requirement(5),
    ]),
    reasons: new Map(),
  },
};
const folder = temporaryFolder();
after(() => rmSync(folder, { recursive: true }));

const verdicts = ({ requirements }: Pick<Report, 'requirements'>) =>
  Object.fromEntries(requirements.map(({ id, verdict }) => [id, verdict]));

/** A report that the suite itself finds consistent. */
async function run(url: string, ...argv: string[]): Promise<Report & { code: number; out: string; error: string }> {
  const done = await command(['run', '--out', folder, '--url', url, ...argv], suite);
  const report = await reportOf(folder, url, argv, suite);
  const verified = await command(['verify-report', join(folder, 'report.json')], suite);
  assert.equal(verified.code, 0, verified.error);
  return { ...report, ...done };
}

describe('a node of two versions, without media', () => {
  let node: SmallNode;
  before(async () => {
    node = await startSmallNode({ versions: ['0.1', '0.2'] });
  });
  after(async () => await node.stop());

  test('is scored by all that it declares', async () => {
    const { result, spec, out } = await run(node.url);
    assert.equal(spec.version, '0.2');
    assert.match(result.conclusion, /^ECCP 0\.2 core: 1\/4 requirements, not conformant$/);
    assert.doesNotMatch(out, /not scored/);
  });

  test('with --spec is scored by that version, and what came later runs unscored', async () => {
    const { code, result, spec, requirements, out } = await run(
      node.url,
      '--spec',
      '0.1',
      '--tags',
      '@STUB-051 or @STUB-054',
    );
    assert.equal(code, 0, out);
    assert.equal(spec.version, '0.1');
    assert.match(result.conclusion, /^ECCP 0\.1 core: 1\/1 requirements, conformant in this part$/);
    const later = requirements.find(({ id }) => id === 'STUB-054');
    assert.deepEqual([later?.verdict, later?.unscored], ['fail', true]);
    assert.match(out, /^fail, not scored {2}fails, and is of a later version/m);
    assert.match(out, /^1 not scored: they are about later versions than 0\.1; 0 of them pass$/m);
  });

  test('verifies nothing where all is of later versions', async () => {
    assert.equal((await run(node.url, '--spec', '0.1', '--tags', '@STUB-054')).code, 3);
  });

  test('with --profile is scored by that, and what is outside is left out', async () => {
    const media = await startSmallNode({ capabilities: { media: true } });
    const core = await run(media.url, '--profile', 'core');
    await media.stop();
    assert.equal(verdicts(core)['STUB-053'], 'not applicable');
    assert.match(core.out, /^1 not applicable: outside --profile core: it depends on media$/m);
    assert.match(core.result.conclusion, /^ECCP 0\.1 core: 1\/3 requirements, not conformant$/);
  });

  test('does not conform to a profile that it does not declare, which is said once', async () => {
    const { code, result, out, ...report } = await run(
      node.url,
      '--profile',
      'media',
      '--tags',
      '@STUB-051 or @STUB-053',
    );
    assert.equal(code, 1);
    assert.equal(result.conformant, false);
    assert.equal(verdicts(report)['STUB-053'], 'not testable');
    assert.match(out, /expected {2}the node to declare media, which --profile asks for/);
    assert.match(result.conclusion, /media not declared, not conformant$/);
    assert.equal((await run(node.url, '--profile', 'media', '--tags', '@STUB-051')).code, 1);
  });

  test('does not conform to a version that it does not declare', async () => {
    const old = await startSmallNode({ versions: ['0.1'] });
    const { code, result, out, ...report } = await run(old.url, '--spec', '0.2', '--tags', '@STUB-051 or @STUB-054');
    await old.stop();
    assert.equal(code, 1);
    assert.equal(verdicts(report)['STUB-054'], 'not testable');
    assert.match(
      result.conclusion,
      /^ECCP 0\.2 core: 1\/2 requirements, the version 0\.2 not declared, not conformant$/,
    );
    assert.match(out, /the node to declare the version 0\.2, which --spec asks for/);
  });

  test('is not run by versions and profiles that there are not', async () => {
    const cases: [string[], RegExp][] = [
      [['--spec', '0.3'], /--spec 0\.3: this suite knows 0\.1, 0\.2 .* drafts, and all/],
      [['--profile', 'federaton'], /there is no such profile; did you mean federation\?/],
      [['--profile', 'core,zzzzzzzz'], /--profile zzzzzzzz: there is no such profile; there are core, federation/],
      [['--seed', 'x'], /--seed takes a whole number/],
    ];
    for (const [argv, says] of cases) {
      const { code, error } = await command(['run', '--url', node.url, '--out', folder, ...argv], suite);
      assert.equal(code, 2);
      assert.match(error, says);
      assert.equal(error.trim().split('\n').length, 1, error);
    }
  });

  test('--fail-fast stops at the first failure, and leaves the rest out', async () => {
    const { code, scenarios, run: told, out } = await run(node.url, '--fail-fast');
    assert.equal(code, 1);
    assert.deepEqual(
      scenarios.map(({ verdict }) => verdict),
      ['pass', 'fail'],
    );
    assert.ok(told.stopped && told.partial);
    assert.match(out, /^Stopped at the first failure, as --fail-fast asks\.$/m);
    const whole = await run(node.url, '--fail-fast', '--tags', '@STUB-051');
    assert.equal(whole.run.stopped, false);
  });

  test('--seed gives an order that one number gives again, and the same verdicts', async () => {
    const places = ({ out }: { out: string }) =>
      [...out.matchAll(/^fail .*feature:(\d+)\)$/gm)].map(([, line]) => line);
    const [plain, one, again] = [
      await run(node.url),
      await run(node.url, '--seed', '3'),
      await run(node.url, '--seed', '3'),
    ];
    assert.deepEqual(places(one), places(again));
    assert.notDeepEqual(places(one), places(plain));
    assert.deepEqual(verdicts(one), verdicts(plain));
    assert.equal(places(one).length, 4);
  });
});

describe('a baseline', () => {
  const file = join(folder, 'baseline.yaml');
  let node: SmallNode;
  before(async () => {
    node = await startSmallNode();
  });
  after(async () => await node.stop());

  const rest = 'reason: "We know."\n    link: https://example.org/1\n    expires: 2999-12-31\n';
  const entry = (what: string, more = rest) => `  - ${what}\n    ${more}`;
  const all = [entry('requirement: STUB-052'), entry(`feature: ${FEATURE}\n    scenario: "fails in each row: <word>"`)];
  async function baselined(entries: string[], ...argv: string[]) {
    writeFileSync(file, `failures:\n${entries.join('')}`);
    return await run(node.url, '--baseline', file, ...argv);
  }

  test('keeps failures from failing the run, and makes nothing conformant', async () => {
    const { code, result, requirements, out } = await baselined(all);
    assert.equal(code, 0, out);
    assert.equal(result.conformant, false);
    assert.match(result.conclusion, /1\/3 requirements, 2 known failures, conformant but for what the baseline knows$/);
    const row = requirements.find(({ id }) => id === 'STUB-052');
    assert.deepEqual([row?.verdict, row?.known], ['fail', true]);
    assert.match(
      out,
      /^fail, known until 2999-12-31 {2}fails {2}\(.*scoring\.feature:10\)\n {2}We know\. {2}https:\/\/example\.org\/1$/m,
    );
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    assert.match(page, /fail \(known\)<\/span> <b>STUB-052<\/b>/);
    assert.match(page, /<p>Known: We know\. \(https:\/\/example\.org\/1, until 2999-12-31\)<\/p>/);
    const badge = join(folder, 'badge.svg');
    assert.match(
      (await command(['badge', join(folder, 'report.json'), '--out', badge], suite)).out,
      /1\/3, not conformant/,
    );
  });

  test('knows of nothing else', async () => {
    const { code, result } = await baselined(all.slice(0, 1));
    assert.equal(code, 1);
    assert.match(result.conclusion, /1 known failure, not conformant$/);
  });

  test('can name one row of an outline', async () => {
    const { code, scenarios } = await baselined([
      entry('requirement: STUB-052'),
      entry(`feature: ${FEATURE}\n    scenario: "fails in each row: two"`),
    ]);
    assert.equal(code, 1);
    assert.deepEqual(
      scenarios.map(({ known }) => known !== undefined),
      [false, true, false, false, false, true],
    );
  });

  const outdated: [string, string, RegExp][] = [
    ['what passes now', entry('requirement: STUB-051'), /STUB-051 passes now: remove the entry/],
    ['what is no requirement', entry('requirement: STUB-999'), /STUB-999 is no requirement/],
    [
      'what is no scenario',
      entry(`feature: ${FEATURE}\n    scenario: nothing`),
      /“nothing” in .* is no scenario of this suite/,
    ],
    [
      'what was to be done by now',
      entry(`feature: ${FEATURE}\n    scenario: "fails in each row: one"`, rest.replace('2999', '2001')),
      /“fails in each row: one” in .* was to be done by 2001-12-31/,
    ],
  ];
  for (const [what, stale, says] of outdated) {
    test(`fails a run where it names ${what}, and says so in one line`, async () => {
      const { code, error, result } = await baselined([...all, stale]);
      assert.equal(code, 1);
      assert.match(error, new RegExp(`^eccp-conformance: the baseline is out of date: ${says.source}.*\\n$`));
      assert.match(result.conclusion, /1 out of date in the baseline, but not as the baseline says$/);
    });
  }

  test('is not out of date for what was not played, or does not apply', async () => {
    const { code } = await baselined([...all, entry('requirement: STUB-053')], '--tags', '@STUB-051');
    assert.equal(code, 0);
  });

  test('does not know a failure after its day', async () => {
    const { code, result } = await baselined([
      entry('requirement: STUB-052', rest.replace('2999', '2001')),
      ...all.slice(1),
    ]);
    assert.equal(code, 1);
    assert.match(result.conclusion, /1 known failure, 1 out of date in the baseline, not conformant$/);
  });

  test('that cannot be read stops the run with one line', async () => {
    const cases: [string, RegExp][] = [
      ['- a', /has to hold a list failures/],
      ['failures: [', /cannot be read/],
      [`failures:\n${entry('requirement: STUB-052', 'reason: x\n')}`, /entry 1 lacks link/],
      [
        `failures:\n${entry('requirement: STUB-052', rest.replace('2999-12-31', 'soon'))}`,
        /entry 1 has a expires|entry 1 .* pattern/,
      ],
      [`failures:\n${entry('scenario: x')}`, /entry 1 names either a requirement, or a feature and a scenario/],
      [`failures:\n${entry('requirement: STUB-052\n    because: x')}`, /entry 1 has because, which no entry has/],
    ];
    for (const [text, says] of cases) {
      writeFileSync(file, text);
      const { code, error } = await command(['run', '--url', node.url, '--baseline', file], suite);
      assert.equal(code, 2, text);
      assert.match(error, says);
      assert.equal(error.trim().split('\n').length, 1, error);
    }
    const { error } = await command(['run', '--url', node.url, '--baseline', join(folder, 'none.yaml')], suite);
    assert.match(error, /the baseline .*none\.yaml cannot be read/);
  });
});

test('there is a profile for each class and each capability of chapter 1, and for no other', () => {
  const capabilities = [...loadLedger().requirements.values()].flatMap(({ capability }) => capability ?? []);
  const named = capabilities.filter((name) => !name.startsWith('registration-') && name !== 'e2ee-client');
  assert.deepEqual(new Set(Object.keys(PROFILES)), new Set(['core', ...named]));
  for (const [name, needs] of Object.entries(PROFILES)) assert.equal(needs.at(-1) ?? 'core', name);
});
