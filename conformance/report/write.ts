import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, messageOf } from '../outcome.ts';
import type { Ledger } from '../requirements.ts';
import type { RunResult } from '../verdicts.ts';
import { type Report, reportText } from './envelope.ts';
import { htmlReport } from './html.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';

/** Writes report.json, junit.xml, report.html and summary.md into a folder. @throws ConfigurationError when it cannot be written. */
export function writeReports(folder: string, report: Report, result: RunResult, ledger: Ledger): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'report.json'), reportText(report));
    writeFileSync(join(folder, 'junit.xml'), junitReport(result, ledger));
    writeFileSync(join(folder, 'report.html'), htmlReport(report));
    writeFileSync(join(folder, 'summary.md'), markdownReport(report));
  } catch (error) {
    throw new ConfigurationError(
      `the reports cannot be written (${messageOf(error)}): pass another folder with --out.`,
    );
  }
}
