// What the commands of an operator have in common.
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';

/** A command could not do its work; the message says why and what to do next. */
export class CommandError extends Error {
  /** The exit code. */
  readonly code: number;

  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}

export interface DataDirOption {
  dataDir: string;
}

export function dataDirOption(): Option {
  return new Option('--data-dir <path>', 'the data directory of the node').env('ECCP_DATA_DIR').default('./eccp-data');
}

/** The data directory of the command line as an absolute path. */
export function dataDirOf({ dataDir }: DataDirOption): string {
  return resolve(process.cwd(), dataDir);
}

/**
 * Gives a command its action.
 *
 * @param done is told the exit code.
 * @param action gives the exit code; a CommandError is printed and ends with the code that it has.
 */
export function act<Args extends unknown[]>(
  command: Command,
  done: (code: number) => void,
  action: (...args: Args) => Promise<number>,
): void {
  command.action(async (...args: unknown[]) => {
    try {
      done(await action(...(args as Args)));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      console.error(`eccp-node: ${error.message}`);
      done(error.code);
    }
  });
}

/** Text from elsewhere, with nothing in it that a terminal would obey. */
export function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}

/** A time in milliseconds since 1970, which may come from elsewhere and lie out of a date's range. */
export function timeOf(ts: number): string {
  const date = new Date(ts);
  return Number.isNaN(date.getTime()) ? `${ts} ms` : date.toISOString();
}
