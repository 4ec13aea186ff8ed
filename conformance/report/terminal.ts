import type { Ledger } from '../requirements.ts';
import type { RunWatcher } from '../run.ts';
import type { ScenarioResult, Verdict } from '../scenario.ts';
import type { TargetFacts } from '../target-facts.ts';
import type { RunResult, RunStart } from '../verdicts.ts';
import { type ChapterRow, chapters, totalOf, VERDICTS } from './chapters.ts';
import { explain } from './explain.ts';

/** Where the terminal's text goes. */
export interface Out {
  write(text: string): void;
  /** Whether a line can be written over. */
  tty: boolean;
  colour: boolean;
}

const COLOUR: Record<Verdict, number> = {
  pass: 32,
  fail: 31,
  'not testable': 31,
  'harness error': 35,
  'not applicable': 90,
};

/** Shows a run as it goes by, and what came of it. */
export class Terminal implements RunWatcher {
  readonly #out: Out;
  readonly #ledger: Ledger;
  #command = '';
  #file = '';
  #counts = new Map<Verdict, number>();
  #done = 0;
  /** What the whole run lacks: told once, however many scenarios need it. */
  readonly #lacking = new Set<string>();

  constructor(out: Out, ledger: Ledger) {
    this.#out = out;
    this.#ledger = ledger;
  }

  onStart({ facts, other, command }: RunStart): void {
    this.#command = command;
    this.#line(introduced(facts));
    if (other) this.#line(`with ${introduced(other)}`);
    if (facts.registration === 'closed')
      this.#line('Registration is closed: whatever needs an account will count as not testable.');
  }

  onScenario(result: ScenarioResult): void {
    if (result.uri !== this.#file) this.#closeFile();
    this.#file = result.uri;
    this.#done++;
    this.#counts.set(result.verdict, (this.#counts.get(result.verdict) ?? 0) + 1);
    if (result.verdict === 'pass' || result.verdict === 'not applicable') {
      if (this.#out.tty) this.#out.write(`\r\u001b[2K${this.#done} ${result.uri}`);
    } else this.#failure(result);
  }

  /** The summary by chapter and the conclusion. */
  finish(result: RunResult): void {
    this.#closeFile();
    this.#line('');
    for (const line of chapterTable(chapters(result.requirements, this.#ledger, result.facts.version)))
      this.#line(line);
    this.#line('');
    const apart = Map.groupBy(
      result.scenarios.filter(({ verdict }) => verdict === 'not applicable'),
      ({ reason }) => reason ?? '',
    );
    for (const [reason, scenarios] of apart) this.#line(`${scenarios.length} not applicable: ${reason}`);
    if (apart.size > 0) this.#line('');
    this.#line(this.#paint(result.exitCode === 0 ? 32 : 31, result.conclusion));
  }

  #failure(result: ScenarioResult): void {
    if (this.#toldBefore(result)) return;
    const { rules, step, expected, actual, again } = explain(result, this.#ledger, this.#command);
    const verdict = result.warning ? `${result.verdict}, a warning` : result.verdict;
    this.#line('');
    this.#line(`${this.#paint(COLOUR[result.verdict], verdict)}  ${result.name}  (${result.uri}:${result.line})`);
    for (const { id, text, place } of rules) this.#line(`  ${id}  ${text}\n${' '.repeat(id.length + 4)}${place}`);
    if (step) this.#line(`  step      ${step}`);
    this.#line(`  expected  ${expected}`);
    this.#line(`  came      ${actual}`);
    for (const { status, method, path, who, operation } of result.exchanges.slice(-4)) {
      this.#line(`  http      ${status || 'none'} ${method} ${path} (${operation ?? 'no operation'}, ${who})`);
    }
    this.#line(`  again     ${again}`);
  }

  #toldBefore({ trouble }: ScenarioResult): boolean {
    if (trouble?.kind !== 'prerequisite' || trouble.step !== '') return false;
    const before = this.#lacking.has(trouble.message);
    this.#lacking.add(trouble.message);
    return before;
  }

  #closeFile(): void {
    if (this.#file === '') return;
    const counts = [...this.#counts].map(([verdict, count]) => this.#paint(COLOUR[verdict], `${count} ${verdict}`));
    this.#line(`${this.#file}: ${counts.join(', ')}`);
    this.#counts = new Map();
    this.#file = '';
  }

  #line(text: string): void {
    this.#out.write(`${this.#out.tty ? '\r\u001b[2K' : ''}${text}\n`);
  }

  #paint(code: number, text: string): string {
    return this.#out.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

/** The chapters as lines of columns, and a sum. */
function chapterTable(rows: ChapterRow[]): string[] {
  const total = totalOf(rows);
  const used = VERDICTS.filter((verdict) => total.verdicts[verdict]);
  const head = ['chapter', 'requirements', 'covered', 'proven', ...used];
  const width = Math.max(...rows.map(({ chapter }) => chapter.length), 12);
  const cells = (row: ChapterRow) => [
    row.chapter,
    ...[row.requirements, row.covered, row.proven, ...used.map((verdict) => row.verdicts[verdict] ?? 0)].map(String),
  ];
  return [head, ...rows.map((row) => cells(row)), cells(total)].map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(width) : cell.padStart(head[column]?.length ?? 0)))
      .join('  '),
  );
}

function introduced({ node, url, software, versions, classes }: TargetFacts): string {
  return `${node} at ${url}: ${software.name} ${software.version}, ECCP ${versions.join(', ')} ${classes.join('+')}`;
}
