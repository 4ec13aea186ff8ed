import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Report } from '../../conformance/report/envelope.ts';
import { htmlReport } from '../../conformance/report/html.ts';
import { markdownReport } from '../../conformance/report/markdown.ts';
import { command, reportOf, temporaryFolder } from './report-fixture.ts';
import { startStub } from './stub-node.ts';

describe('what a run writes', () => {
  const folder = temporaryFolder();
  let report: Report;
  let terminal: string;

  before(async () => {
    const stub = await startStub();
    report = await reportOf(folder, stub.url);
    terminal = (await command(['run', '--out', folder, '--url', stub.url])).out;
    await stub.stop();
  });
  after(() => rmSync(folder, { recursive: true }));

  test('counts requirements, covered ones and proven ones by chapter', () => {
    assert.match(terminal, /^chapter {7}requirements {2}covered {2}proven {2}pass {2}fail {2}not testable/m);
    assert.match(terminal, /^01-stub +13 +11 +1 +1 +7/m);
    assert.match(terminal, /^all +13 +11 +1 +1 +7/m);
    const [chapter] = report.chapters;
    assert.deepEqual([chapter?.requirements, chapter?.covered, chapter?.proven], [13, 11, 1]);
  });

  test('has the reason of each requirement that cannot be tested, and the nodes that prove the others', () => {
    const rows = new Map(report.requirements.map((row) => [row.id, row]));
    assert.equal(rows.get('STUB-012')?.reason, 'nobody can see it');
    assert.deepEqual(rows.get('STUB-001')?.proven_by, ['a stub without accounts']);
    const text = htmlReport(report);
    assert.match(text, /Not tested from outside: nobody can see it/);
    assert.match(text, /Proven by a stub without accounts/);
  });

  test('tells CI the conclusion, the chapters and what did not pass', () => {
    const text = readFileSync(join(folder, 'summary.md'), 'utf8');
    assert.match(text, /^<h2>❌ ECCP 0\.1 core: 1\/10 requirements, .*not conformant<\/h2>$/m);
    assert.match(text, /^<p>stub\.example, stub 1, at http:/m);
    assert.match(text, /^\| 01-stub \| 13 \| 11 \| 1 \| 1 \| 8 \|$/m);
    assert.match(
      text,
      /<b>STUB-003<\/b> Sentence 3\..*403 ECCP_FORBIDDEN, or 429.*came<pre>404 \{.*verdicts\.feature:16<\/pre>/,
    );
  });

  test('lets nothing that a node sent be Markdown or HTML', () => {
    const copy = structuredClone(report);
    const attack = '</pre>\n\n# <script>x</script> `x` |';
    for (const { explanation } of copy.scenarios) if (explanation) explanation.actual = attack;
    copy.target.software.name = attack;
    const text = markdownReport(copy);
    assert.doesNotMatch(text, /<script|^# /m);
    assert.match(text, /came<pre>&lt;\/pre&gt;&#10;&#10;# &lt;script&gt;/);
  });
});
