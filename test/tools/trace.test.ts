import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scenariosOf } from '../../tools/features.ts';
import { type Reason, trace } from '../../tools/ledger.ts';
import type { Requirement } from '../../tools/requirements.ts';

const requirement = (id: string, more: Partial<Requirement> = {}): Requirement => ({
  id,
  chapter: '08-rooms',
  level: 'MUST',
  since: '0.1',
  text: 'It MUST.',
  file: 'spec/08-rooms.md',
  line: 7,
  ...more,
});
const ONE = [requirement('ROOM-001')];

/** The faults of a feature's text against requirements and reasons; only `test/there.ts` exists. */
function faultsOf(
  feature: string,
  requirements = ONE,
  reasons: { [id: string]: Partial<Reason> | null } = {},
  rules: string[] = [],
): string[] {
  const scenarios = scenariosOf('features/f.feature', `Feature: F\n${feature}`);
  return trace(requirements, scenarios, new Set(rules), reasons, (path) => path === 'test/there.ts').faults;
}

const none = new Set<string>();
const SCENARIO = 'Scenario: S\nGiven a';

test('scenarios inherit tags from feature, rule and examples', () => {
  const text = `@ROOM-001 @must
Feature: F
  Background:
    Given a
  @ROOM-002
  Rule: R
    @ROOM-003
    Scenario Outline: S
      Given <a>
      @ROOM-004
      Examples:
        | a |
        | 1 |
`;
  const tags = ['ROOM-001', 'must', 'ROOM-002', 'ROOM-003', 'ROOM-004'];
  assert.deepEqual(scenariosOf('f.feature', text), [{ name: 'S', tags, file: 'f.feature', line: 8 }]);
  assert.throws(() => scenariosOf('f.feature', 'Nonsense'), /^Error: f\.feature: /);
  assert.deepEqual(scenariosOf('f.feature', ''), []);
});

describe('tracing', () => {
  test('counts by chapter', () => {
    const requirements = [
      requirement('ROOM-001'),
      requirement('ROOM-002', { level: 'MAY' }),
      requirement('ROOM-003'),
      requirement('SYNC-001', { chapter: '11-sync' }),
    ];
    const scenarios = scenariosOf('f.feature', `Feature: F\n@ROOM-001 @SYNC-001\n${SCENARIO}`);
    const { chapters, faults } = trace(requirements, scenarios, none, { 'ROOM-002': { reason: 'why' } }, () => false);
    assert.deepEqual(chapters, [
      { chapter: '08-rooms', requirements: 3, must: 2, covered: 1, reasoned: 1, orphans: 1 },
      { chapter: '11-sync', requirements: 1, must: 1, covered: 1, reasoned: 0, orphans: 0 },
    ]);
    assert.deepEqual(faults, ['spec/08-rooms.md:7: ROOM-003 has no scenario, and no reason in spec/ledger.yaml']);
  });

  test('finds nothing wrong where nothing is', () => {
    assert.deepEqual(faultsOf(`@ROOM-001 @must @since-0.1\n${SCENARIO}`), []);
    assert.deepEqual(faultsOf('', ONE, { 'ROOM-001': { reason: 'why', checked_by: 'test/there.ts' } }), []);
    const optional = [requirement('ROOM-001', { capability: 'room-aliases', level: 'SHOULD' })];
    assert.deepEqual(faultsOf(`@ROOM-001 @should @cap-room-aliases\n${SCENARIO}`, optional), []);
  });

  test('counts a vector for a requirement of client libraries, and for no other', () => {
    const ofClients = [requirement('ROOM-001', { capability: 'e2ee-client' })];
    const place = 'spec/08-rooms.md:7: ROOM-001 has no';
    assert.deepEqual(faultsOf('', ofClients, {}, ['ROOM-001']), []);
    assert.deepEqual(faultsOf('', ofClients), [`${place} vector, and no reason in spec/ledger.yaml`]);
    assert.deepEqual(faultsOf('', ONE, {}, ['ROOM-001']), [`${place} scenario, and no reason in spec/ledger.yaml`]);
    assert.deepEqual(faultsOf('', ofClients, { 'ROOM-001': { reason: 'why' } }, ['ROOM-001']), [
      'spec/ledger.yaml: ROOM-001 has a scenario or a vector as well',
    ]);
  });

  test('names a scenario with no requirement or an unknown one', () => {
    const place = 'features/f.feature:3: "S"';
    assert.deepEqual(faultsOf(`@ROOM-001\n${SCENARIO}\n${SCENARIO}`), [
      'features/f.feature:5: "S" has no requirement tag',
    ]);
    assert.deepEqual(faultsOf(`@ROOM-001 @ROOM-002\n${SCENARIO}`), [`${place} @ROOM-002 is no requirement`]);
  });

  test('names a tag that the requirements do not say', () => {
    const place = 'features/f.feature:3: "S" has';
    const said = (tag: string) => faultsOf(`@ROOM-001 ${tag}\n${SCENARIO}`);
    assert.deepEqual(said('@should'), [`${place} @should, but its requirements say must`]);
    assert.deepEqual(said('@since-0.2'), [`${place} @since-0.2, but its requirements say since-0.1`]);
    assert.deepEqual(said('@cap-media'), [`${place} @cap-media, but no requirement has that capability`]);
  });

  test('names a ledger entry that is of no use', () => {
    const at = 'spec/ledger.yaml: ROOM-001';
    const reasoned = (reason: Partial<Reason> | null) => faultsOf('', ONE, { 'ROOM-001': reason });
    assert.deepEqual(faultsOf(`@ROOM-001\n${SCENARIO}`, ONE, { 'ROOM-001': { reason: 'why' } }), [
      `${at} has a scenario or a vector as well`,
    ]);
    assert.deepEqual(reasoned(null), [`${at} gives no reason`]);
    assert.deepEqual(reasoned({ reason: ' ' }), [`${at} gives no reason`]);
    assert.deepEqual(reasoned({ reason: 'why', checked_by: 'test/gone.ts' }), [
      `${at} is checked by test/gone.ts, which is not there`,
    ]);
    assert.deepEqual(reasoned({ reason: 'why', checkedBy: 'x' } as Reason), [
      `${at} has members that mean nothing: checkedBy`,
    ]);
    assert.deepEqual(faultsOf(`@ROOM-001\n${SCENARIO}`, ONE, { 'ROOM-002': { reason: 'why' } }), [
      'spec/ledger.yaml: ROOM-002 is no requirement',
    ]);
  });
});
