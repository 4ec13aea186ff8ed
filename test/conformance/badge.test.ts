import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Requirement } from '../../conformance/requirements.ts';
import { command, parts, reportOf, resealed, temporaryFolder, written } from './report-fixture.ts';
import { startStub } from './stub-node.ts';

const requirement = (number: number, more: Partial<Requirement> = {}): [string, Requirement] => {
  const id = `STUB-04${number}`;
  return [
    id,
    { id, chapter: '01', level: 'MUST', since: '0.1', text: 'A sentence.', file: 'spec/01-stub.md', line: 1, ...more },
  ];
};
const suite = {
  ...parts,
  featureFolder: join(import.meta.dirname, 'features', 'badges.feature'),
  ledger: {
    ...parts.ledger,
    requirements: new Map([
      requirement(1),
      requirement(2),
      requirement(3, { level: 'SHOULD' }),
      requirement(4, { capability: 'federation' }),
      requirement(5, { capability: 'media' }),
    ]),
    reasons: new Map(),
  },
};

describe('badge', () => {
  const folder = temporaryFolder();
  const report = join(folder, 'report.json');
  const out = join(folder, 'badge.svg');
  let stub: Awaited<ReturnType<typeof startStub>>;
  let broken: Awaited<ReturnType<typeof startStub>>;

  before(async () => {
    stub = await startStub(undefined, true);
    broken = await startStub(undefined, true, 'stub.example', '2');
  });
  after(async () => {
    await Promise.all([stub.stop(), broken.stop()]);
    rmSync(folder, { recursive: true });
  });

  async function badge(...argv: string[]) {
    return await command(['badge', ...argv], suite);
  }

  test('tells the version, the profile and how much of it is met, as an image and for shields', async () => {
    await reportOf(folder, stub.url, [], suite);
    const { code, out: said, error } = await badge(report, '--out', out, '--profile', 'federation');
    assert.deepEqual([code, error], [0, '']);
    assert.match(said, /^ECCP 0\.1 federation: 1\/1 {2}\(/);
    const svg = readFileSync(out, 'utf8');
    assert.match(svg, /^<svg [^>]*aria-label="ECCP 0\.1 federation: 1\/1"/);
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'badge.json'), 'utf8')), {
      schemaVersion: 1,
      label: 'ECCP 0.1 federation',
      message: '1/1',
      color: 'brightgreen',
    });
  });

  test('writes one for each version and profile into a folder; a warning is not met, and does no harm', async () => {
    await reportOf(folder, stub.url, [], suite);
    const { code } = await badge(report, '--out', join(folder, 'badges'));
    assert.equal(code, 0);
    const files = ['eccp-0.1-core.json', 'eccp-0.1-core.svg', 'eccp-0.1-federation.json', 'eccp-0.1-federation.svg'];
    assert.deepEqual(readdirSync(join(folder, 'badges')).sort(), files);
    const core = JSON.parse(readFileSync(join(folder, 'badges/eccp-0.1-core.json'), 'utf8')) as Record<string, unknown>;
    assert.deepEqual([core.message, core.color, core.isError], ['2/3', 'green', undefined]);
  });

  test('is not green where a MUST is not met, also in a profile that rests on it', async () => {
    await reportOf(folder, broken.url, [], suite);
    const { code, out: said } = await badge(report, '--out', join(folder, 'badges'));
    assert.equal(code, 0);
    assert.match(said, /ECCP 0\.1 core: 1\/3, not conformant/);
    assert.match(said, /ECCP 0\.1 federation: 1\/1, core fails, not conformant/);
    const { color, isError } = JSON.parse(readFileSync(join(folder, 'badges/eccp-0.1-core.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    assert.deepEqual([color, isError], ['orange', true]);
  });

  test('is not made of part of a run, nor of a report that was changed', async () => {
    await reportOf(folder, stub.url, ['--tags', '@STUB-041'], suite);
    const partial = await badge(report, '--out', out);
    assert.equal(partial.code, 1);
    assert.match(partial.error, /no badge for .*: it is of a selection of scenarios/);
    const whole = await reportOf(folder, broken.url, [], suite);
    for (const row of whole.requirements) row.verdict = 'pass';
    const changed = await badge(written(folder, resealed(whole)), '--out', out);
    assert.equal(changed.code, 1);
    assert.match(changed.error, /the requirement STUB-042 is not what its scenarios make of it/);
  });

  test('is not made where there is no report, or of what the report is not about', async () => {
    await reportOf(folder, stub.url, [], suite);
    assert.equal((await badge(join(folder, 'none.json'), '--out', out)).code, 2);
    const other = await badge(report, '--out', out, '--spec', '0.9');
    assert.equal(other.code, 2);
    assert.match(other.error, /is not about 0\.9 core: it is about 0\.1 core, 0\.1 federation/);
  });
});
