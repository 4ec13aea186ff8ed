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
  requirements: new Map(['STUB-001', 'STUB-002', 'STUB-021', 'STUB-022'].map((id) => [id, requirement(id)])),
  reasons: new Map(),
  vectors: new Set(),
  proven: new Map(),
};

interface Report {
  target: { node: string };
  peer?: { node: string };
  requirements: { id: string; verdict: string; reason?: string }[];
  scenarios: ScenarioResult[];
}

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

  async function suite(
    ...argv: string[]
  ): Promise<{ code: number; out: string; report: Report; scenarios: ScenarioResult[] }> {
    const text: string[] = [];
    const write = (line: string) => void text.push(line);
    const parts = () => ({
      featureFolder: join(import.meta.dirname, 'features', 'peering.feature'),
      ledger,
      steps: [join(import.meta.dirname, '..', '..', 'conformance', 'steps', '**', '*.ts')],
    });
    const console = { out: write, error: write, tty: false, colour: false };
    const code = await main(['run', '--url', stub.url, '--out', folder, ...argv], console, parts);
    const json = readFileSync(join(folder, 'report.json'), { encoding: 'utf8', flag: 'a+' });
    const report = JSON.parse(json || '{"scenarios":[]}') as Report;
    return { code, out: text.join(''), report, scenarios: report.scenarios };
  }

  test('says once that the node does not call back, and tests nothing that needs it', async () => {
    const { code, out, scenarios } = await suite('--admin-token', 'an-operators-token');
    assert.equal(code, 1);
    assert.deepEqual(
      scenarios.map(({ verdict }) => verdict),
      ['not testable', 'not testable', 'not applicable', 'not applicable', 'not testable'],
    );
    assert.match(scenarios[0]?.trouble?.actual ?? '', /^no request for the keys of 127\.0\.0\.1:\d+.*ECCP_NOT_FOUND/);
    assert.equal(out.match(/--peer-listen and --advertise/g)?.length, 1, out);
    assert.match(out, /3 not testable/);
    assert.doesNotMatch(out, /an-operators-token/);
  });

  test('says that it has no operator’s token', async () => {
    const { scenarios } = await suite();
    assert.equal(scenarios[4]?.verdict, 'not testable');
    assert.match(scenarios[4]?.trouble?.expected ?? '', /--admin-token/);
  });

  test('leaves out what takes another real node, or fake ones with TLS, and says so', async () => {
    const { code, out, report } = await suite('--tags', '@two-nodes or @tls-peers');
    assert.equal(code, 3);
    assert.match(out, /^1 not applicable: this run has one node: --peer names another$/m);
    assert.match(out, /^1 not applicable: the nodes that the suite plays speak plain HTTP in this run: --ca /m);
    const [two, tls] = ['STUB-021', 'STUB-022'].map((id) => report.requirements.find((row) => row.id === id));
    assert.deepEqual([two?.verdict, tls?.verdict], ['not applicable', 'not applicable']);
    assert.match(two?.reason ?? '', /--peer/);
  });

  test('asks another real node in the name of its users', async () => {
    const other = await startStub(undefined, true, 'other.example');
    const { code, out, report, scenarios } = await suite('--peer', `${other.url}/`, '--tags', '@two-nodes');
    await other.stop();
    assert.equal(code, 0, out);
    assert.deepEqual([report.target.node, report.peer?.node], ['stub.example', 'other.example']);
    assert.match(out, /^with other\.example at http:/m);
    assert.deepEqual(
      scenarios.map(({ verdict }) => verdict),
      ['pass'],
    );
  });

  test('does not start with another node that cannot share a room, and says why in one line', async () => {
    const [same, alone] = [await startStub(undefined, true), await startStub(undefined, false, 'alone.example')];
    const cases: [string, RegExp][] = [
      [same.url, /are both stub\.example: name with --peer a node that has a name of its own/],
      [alone.url, /does not declare federation: --peer takes two nodes that do/],
      ['http://127.0.0.1:1', /127\.0\.0\.1:1 does not answer .*start the node/],
      ['other', /"other" is no http or https URL/],
    ];
    for (const [url, says] of cases) {
      const { code, out } = await suite('--peer', url);
      assert.equal(code, 2);
      assert.match(out, says);
      assert.equal(out.trim().split('\n').length, 1, out);
    }
    await same.stop();
    await alone.stop();
  });

  test('does not start without the authority that it is to use', async () => {
    const { code, out } = await suite('--ca', join(folder, 'none'));
    assert.equal(code, 2);
    assert.match(out, /there is no authority in .*make one with eccp-conformance ca/);
  });
});
