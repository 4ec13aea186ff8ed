import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { PeerIdentity } from '../../conformance/peer/identity.ts';
import type { Report } from '../../conformance/report/envelope.ts';
import { reportProblems } from '../../conformance/report/verify.ts';
import { keyProblems, type NodeKeys } from '../../conformance/target-identity.ts';
import { command, parts, reportOf, resealed, temporaryFolder, written } from './report-fixture.ts';
import { startStub } from './stub-node.ts';

describe('verify-report', () => {
  const folder = temporaryFolder();
  let stub: Awaited<ReturnType<typeof startStub>>;
  let report: Report;

  before(async () => {
    stub = await startStub();
    report = await reportOf(folder, stub.url);
  });
  after(async () => {
    await stub.stop();
    rmSync(folder, { recursive: true });
  });

  /** What is wrong with the report after a change, as it stands and with digests that fit again. */
  async function changed(change: (report: Report) => void): Promise<{ careless: string[]; careful: string[] }> {
    const copy = structuredClone(report);
    change(copy);
    return { careless: await reportProblems(copy, parts), careful: await reportProblems(resealed(copy), parts) };
  }

  test('finds nothing wrong with what a run wrote, and says what that is worth', async () => {
    const { code, out } = await command(['verify-report', written(folder, report)]);
    assert.equal(code, 0);
    assert.match(out, /is consistent: 11 scenarios and 14 requirements recomputed/);
    assert.match(out, /no proof that stub\.example did so/);
    assert.deepEqual(await reportProblems(await reportOf(folder, stub.url, ['--tags', '@STUB-001']), parts), []);
    assert.deepEqual(await reportProblems(await reportOf(folder, stub.url, ['--strict']), parts), []);
    const one = await reportOf(folder, stub.url, ['test/conformance/features/verdicts.feature:5']);
    assert.deepEqual([one.scenarios.length, await reportProblems(one, parts)], [1, []]);
  });

  test('tells each problem, and exits with 1', async () => {
    const { code, error } = await command(['verify-report', written(folder, { ...report, seal: '0'.repeat(64) })]);
    assert.equal(code, 1);
    assert.match(error, /its seal is broken/);
    assert.equal((await command(['verify-report', written(folder, { format: 'else' })])).code, 1);
    const none = await command(['verify-report', `${folder}/none.json`]);
    assert.equal(none.code, 2);
    assert.match(none.error, /name the report\.json of a run/);
  });

  test('rejects a report with a scenario removed', async () => {
    const { careless, careful } = await changed(({ scenarios }) => scenarios.splice(1, 1));
    assert.match(careless.join('\n'), /chain of scenarios breaks at scenario \S+:16/);
    assert.match(careful.join('\n'), /the scenario \S+:11 is missing/);
  });

  test('rejects a report with a verdict edited', async () => {
    const { careless, careful } = await changed(({ scenarios: [, scenario] }) => {
      assert.equal(scenario?.verdict, 'fail');
      scenario.verdict = 'pass';
    });
    assert.match(careless.join('\n'), /chain of scenarios breaks at scenario \S+:11/);
    assert.match(careful.join('\n'), /:11 is pass, and its evidence says fail/);
    const rows = await changed(({ requirements }) => {
      for (const row of requirements) if (row.id === 'STUB-002') row.verdict = 'pass';
    });
    assert.match(rows.careful.join('\n'), /the requirement STUB-002 is not what its scenarios make of it/);
    const ended = await changed((copy) => {
      copy.result = { exit_code: 0, conformant: true, conclusion: 'ECCP 0.1 core: 11/11 requirements, conformant' };
    });
    assert.match(
      ended.careful.join('\n'),
      /it concludes “.* conformant”, and its scenarios make it “.* not conformant”/,
    );
  });

  test('rejects a report with the requirement set of another version', async () => {
    const { careful } = await changed((copy) => {
      copy.spec.version = '0.2';
    });
    assert.match(careful.join('\n'), /it scores version 0\.2, and the node speaks 0\.1/);
    assert.match(careful.join('\n'), /its requirement set is not that of version 0\.2/);
    const other = { ...parts, ledger: { ...parts.ledger, requirements: new Map(parts.ledger.requirements) } };
    const [first] = other.ledger.requirements.values();
    assert.ok(first);
    other.ledger.requirements = new Map([...other.ledger.requirements, ['STUB-001', { ...first, text: 'Another.' }]]);
    assert.match((await reportProblems(report, other)).join('\n'), /its requirement set is not that of version 0\.1/);
    const suite = await changed((copy) => {
      copy.suite.version = '0.1.0';
    });
    assert.match(suite.careful.join('\n'), /comes from version 0\.1\.0 of the suite/);
  });

  test('rejects a report with the identity of another target', async () => {
    const changes: [(report: Report) => void, RegExp][] = [
      [
        ({ target }) => (target.node = 'better.example'),
        /what it says of better\.example is not what that node answered, as stub/,
      ],
      [({ target }) => (target.url = 'https://better.example'), /was played against stub\.example at http:\S+, not /],
      [({ target }) => (target.software.name = 'better'), /is not what that node answered/],
      [({ target }) => (target.declaration.node = 'better.example'), /not what that node answered, as better\.example/],
      [
        ({ scenarios: [one] }) => Object.assign(one ?? {}, { target: 'better.example at x:' }),
        /:5 was played against better\.example/,
      ],
      [
        ({ scenarios: [one] }) => Object.assign(one?.exchanges[0] ?? {}, { to: 'http://x' }),
        /:5 has exchanges with http:\/\/x/,
      ],
    ];
    for (const [change, pattern] of changes) {
      const { careless, careful } = await changed(change);
      assert.match(careless.join('\n'), /its seal is broken/);
      assert.match(careful.join('\n'), pattern);
    }
  });

  test('notices every careless edit', async () => {
    await fc.assert(
      fc.asyncProperty(edits(report), async (edit) => {
        assert.notDeepEqual(await reportProblems(edited(report, edit), parts), []);
      }),
      { numRuns: 2000 },
    );
  });

  test('notices edits of what counts even when the digests are made to fit', async () => {
    await fc.assert(
      fc.asyncProperty(edits(report, isScored), async (edit) => {
        const copy = edited(report, edit);
        fc.pre(scoredText(copy) !== scoredText(report)); // a whole step may differ from another in its status alone
        assert.notDeepEqual(await reportProblems(resealed(copy), parts), []);
      }),
      { numRuns: 150 },
    );
  });

  // What the help text says it cannot do. Whoever rewrites all of it has made up a run.
  test('is no proof: a scenario that is rewritten as a whole passes', async () => {
    const small = await reportOf(folder, stub.url, ['--tags', '@STUB-002']);
    const good = await reportOf(folder, stub.url, ['--tags', '@STUB-001']);
    const [scenario] = small.scenarios;
    const row = small.requirements.find(({ id }) => id === 'STUB-002');
    const counts = small.chapters[0]?.verdicts;
    assert.ok(scenario && row && counts);
    scenario.verdict = 'pass';
    delete scenario.trouble;
    delete scenario.explanation;
    for (const step of scenario.steps) step.status = 'PASSED';
    row.verdict = 'pass';
    small.result = good.result;
    small.chapters = good.chapters;
    assert.deepEqual(await reportProblems(resealed(small), parts), []);
  });
});

describe('the keys in a report', () => {
  const node = 'node.example';
  const identity = new PeerIdentity(node);
  const signed = identity.newest;
  const freshness = identity.freshness() as unknown as NodeKeys['freshness'];
  const keys: NodeKeys = { fingerprint: freshness.key, document: signed, freshness };
  const now = Date.now();
  const later = new PeerIdentity(node);
  later.rotate();

  test('are those of the node, at the time', () => {
    assert.deepEqual(keyProblems(keys, node, now), []);
  });

  const wrong: [string, NodeKeys, string, number, RegExp][] = [
    ['of another node', keys, 'other.example', now, /belongs to another node/],
    ['of another time', keys, node, now + 1e9, /of another time/],
    ['of another key', { ...keys, fingerprint: 'ed25519:x' }, node, now, /fingerprint is of another key/],
    ['with another document', { ...keys, document: later.newest }, node, now, /about another document/],
    [
      'with a statement that was changed',
      { ...keys, freshness: { ...freshness, freshness: { ...freshness.freshness, valid_until: now + 1e12 } } },
      node,
      now,
      /not signed by a key of the document/,
    ],
  ];
  for (const [name, keys, node, at, pattern] of wrong) {
    test(`are found out ${name}`, () => assert.match(keyProblems(keys, node, at).join('\n'), pattern));
  }
});

type Path = (string | number)[];

/** What no recomputation covers: times, what was asked and answered, how a failure words itself, the order of scenarios, and options that no verdict here hangs on. */
const UNSCORED = [
  /^\/(seal|scenarios)$/,
  /^\/run\/(started|ms|command)$/,
  /^\/run\/options\/(can|tls|registration_token|admin_token)(\/|$)/,
  /^\/(target|peer)\/declaration\//,
  /^\/scenarios\/\d+\/(ms|digest)$/,
  /^\/scenarios\/\d+\/exchanges(\/|$)/,
  /^\/scenarios\/\d+\/trouble\/(message|stack)$/,
  /^\/scenarios\/\d+\/steps\/\d+\/status$/,
];

function isScored(path: Path): boolean {
  const pointer = `/${path.join('/')}`;
  return !UNSCORED.some((pattern) => pattern.test(pointer));
}

/** What of a report is scored, as text; the order in which a node declares capabilities means nothing. */
function scoredText(report: unknown): string {
  const strip = (value: unknown, path: Path): unknown => {
    if (path.join('/') === 'target/capabilities' && Array.isArray(value)) return value.toSorted();
    if (Array.isArray(value)) return value.map((item, index) => strip(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(([name]) => name === 'scenarios' || isScored([...path, name]));
    return Object.fromEntries(members.map(([name, member]) => [name, strip(member, [...path, name])]));
  };
  return JSON.stringify(strip(report, []));
}

interface Edit {
  path: Path;
  kind: 'alike' | 'change' | 'remove' | 'twice';
  /** What stands there afterwards, where something else does. */
  value: unknown;
}

/** One thing changed, removed, or written twice; `alike` puts there what stands in a place of the same kind. */
function edits(report: Report, among: (path: Path) => boolean = () => true): fc.Arbitrary<Edit> {
  const places = pathsOf(report).filter(({ path }) => among(path));
  const alike = Map.groupBy(places, ({ path }) => memberOf(path));
  return fc
    .record({
      place: fc.constantFrom(...places),
      kind: fc.constantFrom<Edit['kind']>('alike', 'change', 'remove', 'twice'),
      pick: fc.nat(),
    })
    .map(({ place: { path, value }, kind, pick }) => {
      const same = alike.get(memberOf(path)) ?? [];
      return { path, kind, value: kind === 'alike' ? same[pick % same.length]?.value : bent(value) };
    });
}

/** A copy with the edit made. */
function edited(report: Report, { path, kind, value }: Edit): Report {
  const copy = structuredClone(report);
  const at = (place: unknown, part: string | number) => (place as Record<string | number, unknown>)[part];
  const parent = path.slice(0, -1).reduce<unknown>(at, copy);
  const key = path.at(-1) ?? '';
  if (Array.isArray(parent) && kind === 'twice') parent.splice(Number(key), 0, at(parent, key));
  else if (Array.isArray(parent) && kind === 'remove') parent.splice(Number(key), 1);
  else if (kind === 'remove') delete (parent as Record<string, unknown>)[String(key)];
  else (parent as Record<string | number, unknown>)[key] = value;
  fc.pre(JSON.stringify(copy) !== JSON.stringify(report));
  return copy;
}

function memberOf(path: Path): string {
  return String(path.findLast((part) => typeof part === 'string'));
}

function bent(value: unknown): unknown {
  if (typeof value === 'string') return `${value}x`;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return Array.isArray(value) ? value.toReversed() : {};
}

function pathsOf(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  const own = path.length > 0 ? [{ path, value }] : [];
  if (typeof value !== 'object' || value === null) return own;
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [...own, ...entries.flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}
