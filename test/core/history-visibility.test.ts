import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Change, mayRead, readableRanges } from '../../src/core/history-visibility.ts';
import type { HistoryVisibility, Membership } from '../../src/core/room-state.ts';

type Settings = Change<HistoryVisibility>[];
type Memberships = Change<Membership>[];

const at = <T>(seq: number, value: T): Change<T> => ({ seq, value });
const shared: Settings = [at(4, 'shared')];
const invited: Settings = [at(4, 'invited')];
const joined: Settings = [at(4, 'joined')];
/** Invited at 10, joined at 20. */
const guest: Memberships = [at(10, 'invite'), at(20, 'join')];

const head = 40;
const cases: [what: string, settings: Settings, memberships: Memberships, ranges: [from: number, to: number][]][] = [
  ['HIST-001 without a setting only what came while joined', [], guest, [[20, 40]]],
  ['HIST-001 the entries before the first setting are judged by joined', shared, guest, [[5, 40]]],
  ['HIST-014 the creator reads all', joined, [at(0, 'join'), at(1, 'join')], [[0, 40]]],
  ['HIST-002 the join and the leave belong to the membership', joined, [at(20, 'join'), at(30, 'leave')], [[20, 30]]],
  ['HIST-002 a kick by ban ends the membership', joined, [at(20, 'join'), at(30, 'ban')], [[20, 30]]],
  ['HIST-003 shared', shared, [at(20, 'join')], [[5, 40]]],
  ['HIST-004 invited: from the invite on', invited, guest, [[10, 40]]],
  ['HIST-006 invited: a guest without an invite', invited, [at(20, 'join')], [[20, 40]]],
  [
    'HIST-006 invited: an invite that was declined, long before',
    invited,
    [at(10, 'invite'), at(12, 'leave'), at(20, 'join')],
    [
      [10, 12],
      [20, 40],
    ],
  ],
  ['HIST-006 invited: a knock opens nothing', invited, [at(10, 'knock'), at(15, 'invite'), at(20, 'join')], [[15, 40]]],
  ['HIST-005 joined: nothing before the join', joined, guest, [[20, 40]]],
  ['HIST-007 who is invited reads nothing', shared, [at(10, 'invite')], []],
  ['HIST-007 who knocks reads nothing', shared, [at(10, 'knock')], []],
  ['HIST-007 who was invited and banned reads nothing', shared, [at(10, 'invite'), at(20, 'ban')], []],
  ['HIST-007 who never had a membership reads nothing', shared, [], []],
  [
    'HIST-008 who left keeps what they could read, HIST-009 and no more',
    shared,
    [at(20, 'join'), at(30, 'leave')],
    [[5, 30]],
  ],
  [
    'HIST-009 an invite after leaving opens nothing',
    shared,
    [at(20, 'join'), at(30, 'leave'), at(35, 'invite')],
    [[5, 30]],
  ],
  [
    'HIST-010 the change to shared is judged by what was before',
    [at(4, 'joined'), at(12, 'shared')],
    [at(20, 'join')],
    [[13, 40]],
  ],
  [
    'HIST-010 the change to joined is judged by what was before',
    [at(4, 'shared'), at(12, 'joined')],
    [at(20, 'join')],
    [
      [5, 12],
      [20, 40],
    ],
  ],
  [
    'HIST-011 loosening after the join reaches nothing',
    [at(4, 'joined'), at(25, 'shared')],
    [at(20, 'join')],
    [[20, 40]],
  ],
  [
    'HIST-011 tightening after the join takes nothing',
    [at(4, 'shared'), at(25, 'joined')],
    [at(20, 'join')],
    [[5, 40]],
  ],
  [
    'HIST-012 joining again, joined',
    joined,
    [at(10, 'join'), at(15, 'leave'), at(25, 'join')],
    [
      [10, 15],
      [25, 40],
    ],
  ],
  ['HIST-012 joining again, shared', shared, [at(10, 'join'), at(15, 'leave'), at(25, 'join')], [[5, 40]]],
  [
    'HIST-012 joining again, invited',
    invited,
    [at(10, 'join'), at(15, 'leave'), at(22, 'invite'), at(25, 'join')],
    [
      [10, 15],
      [22, 40],
    ],
  ],
  ['two memberships that touch make one range', joined, [at(10, 'join'), at(15, 'leave'), at(16, 'join')], [[10, 40]]],
];

for (const [what, settings, memberships, ranges] of cases) {
  test(what, () => {
    const expected = ranges.map(([from, to]) => ({ from, to }));
    assert.deepEqual(readableRanges(settings, memberships, head), expected);
  });
}

test('an empty log has no ranges', () => {
  assert.deepEqual(readableRanges([], [], -1), []);
});

const timeline = <T>(values: readonly T[]) =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: head }), fc.constantFrom(...values)), { maxLength: 8 })
    .map((changes) => [...new Map(changes)].map(([seq, value]) => at(seq, value)).sort((a, b) => a.seq - b.seq));
const settingsTimeline = timeline<HistoryVisibility>(['shared', 'invited', 'joined']);
const membershipTimeline = timeline<Membership>(['invite', 'join', 'knock', 'leave', 'ban']);

/** The words of chapter 10, entry by entry, without any cleverness. */
function readsByDefinition(settings: Settings, memberships: Memberships, seq: number): boolean {
  const last = <T>(changes: Change<T>[], limit: number) =>
    changes.filter((change) => change.seq <= limit).at(-1)?.value;
  const was = last(memberships, seq - 1);
  const is = last(memberships, seq);
  if (was === 'join' || is === 'join') return true;
  const joinsLater = memberships.some((change) => change.seq > seq && change.value === 'join');
  switch (last(settings, seq - 1)) {
    case 'shared':
      return joinsLater;
    case 'invited':
      return joinsLater && (was === 'invite' || is === 'invite');
    default:
      return false;
  }
}

test('mayRead is the definition, and the ranges are mayRead at every entry', () => {
  fc.assert(
    fc.property(settingsTimeline, membershipTimeline, (settings, memberships) => {
      const ranges = readableRanges(settings, memberships, head);
      for (let seq = 0; seq <= head; seq++) {
        const expected = readsByDefinition(settings, memberships, seq);
        assert.equal(mayRead(settings, memberships, seq), expected);
        assert.equal(
          ranges.some(({ from, to }) => from <= seq && seq <= to),
          expected,
        );
      }
      for (const [i, range] of ranges.entries()) {
        assert.ok(range.from <= range.to && range.to <= head);
        assert.ok(range.from > (ranges[i - 1]?.to ?? -2) + 1, 'ranges are sorted and do not touch');
      }
    }),
    { numRuns: 500 },
  );
});

test('what a reader could read is never taken away by later entries', () => {
  fc.assert(
    fc.property(
      settingsTimeline,
      membershipTimeline,
      fc.integer({ min: 0, max: head }),
      (settings, memberships, now) => {
        const upTo = <T>(changes: Change<T>[]) => changes.filter((change) => change.seq <= now);
        for (let seq = 0; seq <= now; seq++) {
          if (!mayRead(upTo(settings), upTo(memberships), seq)) continue;
          assert.ok(mayRead(settings, memberships, seq));
        }
      },
    ),
    { numRuns: 500 },
  );
});
