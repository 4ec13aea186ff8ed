import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { main } from '../../conformance/cli.ts';
import type { ScenarioResult } from '../../conformance/scenario.ts';
import { startForeignNode } from './foreign/node.ts';
import type { Fault } from './foreign/refusal.ts';

/** What is asked of it: features that between them look at most of what it serves. */
const CHOSEN = [
  'accounts/login',
  'accounts/registration',
  'accounts/tokens',
  'canonical-json/strict-reading',
  'devices/devices',
  'discovery/well-known',
  'errors/browsers',
  'history-visibility/readers',
  'introduction/declarations',
  'log/chain',
  'log/redaction',
  'room-rules/kick-and-ban',
  'rooms/reading',
];

/** The scenarios that each fault breaks, by feature and name: all that match, and no others. */
const BREAKS: Record<Fault, [string, RegExp][]> = {
  'repeated-keys': [
    ['canonical-json/strict-reading', /^A key that stands twice in an object is refused$/],
    ['canonical-json/strict-reading', /^Every operation that takes a body reads it strictly: .*"content.*"content/],
  ],
  'taken-name-is-400': [
    ['accounts/registration', /^A name that somebody has is taken|^The name of a deactivated account stays taken/],
    ['accounts/registration', /^Of several who want a name at the same time/],
  ],
  'logout-keeps-token': [
    ['accounts/login', /^Who logs out is logged out|^A logout leaves the device and the other sessions/],
    ['accounts/tokens', /alone does all that needs this scope, tells whose it is and can be given up/],
    ['accounts/tokens', /^A sync that waits ends with a (logout|new login on its device)/],
  ],
  'rename-does-nothing': [
    ['devices/devices', /^A new name takes the place of the one before|^A name of 100 characters is one/],
    ['introduction/declarations', /^Members of a body that this version does not know/],
  ],
  'no-cors': [
    ['discovery/well-known', /^Anybody may read the document/],
    ['errors/browsers', /any page|every page|^A page may ask ahead for every method/],
  ],
  'kick-without-power': [
    ['room-rules/kick-and-ban', /^A kick by .* refuses it/],
    ['room-rules/kick-and-ban', /do not name has the default power: 60 .* kicks|does not make up for power/],
  ],
  'history-to-newcomers': [
    ['history-visibility/readers', /^A user who (?!.*did not join)/],
    ['history-visibility/readers', /^Shared from the beginning|^Readers of one room do not share/],
    ['rooms/reading', /^A (whole )?log,? with|^An event that the room does not have, or not for this reader/],
  ],
  'wrong-state-root': [
    ['history-visibility/readers', /^The creator may read everything from entry 0 on/],
    ['log/chain', /verifies from its first entry|asked for alike are different|state root|leave the state as it is/],
    ['log/chain', /^The log brings the keys that it is judged by|is hashed in its canonical form/],
    ['log/redaction', /^What is redacted stands nowhere any more|^State that was redacted and then replaced/],
  ],
  'redaction-keeps-content': [
    ['log/chain', /^A long and varied log verifies/],
    ['log/redaction', /^What is redacted stands nowhere any more|^State that was redacted and then replaced/],
    ['log/redaction', /^Whoever joins later finds the redacted|^The first of two redactions/],
    ['log/redaction', /^Everything but the target stays|^A redaction is not redacted/],
  ],
  'one-too-many': [
    ['rooms/reading', /^Going (back|forward)$|^A (whole )?log,? with|^A page holds fifty|sent meanwhile/],
  ],
};

interface Ran {
  code: number;
  scenarios: ScenarioResult[];
  /** Everything that was printed or written. */
  text: string;
}

describe('the whole suite against a node of another make', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eccp-foreign-'));
  after(() => rmSync(folder, { recursive: true }));

  async function ask(...faults: Fault[]): Promise<Ran> {
    const node = await startForeignNode(...faults);
    const written: string[] = [];
    const write = (text: string) => void written.push(text);
    const features = CHOSEN.map((name) => `features/${name}.feature`);
    const argv = ['run', '--url', node.url, '--out', folder, ...features];
    const code = await main(argv, { out: write, error: write, tty: false, colour: false });
    await node.stop();
    const [json = '', ...others] = ['report.json', 'junit.xml', 'report.html'].map((name) =>
      readFileSync(join(folder, name), 'utf8'),
    );
    const { scenarios } = JSON.parse(json) as { scenarios: ScenarioResult[] };
    return { code, scenarios, text: [json, ...others, ...written].join('\n') };
  }

  function nameOf({ uri, line, name }: ScenarioResult): string {
    return `${uri}:${line} ${name}`;
  }

  function expected(fault: Fault, scenarios: ScenarioResult[]): string[] {
    return BREAKS[fault].flatMap(([feature, names]) => {
      const broken = scenarios.filter(({ uri, name }) => uri === `features/${feature}.feature` && names.test(name));
      assert.ok(broken.length > 0, `${feature} has no scenario ${names}`);
      return broken.map(nameOf);
    });
  }

  async function reportsExactly(faults: Fault[]): Promise<void> {
    const { code, scenarios, text } = await ask(...faults);
    const bad = scenarios.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not applicable');
    assert.deepEqual([...new Set(bad.map(({ verdict }) => verdict))], faults.length > 0 ? ['fail'] : []);
    const wanted = [...new Set(faults.flatMap((fault) => expected(fault, scenarios)))];
    assert.deepEqual(bad.map(nameOf).sort(), wanted.sort());
    assert.equal(code, faults.length > 0 ? 1 : 0);
    assert.match(text, /driftwood 7/);
    assert.doesNotMatch(text, /eccp-node|reference node/i);
  }

  test('finds nothing wrong where nothing is', () => reportsExactly([]));

  test('reports the planted faults of accounts and answers, and nothing else', () =>
    reportsExactly(['repeated-keys', 'taken-name-is-400', 'logout-keeps-token', 'rename-does-nothing', 'no-cors']));

  test('reports the planted faults of rooms, and nothing else', () =>
    reportsExactly([
      'kick-without-power',
      'history-to-newcomers',
      'wrong-state-root',
      'redaction-keeps-content',
      'one-too-many',
    ]));
});
