import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogue, errorsModule, unknownCodes } from '../../tools/error-catalogue.ts';
import { requirementsOf } from '../../tools/requirements.ts';

const chapter = (text: string) => [{ file: 'spec/08-rooms.md', text }];

function refuses(text: string, ...faults: string[]): void {
  assert.throws(
    () => requirementsOf(chapter(text)),
    new Error(faults.map((fault) => `spec/08-rooms.md:${fault}`).join('\n')),
  );
}

describe('reading requirements', () => {
  test('gives id, level, version, capability, text and place', () => {
    const text = `# 8. Rooms

Prose must not say more.

- **ROOM-001** (0.1) A node MUST do
  this, and
  that.
- **ROOM-010** (0.2, room-aliases) A node SHOULD NOT do so.
`;
    const common = { chapter: '08-rooms', file: 'spec/08-rooms.md' };
    assert.deepEqual(requirementsOf(chapter(text)), [
      { id: 'ROOM-001', ...common, level: 'MUST', since: '0.1', text: 'A node MUST do this, and that.', line: 5 },
      {
        id: 'ROOM-010',
        ...common,
        level: 'SHOULD',
        since: '0.2',
        capability: 'room-aliases',
        text: 'A node SHOULD NOT do so.',
        line: 8,
      },
    ]);
  });

  test('refuses a sentence without or with two keywords', () => {
    refuses('- **ROOM-001** (0.1) A node does it.', '1: ROOM-001 has 0 keywords, not 1');
    refuses('- **ROOM-001** (0.1) A node MUST do it\n  and MAY say so.', '1: ROOM-001 has 2 keywords, not 1');
    refuses('- **ROOM-001** (0.1) A node SHALL do it, it MUST.', '1: ROOM-001 has 2 keywords, not 1');
    assert.equal(requirementsOf(chapter('- **ROOM-001** (0.1) It MUST NOT.')).length, 1);
  });

  test('refuses a keyword anywhere else', () => {
    refuses('A node MUST do it.', '1: a keyword outside a requirement');
    refuses('> SHOULD', '1: a keyword outside a requirement');
    refuses('```\nMAY\n```', '2: a keyword outside a requirement');
    refuses('- **ROOM-001** (0.1) It MUST.\nIt MAY not.', '2: a keyword outside a requirement');
    const fenced = '<!-- keywords -->\nMUST\n<!-- /keywords -->\n';
    assert.deepEqual(requirementsOf(chapter(fenced)), []);
    refuses(`${fenced}MUST`, '4: a keyword outside a requirement');
    refuses('<!-- keywords -->\nMUST', ' <!-- keywords --> is never closed');
  });

  test('refuses what only looks like a requirement', () => {
    const form = 'not of the form "- **ABC-001** (0.1) sentence"';
    refuses('- **ROOM-1** (0.1) It does.', `1: ${form}`);
    refuses('- **ROOM-001** It does.', `1: ${form}`);
    refuses('* **ROOM-001** (0.1) It does.', `1: ${form}`);
    refuses('  - **ROOM-001** (0.1) It does.', `1: ${form}`);
  });

  test('refuses ids that repeat, fall back, or belong to another chapter', () => {
    refuses('- **ROOM-002** (0.1) It MUST.\n- **ROOM-002** (0.1) It MUST.', '2: ROOM-002 does not come after ROOM-002');
    refuses('- **ROOM-002** (0.1) It MUST.\n- **ROOM-001** (0.1) It MUST.', '2: ROOM-001 does not come after ROOM-002');
    refuses('- **SYNC-001** (0.1) It MUST.', "1: SYNC-001: this chapter's prefix is ROOM");
  });
});

describe('the error catalogue', () => {
  const rows =
    '| `ECCP_BAD_JSON` | 400 | permanent | It is not JSON. | |\n| `ECCP_GAP` | 409 | retry | Entries are missing. | `from` |';
  const table = (text: string) => [{ file: 'spec/04-errors.md', text }];

  test('becomes a module', () => {
    const text = errorsModule(catalogue(table(rows)));
    assert.match(
      text,
      /\n {2}ECCP_BAD_JSON: \{ status: 400, retry: false \},\n {2}ECCP_GAP: \{ status: 409, retry: true \},\n/,
    );
  });

  test('refuses rows out of form, codes that stand twice, and a chapter without a table', () => {
    assert.throws(() => catalogue(table('| `ECCP_GAP` | 409 | sometimes | x | |')), /not a catalogue row/);
    assert.throws(() => catalogue(table(`${rows}\n${rows}`)), /ECCP_BAD_JSON stands twice/);
    assert.throws(() => catalogue(table('')), /no catalogue/);
    assert.throws(() => catalogue([]), /is missing/);
  });

  test('knows which codes a text uses without it', () => {
    const used = [{ file: 'spec/08-rooms.md', text: 'with `ECCP_GAP` or `ECCP_GONE`' }];
    assert.deepEqual(unknownCodes(catalogue(table(rows)), used), [
      'spec/08-rooms.md: ECCP_GONE is not in the catalogue of spec/04-errors.md',
    ]);
  });
});
