import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonical } from '../../conformance/wire/canonical.ts';
import { isObject, type JsonObject } from '../../conformance/wire/json.ts';
import { type LogProblem, replayLog } from '../../conformance/wire/room-log.ts';
import type { SequencedEvent } from '../../conformance/wire/types.ts';
import { applyEntry } from '../../src/core/room-log.ts';
import { replay } from '../core/room.ts';
import { load, verdictOf } from './load.ts';
import { matches } from './schemas.ts';

interface Vector {
  after: number;
  item: SequencedEvent;
  fill?: { path: string; text: string; times: number };
  expected: string;
}

const { room_id, log, vectors } = load<Vector, { room_id: string; log: SequencedEvent[] }>('negative-logs.json');

/** The entry with the text put back that the file leaves out. */
function itemOf({ item, fill }: Vector): SequencedEvent {
  if (fill === undefined) return item;
  assert.equal(fill.path, '/content/body');
  return { ...item, content: { ...item.content, body: fill.text.repeat(fill.times) } };
}

/** Which checks of the suite's replay find a fault, by the rule that an entry breaks. None: the replay does not look at this. */
const checks: { [rule: string]: LogProblem['check'][] } = {
  'LOG-003': ['event_id'],
  'LOG-005': ['content_hash'],
  'LOG-012': ['chain'],
  'LOG-022': ['form', 'redaction'],
  'LOG-025': ['form', 'anchor'],
  'LOG-026': ['form', 'anchor'],
  'LOG-028': ['anchor'],
  'LOG-030': ['form', 'replaces'],
  'LOG-031': ['replaces'],
  'LOG-034': ['chain'],
  'LOG-036': ['event_id'],
  'LOG-037': ['host_ts'],
  'LOG-038': ['chain'],
  'LOG-039': ['chain'],
  'LOG-040': ['chain'],
  'LOG-043': ['state_root'],
  'LOG-047': ['keys'],
  'LOG-048': ['keys'],
  'LOG-049': ['keys'],
  'LOG-052': ['form'],
};
/** Where the rule alone does not tell. */
const byName: { [name: string]: LogProblem['check'][] } = {
  'the event’s origin_ts is negative': [], // the schema finds these two
  'the event’s sender has a capital letter': [],
  'the event names no room': ['form', 'chain'],
  'a content without its nonce': ['form'],
  'a message without content and nonce': ['redaction'],
  'an empty list of key documents': ['form', 'state_root'],
  'a second create event': ['form', 'chain', 'keys'],
  'the entry under a key of the other node': ['keys'],
  'the entry under a key of nobody': ['keys'],
};

function expectedChecks({ name, rule, expected }: Vector & { name: string; rule: string }): LogProblem['check'][] {
  const named = byName[name];
  if (named !== undefined) return named;
  if (expected === 'ok') return [];
  if (rule === 'LOG-010') return ['form'];
  return rule === 'LOG-051' ? ['signature'] : (checks[rule] ?? []);
}

describe('by the suite', () => {
  test('the log itself is good', () => {
    const { problems, head } = replayLog(log);
    assert.deepEqual(problems, []);
    assert.notEqual(head, null);
    assert.ok(log.every((item) => item.entry.room_id === room_id && matches('SequencedEvent', item)));
  });

  for (const vector of vectors) {
    test(`${vector.name}: this and nothing else is wrong`, () => {
      const item = itemOf(vector);
      const found = replayLog([...log.slice(0, vector.after), item]).problems.filter(({ seq }) => seq === vector.after);
      const nonces = ['LOG-029', 'LOG-039', 'LOG-040'].includes(vector.rule); // these come with the nonce of another entry
      const others = found.filter(({ check }) => !(nonces && check === 'nonce'));
      assert.deepEqual([...new Set(others.map(({ check }) => check))].sort(), expectedChecks(vector).sort());
      const bySchema = vector.rule === 'LOG-010' && vector.name !== 'a message with replaces'; // which no schema can tell
      if (bySchema) assert.equal(matches('SequencedEvent', item), false);
    });
  }

  const only = (rule: string) => vectors.filter((vector) => vector.rule === rule);

  test('what the replay does not look at is as the names say', () => {
    for (const { item } of only('LOG-029')) assert.ok(log.some(({ event_id }) => event_id === item.event_id));
    for (const vector of only('LOG-018')) {
      const { event, content = {}, nonce = '' } = itemOf(vector);
      const size = Buffer.byteLength(canonical(event)) + Buffer.byteLength(canonical({ content, nonce }));
      assert.equal(size, vector.expected === 'ok' ? 61_440 : 61_441);
    }
    for (const { item, expected } of only('LOG-019')) assert.equal(depthOf(item.content), expected === 'ok' ? 24 : 25);
    const schemas: { [type: string]: string } = {
      'eccp.room.power_levels': 'PowerLevelsContent',
      'eccp.room.visibility': 'VisibilityContent',
      'eccp.room.redaction': 'RedactionContent',
      'eccp.room.member': 'MemberContent',
    };
    const malformed = only('LOG-021');
    assert.equal(malformed.length, 5);
    for (const { item } of malformed) assert.equal(matches(schemas[item.event.type] ?? '', item.content), false);
  });

  test('the users of the rules’ vectors are what the names say', () => {
    const membership = (user: string) =>
      log.findLast(({ event }) => event.type === 'eccp.room.member' && event.state_key === user)?.content?.membership;
    const power = log.find(({ event }) => event.type === 'eccp.room.power_levels')?.content?.users;
    assert.deepEqual(power, { '@alice:example.org': 100, '@bob:example.org': 50, '@dora:example.org': 50 });
    for (const name of ['bob', 'dora', 'alice']) assert.equal(membership(`@${name}:example.org`), 'join');
    assert.equal(membership('@rita:remote.example'), 'join');
    assert.equal(membership('@mallory:remote.example'), 'ban');
    assert.equal(membership('@zoe:third.example'), 'invite');
    assert.equal(membership('@nina:remote.example'), undefined);
    for (const { item } of only('RULE-020')) assert.equal(item.event.sender, '@mallory:remote.example');
    for (const { item } of only('RULE-019')) assert.equal(item.event.sender, '@nina:remote.example');
  });
});

describe('by the node', () => {
  for (const vector of vectors) {
    test(vector.name, () => {
      const { state, recent } = replay(log.slice(0, vector.after));
      assert.equal(
        verdictOf(() => applyEntry(state, itemOf(vector), recent)),
        vector.expected,
      );
    });
  }
});

function depthOf(value: JsonObject | undefined): number {
  const inner = Object.values(value ?? {}).filter(isObject);
  return 1 + Math.max(0, ...inner.map(depthOf));
}
