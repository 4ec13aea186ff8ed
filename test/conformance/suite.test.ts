import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { main } from '../../conformance/cli.ts';
import type { Ledger, Requirement } from '../../conformance/requirements.ts';
import type { RunParts } from '../../conformance/run.ts';
import type { ScenarioResult } from '../../conformance/scenario.ts';
import { STUB_TOKEN, startPlainServer, startStub } from './stub-node.ts';

const here = join(import.meta.dirname, 'features');

const requirements = new Map<string, Requirement>();
for (let number = 1; number <= 13; number++) {
  const id = `STUB-${String(number).padStart(3, '0')}`;
  const level = number === 8 ? 'SHOULD' : 'MUST';
  const capability = number === 7 ? { capability: 'directory' } : {};
  requirements.set(id, {
    id,
    chapter: '01',
    level,
    since: '0.1',
    ...capability,
    text: `Sentence ${number}.`,
    file: 'spec/01-stub.md',
    line: number,
  });
}
const ledger: Ledger = {
  requirements,
  reasons: new Map([['STUB-012', 'nobody can see it']]),
  vectors: new Set(),
  proven: new Map(),
};

interface Ran {
  code: number;
  out: string;
  error: string;
  report: {
    result: { conclusion: string };
    scenarios: ScenarioResult[];
    requirements: { id: string; verdict: string; warning: boolean }[];
  };
  files: string;
}

describe('the conformance suite against a stub', () => {
  let stub: Awaited<ReturnType<typeof startStub>>;
  let plain: Awaited<ReturnType<typeof startPlainServer>>;
  const folder = mkdtempSync(join(tmpdir(), 'eccp-suite-'));
  const steps = stepsOf();

  before(async () => {
    stub = await startStub();
    plain = await startPlainServer();
  });
  after(async () => {
    await stub.stop();
    await plain.stop();
    rmSync(folder, { recursive: true });
  });

  async function suite(...argv: string[]): Promise<Ran> {
    const written: { out: string[]; error: string[] } = { out: [], error: [] };
    const console = {
      out: (text: string) => void written.out.push(text),
      error: (text: string) => void written.error.push(text),
      tty: false,
      colour: false,
    };
    const parts = (): RunParts => ({ featureFolder: join(here, 'verdicts.feature'), ledger, steps });
    const code = await main(['run', '--out', folder, ...argv], console, parts);
    const [out, error] = [written.out.join(''), written.error.join('')];
    const read = (name: string) => readFileSync(join(folder, name), { encoding: 'utf8', flag: 'a+' });
    const json = read('report.json');
    return {
      code,
      out,
      error,
      report: JSON.parse(json || '{}') as Ran['report'],
      files: json + read('junit.xml') + read('report.html') + out + error,
    };
  }

  function verdictOf(ran: Ran, id: string): string | undefined {
    return ran.report.requirements.find((requirement) => requirement.id === id)?.verdict;
  }

  test('gives every verdict, rolls it up and explains it', async () => {
    const ran = await suite('--url', stub.url);
    assert.equal(ran.code, 1, ran.out + ran.error);
    const verdicts = Object.fromEntries([...requirements.keys()].map((id) => [id, verdictOf(ran, id)]));
    assert.deepEqual(verdicts, {
      'STUB-001': 'pass',
      'STUB-002': 'fail',
      'STUB-003': 'fail',
      'STUB-004': 'fail',
      'STUB-005': 'not testable',
      'STUB-006': 'not applicable',
      'STUB-007': 'not applicable',
      'STUB-008': 'fail',
      'STUB-009': 'fail',
      'STUB-010': 'fail',
      'STUB-011': 'fail',
      'STUB-012': 'reasoned',
      'STUB-013': 'untested',
    });
    assert.match(ran.out, /ECCP 0\.1 core: 1\/10 requirements, 1 warning, 1 without a scenario, not conformant/);
    assert.match(ran.out, /Sentence 3\./);
    assert.match(ran.out, /spec\/01-stub\.md#L3/);
    assert.match(ran.out, /refused with 403 ECCP_FORBIDDEN, or 429 ECCP_LIMIT_EXCEEDED/);
    assert.match(ran.out, /404 \{"errcode":"ECCP_NOT_FOUND"/);
    assert.match(
      ran.out,
      /again {5}eccp-conformance run --url http:\S+ test\/conformance\/features\/verdicts\.feature:16/,
    );
  });

  test('names the node as at fault for an answer that breaks its description', async () => {
    const { report } = await suite('--url', stub.url, '--tags', '@STUB-002 or @STUB-009 or @STUB-010 or @STUB-011');
    const expected = report.scenarios.map(({ trouble }) => trouble?.expected ?? '');
    assert.match(expected[0] ?? '', /listDevices .* of its schema/);
    assert.match(expected[1] ?? '', /status 404, which belongs to ECCP_NOT_FOUND/);
    assert.match(expected[2] ?? '', /a\/\.\.\/anonymous with the header X-Request-Id/);
    assert.match(report.scenarios[3]?.trouble?.actual ?? '', /none: /);
  });

  test('exits with 0 when all that was selected passes', async () => {
    const ran = await suite('--url', stub.url, '--tags', '@STUB-001');
    assert.equal(ran.code, 0, ran.error);
    assert.match(ran.out, /conformant in this part/);
  });

  test('takes a SHOULD as a warning, and as a failure when strict', async () => {
    assert.equal((await suite('--url', stub.url, '--tags', '@STUB-008')).code, 0);
    assert.equal((await suite('--url', stub.url, '--tags', '@STUB-008', '--strict')).code, 1);
  });

  test('runs one scenario by its line', async () => {
    const ran = await suite('--url', stub.url, `${here}/verdicts.feature:5`);
    assert.deepEqual([ran.code, ran.report.scenarios.length], [0, 1]);
  });

  test('shows no token and no password anywhere', async () => {
    const { files, report } = await suite('--url', stub.url);
    assert.ok(
      report.scenarios.some(({ exchanges }) =>
        exchanges.some(({ requestHeaders }) => requestHeaders?.authorization === '[redacted]'),
      ),
    );
    assert.ok(!files.includes(STUB_TOKEN), 'a token stands in a report');
    assert.doesNotMatch(files, /pw [0-9a-f]{8}-/);
  });

  test('registers with the token that a node asks for, and shows it nowhere', async () => {
    const secret = 'let-the-suite-in-0123456789';
    const guarded = await startStub(secret);
    const without = await suite('--url', guarded.url, '--tags', '@STUB-001');
    assert.equal(without.code, 2);
    assert.match(without.error, /pass one with --registration-token/);
    const wrong = await suite('--url', guarded.url, '--tags', '@STUB-001', '--registration-token', 'another-token-123');
    assert.equal(verdictOf(wrong, 'STUB-001'), 'not testable');
    assert.match(wrong.out, /ECCP_FORBIDDEN/);
    const right = await suite('--url', guarded.url, '--tags', '@STUB-001 or @STUB-002', '--registration-token', secret);
    assert.equal(verdictOf(right, 'STUB-001'), 'pass');
    assert.ok(!right.files.includes(secret));
    await guarded.stop();
  });

  test('prints only JSON with --json, and one line with --quiet', async () => {
    const json = await suite('--url', stub.url, '--tags', '@STUB-001', '--json');
    assert.equal((JSON.parse(json.out) as { format: string }).format, 'eccp-conformance-report');
    const quiet = await suite('--url', stub.url, '--tags', '@STUB-001', '--quiet');
    assert.match(quiet.out, /^ECCP 0\.1 core: [^\n]+\n$/);
  });

  describe('exits with 2 and says in one line what to do', () => {
    const cases: [string, () => string[], RegExp][] = [
      ['without a URL', () => [], /there is no URL: pass .* --url http/],
      ['for a URL that is none', () => ['--url', 'localhost'], /is no http or https URL: pass/],
      ['when nothing listens', () => ['--url', 'http://127.0.0.1:1'], /does not answer .*start the node/],
      ['for a plain web server', () => ['--url', plain.url], /is no ECCP node: .*Check the URL/],
      ['for a wrong flag', () => ['--url', stub.url, '--verbose'], /unknown option '--verbose'/],
      ['for a wrong tag expression', () => ['--url', stub.url, '--tags', '@a and or'], /tag/i],
      ['for a feature that is not there', () => ['--url', stub.url, 'features/none.feature'], /there is no feature/],
      [
        'for an undefined step, even where it does not apply',
        () => ['--url', stub.url, `${here}/undefined.feature`],
        /at fault, not the node/,
      ],
      ['for faults of the suite', () => ['--url', stub.url, `${here}/harness.feature`], /at fault, not the node/],
    ];
    for (const [name, argv, message] of cases) {
      test(name, async () => {
        const { code, error } = await suite(...argv());
        assert.equal(code, 2);
        assert.match(error, message);
        assert.equal(error.trim().split('\n').length, 1, error);
      });
    }

    test('and counts every fault of the suite as a harness error', async () => {
      const { report } = await suite('--url', stub.url, `${here}/harness.feature`);
      const messages = report.scenarios.map(({ verdict, trouble }) => [verdict, trouble?.message ?? '']);
      assert.deepEqual(new Set(messages.map(([verdict]) => verdict)), new Set(['harness error']));
      const patterns = [
        /own body for createRoom is wrong/,
        /asserts nothing/,
        /no requirement STUB-999/,
        /has to be @must/,
        /no When step/,
      ];
      for (const [index, pattern] of patterns.entries()) assert.match(messages[index]?.[1] ?? '', pattern);
    });
  });

  test('knows every phrase of its vocabulary, and each in one way', async () => {
    const { code, report } = await suite('--url', stub.url, `${here}/vocabulary.feature`);
    assert.deepEqual(
      report.scenarios.flatMap(({ trouble }) => trouble?.message ?? []),
      [],
    );
    assert.equal(code, 3);
  });

  test('lists the requirements and explains one', async () => {
    const text: string[] = [];
    const console = {
      out: (line: string) => void text.push(line),
      error: (line: string) => void text.push(line),
      tty: false,
      colour: false,
    };
    const parts = (): RunParts => ({ featureFolder: here, ledger, steps });
    assert.equal(await main(['list'], console, parts), 0);
    assert.match(text.join(''), /^STUB-012 {3}MUST {3}0\.1 {2}reasoned {5}Sentence 12\.$/m);
    text.length = 0;
    assert.equal(await main(['explain', 'stub-003'], console, parts), 0);
    assert.match(
      text.join(''),
      /^STUB-003 {2}MUST, since 0\.1\nSentence 3\.\nspec\/01-stub\.md#L3\n\ntest\/conformance\/features\/verdicts\.feature:16\n/,
    );
    assert.equal(await main(['explain', 'STUB-099'], console, parts), 2);
  });

  test('exits with 3 when nothing was verified', async () => {
    const none = await suite('--url', stub.url, '--tags', '@nobody');
    assert.equal(none.code, 3);
    assert.match(none.error, /no scenario has the tags @nobody; check --tags/);
    const inapplicable = await suite('--url', stub.url, '--tags', '@STUB-006');
    assert.equal(inapplicable.code, 3);
    assert.match(inapplicable.error, /nothing was verified/);
  });
});

function stepsOf(): string[] {
  return [join(import.meta.dirname, '..', '..', 'conformance', 'steps', '**', '*.ts')];
}
