// What a run says when the node does not reach the nodes that the suite plays, or when it lacks an operator's token.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { main } from '../../conformance/cli.ts';
import type { Ledger, Requirement } from '../../conformance/requirements.ts';
import type { ScenarioResult } from '../../conformance/scenario.ts';
import { startStub } from './stub-node.ts';

const requirement = (id: string): Requirement => ({
  id,
  chapter: '01',
  level: 'MUST',
  since: '0.1',
  text: 'A sentence.',
  file: 'spec/01-stub.md',
  line: 1,
});
const ledger: Ledger = {
  requirements: new Map(['STUB-001', 'STUB-002'].map((id) => [id, requirement(id)])),
  reasons: new Map(),
};

describe('a run that takes more than one node', () => {
  let stub: Awaited<ReturnType<typeof startStub>>;
  const folder = mkdtempSync(join(tmpdir(), 'eccp-peering-'));

  before(async () => {
    stub = await startStub(undefined, true);
  });
  after(async () => {
    await stub.stop();
    rmSync(folder, { recursive: true });
  });

  async function suite(...argv: string[]): Promise<{ code: number; out: string; scenarios: ScenarioResult[] }> {
    const text: string[] = [];
    const write = (line: string) => void text.push(line);
    const parts = () => ({
      featureFolder: join(import.meta.dirname, 'features', 'peering.feature'),
      ledger,
      steps: [join(import.meta.dirname, '..', '..', 'conformance', 'steps', '**', '*.ts')],
    });
    const console = { out: write, error: write, tty: false, colour: false };
    const code = await main(['run', '--url', stub.url, '--out', folder, ...argv], console, parts);
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as { scenarios: ScenarioResult[] };
    return { code, out: text.join(''), scenarios: report.scenarios };
  }

  test('says once that the node does not call back, and tests nothing that needs it', async () => {
    const { code, out, scenarios } = await suite('--admin-token', 'an-operators-token');
    assert.equal(code, 1);
    assert.deepEqual(
      scenarios.map(({ verdict }) => verdict),
      ['not testable', 'not testable', 'not testable'],
    );
    assert.match(scenarios[0]?.trouble?.actual ?? '', /^no request for the keys of 127\.0\.0\.1:\d+.*ECCP_NOT_FOUND/);
    assert.equal(out.match(/--peer-listen and --advertise/g)?.length, 1, out);
    assert.match(out, /3 not testable/);
    assert.doesNotMatch(out, /an-operators-token/);
  });

  test('says that it has no operator’s token', async () => {
    const { scenarios } = await suite();
    assert.equal(scenarios[2]?.verdict, 'not testable');
    assert.match(scenarios[2]?.trouble?.expected ?? '', /--admin-token/);
  });
});
