import type { KnownFailure } from '../known-failure.ts';
import type { Ledger } from '../requirements.ts';
import type { RunWatcher } from '../run.ts';
import type { ScenarioResult, Verdict } from '../scenario.ts';
import { scoredVersion } from '../scope.ts';
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

/** How the trouble of every scenario begins that has no account because the node registers none. */
const NO_ACCOUNT = 'an account for the scenario';

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
  readonly #counts = new Map<string, Map<Verdict, number>>();
  #done = 0;
  /** What the whole run lacks: told once, however many scenarios need it. */
  readonly #lacking = new Set<string>();

  constructor(out: Out, ledger: Ledger) {
    this.#out = out;
    this.#ledger = ledger;
  }

  onStart({ facts, other, notes, command }: RunStart): void {
    this.#command = command;
    this.#line(introduced(facts));
    if (other) this.#line(`with ${introduced(other)}`);
    for (const note of notes) this.#line(`Note: ${note}`);
  }

  onScenario(result: ScenarioResult): void {
    this.#done++;
    const counts = this.#counts.get(result.uri) ?? new Map<Verdict, number>();
    this.#counts.set(result.uri, counts.set(result.verdict, (counts.get(result.verdict) ?? 0) + 1));
    if (result.verdict === 'pass' || result.verdict === 'not applicable') {
      if (this.#out.tty) this.#out.write(`\r\u001b[2K${this.#done} ${result.uri}`);
    } else if (result.known) this.#known(result, result.known);
    else this.#failure(result);
  }

  onFeature(uri: string): void {
    const counts = [...(this.#counts.get(uri) ?? [])];
    if (counts.length === 0) return;
    const texts = counts.map(([verdict, count]) => this.#paint(COLOUR[verdict], `${count} ${verdict}`));
    this.#line(`${uri}: ${texts.join(', ')}`);
  }

  /** The summary by chapter and the conclusion. */
  finish(result: RunResult): void {
    this.#line('');
    for (const line of chapterTable(
      chapters(result.requirements, this.#ledger, scoredVersion(result.scope, result.facts)),
    ))
      this.#line(line);
    this.#line('');
    const apart = Map.groupBy(
      result.scenarios.filter(({ verdict }) => verdict === 'not applicable'),
      ({ reason }) => reason ?? '',
    );
    for (const [reason, scenarios] of apart) this.#line(`${scenarios.length} not applicable: ${reason}`);
    if (apart.size > 0) this.#line('');
    const later = result.scenarios.filter(({ unscored, verdict }) => unscored && verdict !== 'not applicable');
    if (later.length > 0) {
      const version = scoredVersion(result.scope, result.facts);
      const passed = later.filter(({ verdict }) => verdict === 'pass').length;
      this.#line(`${later.length} not scored: they are about later versions than ${version}; ${passed} of them pass`);
      this.#line('');
    }
    if (result.stopped) this.#line('Stopped at the first failure, as --fail-fast asks.');
    this.#line(this.#paint(result.exitCode === 0 ? 32 : 31, result.conclusion));
  }

  #failure(result: ScenarioResult): void {
    if (this.#toldBefore(result)) return;
    const { rules, step, expected, actual, again } = explain(result, this.#ledger, this.#command);
    const besides = result.warning ? ', a warning' : result.unscored ? ', not scored' : '';
    const verdict = `${result.verdict}${besides}`;
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

  /** A failure that the baseline knows, in short: the reports have the rest. */
  #known({ verdict, name, uri, line }: ScenarioResult, { reason, link, expires }: KnownFailure): void {
    this.#line('');
    this.#line(`${this.#paint(90, `${verdict}, known until ${expires}`)}  ${name}  (${uri}:${line})`);
    this.#line(`  ${reason}  ${link}`);
  }

  #toldBefore({ trouble }: ScenarioResult): boolean {
    if (trouble?.kind !== 'prerequisite') return false;
    if (trouble.step !== '' && !trouble.message.includes(NO_ACCOUNT)) return false;
    const before = this.#lacking.has(trouble.message);
    this.#lacking.add(trouble.message);
    return before;
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
